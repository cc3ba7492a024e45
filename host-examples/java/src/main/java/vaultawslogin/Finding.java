package vaultawslogin;

/**
 * One thing that is wrong, or may be, with a login.
 *
 * @param rule a name of {@code login-rule} in {@code wit/inspector.wit}, for programs to branch on
 * @param severity how sure it is
 * @param message what is wrong, what was expected and what was found, in one sentence
 * @param fix the one change that mends it
 */
public record Finding(String rule, Severity severity, String message, String fix) {
  /** How sure a finding is. */
  public enum Severity {
    /** The login is refused, by the server or by AWS behind it. */
    REFUSED,
    /** Something that the profile does not tell decides. */
    DEPENDS,
    /** The login passes, but something should be different. */
    ADVICE
  }

  static Finding read(Json.In in) {
    return new Finding(
        in.text("rule"),
        Named.constant(Severity.class, in.text("severity")),
        in.text("message"),
        in.text("fix"));
  }
}
