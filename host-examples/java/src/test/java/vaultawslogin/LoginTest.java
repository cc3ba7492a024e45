package vaultawslogin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.vault.authentication.VaultLoginException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import vaultawslogin.aws.AwsSdkCredentials;
import vaultawslogin.spring.VaultAwsLoginAuthentication;

class LoginTest {
  static final Credentials CREDENTIALS = Credentials.of(SignTest.KEY, SignTest.SECRET);
  static final String GRANTED =
      "{\"auth\":{\"client_token\":\"hvs.example\",\"lease_duration\":600,\"renewable\":true,"
          + "\"accessor\":\"a1\",\"policies\":[\"default\",\"dev\"],"
          + "\"metadata\":{\"account_id\":\"123456789012\"}},\"warnings\":[\"short\",\"lease\"]}";

  private final VaultAwsLogin vault = new VaultAwsLogin();

  private static VaultLoginOptions.Builder at(String address) {
    return VaultLoginOptions.at(address).credentials(() -> CREDENTIALS);
  }

  private LoginFailedException refusal(VaultLoginOptions options) {
    return assertThrows(LoginFailedException.class, () -> vault.login(options));
  }

  private static String firstLine(Throwable error) {
    return error.getMessage().lines().findFirst().orElseThrow();
  }

  @Test
  void loginIsPostedToTheMountWithTheHeadersThatVaultWants() {
    try (Served served = new Served(seen -> Served.Said.of(200, GRANTED))) {
      VaultLoginOptions options =
          at(served.url() + "/")
              .mount("team/aws/")
              .namespace("ns1")
              .login(LoginOptions.builder().role("dev").build())
              .build();
      assertEquals(
          new Token(
              "hvs.example",
              Duration.ofSeconds(600),
              true,
              "a1",
              List.of("default", "dev"),
              Map.of("account_id", "123456789012"),
              "short; lease"),
          vault.login(options));
      Served.Seen seen = served.seen.get(0);
      assertEquals("POST /v1/auth/team/aws/login", seen.method() + " " + seen.path());
      assertEquals("application/json", seen.header("Content-type"));
      assertEquals("true", seen.header("X-vault-request"));
      assertEquals("ns1", seen.header("X-vault-namespace"));
      assertEquals("", seen.header("Upgrade"));
      assertTrue(seen.body().contains("\"role\":\"dev\""));
    }
  }

  @Test
  void supplierIsCalledOnceForEachLogin() {
    try (Served served = new Served(seen -> Served.Said.of(200, GRANTED))) {
      AtomicInteger calls = new AtomicInteger();
      VaultLoginOptions options =
          VaultLoginOptions.at(served.url())
              .credentials(
                  () -> {
                    calls.incrementAndGet();
                    return CREDENTIALS;
                  })
              .build();
      vault.login(options);
      vault.login(options);
      assertEquals(2, calls.get());
    }
  }

  @Test
  void oneRedirectIsFollowedWithTheSameBodyAndASecondIsNot() {
    try (Served served =
            new Served(
                seen ->
                    seen.path().equals("/v1/elsewhere")
                        ? Served.Said.of(200, GRANTED)
                        : Served.Said.redirect("/v1/elsewhere"));
        Served round = new Served(seen -> Served.Said.redirect("/v1/again"))) {
      assertEquals("hvs.example", vault.login(at(served.url()).build()).token());
      assertEquals("/v1/elsewhere", served.seen.get(1).path());
      assertEquals(served.seen.get(0).body(), served.seen.get(1).body());
      LoginFailedException error = refusal(at(round.url()).build());
      assertEquals(
          "expected an answer from where "
              + round.url()
              + " redirects to, found a second redirect",
          error.getMessage());
      assertEquals(307, error.status());
      assertEquals(2, round.seen.size());
    }
  }

  @Test
  void otherRedirectsAreRefusalsAndAreNotFollowed() {
    try (Served served = new Served(seen -> new Served.Said(302, "", Map.of("Location", "/x")))) {
      LoginFailedException error = refusal(at(served.url()).build());
      assertEquals("Vault refused the login with status 302", firstLine(error));
      assertEquals("answer-redirected", error.rule());
      assertEquals(1, served.seen.size());
    }
  }

  @Test
  void redirectElsewhereThanToHttpOrHttpsIsRefusedWithoutShowingIt() {
    for (Map.Entry<String, String> each :
        Map.of(
                "ftp://denied/SECRET",
                "expected a redirect from %s to stay on http://, found one that does not",
                "http://[SECRET",
                "expected a URL with the redirect of %s, found something else")
            .entrySet()) {
      try (Served served = new Served(seen -> Served.Said.redirect(each.getKey()))) {
        String message = refusal(at(served.url()).build()).getMessage();
        assertEquals(String.format(each.getValue(), served.url()), message);
      }
    }
  }

  @Test
  void clientThatFollowsRedirectsIsRefused() {
    HttpClient client =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    String message =
        "invalid HTTP client: expected Redirect.NEVER, because a redirect could take a token"
            + " elsewhere, found Redirect.NORMAL";
    var options = at("https://vault.example.com");
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> options.httpClient(client)).getMessage());
    var session = SessionOptions.at("https://vault.example.com");
    for (var set : List.<Runnable>of(
        () -> session.httpClient(client), () -> session.awsHttpClient(client))) {
      assertThrows(IllegalArgumentException.class, set::run);
    }
  }

  @Test
  void refusalHasVaultsStatusAndWordsAsTheInspectorQuotesThem() {
    record Case(int status, String body, String message, String quoted) {}
    for (Case each :
        List.of(
            new Case(
                400,
                "{\"errors\":[\"a\",\"b\"]}",
                "Vault refused the login with status 400: a; b",
                "a; b"),
            new Case(503, "{\"errors\":[]}", "Vault refused the login with status 503", null),
            new Case(
                502,
                "<p>\u001b[31mBad gateway\nand more",
                "Vault refused the login with status 502: <p>\\u{1b}[31mBad gateway\\nand more",
                "<p>\\u{1b}[31mBad gateway\\nand more"),
            new Case(
                200,
                "hello",
                "expected a token from Vault, found an answer without one (status 200): hello",
                "hello"),
            new Case(
                200,
                "{\"auth\":{\"client_token\":\"\",\"mfa_requirement\":{\"mfa_request_id\":\"1\"}}}",
                "expected a token from Vault, found that it asks for a second factor (MFA)",
                null))) {
      try (Served served = new Served(seen -> Served.Said.of(each.status(), each.body()))) {
        LoginFailedException error = refusal(at(served.url()).build());
        assertEquals(each.status(), error.status());
        assertEquals(each.message(), firstLine(error));
        assertEquals(each.quoted(), error.refusal().quoted());
        assertNull(error.getCause());
      }
    }
  }

  @Test
  void tokenWithAnythingButVisibleAsciiIsNone() {
    for (String token :
        List.of("hvs.1\\n", "hvs.1\\u001b[2J", "hvs. 1", "hvs.é", "hvs.1\\u200b")) {
      String body = GRANTED.replace("hvs.example", token);
      try (Served served = new Served(seen -> Served.Said.of(200, body))) {
        assertEquals(
            "expected a token of visible ASCII characters from Vault, found another",
            firstLine(refusal(at(served.url()).build())).replaceAll(": short; lease$", ""));
      }
    }
  }

  @Test
  void answerOfOtherTypesThanVaultsIsRefused() {
    for (String body :
        List.of(
            "{\"auth\":{\"client_token\":{\"a\":1}}}",
            "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":\"long\"}}",
            "{\"auth\":{\"client_token\":\"t\",\"policies\":[{}]}}",
            "{\"auth\":[]}",
            "[]")) {
      try (Served served = new Served(seen -> Served.Said.of(200, body))) {
        assertTrue(refusal(at(served.url()).build()).getMessage().startsWith("expected a token"));
      }
    }
  }

  @Test
  void answerThatIsTooLongOrTooLateIsNone() {
    try (Served served = new Served(seen -> Served.Said.of(200, "x".repeat((1 << 20) + 1)))) {
      LoginFailedException error = refusal(at(served.url()).build());
      assertEquals(TransportFailure.ANSWER_TOO_LARGE, error.failure());
      assertEquals(
          "no answer from "
              + served.url()
              + ": expected an answer of at most 1048576 bytes, found more",
          error.getMessage());
    }
    try (Served served =
        new Served(
            seen -> {
              Thread.sleep(20_000);
              return Served.Said.of(200, GRANTED);
            })) {
      LoginFailedException error =
          refusal(at(served.url()).timeout(Duration.ofMillis(200)).build());
      assertEquals(TransportFailure.TIMED_OUT, error.failure());
      assertEquals(
          "no answer from " + served.url() + ": the time for it is over", error.getMessage());
    }
  }

  @Test
  void serverThatIsNotThereOrSpeaksNoTlsIsNamedWithoutAnyPath() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    LoginFailedException error = refusal(at("http://127.0.0.1:" + port + "/gateway").build());
    assertEquals(TransportFailure.UNREACHABLE, error.failure());
    assertEquals(
        "no answer from http://127.0.0.1:" + port + ": it does not accept connections",
        error.getMessage());
    assertNull(error.getCause());
    try (ServerSocket plain = new ServerSocket(0)) {
      Thread server =
          new Thread(
              () -> {
                try (Socket one = plain.accept()) {
                  one.getOutputStream()
                      .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                  one.getInputStream().readAllBytes();
                } catch (IOException ended) {
                  // The client is gone.
                }
              });
      server.start();
      error = refusal(at("https://127.0.0.1:" + plain.getLocalPort()).build());
      assertEquals(TransportFailure.UNTRUSTED, error.failure());
    }
  }

  @Test
  void secretInThePlaceOfAHostIsNotShown() {
    // A secret access key has slashes: its beginning is read as a host.
    LoginFailedException error =
        refusal(
            at("http://wJalrXUtnFEMIxK7MDENGab12/bPxRfiCYEXAMPLEKEY")
                .timeout(Duration.ofSeconds(5))
                .build());
    assertTrue(error.getMessage().startsWith("no answer from http://…: "), error.getMessage());
  }

  @Test
  void badSettingIsRefusedBeforeAnythingIsSent() {
    for (String address :
        List.of(
            "vault.example.com",
            "ftp://vault.example.com",
            "https://user:" + SignTest.SECRET + "@vault.example.com",
            "https://vault.example.com?x",
            "https://vault.example.com#x",
            "https:// " + SignTest.SECRET)) {
      InputException refused =
          assertThrows(InputException.class, () -> VaultLoginOptions.at(address));
      assertEquals("address-malformed address", refused.rule() + " " + refused.field());
      assertEquals(
          "invalid Vault address: expected a URL such as https://vault.example.com:8200, without"
              + " user name, query or fragment",
          refused.getMessage());
    }
    for (String path : List.of("../sys", "a/%2e%2E/b", "a?b", "a#b", "a b", "é", "a\\b")) {
      InputException refused =
          assertThrows(
              InputException.class, () -> VaultUrl.of("https://vault.example.com", path));
      assertTrue(refused.getMessage().startsWith("invalid path: "), refused.getMessage());
      assertEquals("path-malformed path", refused.rule() + " " + refused.field());
    }
    assertEquals(
        "https://vault.example.com/team/v1/secret/greeting",
        VaultUrl.of("https://vault.example.com/team/", "secret/greeting").toString());
  }

  @Test
  void mountOrNamespaceThatNoRequestCanCarryIsRefusedAndNotShown() {
    Map<VaultLoginOptions.Builder, String> cases = new LinkedHashMap<>();
    for (String mount : List.of("a//b", "../sys", "a/./b", "")) {
      cases.put(at("http://127.0.0.1:9").mount(mount), "mount-malformed mount");
    }
    for (String namespace : List.of(SignTest.SECRET + "\r\nX-Evil: 1", "a b", "é")) {
      cases.put(at("http://127.0.0.1:9").namespace(namespace), "illegal-character namespace");
    }
    cases.forEach(
        (options, expected) -> {
          InputException refused =
              assertThrows(InputException.class, () -> vault.login(options.build()));
          assertEquals(expected, refused.rule() + " " + refused.field());
          assertFalse(refused.getMessage().contains("wJal"));
          VaultLoginException wrapped =
              assertThrows(
                  VaultLoginException.class,
                  () -> new VaultAwsLoginAuthentication(vault, options.build()).login());
          assertEquals(refused.getMessage(), wrapped.getCause().getMessage());
        });
  }

  @Test
  void mountIsPercentEncoded() {
    assertEquals(
        "https://vault.example.com/v1/auth/a%20b%2B/%3Fx/login",
        VaultUrl.login("https://vault.example.com", "a b+/?x").toString());
  }

  @Test
  void leaseIsNeitherNegativeNorLongerThanADurationsNanoseconds() {
    long longest = Long.MAX_VALUE / 1_000_000_000;
    for (Map.Entry<String, Long> each :
        Map.of(
                "-1", 0L,
                "0", 0L,
                "9223372036854775807", longest,
                // 1 in 64 bits.
                "18446744073709551617", longest,
                "1e300", longest)
            .entrySet()) {
      String body = GRANTED.replace("600", each.getKey());
      try (Served served = new Served(seen -> Served.Said.of(200, body))) {
        Duration lease = vault.login(at(served.url()).build()).lease();
        assertEquals(Duration.ofSeconds(each.getValue()), lease);
        assertTrue(lease.toNanos() >= 0);
      }
    }
  }

  @Test
  void interruptEndsALoginAndStaysSet() {
    try (Served served =
        new Served(
            seen -> {
              Thread.sleep(20_000);
              return Served.Said.of(200, GRANTED);
            })) {
      Thread own = Thread.currentThread();
      Thread later =
          new Thread(
              () -> {
                while (served.seen.isEmpty()) {
                  Thread.onSpinWait();
                }
                own.interrupt();
              });
      later.start();
      LoginFailedException error = refusal(at(served.url()).build());
      assertTrue(Thread.interrupted());
      assertEquals(TransportFailure.INTERRUPTED, error.failure());
    }
  }

  @Test
  void tokenIsNotInItsText() {
    try (Served served = new Served(seen -> Served.Said.of(200, GRANTED))) {
      assertFalse(vault.login(at(served.url()).build()).toString().contains("hvs."));
    }
  }

  @Test
  void providerOfTheSdkGivesItsCredentials() {
    assertEquals(
        CREDENTIALS,
        AwsSdkCredentials.of(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(SignTest.KEY, SignTest.SECRET)))
            .get());
    assertEquals(
        Credentials.of(SignTest.KEY, SignTest.SECRET, "token"),
        AwsSdkCredentials.of(
                StaticCredentialsProvider.create(
                    AwsSessionCredentials.create(SignTest.KEY, SignTest.SECRET, "token")))
            .get());
  }
}
