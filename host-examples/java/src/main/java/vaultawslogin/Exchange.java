package vaultawslogin;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Sends one request and reads the answer, within its limits. Follows no redirect. */
final class Exchange {
  private Exchange() {}

  /**
   * What is sent.
   *
   * @param url checked when it is sent, so that one that Java refuses is an exchange that fails
   * @param body {@code null} for none
   * @param timeout for the whole exchange
   * @param limitBytes the longest answer that is read
   */
  record Outgoing(
      String method,
      String url,
      List<Map.Entry<String, String>> headers,
      byte[] body,
      Duration timeout,
      int limitBytes) {}

  /** An exchange without an answer. It has no cause: a platform's exceptions quote what they read. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1;
    private final TransportFailure failure;

    Failed(TransportFailure failure, String message) {
      super(message);
      this.failure = failure;
    }

    TransportFailure failure() {
      return failure;
    }
  }

  /** Refuses a client that would take a token elsewhere. */
  static HttpClient following(HttpClient client) {
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException(
          "invalid HTTP client: expected Redirect.NEVER, because a redirect could take a token"
              + " elsewhere, found Redirect."
              + client.followRedirects());
    }
    return client;
  }

  /** Sends it. The future fails with {@link Failed} alone; cancelling it ends the exchange. */
  static CompletableFuture<HttpResponse<byte[]>> send(HttpClient client, Outgoing outgoing) {
    HttpRequest request;
    try {
      request = request(outgoing);
    } catch (IllegalArgumentException illegal) {
      // Not shown: it quotes the value, such as a token or the whole URL.
      return CompletableFuture.failedFuture(
          new Failed(TransportFailure.UNREACHABLE, "the request has a value that HTTP cannot carry"));
    }
    CompletableFuture<HttpResponse<byte[]>> running =
        client.sendAsync(request, info -> new Limited(outgoing.limitBytes()));
    CompletableFuture<HttpResponse<byte[]>> told =
        running
            .copy()
            // HttpRequest's own timeout ends with the headers.
            .orTimeout(outgoing.timeout().toMillis(), TimeUnit.MILLISECONDS)
            .handle(
                (response, error) -> {
                  if (error == null) {
                    return response;
                  }
                  running.cancel(true);
                  throw new CompletionException(failed(error));
                });
    // Whoever cancels what is returned ends the exchange, too.
    told.whenComplete((response, error) -> running.cancel(true));
    return told;
  }

  private static HttpRequest request(Outgoing outgoing) {
    HttpRequest.BodyPublisher body =
        outgoing.body() == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(outgoing.body());
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(outgoing.url()))
            // On plain HTTP the client would ask for an upgrade, which gateways and metadata
            // endpoints do not know.
            .version(HttpClient.Version.HTTP_1_1)
            .method(outgoing.method(), body);
    outgoing.headers().forEach(header -> builder.header(header.getKey(), header.getValue()));
    return builder.build();
  }

  private static Failed failed(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each instanceof Failed failed) {
        return failed;
      }
      if (each instanceof HttpTimeoutException || each instanceof TimeoutException) {
        return new Failed(TransportFailure.TIMED_OUT, "the time for it is over");
      }
      if (each instanceof SSLException) {
        return new Failed(
            TransportFailure.UNTRUSTED,
            "its certificate is not trusted, or it does not speak TLS");
      }
      if (each instanceof UnresolvedAddressException) {
        return new Failed(TransportFailure.UNREACHABLE, "its name is not known");
      }
      if (each instanceof ConnectException) {
        return new Failed(TransportFailure.UNREACHABLE, "it does not accept connections");
      }
    }
    return new Failed(
        TransportFailure.INTERRUPTED,
        "the connection ended before the answer did, or what came is not HTTP");
  }

  /** Collects a body up to a limit. */
  private static final class Limited implements BodySubscriber<byte[]> {
    private final BodySubscriber<byte[]> all = HttpResponse.BodySubscribers.ofByteArray();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final int limitBytes;
    private Flow.Subscription subscription;
    private long length;

    Limited(int limitBytes) {
      this.limitBytes = limitBytes;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      all.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        length += part.remaining();
      }
      if (length > limitBytes) {
        subscription.cancel();
        body.completeExceptionally(
            new Failed(
                TransportFailure.ANSWER_TOO_LARGE,
                "expected an answer of at most " + limitBytes + " bytes, found more"));
        return;
      }
      all.onNext(parts);
    }

    @Override
    public void onError(Throwable error) {
      body.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      all.onComplete();
      all.getBody().thenAccept(body::complete);
    }
  }
}
