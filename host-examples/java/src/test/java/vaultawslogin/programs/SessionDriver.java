package vaultawslogin.programs;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import vaultawslogin.AssumeRole;
import vaultawslogin.CredentialSource;
import vaultawslogin.Credentials;
import vaultawslogin.Lease;
import vaultawslogin.LoginOptions;
import vaultawslogin.SessionListener;
import vaultawslogin.SessionOptions;
import vaultawslogin.SessionRefusal;
import vaultawslogin.StsEndpoint;
import vaultawslogin.VaultAwsLogin;
import vaultawslogin.VaultSession;
import vaultawslogin.WebIdentity;

/**
 * Runs one session as the first line of standard input says, and prints what happens to it, one JSON
 * object a line. Later lines are what the application does.
 */
public final class SessionDriver implements SessionListener {
  private static final String METADATA = "http://169.254.169.254";

  /** What the application's supplier returns from now on; complete once the first one came. */
  private volatile CompletableFuture<Credentials> credentials = new CompletableFuture<>();

  private SessionDriver() {}

  public static void main(String[] arguments) throws IOException {
    new SessionDriver()
        .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
  }

  private void run(BufferedReader input) throws IOException {
    JsonObject given = object(input.readLine());
    try (VaultSession session = new VaultAwsLogin().session(options(given))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        JsonObject asked = object(line);
        switch (asked.get("do").getAsString()) {
          case "credentials" -> supply(asked);
          case "token-refused" -> session.tokenRefused();
          case "lease" -> printLease(session);
          case "close" -> {
            return;
          }
          default -> throw new IllegalArgumentException(line);
        }
      }
    }
  }

  private void supply(JsonObject asked) {
    Credentials found =
        new Credentials(
            text(asked, "access_key_id"),
            text(asked, "secret_access_key"),
            text(asked, "session_token"),
            optional(asked, "expires_at", end -> Instant.ofEpochSecond(end.getAsLong())));
    if (!credentials.complete(found)) {
      credentials = CompletableFuture.completedFuture(found);
    }
  }

  private SessionOptions options(JsonObject given) {
    SessionOptions.Builder options =
        SessionOptions.at(text(given, "vault_addr"))
            .mount(text(given, "mount"))
            .namespace(text(given, "namespace"))
            .login(
                LoginOptions.builder()
                    .role(text(given, "role"))
                    .serverId(text(given, "server_id"))
                    .region(text(given, "region"))
                    .stsEndpoint(endpoint(given))
                    .build())
            .credentials(source(given.getAsJsonObject("credentials"), given))
            .assumeRole(optional(given, "assume_role", SessionDriver::role))
            .requestTimeout(milliseconds(given, "request_timeout_ms"))
            .backOffCap(milliseconds(given, "back_off_cap_ms"))
            .startSpread(milliseconds(given, "start_spread_ms"))
            .clockCorrectionLimit(
                optional(
                    given,
                    "clock_correction_limit_s",
                    value -> Duration.ofSeconds(value.getAsLong())))
            .adopt(optional(given, "adopt", value -> lease(value.getAsJsonObject())))
            .listener(this);
    long offset = given.has("clock_offset_s") ? given.get("clock_offset_s").getAsLong() : 0;
    options.clock(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(offset)));
    String metadata = text(given.getAsJsonObject("credentials"), "endpoint");
    if (metadata != null) {
      options.awsHttpClient(Rerouted.from(METADATA, metadata));
    }
    return options.build();
  }

  private CredentialSource source(JsonObject from, JsonObject whole) {
    String token = text(from, "authorization_token");
    return switch (text(from, "from")) {
      case "pushed" -> CredentialSource.supplied(() -> credentials.join());
      case "container" ->
          CredentialSource.containerEndpoint(text(from, "uri"), token == null ? null : () -> token);
      case "instance-metadata" -> CredentialSource.instanceMetadata();
      case "web-identity" -> {
        String identity = text(from, "token");
        Supplier<String> read = () -> identity;
        yield CredentialSource.webIdentity(
            new WebIdentity(
                text(from, "role_arn"),
                text(from, "session_name"),
                text(from, "region"),
                endpoint(from),
                read));
      }
      default -> throw new IllegalArgumentException(whole.get("credentials").toString());
    };
  }

  private static AssumeRole role(JsonElement given) {
    JsonObject role = given.getAsJsonObject();
    return AssumeRole.builder(text(role, "role_arn"))
        .roleSessionName(text(role, "session_name"))
        .externalId(text(role, "external_id"))
        .duration(
            optional(role, "duration_seconds", value -> Duration.ofSeconds(value.getAsLong())))
        .region(text(role, "region"))
        .stsEndpoint(endpoint(role))
        .build();
  }

  @Override
  public void onToken(Lease lease) {
    JsonObject told = event("token");
    told.addProperty("generation", lease.generation());
    told.addProperty("renewable", lease.renewable());
    told.addProperty("token_sha256", sha256(lease.token()));
    print(told);
  }

  @Override
  public void onTokenEnded(long generation) {
    JsonObject told = event("token-ended");
    told.addProperty("generation", generation);
    print(told);
  }

  @Override
  public void onRefusal(SessionRefusal refusal) {
    JsonObject told = event("refused");
    told.addProperty("rule", refusal.rule());
    told.addProperty("healing", kebab(refusal.healing()));
    told.addProperty(
        "destination", refusal.destination() == null ? null : kebab(refusal.destination()));
    told.addProperty(
        "diagnosis", refusal.diagnosis() == null ? null : refusal.diagnosis().rule());
    print(told);
    System.err.println(refusal.explained());
  }

  @Override
  public void onClockCorrection(long offsetSeconds, String message) {
    JsonObject told = event("clock-corrected");
    told.addProperty("offset_seconds", offsetSeconds);
    print(told);
  }

  @Override
  public void onCredentialError(RuntimeException error) {
    System.err.println(error);
  }

  private static void printLease(VaultSession session) {
    JsonObject told = event("lease");
    told.add("lease", session.lease().map(SessionDriver::lease).orElse(JsonNull.INSTANCE));
    print(told);
  }

  private static JsonElement lease(Lease lease) {
    JsonObject told = new JsonObject();
    told.addProperty("token", lease.token());
    told.addProperty("accessor", lease.accessor());
    told.addProperty("generation", lease.generation());
    told.addProperty("renewable", lease.renewable());
    told.addProperty("increment_seconds", lease.increment().toSeconds());
    told.addProperty("starts_at", lease.startsAt().toString());
    told.addProperty("ends_at", lease.endsAt().toString());
    return told;
  }

  private static Lease lease(JsonObject told) {
    return new Lease(
        text(told, "token"),
        text(told, "accessor"),
        told.get("generation").getAsLong(),
        told.get("renewable").getAsBoolean(),
        Duration.ofSeconds(told.get("increment_seconds").getAsLong()),
        Instant.parse(text(told, "starts_at")),
        Instant.parse(text(told, "ends_at")));
  }

  private static JsonObject event(String name) {
    JsonObject told = new JsonObject();
    told.addProperty("event", name);
    return told;
  }

  private static synchronized void print(JsonObject told) {
    System.out.println(told);
    System.out.flush();
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static String kebab(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static JsonObject object(String line) {
    return JsonParser.parseString(line).getAsJsonObject();
  }

  private static String text(JsonObject from, String name) {
    return optional(from, name, JsonElement::getAsString);
  }

  private static Duration milliseconds(JsonObject from, String name) {
    return optional(from, name, value -> Duration.ofMillis(value.getAsLong()));
  }

  private static StsEndpoint endpoint(JsonObject from) {
    return optional(from, "sts_endpoint", value -> StsEndpoint.url(value.getAsString()));
  }

  private static <T> T optional(JsonObject from, String name, Function<JsonElement, T> read) {
    JsonElement found = from.get(name);
    return found == null || found.isJsonNull() ? null : read.apply(found);
  }
}
