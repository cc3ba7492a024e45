package vaultawslogin;

import java.time.Instant;

/**
 * An attempt of a session that failed; the session goes on. It never holds a secret.
 *
 * @param rule a name of {@code refusal-rule} in {@code wit/lifecycle.wit}, for programs to branch on
 *     and for counting
 * @param healing what has to happen before the next attempt can succeed
 * @param destination the server that refused or failed; {@code null}: it is about what the caller
 *     supplied, or about this machine's clock
 * @param status the status of its answer; {@code null}: there was no answer
 * @param message what is wrong, in one sentence
 * @param diagnosis what the inspector says of a login that Vault or STS refused, or of a role that
 *     STS does not let it assume; {@code null}: it is about something else
 * @param retryAt when the next attempt is allowed
 */
public record SessionRefusal(
    String rule,
    Healing healing,
    Destination destination,
    Integer status,
    String message,
    Refusal diagnosis,
    Instant retryAt) {

  /** What has to happen before the next attempt can succeed. */
  public enum Healing {
    /** Nothing but time. */
    BY_ITSELF,
    /** A person has to change something. */
    BY_HAND
  }

  /** The server that a request is for. */
  public enum Destination {
    /** Vault. */
    VAULT,
    /** The container endpoint. */
    CONTAINER_ENDPOINT,
    /** EC2's instance metadata. */
    INSTANCE_METADATA,
    /** STS, for credentials. */
    STS
  }

  /**
   * Returns the refusal for people: that of the diagnosis with its causes and fixes, where there is one.
   *
   * @return lines without a line break at the end
   */
  public String explained() {
    return diagnosis == null ? message : diagnosis.explained();
  }

  static SessionRefusal read(Json.In in) {
    Json.In diagnosis = in.in("diagnosis");
    Long status = in.number("status");
    return new SessionRefusal(
        in.text("rule"),
        Named.constant(Healing.class, in.text("healing")),
        Named.constant(Destination.class, in.text("destination")),
        status == null ? null : (Integer) status.intValue(),
        in.text("message"),
        diagnosis == null ? null : Refusal.read(diagnosis),
        Now.date(in.in("retry-at")));
  }
}
