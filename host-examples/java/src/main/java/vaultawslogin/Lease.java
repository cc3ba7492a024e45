package vaultawslogin;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A Vault token and how long it is valid.
 *
 * @param token the token: a secret
 * @param accessor the token's accessor; {@code null}: batch tokens have none
 * @param generation counts logins from 1; a renewal keeps it
 * @param renewable whether the token can be renewed further
 * @param increment what a renewal asks for: the lease that the login was granted
 * @param startsAt when the lease began
 * @param endsAt when the lease ends
 */
public record Lease(
    String token,
    String accessor,
    long generation,
    boolean renewable,
    Duration increment,
    Instant startsAt,
    Instant endsAt) {
  /**
   * Refuses {@code null} for what all leases have.
   *
   * @param token the token: a secret
   * @param accessor the token's accessor
   * @param generation counts logins from 1
   * @param renewable whether the token can be renewed further
   * @param increment what a renewal asks for: the lease that the login was granted
   * @param startsAt when the lease began
   * @param endsAt when the lease ends
   */
  public Lease {
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(increment, "increment");
    Objects.requireNonNull(startsAt, "startsAt");
    Objects.requireNonNull(endsAt, "endsAt");
  }

  static Lease read(Json.In in) {
    return new Lease(
        in.text("token"),
        in.text("accessor"),
        in.number("generation"),
        in.truth("renewable"),
        Duration.ofSeconds(in.number("increment-seconds")),
        Now.date(in.in("starts-at")),
        Now.date(in.in("ends-at")));
  }

  /** Writes the lease for a session whose clocks show {@code now}. */
  Json json(Now now) {
    return Json.object()
        .put("token", token)
        .put("accessor", accessor)
        .put("generation", generation)
        .put("renewable", renewable)
        .put("increment-seconds", increment.toSeconds())
        .put("starts-at", now.at(startsAt))
        .put("ends-at", now.at(endsAt));
  }

  /** Shows everything but the token. */
  @Override
  public String toString() {
    return "Lease[generation=" + generation + ", renewable=" + renewable + ", endsAt=" + endsAt + "]";
  }
}
