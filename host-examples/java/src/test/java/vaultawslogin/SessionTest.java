package vaultawslogin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionTest {
  private static final Duration WHILE = Duration.ofSeconds(20);
  private final VaultAwsLogin vault = new VaultAwsLogin();

  /** Hears everything, and keeps it. */
  private static final class Heard implements SessionListener {
    final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

    @Override
    public void onToken(Lease lease) {
      all.add(lease);
    }

    @Override
    public void onTokenEnded(long generation) {
      all.add(generation);
    }

    @Override
    public void onRefusal(SessionRefusal refusal) {
      all.add(refusal);
    }

    @Override
    public void onCredentialError(RuntimeException error) {
      all.add(error);
    }

    <T> T next(Class<T> type) throws InterruptedException {
      Object found = all.poll(20, TimeUnit.SECONDS);
      return type.cast(found);
    }
  }

  private static SessionOptions.Builder at(String address) {
    return SessionOptions.at(address)
        .credentials(CredentialSource.supplied(() -> LoginTest.CREDENTIALS));
  }

  @Test
  void tokenIsWaitedForAndThenAtHandForManyThreads() throws Exception {
    try (Served served = new Served(seen -> Served.Said.of(200, LoginTest.GRANTED));
        VaultSession session = vault.session(at(served.url()).build())) {
      List<Thread> threads = new ArrayList<>();
      List<String> found = new java.util.concurrent.CopyOnWriteArrayList<>();
      for (int count = 0; count < 8; count++) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    found.add(session.token(WHILE));
                  } catch (InterruptedException | TimeoutException ended) {
                    found.add(ended.toString());
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(java.util.Collections.nCopies(8, "hvs.example"), found);
      assertEquals(1, served.seen.size());
      Lease lease = session.lease().orElseThrow();
      assertEquals("hvs.example", lease.token());
      assertEquals("a1", lease.accessor());
      assertEquals(Duration.ofSeconds(600), lease.increment());
      assertFalse(lease.toString().contains("hvs."));
    }
  }

  @Test
  void closedSessionSaysSoToWhoeverWaits() throws Exception {
    VaultSession session =
        vault.session(
            SessionOptions.at("http://127.0.0.1:9")
                .credentials(CredentialSource.supplied(() -> null))
                .build());
    CountDownLatch waiting = new CountDownLatch(1);
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    Thread waiter =
        new Thread(
            () -> {
              waiting.countDown();
              said.add(assertThrows(IllegalStateException.class, session::token).getMessage());
            });
    waiter.start();
    waiting.await();
    session.close();
    session.close();
    session.tokenRefused();
    assertEquals("the session is closed", said.poll(20, TimeUnit.SECONDS));
    assertThrows(IllegalStateException.class, session::lease);
  }

  @Test
  void waitEndsAfterItsTimeWithoutAToken() {
    try (VaultSession session =
        vault.session(
            SessionOptions.at("http://127.0.0.1:9")
                .credentials(CredentialSource.supplied(() -> null))
                .build())) {
      TimeoutException late =
          assertThrows(TimeoutException.class, () -> session.token(Duration.ofMillis(50)));
      assertEquals("expected a token within PT0.05S, found none", late.getMessage());
    }
  }

  @Test
  void refusedLoginHasItsDiagnosisAndTheListenersExceptionEndsNothing() throws Exception {
    Heard heard = new Heard();
    BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.add(error));
    String refused =
        "{\"errors\":[\"error validating X-Vault-AWS-IAM-Server-ID header: "
            + "missing header \\\"X-Vault-AWS-IAM-Server-ID\\\"\"]}";
    try (Served served = new Served(seen -> Served.Said.of(400, refused));
        VaultSession session =
            vault.session(
                at(served.url())
                    .listener(
                        new SessionListener() {
                          @Override
                          public void onRefusal(SessionRefusal refusal) {
                            heard.onRefusal(refusal);
                            throw new IllegalStateException("the listener's own");
                          }
                        })
                    .build())) {
      SessionRefusal refusal = heard.next(SessionRefusal.class);
      assertEquals("login-refused", refusal.rule());
      assertEquals(SessionRefusal.Healing.BY_HAND, refusal.healing());
      assertEquals(SessionRefusal.Destination.VAULT, refusal.destination());
      assertEquals(400, refusal.status());
      assertEquals("server-id-missing", refusal.diagnosis().rule());
      assertTrue(refusal.explained().contains("\nthe server said: "));
      assertTrue(refusal.retryAt().isAfter(Instant.now()));
      assertEquals("the listener's own", uncaught.poll(20, TimeUnit.SECONDS).getMessage());
      assertTrue(session.lease().isEmpty());
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void supplierThatThrowsOrSuppliesWhatIsRefusedIsHeardOf() throws Exception {
    for (boolean throwing : new boolean[] {true, false}) {
      Heard heard = new Heard();
      CredentialSource source =
          CredentialSource.supplied(
              () -> {
                if (throwing) {
                  throw new IllegalStateException("no credentials");
                }
                return Credentials.of(SignTest.KEY, SignTest.SECRET + " ");
              });
      try (VaultSession session =
          vault.session(
              SessionOptions.at("http://127.0.0.1:9").credentials(source).listener(heard).build())) {
        RuntimeException error = heard.next(RuntimeException.class);
        if (throwing) {
          assertEquals("no credentials", error.getMessage());
        } else {
          assertEquals("secret-access-key", ((InputException) error).field());
          assertFalse(error.getMessage().contains("wJal"));
        }
        assertTrue(session.lease().isEmpty());
      }
    }
  }

  @Test
  void leaseOfAnotherSessionIsTakenOverWithoutALogin() throws Exception {
    Instant now = Instant.now();
    Lease lease =
        new Lease(
            "hvs.adopted",
            null,
            7,
            true,
            Duration.ofSeconds(600),
            now.minusSeconds(10),
            now.plusSeconds(500));
    try (Served served = new Served(seen -> Served.Said.of(200, LoginTest.GRANTED))) {
      try (VaultSession session = vault.session(at(served.url()).adopt(lease).build())) {
        assertEquals("hvs.adopted", session.token());
        assertEquals(7, session.lease().orElseThrow().generation());
        assertEquals(List.of(), served.seen);
      }
      Lease ended =
          new Lease(
              "hvs.ended", null, 7, true, Duration.ofSeconds(6), now.minusSeconds(9), now.minusSeconds(3));
      try (VaultSession session = vault.session(at(served.url()).adopt(ended).build())) {
        assertEquals("hvs.example", session.token());
      }
    }
  }

  @Test
  void containerUriThatJavaRefusesIsARefusalAndTheSessionGoesOn() throws Exception {
    Heard heard = new Heard();
    CredentialSource source = CredentialSource.containerEndpoint("/v2/x|y", null);
    try (VaultSession session =
        vault.session(
            SessionOptions.at("http://127.0.0.1:9").credentials(source).listener(heard).build())) {
      SessionRefusal refusal = heard.next(SessionRefusal.class);
      assertEquals(SessionRefusal.Destination.CONTAINER_ENDPOINT, refusal.destination());
      assertFalse(refusal.message().contains("x|y"), refusal::message);
      assertTrue(session.lease().isEmpty());
    }
  }

  @Test
  void supplierIsAskedAgainAsSoonAsTheSessionHasItsResult() throws Exception {
    // Runs the result on the supplier's thread, which is alive then.
    Asking asking = new Asking(Runnable::run);
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    asking.ask(
        () -> "first",
        first -> {
          heard.add(first);
          asking.ask(
              () -> {
                throw new IllegalStateException("second");
              },
              heard::add,
              threw -> {
                heard.add(threw.getMessage());
                asking.ask(() -> "third", heard::add, ignored -> {});
              });
        },
        ignored -> {});
    for (String expected : List.of("first", "second", "third")) {
      assertEquals(expected, heard.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void supplierIsNotAskedWhileACallIsUnderWay() throws Exception {
    BlockingQueue<Runnable> told = new LinkedBlockingQueue<>();
    Asking asking = new Asking(told::add);
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    asking.ask(() -> "first", heard::add, ignored -> {});
    Runnable result = told.poll(20, TimeUnit.SECONDS);
    asking.ask(() -> "second", heard::add, ignored -> {});
    result.run();
    assertEquals(List.of("first"), List.copyOf(heard));
    assertTrue(told.isEmpty());
  }

  @Test
  void tokenOfAnotherGenerationThanTheOneThatEndedIsKept() throws Exception {
    try (Served served = new Served(seen -> Served.Said.of(200, LoginTest.GRANTED));
        VaultSession session = vault.session(at(served.url()).build())) {
      session.token(WHILE);
      session.forget(2);
      assertEquals(1, session.lease().orElseThrow().generation());
      session.forget(1);
      assertTrue(session.lease().isEmpty());
    }
  }

  @Test
  void closedSessionHasNothingInTheMemoryOfTheModule() throws Exception {
    try (Served served = new Served(seen -> Served.Said.of(200, LoginTest.GRANTED))) {
      VaultSession session = vault.session(at(served.url()).build());
      session.token(WHILE);
      String kept = new String(session.memory(), StandardCharsets.ISO_8859_1);
      assertTrue(kept.contains("hvs.example"));
      assertTrue(kept.contains(SignTest.SECRET));
      session.close();
      assertArrayEquals(new byte[session.memory().length], session.memory());
    }
  }

  @Test
  void tokenThatVaultDisownsIsReplaced() throws Exception {
    Heard heard = new Heard();
    try (Served served =
            new Served(
                seen ->
                    seen.path().endsWith("/login")
                        ? Served.Said.of(200, LoginTest.GRANTED)
                        : Served.Said.of(403, "{\"errors\":[\"bad token\"]}"));
        VaultSession session = vault.session(at(served.url()).listener(heard).build())) {
      assertEquals(1, heard.next(Lease.class).generation());
      session.tokenRefused();
      assertEquals(1L, heard.next(Long.class));
      assertEquals(2, heard.next(Lease.class).generation());
      assertEquals("hvs.example", served.seen.get(1).header("X-vault-token"));
      assertEquals("/v1/auth/token/lookup-self", served.seen.get(1).path());
    }
  }

  @Test
  void settingThatBreaksARuleIsRefusedAtOnce() {
    InputException mount =
        assertThrows(
            InputException.class,
            () -> vault.session(at("http://127.0.0.1:9").mount("/aws").build()));
    assertEquals("mount", mount.field());
    for (Duration cap : List.of(Duration.ofDays(365_000), Duration.ofSeconds(-1), Duration.ZERO)) {
      InputException refused =
          assertThrows(
              InputException.class,
              () -> vault.session(at("http://127.0.0.1:9").backOffCap(cap).build()));
      assertEquals("back-off-cap-milliseconds", refused.field());
      assertEquals("out-of-range", refused.rule());
    }
  }
}
