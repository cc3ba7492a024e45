package vaultawslogin;

import java.util.List;

/**
 * What is known of a server. What is left out is unknown, and gives {@link
 * Finding.Severity#DEPENDS} rather than a guess.
 */
public final class ServerProfile {
  /** Nothing is known. */
  public static final ServerProfile UNKNOWN = builder().build();

  private final Json json;

  private ServerProfile(Json json) {
    this.json = json;
  }

  /**
   * Returns an empty builder.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  Json json() {
    return json;
  }

  /** Whose program it is. */
  public enum Flavour {
    /** HashiCorp Vault. */
    VAULT,
    /** OpenBao. */
    OPENBAO
  }

  /** Collects what is known. */
  public static final class Builder {
    private String serverId;
    private boolean noServerId;
    private Object stsEndpoint;
    private List<String> allowedHeaders;
    private String mountConfig;
    private Json core;
    private Json authPlugin;
    private String callerArn;
    private Object role;

    private Builder() {}

    /**
     * Says that the server wants this server ID: its {@code iam_server_id_header_value}.
     *
     * @param value the value, case and all
     * @return this builder
     */
    public Builder serverId(String value) {
      this.serverId = value;
      this.noServerId = false;
      return this;
    }

    /**
     * Says that the server has no {@code iam_server_id_header_value}, so that it compares nothing.
     *
     * @return this builder
     */
    public Builder noServerId() {
      this.serverId = null;
      this.noServerId = true;
      return this;
    }

    /**
     * Says that the server calls {@code https://sts.amazonaws.com}, the default.
     *
     * @return this builder
     */
    public Builder callsGlobalSts() {
      this.stsEndpoint = "global";
      return this;
    }

    /**
     * Says that the server has {@code use_sts_region_from_client}.
     *
     * @return this builder
     */
    public Builder callsStsOfClientRegion() {
      this.stsEndpoint = "client-region";
      return this;
    }

    /**
     * Says which {@code sts_endpoint} the server has.
     *
     * @param url the URL
     * @return this builder
     */
    public Builder callsSts(String url) {
      this.stsEndpoint = Json.object().put("url", url);
      return this;
    }

    /**
     * Says that the server calls an endpoint of this region, under any name.
     *
     * @param region the region
     * @return this builder
     */
    public Builder callsStsOfRegion(String region) {
      this.stsEndpoint = Json.object().put("region", region);
      return this;
    }

    /**
     * Says which {@code allowed_sts_header_values} the server has.
     *
     * @param names the names; empty if it has none
     * @return this builder
     */
    public Builder allowedHeaders(List<String> names) {
      this.allowedHeaders = List.copyOf(names);
      return this;
    }

    /**
     * Says whether {@code auth/<mount>/config/client} was ever written.
     *
     * @param written whether it was
     * @return this builder
     */
    public Builder mountConfigured(boolean written) {
      this.mountConfig = written ? "written" : "never-written";
      return this;
    }

    /**
     * Says which server it is.
     *
     * @param flavour whose program
     * @param version such as {@code 1.18.5}; {@code null} if it is not known
     * @return this builder
     */
    public Builder core(Flavour flavour, String version) {
      this.core = software(flavour, version);
      return this;
    }

    /**
     * Says which AWS auth method it is. Left out: the one that comes with the core.
     *
     * @param flavour whose program
     * @param version such as {@code 1.18.5}; {@code null} if it is not known
     * @return this builder
     */
    public Builder authPlugin(Flavour flavour, String version) {
      this.authPlugin = software(flavour, version);
      return this;
    }

    /**
     * Says what {@code GetCallerIdentity} answers for the credentials that signed.
     *
     * @param arn the ARN
     * @return this builder
     */
    public Builder callerArn(String arn) {
      this.callerArn = arn;
      return this;
    }

    /**
     * Says that the mount has no role of the name that the login asks for.
     *
     * @return this builder
     */
    public Builder roleMissing() {
      this.role = "missing";
      return this;
    }

    /**
     * Says that the role is of type {@code ec2}.
     *
     * @return this builder
     */
    public Builder roleOfTypeEc2() {
      this.role = "ec2";
      return this;
    }

    /**
     * Says how the role is bound.
     *
     * @param principalArns {@code bound_iam_principal_arn}, as written
     * @param resolvesUniqueIds {@code resolve_aws_unique_ids}
     * @param infersEc2Instance whether {@code inferred_entity_type} is {@code ec2_instance}
     * @return this builder
     */
    public Builder role(
        List<String> principalArns, boolean resolvesUniqueIds, boolean infersEc2Instance) {
      Json bindings =
          Json.object()
              .put("principal-arns", List.copyOf(principalArns))
              .put("unique-ids", resolvesUniqueIds ? "resolved" : "not-resolved")
              .put("inferred-entity", infersEc2Instance ? "ec2-instance" : "nothing");
      this.role = Json.object().put("iam", bindings);
      return this;
    }

    /**
     * Returns the profile.
     *
     * @return the profile
     */
    public ServerProfile build() {
      Object required = serverId == null ? null : Json.object().put("required", serverId);
      return new ServerProfile(
          Json.object()
              .put("server-id", noServerId ? "not-required" : required)
              .put("sts-endpoint", stsEndpoint)
              .put("allowed-headers", allowedHeaders)
              .put("mount-config", mountConfig)
              .put("core", core)
              .put("auth-plugin", authPlugin)
              .put("caller-arn", callerArn)
              .put("role", role));
    }

    private static Json software(Flavour flavour, String version) {
      return Json.object().put("flavour", Named.name(flavour)).put("version", version);
    }
  }
}
