package vaultawslogin;

import java.time.Duration;
import java.util.Objects;

/**
 * The IAM role that a session assumes with the credentials of its source, before it logs in.
 *
 * @param roleArn the ARN of the IAM role, which may be in another account
 * @param roleSessionName the name of the session; {@code null}: {@code vault-aws-login}
 * @param externalId the external ID that the role's trust policy demands; {@code null}: none is sent
 * @param duration how long the credentials of the role last; {@code null}: AWS's default, an hour
 * @param region the region of the STS endpoint that this process calls; {@code null}: {@code
 *     us-east-1}
 * @param stsEndpoint the STS endpoint that this process calls; {@code null}: as in {@link
 *     LoginOptions}
 */
public record AssumeRole(
    String roleArn,
    String roleSessionName,
    String externalId,
    Duration duration,
    String region,
    StsEndpoint stsEndpoint) {
  /**
   * Refuses {@code null} for the role.
   *
   * @param roleArn the ARN of the IAM role
   * @param roleSessionName the name of the session
   * @param externalId the external ID
   * @param duration how long the credentials of the role last
   * @param region the region of the STS endpoint
   * @param stsEndpoint the STS endpoint
   */
  public AssumeRole {
    Objects.requireNonNull(roleArn, "roleArn");
  }

  /**
   * Returns a builder for a role.
   *
   * @param roleArn the ARN of the IAM role
   * @return the builder
   */
  public static Builder builder(String roleArn) {
    return new Builder(roleArn);
  }

  Json json() {
    return Json.object()
        .put("role-arn", roleArn)
        .put("role-session-name", roleSessionName)
        .put("external-id", externalId)
        .put("duration-seconds", SessionOptions.seconds(duration))
        .put("region", region)
        .put("sts-endpoint", stsEndpoint == null ? null : stsEndpoint.json());
  }

  /** Shows nothing: an external ID is between two parties. */
  @Override
  public String toString() {
    return "AssumeRole[…]";
  }

  /** Collects the settings. */
  public static final class Builder {
    private final String roleArn;
    private String roleSessionName;
    private String externalId;
    private Duration duration;
    private String region;
    private StsEndpoint stsEndpoint;

    private Builder(String roleArn) {
      this.roleArn = roleArn;
    }

    /**
     * Sets the name of the session. Absent: {@code vault-aws-login}.
     *
     * @param roleSessionName the name
     * @return this builder
     */
    public Builder roleSessionName(String roleSessionName) {
      this.roleSessionName = roleSessionName;
      return this;
    }

    /**
     * Sets the external ID that the role's trust policy demands. Absent: none is sent.
     *
     * @param externalId the external ID
     * @return this builder
     */
    public Builder externalId(String externalId) {
      this.externalId = externalId;
      return this;
    }

    /**
     * Sets how long the credentials of the role last, from 15 minutes to 12 hours. Absent: an hour.
     *
     * @param duration the time
     * @return this builder
     */
    public Builder duration(Duration duration) {
      this.duration = duration;
      return this;
    }

    /**
     * Sets the region of the STS endpoint that this process calls. Absent: {@code us-east-1}.
     *
     * @param region the region
     * @return this builder
     */
    public Builder region(String region) {
      this.region = region;
      return this;
    }

    /**
     * Sets the STS endpoint that this process calls. Absent: as in {@link LoginOptions}.
     *
     * @param stsEndpoint the endpoint
     * @return this builder
     */
    public Builder stsEndpoint(StsEndpoint stsEndpoint) {
      this.stsEndpoint = stsEndpoint;
      return this;
    }

    /**
     * Returns the role.
     *
     * @return the role
     */
    public AssumeRole build() {
      return new AssumeRole(roleArn, roleSessionName, externalId, duration, region, stsEndpoint);
    }
  }
}
