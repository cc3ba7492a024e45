package vaultawslogin;

/**
 * What a login is for. Each part is {@code null} if it is absent; {@link #DEFAULT} is for a server
 * with default settings.
 *
 * @param role the Vault role; {@code null}: Vault takes the name of the IAM user or role
 * @param serverId the server's {@code iam_server_id_header_value}
 * @param region the AWS region of the STS endpoint that the <em>server</em> calls; {@code null}:
 *     {@code us-east-1}
 * @param stsEndpoint the STS endpoint; {@code null}: the global host in {@code us-east-1}, the
 *     regional one elsewhere
 */
public record LoginOptions(String role, String serverId, String region, StsEndpoint stsEndpoint) {
  /** For a server with default settings. */
  public static final LoginOptions DEFAULT = new LoginOptions(null, null, null, null);

  /**
   * Returns an empty builder.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  Json json() {
    return Json.object()
        .put("role", role)
        .put("server-id", serverId)
        .put("region", region)
        .put("sts-endpoint", stsEndpoint == null ? null : stsEndpoint.json());
  }

  /** Shows nothing: a secret may have slipped into a setting. */
  @Override
  public String toString() {
    return "LoginOptions[…]";
  }

  /** Collects the options. */
  public static final class Builder {
    private String role;
    private String serverId;
    private String region;
    private StsEndpoint stsEndpoint;

    private Builder() {}

    /**
     * Sets the Vault role.
     *
     * @param role the role
     * @return this builder
     */
    public Builder role(String role) {
      this.role = role;
      return this;
    }

    /**
     * Sets the server's {@code iam_server_id_header_value}.
     *
     * @param serverId the server ID
     * @return this builder
     */
    public Builder serverId(String serverId) {
      this.serverId = serverId;
      return this;
    }

    /**
     * Sets the AWS region of the STS endpoint that the server calls.
     *
     * @param region the region
     * @return this builder
     */
    public Builder region(String region) {
      this.region = region;
      return this;
    }

    /**
     * Sets the STS endpoint that the server calls.
     *
     * @param stsEndpoint the endpoint
     * @return this builder
     */
    public Builder stsEndpoint(StsEndpoint stsEndpoint) {
      this.stsEndpoint = stsEndpoint;
      return this;
    }

    /**
     * Returns the options.
     *
     * @return the options
     */
    public LoginOptions build() {
      return new LoginOptions(role, serverId, region, stsEndpoint);
    }
  }
}
