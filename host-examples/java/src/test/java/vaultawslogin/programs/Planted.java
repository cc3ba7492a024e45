package vaultawslogin.programs;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import vaultawslogin.Answer;
import vaultawslogin.CredentialSource;
import vaultawslogin.Credentials;
import vaultawslogin.Lease;
import vaultawslogin.LoginFailedException;
import vaultawslogin.LoginOptions;
import vaultawslogin.ServerProfile;
import vaultawslogin.SessionListener;
import vaultawslogin.SessionOptions;
import vaultawslogin.SessionRefusal;
import vaultawslogin.StsEndpoint;
import vaultawslogin.Token;
import vaultawslogin.VaultAwsLogin;
import vaultawslogin.VaultLoginOptions;
import vaultawslogin.VaultSession;
import vaultawslogin.WebIdentity;

/**
 * Runs the cases of standard input, a line each, and prints what was said, a line a case: {@code
 * tests/e2e/test_planted_secrets.py} searches it for the secrets of the cases.
 */
public final class Planted {
  private static final VaultAwsLogin VAULT = new VaultAwsLogin();

  /** Sessions wait, so that many run at a time. */
  private static final int AT_ONCE = 48;

  private final JsonObject given;
  private final Map<String, String> said = new ConcurrentHashMap<>();

  private Planted(JsonObject given) {
    this.given = given;
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    List<Future<JsonObject>> running = new ArrayList<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Planted one = new Planted(JsonParser.parseString(line).getAsJsonObject());
      running.add(pool.submit(one::run));
    }
    for (Future<JsonObject> each : running) {
      out.println(each.get());
    }
    pool.shutdown();
    out.flush();
  }

  private JsonObject run() throws InterruptedException {
    for (JsonElement pair : given.getAsJsonArray("calls")) {
      String name = pair.getAsJsonArray().get(0).getAsString();
      JsonObject request = pair.getAsJsonArray().get(1).getAsJsonObject();
      try {
        Object result = call(name, request);
        if (!name.equals("sign_login")) {
          say(name, result);
        }
      } catch (RuntimeException error) {
        say(name, error);
      }
    }
    if (given.get("session") instanceof JsonObject session) {
      session(session);
    }
    JsonObject texts = new JsonObject();
    said.forEach(texts::addProperty);
    JsonObject told = new JsonObject();
    told.add("seed", given.get("seed"));
    told.add("texts", texts);
    return told;
  }

  private void say(String place, Object value) {
    StringWriter text = new StringWriter();
    text.append(String.valueOf(value)).append('\n');
    if (value instanceof Throwable thrown) {
      thrown.printStackTrace(new PrintWriter(text, true));
    }
    if (value instanceof LoginFailedException failed) {
      text.append(String.valueOf(failed.refusal())).append('\n');
    }
    said.merge(place, text.toString(), String::concat);
  }

  private static Object call(String name, JsonObject request) {
    Instant at = Instant.ofEpochSecond(number(request, "unix-seconds"));
    String login = text(request, "login-json");
    JsonElement status = request.get("status");
    return switch (name) {
      case "sign_login" ->
          VAULT.signLogin(
              credentials(request.get("credentials")), options(request.get("options")), at);
      case "check_login" ->
          VAULT.checkLogin(orEmpty(login), profile(object(request, "server-profile")), at);
      case "explain_login" -> VAULT.explainLogin(orEmpty(login));
      case "explain_refusal" ->
          VAULT.explainRefusal(answer(object(request, "answer")), login, at);
      case "explain_pasted" ->
          VAULT.diagnose(
              orEmpty(text(request, "text")),
              status instanceof JsonPrimitive ? (Integer) status.getAsInt() : null,
              login,
              at);
      case "clock_offset" -> VAULT.clockOffset(answer(object(request, "answer")), at);
      default -> throw new AssertionError(name);
    };
  }

  private void session(JsonObject session) throws InterruptedException {
    JsonObject config = object(session, "config");
    String address = orEmpty(text(session, "vault-address"));
    String mount = orEmpty(text(config, "mount"));
    String namespace = text(config, "namespace");
    LoginOptions options = options(config.get("login"));
    Credentials credentials = credentials(session.get("credentials"));
    CountDownLatch told = new CountDownLatch(1);
    try {
      SessionOptions whole =
          SessionOptions.at(address)
              .mount(mount)
              .namespace(namespace)
              .login(options)
              .credentials(source(config.get("credential-source"), session, credentials))
              .backOffCap(Duration.ofSeconds(1))
              .httpClient(new Answering(object(session, "answers")))
              .awsHttpClient(new Answering(object(session, "answers")))
              .listener(listener(told))
              .build();
      say("session", whole);
      try (VaultSession running = VAULT.session(whole)) {
        told.await(3, TimeUnit.SECONDS);
        running.tokenRefused();
        say("session", running);
        say("session", running.lease());
        running.token(Duration.ofMillis(20));
      }
    } catch (TimeoutException | RuntimeException error) {
      say("session", error);
    }
    try {
      VaultLoginOptions whole =
          VaultLoginOptions.at(address)
              .mount(mount)
              .namespace(namespace)
              .login(options)
              .credentials(() -> credentials)
              .timeout(Duration.ofSeconds(2))
              .httpClient(new Answering(object(session, "answers")))
              .build();
      say("login", whole);
      Token token = VAULT.login(whole);
      say("warnings", token);
      say("warnings", token.warnings());
    } catch (RuntimeException error) {
      say("login", error);
    }
  }

  private SessionListener listener(CountDownLatch told) {
    return new SessionListener() {
      @Override
      public void onToken(Lease lease) {
        say("lease", lease);
        told.countDown();
      }

      @Override
      public void onRefusal(SessionRefusal refusal) {
        say("refusal", refusal);
        say("refusal", refusal.explained());
        told.countDown();
      }

      @Override
      public void onClockCorrection(long offsetSeconds, String message) {
        say("clock correction", message);
      }

      @Override
      public void onCredentialError(RuntimeException error) {
        say("credential error", error);
        told.countDown();
      }
    };
  }

  private static CredentialSource source(
      JsonElement source, JsonObject session, Credentials credentials) {
    String given = orEmpty(text(session, "authorization-token"));
    Supplier<String> token = () -> given;
    if (source instanceof JsonObject variant) {
      if (variant.get("container-endpoint") instanceof JsonObject from) {
        boolean wants = "token".equals(text(from, "authorization"));
        return CredentialSource.containerEndpoint(
            orEmpty(text(from, "uri")), wants ? token : null);
      }
      if (variant.get("web-identity") instanceof JsonObject from) {
        return CredentialSource.webIdentity(
            new WebIdentity(
                orEmpty(text(from, "role-arn")),
                orEmpty(text(from, "role-session-name")),
                text(from, "region"),
                endpoint(from.get("sts-endpoint")),
                token));
      }
    }
    return "instance-metadata".equals(string(source))
        ? CredentialSource.instanceMetadata()
        : CredentialSource.supplied(() -> credentials);
  }

  private static Credentials credentials(JsonElement from) {
    JsonObject given = from instanceof JsonObject object ? object : new JsonObject();
    return Credentials.of(
        orEmpty(text(given, "access-key-id")),
        orEmpty(text(given, "secret-access-key")),
        text(given, "session-token"));
  }

  private static LoginOptions options(JsonElement from) {
    JsonObject given = from instanceof JsonObject object ? object : new JsonObject();
    return LoginOptions.builder()
        .role(text(given, "role"))
        .serverId(text(given, "server-id"))
        .region(text(given, "region"))
        .stsEndpoint(endpoint(given.get("sts-endpoint")))
        .build();
  }

  private static StsEndpoint endpoint(JsonElement from) {
    String url = from instanceof JsonObject variant ? text(variant, "url") : string(from);
    return url == null ? null : StsEndpoint.url(url);
  }

  private static ServerProfile profile(JsonObject from) {
    ServerProfile.Builder server = ServerProfile.builder().callerArn(text(from, "caller-arn"));
    if (from.get("server-id") instanceof JsonObject variant) {
      server.serverId(text(variant, "required"));
    }
    if (from.get("sts-endpoint") instanceof JsonObject variant) {
      String url = text(variant, "url");
      if (url != null) {
        server.callsSts(url);
      } else if (text(variant, "region") != null) {
        server.callsStsOfRegion(text(variant, "region"));
      }
    }
    if (from.get("allowed-headers") instanceof JsonArray names) {
      server.allowedHeaders(texts(names));
    }
    if (from.get("core") instanceof JsonObject software) {
      server.core(ServerProfile.Flavour.VAULT, text(software, "version"));
    }
    if (from.get("auth-plugin") instanceof JsonObject software) {
      server.authPlugin(ServerProfile.Flavour.OPENBAO, text(software, "version"));
    }
    if (from.get("role") instanceof JsonObject role
        && role.get("iam") instanceof JsonObject iam
        && iam.get("principal-arns") instanceof JsonArray arns) {
      server.role(texts(arns), true, false);
    }
    return server.build();
  }

  private static Answer answer(JsonObject from) {
    JsonElement status = from.get("status");
    return new Answer(
        status instanceof JsonPrimitive ? (Integer) status.getAsInt() : null,
        orEmpty(text(from, "body")),
        text(from, "date"));
  }

  private static List<String> texts(JsonArray from) {
    List<String> found = new ArrayList<>();
    from.forEach(each -> found.add(orEmpty(string(each))));
    return found;
  }

  private static JsonObject object(JsonObject from, String name) {
    return from.get(name) instanceof JsonObject object ? object : new JsonObject();
  }

  private static long number(JsonObject from, String name) {
    return from.get(name) instanceof JsonPrimitive found ? found.getAsLong() : 0;
  }

  private static String text(JsonObject from, String name) {
    return string(from.get(name));
  }

  /** What the types cannot hold is left out, as a caller's compiler would see to. */
  private static String string(JsonElement found) {
    return found instanceof JsonPrimitive text && text.isString() ? text.getAsString() : null;
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
