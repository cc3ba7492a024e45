package vaultawslogin;

import java.time.Clock;
import java.time.Instant;

/** One moment, as read from both clocks. */
record Now(long monotonicMilliseconds, long unixMilliseconds) {
  /** From 1970 too, so that the instants of a lease from before this process are not below zero. */
  private static final long ORIGIN = System.currentTimeMillis() - System.nanoTime() / 1_000_000;

  static Now read(Clock wall) {
    return new Now(ORIGIN + System.nanoTime() / 1_000_000, Math.max(0, wall.millis()));
  }

  Json json() {
    return instant(monotonicMilliseconds, unixMilliseconds);
  }

  /** Writes the moment of a date, as far as both clocks have run alike. */
  Json at(Instant date) {
    long then = Math.max(0, date.toEpochMilli());
    return instant(Math.max(0, monotonicMilliseconds + then - unixMilliseconds), then);
  }

  private static Json instant(long monotonic, long unix) {
    return Json.object().put("monotonic-milliseconds", monotonic).put("unix-milliseconds", unix);
  }

  static Instant date(Json.In instant) {
    return Instant.ofEpochMilli(instant.number("unix-milliseconds"));
  }

  static long monotonic(Json.In instant) {
    return instant.number("monotonic-milliseconds");
  }
}
