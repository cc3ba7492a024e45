package vaultawslogin;

import com.google.gson.JsonElement;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What Vault granted.
 *
 * @param token the token: a secret
 * @param lease how long it is valid, counted from the answer; zero if it does not expire
 * @param renewable whether it can be renewed
 * @param accessor names the token without being one; empty for batch tokens
 * @param policies the policies of the token
 * @param metadata what Vault knows of the AWS identity: {@code account_id}, {@code client_arn}, …
 * @param warnings Vault's warnings, safe to print: one line without secrets; {@code null} if there
 *     are none
 */
public record Token(
    String token,
    Duration lease,
    boolean renewable,
    String accessor,
    List<String> policies,
    Map<String, String> metadata,
    String warnings) {
  /** As many seconds as 64 bits hold in nanoseconds: no method of a Duration overflows. */
  private static final BigDecimal LONGEST_LEASE =
      BigDecimal.valueOf(Long.MAX_VALUE / 1_000_000_000);

  private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

  /** Shows neither the token nor the server's texts, some of which may echo a login. */
  @Override
  public String toString() {
    return "Token[lease=" + lease + ", renewable=" + renewable + "]";
  }

  /** Reads the token from an answer. Of the answer an exception has only what the core quotes. */
  static Token read(Answer answer, Refusal refusal) {
    int status = answer.status();
    if (status < 200 || status > 299) {
      throw refused("Vault refused the login with status " + status, status, refusal);
    }
    try {
      Json.In whole = Json.In.read(answer.body().getBytes(StandardCharsets.UTF_8)).orElse(null);
      Json.In auth = whole == null ? null : whole.in("auth");
      if (auth != null && auth.element("mfa_requirement") != null) {
        throw refused(
            "expected a token from Vault, found that it asks for a second factor (MFA)",
            status,
            refusal);
      }
      String token = auth == null ? null : auth.text("client_token");
      if (token == null || token.isEmpty()) {
        throw refused(
            "expected a token from Vault, found an answer without one (status " + status + ")",
            status,
            refusal);
      }
      if (!VISIBLE.matcher(token).matches()) {
        throw refused(
            "expected a token of visible ASCII characters from Vault, found another",
            status,
            refusal);
      }
      return read(auth, token, refusal.quoted());
    } catch (UnsupportedOperationException | IllegalStateException | NumberFormatException odd) {
      // A member of another type than Vault gives it. Gson's words quote it.
      throw refused("expected a token from Vault, found another answer", status, refusal);
    }
  }

  private static Token read(Json.In auth, String token, String warnings) {
    String accessor = auth.text("accessor");
    Map<String, String> metadata = new LinkedHashMap<>();
    Json.In given = auth.in("metadata");
    if (given != null) {
      for (Map.Entry<String, JsonElement> each : given.object().entrySet()) {
        metadata.put(each.getKey(), each.getValue().getAsString());
      }
    }
    return new Token(
        token,
        lease(auth.element("lease_duration")),
        auth.truth("renewable"),
        accessor == null ? "" : accessor,
        auth.texts("policies"),
        Map.copyOf(metadata),
        warnings);
  }

  private static Duration lease(JsonElement seconds) {
    return seconds == null
        ? Duration.ZERO
        : Duration.ofSeconds(
            seconds.getAsBigDecimal().max(BigDecimal.ZERO).min(LONGEST_LEASE).longValue());
  }

  /** Puts the server's words and the explanation behind what went wrong. */
  private static LoginFailedException refused(String what, int status, Refusal refusal) {
    List<String> lines = new ArrayList<>();
    lines.add(refusal.quoted() == null ? what : what + ": " + refusal.quoted());
    lines.add(refusal.message());
    refusal.fixes(lines);
    return LoginFailedException.refused(String.join("\n", lines), status, refusal);
  }
}
