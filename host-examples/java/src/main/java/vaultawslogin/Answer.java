package vaultawslogin;

import java.util.Objects;

/**
 * What came back from Vault.
 *
 * @param status the HTTP status; {@code null} if no answer came
 * @param body the body; if no answer came, what the HTTP client says of that, or nothing
 * @param date the {@code Date} header, by which the server's clock is known; {@code null} if there
 *     is none
 */
public record Answer(Integer status, String body, String date) {
  /**
   * Refuses a {@code null} body.
   *
   * @param status the HTTP status
   * @param body the body
   * @param date the {@code Date} header
   */
  public Answer {
    Objects.requireNonNull(body, "body");
  }

  /**
   * Returns an answer whose {@code Date} header is not known.
   *
   * @param status the HTTP status
   * @param body the body
   * @return the answer
   */
  public static Answer of(int status, String body) {
    return new Answer(status, body, null);
  }

  Json json() {
    return Json.object().put("status", status).put("body", body).put("date", date);
  }

  /** Shows the status alone: a server may echo a login. */
  @Override
  public String toString() {
    return "Answer[status=" + status + "]";
  }
}
