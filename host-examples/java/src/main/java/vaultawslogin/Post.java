package vaultawslogin;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Sends a login, and follows one redirect, as a standby server sends it. */
final class Post {
  /** A login's answer has a few thousand bytes, with many policies a few ten thousand. */
  private static final int LONGEST_ANSWER = 1 << 20;

  private Post() {}

  static Answer post(URI url, String login, VaultLoginOptions options) {
    String server = Echo.origin(url);
    HttpResponse<byte[]> answer;
    try {
      answer = send(url, login, options);
    } catch (Exchange.Failed failed) {
      throw LoginFailedException.unanswered(
          failed.failure(), "no answer from " + server + ": " + failed.getMessage());
    }
    if (answer.statusCode() == 307) {
      URI target = target(url, answer.headers().firstValue("Location").orElse(null));
      try {
        answer = send(target, login, options);
      } catch (Exchange.Failed failed) {
        // The server chose the place, so neither it nor the reason, which may name it, is shown.
        throw LoginFailedException.unanswered(
            failed.failure(), "no answer from where " + server + " redirects to");
      }
      if (answer.statusCode() == 307) {
        throw LoginFailedException.redirected(
            "expected an answer from where " + server + " redirects to, found a second redirect");
      }
    }
    return new Answer(
        answer.statusCode(),
        new String(answer.body(), StandardCharsets.UTF_8),
        answer.headers().firstValue("Date").orElse(null));
  }

  private static HttpResponse<byte[]> send(URI url, String login, VaultLoginOptions options)
      throws Exchange.Failed {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    headers.add(Map.entry("Content-Type", "application/json"));
    // Vault Agent and proxies want it: a browser that was tricked into a request cannot send it.
    headers.add(Map.entry("X-Vault-Request", "true"));
    if (options.namespace() != null) {
      headers.add(Map.entry("X-Vault-Namespace", options.namespace()));
    }
    byte[] body = login.getBytes(StandardCharsets.UTF_8);
    CompletableFuture<HttpResponse<byte[]>> running =
        Exchange.send(
            options.httpClient(),
            new Exchange.Outgoing(
                "POST", url.toString(), headers, body, options.timeout(), LONGEST_ANSWER));
    try {
      return running.get();
    } catch (InterruptedException interrupted) {
      running.cancel(true);
      Thread.currentThread().interrupt();
      throw new Exchange.Failed(TransportFailure.INTERRUPTED, "this thread was interrupted");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof Exchange.Failed known) {
        throw new Exchange.Failed(known.failure(), known.getMessage());
      }
      throw new Exchange.Failed(TransportFailure.INTERRUPTED, "the exchange failed");
    }
  }

  /** Returns where a redirect leads. The login is sent there, so never from https to http. */
  private static URI target(URI from, String location) {
    String server = Echo.origin(from);
    URI target = resolved(from, location);
    if (target == null || target.getHost() == null) {
      // Not shown, because a server may put the login into it.
      String found = location == null ? "none" : "something else";
      throw LoginFailedException.redirected(
          "expected a URL with the redirect of " + server + ", found " + found);
    }
    boolean isSecure = "https".equalsIgnoreCase(target.getScheme());
    boolean mayBePlain = "http".equalsIgnoreCase(from.getScheme());
    if (!isSecure && !(mayBePlain && "http".equalsIgnoreCase(target.getScheme()))) {
      throw LoginFailedException.redirected(
          "expected a redirect from "
              + server
              + " to stay on "
              + (mayBePlain ? "http" : "https")
              + "://, found one that does not");
    }
    return target;
  }

  private static URI resolved(URI from, String location) {
    if (location == null) {
      return null;
    }
    try {
      return from.resolve(new URI(location));
    } catch (URISyntaxException malformed) {
      return null;
    }
  }
}
