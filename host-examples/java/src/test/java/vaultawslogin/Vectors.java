package vaultawslogin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** The inputs that every host signs, and what comes of them. */
record Vectors(Json.In in) {
  static List<Vectors> read(String name, int count) throws IOException {
    String text = Files.readString(Path.of("../../tests/vectors", name));
    List<Vectors> found =
        Json.list(
            JsonParser.parseString(text).getAsJsonArray(),
            each -> new Vectors(new Json.In(each.getAsJsonObject())));
    assertEquals(count, found.size());
    return found;
  }

  String why() {
    return in.text("why");
  }

  String sign(VaultAwsLogin signer) {
    return signer.signLogin(credentials(), options(), Instant.ofEpochSecond(in.number("unix-seconds")));
  }

  private Credentials credentials() {
    Json.In given = in.in("credentials");
    JsonElement end = given.element("expires-at-unix-seconds");
    return new Credentials(
        given.text("access-key-id"),
        given.text("secret-access-key"),
        given.text("session-token"),
        end == null ? null : instant(end.getAsBigInteger()));
  }

  /** The one vector past what an Instant holds is as good as its last second. */
  private static Instant instant(BigInteger seconds) {
    return Instant.ofEpochSecond(
        seconds.min(BigInteger.valueOf(Instant.MAX.getEpochSecond())).longValueExact());
  }

  private LoginOptions options() {
    Json.In given = in.in("options");
    JsonElement endpoint = given.element("sts-endpoint");
    return LoginOptions.builder()
        .role(given.text("role"))
        .serverId(given.text("server-id"))
        .region(given.text("region"))
        .stsEndpoint(endpoint == null ? null : endpoint(endpoint))
        .build();
  }

  private static StsEndpoint endpoint(JsonElement given) {
    if (given.isJsonObject()) {
      return StsEndpoint.url(new Json.In(given.getAsJsonObject()).text("url"));
    }
    return switch (given.getAsString()) {
      case "regional" -> StsEndpoint.REGIONAL;
      case "fips" -> StsEndpoint.FIPS;
      case "dual-stack" -> StsEndpoint.DUAL_STACK;
      case "fips-dual-stack" -> StsEndpoint.FIPS_DUAL_STACK;
      default -> throw new AssertionError(given);
    };
  }
}
