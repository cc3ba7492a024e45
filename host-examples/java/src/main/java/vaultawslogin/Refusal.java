package vaultawslogin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Why a login was refused. Of the answer's text it has only {@code quoted}, because some servers
 * echo the login. All of it is safe to print. A part that is absent is {@code null}.
 *
 * @param refusedBy who refused; {@code null} if the answer holds a token
 * @param rule a name of {@code login-rule} in {@code wit/inspector.wit}; {@code null} if the login
 *     was accepted, or no rule knows the answer
 * @param message what is wrong, in one sentence
 * @param quoted the server's words on one line, without what is or may be a secret
 * @param causes the likely causes, the likeliest first
 * @param clientFix what to change on the client
 * @param serverFix what to change on the server
 * @param expectedServerId the server ID that the server wants, where the answer discloses it
 * @param awsClock AWS's clock when it refused, where the answer names it
 * @param skewSeconds how far AWS's clock is ahead of the one that signed; negative if behind
 * @param wantedRegion the region to sign for, where the answer and the login tell it
 */
public record Refusal(
    Refuser refusedBy,
    String rule,
    String message,
    String quoted,
    List<String> causes,
    String clientFix,
    String serverFix,
    String expectedServerId,
    Instant awsClock,
    Long skewSeconds,
    String wantedRegion) {

  /** Who refuses a login. */
  public enum Refuser {
    /** The machine that logs in: it never reached anything. */
    HOST,
    /** Something between the host and Vault, such as a proxy. */
    INTERMEDIARY,
    /** Vault or OpenBao itself. */
    VAULT,
    /** AWS's Security Token Service, asked by Vault, or by this process for a role to assume. */
    STS
  }

  /**
   * Returns the explanation for people: what is wrong, what the server said, the likely causes, and
   * what to change.
   *
   * @return lines without a line break at the end
   */
  public String explained() {
    List<String> lines = new ArrayList<>(List.of(message));
    if (quoted != null) {
      lines.add("the server said: " + quoted);
    }
    causes.forEach(cause -> lines.add("likely cause: " + cause));
    fixes(lines);
    return String.join("\n", lines);
  }

  void fixes(List<String> lines) {
    if (clientFix != null) {
      lines.add("on the client: " + clientFix);
    }
    if (serverFix != null) {
      lines.add("on the server: " + serverFix);
    }
  }

  static Refusal read(Json.In in) {
    return new Refusal(
        Named.constant(Refuser.class, in.text("refused-by")),
        in.text("rule"),
        in.text("message"),
        in.text("quoted"),
        in.texts("causes"),
        in.text("client-fix"),
        in.text("server-fix"),
        in.text("expected-server-id"),
        in.seconds("aws-clock-unix-seconds"),
        in.number("skew-seconds"),
        in.text("wanted-region"));
  }
}
