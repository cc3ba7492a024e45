package vaultawslogin;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * {@code AssumeRoleWithWebIdentity}.
 *
 * @param roleArn the ARN of the IAM role, as in {@code AWS_ROLE_ARN}
 * @param roleSessionName the name of the session, as in {@code AWS_ROLE_SESSION_NAME}
 * @param region the region of the STS endpoint that this process calls; {@code null}: {@code
 *     us-east-1}
 * @param stsEndpoint the STS endpoint that this process calls; {@code null}: as in {@link
 *     LoginOptions}
 * @param token reads the web-identity token before each exchange
 */
public record WebIdentity(
    String roleArn,
    String roleSessionName,
    String region,
    StsEndpoint stsEndpoint,
    Supplier<String> token) {
  /**
   * Refuses {@code null} for what all web identities have.
   *
   * @param roleArn the ARN of the IAM role, as in {@code AWS_ROLE_ARN}
   * @param roleSessionName the name of the session, as in {@code AWS_ROLE_SESSION_NAME}
   * @param region the region of the STS endpoint that this process calls
   * @param stsEndpoint the STS endpoint that this process calls
   * @param token reads the web-identity token before each exchange
   */
  public WebIdentity {
    Objects.requireNonNull(roleArn, "roleArn");
    Objects.requireNonNull(roleSessionName, "roleSessionName");
    Objects.requireNonNull(token, "token");
  }

  Json json() {
    return Json.object()
        .put("role-arn", roleArn)
        .put("role-session-name", roleSessionName)
        .put("region", region)
        .put("sts-endpoint", stsEndpoint == null ? null : stsEndpoint.json());
  }

  /** Shows nothing: a secret may have slipped into a setting. */
  @Override
  public String toString() {
    return "WebIdentity[…]";
  }
}
