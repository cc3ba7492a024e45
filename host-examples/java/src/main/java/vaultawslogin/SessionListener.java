package vaultawslogin;

/**
 * Hears what happens to a session. All calls come from the session's thread, so they return soon.
 * What one throws goes to the thread's uncaught-exception handler, and the session goes on.
 */
public interface SessionListener {
  /** Hears nothing. */
  SessionListener NONE = new SessionListener() {};

  /**
   * The token is new, or its lease is.
   *
   * @param lease the token and its lease
   */
  default void onToken(Lease lease) {}

  /**
   * The token must no longer be used.
   *
   * @param generation its generation
   */
  default void onTokenEnded(long generation) {}

  /**
   * An attempt failed; the session goes on.
   *
   * @param refusal why
   */
  default void onRefusal(SessionRefusal refusal) {}

  /**
   * Logins are signed for another time than the clock's.
   *
   * @param offsetSeconds what is added to the clock; 0 when it is right again
   * @param message the same in one sentence
   */
  default void onClockCorrection(long offsetSeconds, String message) {}

  /**
   * What supplies credentials or tokens threw, or supplied some that were refused. It is called
   * again after a minute, as it is after it returned {@code null}, of which nothing is heard.
   *
   * @param error what it threw, or an {@link InputException}
   */
  default void onCredentialError(RuntimeException error) {}
}
