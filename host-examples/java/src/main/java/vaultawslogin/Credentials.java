package vaultawslogin;

import java.time.Instant;
import java.util.Objects;

/**
 * AWS credentials, as AWS issues them.
 *
 * @param accessKeyId the access key ID, such as {@code AKIAIOSFODNN7EXAMPLE}
 * @param secretAccessKey the secret access key
 * @param sessionToken the session token of temporary credentials ({@code ASIA…}); {@code null} for
 *     long-term ones
 * @param expiresAt when the credentials expire; {@code null} if that is unknown, and then it is not
 *     checked
 */
public record Credentials(
    String accessKeyId, String secretAccessKey, String sessionToken, Instant expiresAt) {

  /**
   * Refuses {@code null} for what all credentials have.
   *
   * @param accessKeyId the access key ID
   * @param secretAccessKey the secret access key
   * @param sessionToken the session token of temporary credentials ({@code ASIA…})
   * @param expiresAt when the credentials expire
   */
  public Credentials {
    Objects.requireNonNull(accessKeyId, "accessKeyId");
    Objects.requireNonNull(secretAccessKey, "secretAccessKey");
  }

  /**
   * Returns long-term credentials.
   *
   * @param accessKeyId the access key ID
   * @param secretAccessKey the secret access key
   * @return the credentials
   */
  public static Credentials of(String accessKeyId, String secretAccessKey) {
    return new Credentials(accessKeyId, secretAccessKey, null, null);
  }

  /**
   * Returns temporary credentials whose expiry is unknown.
   *
   * @param accessKeyId the access key ID
   * @param secretAccessKey the secret access key
   * @param sessionToken the session token; {@code null} for long-term credentials
   * @return the credentials
   */
  public static Credentials of(String accessKeyId, String secretAccessKey, String sessionToken) {
    return new Credentials(accessKeyId, secretAccessKey, sessionToken, null);
  }

  /** Shows nothing: keys that were swapped would show the secret one. */
  @Override
  public String toString() {
    return "Credentials[…]";
  }
}
