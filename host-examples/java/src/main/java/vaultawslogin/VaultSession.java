package vaultawslogin;

import com.google.gson.JsonElement;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A Vault token that is obtained, renewed and replaced until the session is closed.
 *
 * <p>One daemon thread keeps it. All methods may be called by any thread.
 */
public final class VaultSession implements AutoCloseable {
  /** How long {@link #close} waits for the session's thread. */
  private static final long CLOSING_MILLISECONDS = 2_000;

  private final SessionOptions options;
  private final Core.Running core = Core.start();
  private final long session;
  private final Thread keeper = daemon(this::keep, "vault-aws-login-session");
  private final BlockingQueue<Runnable> news = new LinkedBlockingQueue<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** What the session's thread told last; guarded by the lock. */
  private Live live;

  private boolean closed;
  private Throwable failure;

  /** What is under way; of the session's thread alone. */
  private CompletableFuture<HttpResponse<byte[]>> exchange;

  private final Asking asking = new Asking(this::tell);

  /** A lease, and when it ends by the clock that never steps. */
  private record Live(Lease lease, long endsAtMonotonic) {
    boolean isLive(Now now) {
      return now.monotonicMilliseconds() < endsAtMonotonic
          && now.unixMilliseconds() < lease.endsAt().toEpochMilli();
    }
  }

  VaultSession(SessionOptions options) {
    this.options = options;
    Json create =
        Json.object()
            .put("config", options.config())
            // Its high bit is left out: JSON's reader takes signed numbers.
            .put("jitter-seed", new SecureRandom().nextLong() >>> 1);
    this.session = core.call("session_create", create).getAsLong();
    if (options.adopted() != null) {
      Now now = now();
      core.call("session_adopt", request().put("lease", options.adopted().json(now)).put("now", now.json()));
      hold();
    }
    keeper.start();
  }

  /**
   * Returns the token, and waits for it while there is none.
   *
   * @return the token: a secret
   * @throws IllegalStateException if the session is closed
   * @throws InterruptedException if this thread is interrupted
   */
  public String token() throws InterruptedException {
    try {
      return token(Duration.ofNanos(Long.MAX_VALUE));
    } catch (TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Returns the token, and waits for it for a time while there is none.
   *
   * @param atMost how long to wait
   * @return the token: a secret
   * @throws TimeoutException if there is none after that time; the listener knows why
   * @throws IllegalStateException if the session is closed
   * @throws InterruptedException if this thread is interrupted
   */
  public String token(Duration atMost) throws InterruptedException, TimeoutException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        expectOpen();
        Optional<Lease> found = held();
        if (found.isPresent()) {
          return found.get().token();
        }
        if (left <= 0) {
          throw new TimeoutException("expected a token within " + atMost + ", found none");
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the lease, such as to hand it over to another session with {@link
   * SessionOptions.Builder#adopt}.
   *
   * @return the lease; empty if there is no token that is valid now
   * @throws IllegalStateException if the session is closed
   */
  public Optional<Lease> lease() {
    lock.lock();
    try {
      expectOpen();
      return held();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reports that a server refused the token (403). The session asks Vault about it with {@code
   * auth/token/lookup-self}, at most once in 10 seconds, and drops the token if Vault says that it
   * is dead. After {@link #close} it does nothing.
   */
  public void tokenRefused() {
    tell(() -> call("session_token_refused", request().put("now", now().json())));
  }

  /** Ends the session, and wipes its memory. The token is not revoked. */
  @Override
  public void close() {
    end(null);
    news.add(() -> {});
    if (Thread.currentThread() == keeper) {
      return;
    }
    try {
      keeper.join(CLOSING_MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns everything in the memory of the core. */
  byte[] memory() {
    return core.memory();
  }

  private Optional<Lease> held() {
    return live != null && live.isLive(now()) ? Optional.of(live.lease()) : Optional.empty();
  }

  private void expectOpen() {
    if (failure != null) {
      throw new IllegalStateException("the session has failed", failure);
    }
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  private void end(Throwable why) {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        failure = why;
        live = null;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** What the session's thread does: it does what the core says, and brings back what came of it. */
  private void keep() {
    try {
      while (!isClosed()) {
        long until = advance();
        long wait = until - now().monotonicMilliseconds();
        Runnable first = news.poll(Math.max(wait, 0), TimeUnit.MILLISECONDS);
        if (first != null && !isClosed()) {
          first.run();
        }
      }
    } catch (InterruptedException interrupted) {
      // Nothing of ours interrupts this thread: whoever does wants it to end.
      end(interrupted);
    } catch (RuntimeException | Error broken) {
      end(broken);
      throw broken;
    } finally {
      if (exchange != null) {
        exchange.cancel(true);
      }
      asking.interrupt();
      core.wipe();
    }
  }

  /** Does what the core asks for, and returns until when it waits. */
  private long advance() {
    while (true) {
      JsonElement action = call("session_next_action", request().put("now", now().json()));
      if (!action.isJsonObject()) {
        need(action.getAsString());
        continue;
      }
      Json.In said = Core.object(action);
      if (said.in("wait-until") != null) {
        return Now.monotonic(said.in("wait-until"));
      }
      perform(said);
      if (isClosed()) {
        return 0;
      }
    }
  }

  private void need(String action) {
    CredentialSource source = options.credentials();
    switch (action) {
      case "need-credentials" -> {
        if (source.credentials() != null) {
          supply(source.credentials(), this::push);
        }
      }
      case "need-authorization-token" -> {
        if (source.token() != null) {
          supply(
              source.token(),
              found ->
                  call("session_push_authorization_token", request().put("token", found)));
        }
      }
      default -> throw new IllegalStateException("expected an action that is known, found another");
    }
  }

  private void push(Credentials found) {
    Json request = request().put("credentials", VaultAwsLogin.json(found)).put("now", now().json());
    call("session_push_credentials", request);
  }

  private void perform(Json.In action) {
    SessionListener listener = options.listener();
    if (action.in("send") != null) {
      send(action.in("send"));
    } else if (action.in("token-ready") != null) {
      Json.In lease = action.in("token-ready");
      Live ready = new Live(Lease.read(lease), Now.monotonic(lease.in("ends-at")));
      hold(ready);
      hear(() -> listener.onToken(ready.lease()));
    } else if (action.number("token-ended") != null) {
      long generation = action.number("token-ended");
      forget(generation);
      hear(() -> listener.onTokenEnded(generation));
    } else if (action.in("clock-corrected") != null) {
      Json.In correction = action.in("clock-corrected");
      long offset = correction.number("offset-seconds");
      hear(() -> listener.onClockCorrection(offset, correction.text("message")));
    } else if (action.in("refused") != null) {
      SessionRefusal refusal = SessionRefusal.read(action.in("refused"));
      hear(() -> listener.onRefusal(refusal));
    } else {
      throw new IllegalStateException("expected an action that is known, found another");
    }
  }

  /** Takes what the core holds, which is what it has adopted. */
  private void hold() {
    JsonElement found = call("session_live_lease", request().put("now", now().json()));
    if (!found.isJsonNull()) {
      Json.In lease = Core.object(found);
      hold(new Live(Lease.read(lease), Now.monotonic(lease.in("ends-at"))));
    }
  }

  private void hold(Live found) {
    lock.lock();
    try {
      live = closed ? null : found;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Drops the token of a generation, and keeps that of another. */
  void forget(long generation) {
    lock.lock();
    try {
      if (live != null && live.lease().generation() == generation) {
        live = null;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(Json.In request) {
    SessionRefusal.Destination destination =
        Named.constant(SessionRefusal.Destination.class, request.text("destination"));
    String origin = request.text("origin");
    List<Map.Entry<String, String>> headers =
        request.objects("headers", each -> Map.entry(each.text("name"), each.text("value")));
    byte[] body = Base64.getDecoder().decode(request.text("body"));
    long id = request.number("id");
    exchange =
        Exchange.send(
            options.client(destination),
            new Exchange.Outgoing(
                request.text("method").toUpperCase(Locale.ROOT),
                VaultUrl.below(
                    origin == null ? options.vaultAddress() : origin,
                    request.text("path-and-query")),
                headers,
                body.length == 0 ? null : body,
                Duration.ofMillis(request.number("timeout-milliseconds")),
                Math.toIntExact(request.number("answer-limit-bytes"))));
    exchange.whenComplete(
        (response, error) -> {
          // It may hold credentials.
          Arrays.fill(body, (byte) 0);
          tell(() -> answered(id, response, error));
        });
  }

  private void answered(long id, HttpResponse<byte[]> response, Throwable error) {
    Json request = request().put("request-id", id).put("now", now().json());
    if (response == null) {
      TransportFailure failure =
          error.getCause() instanceof Exchange.Failed failed
              ? failed.failure()
              : error instanceof Exchange.Failed failed
                  ? failed.failure()
                  : TransportFailure.INTERRUPTED;
      call("session_on_failure", request.put("failure", Named.name(failure)));
      return;
    }
    List<Json> headers = new ArrayList<>();
    response
        .headers()
        .map()
        .forEach(
            (name, values) ->
                values.forEach(
                    value -> headers.add(Json.object().put("name", name).put("value", value))));
    Json answer =
        Json.object()
            .put("status", response.statusCode())
            .put("headers", headers)
            .put("body", Base64.getEncoder().encodeToString(response.body()));
    Arrays.fill(response.body(), (byte) 0);
    call("session_on_response", request.put("response", answer));
  }

  private <T> void supply(Supplier<T> source, Consumer<T> push) {
    asking.ask(
        source,
        found -> pushed(() -> push.accept(found)),
        error -> hear(() -> options.listener().onCredentialError(error)));
  }

  private void pushed(Runnable push) {
    try {
      push.run();
    } catch (InputException refused) {
      hear(() -> options.listener().onCredentialError(refused));
    }
  }

  /** Gives the session's thread something to do. */
  private void tell(Runnable what) {
    if (!isClosed()) {
      news.add(what);
    }
  }

  /** Calls the listener so that an exception of it does not end the session. */
  private void hear(Runnable call) {
    if (isClosed()) {
      return;
    }
    try {
      call.run();
    } catch (RuntimeException thrown) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    }
  }

  private Json request() {
    return Json.object().put("session", session);
  }

  private JsonElement call(String function, Json request) {
    return core.call(function, request);
  }

  private Now now() {
    return Now.read(options.clock());
  }

  static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
