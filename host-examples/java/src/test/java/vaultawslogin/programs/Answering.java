package vaultawslogin.programs;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLSession;

/** Answers as each server of a planted case would, one answer after another. */
final class Answering extends Rerouted {
  private final JsonObject answers;
  private final Map<String, Integer> next = new ConcurrentHashMap<>();

  Answering(JsonObject answers) {
    super(url -> url);
    this.answers = answers;
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    JsonArray list = answers.getAsJsonArray(server(request));
    int number = next.merge(server(request), 1, Integer::sum) - 1;
    JsonObject answer = list.get(number % list.size()).getAsJsonObject();
    int status = answer.get("status").getAsInt();
    HttpHeaders headers = headers(answer.getAsJsonArray("headers"));
    HttpResponse.BodySubscriber<T> body =
        handler.apply(
            new HttpResponse.ResponseInfo() {
              @Override
              public int statusCode() {
                return status;
              }

              @Override
              public HttpHeaders headers() {
                return headers;
              }

              @Override
              public Version version() {
                return Version.HTTP_1_1;
              }
            });
    body.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long count) {}

          @Override
          public void cancel() {}
        });
    byte[] bytes =
        status == 204 ? new byte[0] : answer.get("body").getAsString().getBytes(StandardCharsets.UTF_8);
    body.onNext(List.of(ByteBuffer.wrap(bytes)));
    body.onComplete();
    return body.getBody()
        .toCompletableFuture()
        .thenApply(read -> new Response<>(request, status, headers, read));
  }

  private static String server(HttpRequest request) {
    String path = request.uri().getPath();
    if (path.contains("/v1/auth/")) {
      return "vault";
    }
    if (path.equals("/latest/api/token")) {
      return "metadata-token";
    }
    if (path.equals("/latest/meta-data/iam/security-credentials/")) {
      return "metadata-role";
    }
    return request.method().equals("POST") ? "sts" : "documents";
  }

  private static HttpHeaders headers(JsonArray pairs) {
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (JsonElement pair : pairs) {
      String name = pair.getAsJsonArray().get(0).getAsString();
      if (!name.isBlank()) {
        found
            .computeIfAbsent(name.strip(), unused -> new ArrayList<>())
            .add(pair.getAsJsonArray().get(1).getAsString());
      }
    }
    return HttpHeaders.of(found, (name, value) -> true);
  }

  private record Response<T>(HttpRequest request, int statusCode, HttpHeaders headers, T body)
      implements HttpResponse<T> {
    @Override
    public Optional<HttpResponse<T>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
      return Optional.empty();
    }

    @Override
    public URI uri() {
      return request.uri();
    }

    @Override
    public Version version() {
      return Version.HTTP_1_1;
    }
  }
}
