package vaultawslogin;

import java.util.Objects;

/** The STS host to sign for: the one that the Vault server calls, or its proxy. */
public final class StsEndpoint {
  /** {@code sts.<region>.<suffix>}, in {@code us-east-1} too. */
  public static final StsEndpoint REGIONAL = new StsEndpoint("regional", null);

  /** {@code sts-fips.<region>.<suffix>}; in GovCloud the regional host, which is the FIPS one. */
  public static final StsEndpoint FIPS = new StsEndpoint("fips", null);

  /** {@code sts.<region>.<dual-stack suffix>}, reachable by IPv4 and IPv6. */
  public static final StsEndpoint DUAL_STACK = new StsEndpoint("dual-stack", null);

  /** {@code sts-fips.<region>.<dual-stack suffix>}. */
  public static final StsEndpoint FIPS_DUAL_STACK = new StsEndpoint("fips-dual-stack", null);

  private final String name;
  private final String url;

  private StsEndpoint(String name, String url) {
    this.name = name;
    this.url = url;
  }

  /**
   * Returns an endpoint of another name.
   *
   * @param url {@code https://} or {@code http://}, a host, and a port if it is not the default one
   * @return the endpoint
   */
  public static StsEndpoint url(String url) {
    return new StsEndpoint("url", Objects.requireNonNull(url, "url"));
  }

  Object json() {
    return url == null ? name : Json.object().put("url", url);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StsEndpoint that
        && name.equals(that.name)
        && Objects.equals(url, that.url);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, url);
  }

  /** Shows the kind and not the URL: a secret may have slipped into a setting. */
  @Override
  public String toString() {
    return "StsEndpoint[" + name + "]";
  }
}
