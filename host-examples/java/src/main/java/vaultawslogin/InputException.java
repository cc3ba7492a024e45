package vaultawslogin;

/**
 * An input that was refused, or a login that cannot be explained. Nothing has been sent. Its message
 * says what was expected and what was found; it never holds a secret.
 */
public final class InputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** Why. */
  private final String rule;

  /** Which input. */
  private final String field;

  InputException(String rule, String field, String message) {
    super(message);
    this.rule = rule;
    this.field = field;
  }

  /**
   * Returns why, for programs to branch on.
   *
   * @return a name of {@code input-rule} in {@code wit/login.wit}, such as {@code
   *     credentials-expired}; of {@code login-rule} in {@code wit/inspector.wit} for a login that
   *     cannot be explained; {@code address-malformed} or {@code path-malformed} for a URL
   */
  public String rule() {
    return rule;
  }

  /**
   * Returns which input it is about.
   *
   * @return a name of {@code input-field} in {@code wit/login.wit}, such as {@code region}; {@code
   *     address} or {@code path} for a URL; {@code null} for a login that cannot be explained
   */
  public String field() {
    return field;
  }
}
