import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import vaultawslogin.Credentials;
import vaultawslogin.LoginOptions;
import vaultawslogin.VaultAwsLogin;

/**
 * Measures one signer: MODE SIGNER.
 *
 * <p>{@code login} prints a login, {@code first} the nanoseconds from the start of main to the first
 * login, {@code warm} those of a login once the JVM has compiled it. The signers are {@code ours},
 * the jar, and {@code sdk}, the signer of AWS's SDK with the encoding of Vault's clients.
 */
public final class Bench {
  private static final long WARM_UP_NANOSECONDS = 2_000_000_000L;
  private static final long MEASURED_NANOSECONDS = 500_000_000L;

  private Bench() {}

  public static void main(String[] arguments) throws IOException {
    long started = System.nanoTime();
    Path example = Path.of(System.getenv("BENCH_EXAMPLE"));
    JsonObject values = JsonParser.parseString(Files.readString(example)).getAsJsonObject();
    Supplier<String> signer = arguments[1].equals("ours") ? ours(values) : sdk(values);
    String login = signer.get();
    long first = System.nanoTime() - started;
    switch (arguments[0]) {
      case "login" -> System.out.println(login);
      case "first" -> System.out.println(first);
      case "warm" -> {
        perCall(signer, WARM_UP_NANOSECONDS);
        System.out.println(perCall(signer, MEASURED_NANOSECONDS));
      }
      default -> throw new IllegalArgumentException("expected login, first or warm");
    }
  }

  private static double perCall(Supplier<String> signer, long atLeast) {
    long started = System.nanoTime();
    long calls = 0;
    long length = 0;
    while (System.nanoTime() - started < atLeast) {
      length += signer.get().length();
      calls++;
    }
    if (length == 0) {
      throw new AssertionError();
    }
    return (double) (System.nanoTime() - started) / calls;
  }

  private static Supplier<String> ours(JsonObject values) {
    VaultAwsLogin vault = new VaultAwsLogin();
    Credentials credentials =
        Credentials.of(text(values, "accessKeyId"), text(values, "secretAccessKey"));
    LoginOptions options =
        LoginOptions.builder()
            .role(text(values, "role"))
            .serverId(text(values, "serverId"))
            .region(text(values, "region"))
            .build();
    return () -> vault.signLogin(credentials, options);
  }

  private static Supplier<String> sdk(JsonObject values) {
    AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    AwsCredentialsIdentity identity =
        AwsCredentialsIdentity.create(text(values, "accessKeyId"), text(values, "secretAccessKey"));
    URI url = URI.create("https://" + text(values, "host") + "/");
    byte[] body = text(values, "body").getBytes(StandardCharsets.UTF_8);
    return () -> {
      SdkHttpRequest request =
          SdkHttpRequest.builder()
              .method(SdkHttpMethod.POST)
              .uri(url)
              .putHeader("Content-Type", text(values, "contentType"))
              .putHeader("X-Vault-AWS-IAM-Server-ID", text(values, "serverId"))
              .build();
      var signed =
          signer.sign(
              asked ->
                  asked
                      .identity(identity)
                      .request(request)
                      .payload(() -> new ByteArrayInputStream(body))
                      .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "sts")
                      .putProperty(AwsV4HttpSigner.REGION_NAME, text(values, "region")));
      return login(url, body, signed.request(), text(values, "role"));
    };
  }

  private static String login(URI url, byte[] body, SdkHttpRequest signed, String role) {
    JsonObject headers = new JsonObject();
    signed.forEachHeader(
        (name, found) -> {
          List<String> list = new ArrayList<>(found);
          headers.addProperty(name, String.join(",", list));
        });
    JsonObject login = new JsonObject();
    login.addProperty("iam_http_request_method", "POST");
    login.addProperty("iam_request_url", base64(url.toString().getBytes(StandardCharsets.UTF_8)));
    login.addProperty("iam_request_body", base64(body));
    login.addProperty(
        "iam_request_headers", base64(headers.toString().getBytes(StandardCharsets.UTF_8)));
    login.addProperty("role", role);
    return login.toString();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String text(JsonObject values, String name) {
    return values.get(name).getAsString();
  }
}
