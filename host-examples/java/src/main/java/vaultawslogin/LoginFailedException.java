package vaultawslogin;

/**
 * A login that Vault refused, or that never reached it.
 *
 * <p>Its message is safe to print: of the answer it has the server's words on one line without
 * secrets, and what they mean. It has no cause, because a platform's exceptions quote what a server
 * sent.
 */
public final class LoginFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The status of the answer. */
  private final Integer status;

  /** Why no answer came. */
  private final TransportFailure failure;

  /** What the answer means. */
  private final transient Refusal refusal;

  private LoginFailedException(
      String message, Integer status, TransportFailure failure, Refusal refusal) {
    super(message);
    this.status = status;
    this.failure = failure;
    this.refusal = refusal;
  }

  static LoginFailedException unanswered(TransportFailure failure, String message) {
    return new LoginFailedException(message, null, failure, null);
  }

  static LoginFailedException redirected(String message) {
    return new LoginFailedException(message, 307, null, null);
  }

  static LoginFailedException refused(String message, int status, Refusal refusal) {
    return new LoginFailedException(message, status, null, refusal);
  }

  /**
   * Returns the HTTP status of the answer.
   *
   * @return the status; {@code null} when no answer came
   */
  public Integer status() {
    return status;
  }

  /**
   * Returns why no answer came.
   *
   * @return the failure; {@code null} when one came
   */
  public TransportFailure failure() {
    return failure;
  }

  /**
   * Returns what the answer means, what to change, and what the server said ({@code quoted}).
   *
   * @return the refusal; {@code null} when no answer came, or one that is a redirect
   */
  public Refusal refusal() {
    return refusal;
  }

  /**
   * Returns the rule that the login or its answer broke.
   *
   * @return a name of {@code login-rule} in {@code wit/inspector.wit}; {@code null} if none is known
   */
  public String rule() {
    return refusal == null ? null : refusal.rule();
  }
}
