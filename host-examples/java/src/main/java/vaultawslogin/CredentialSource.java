package vaultawslogin;

import java.util.Objects;
import java.util.function.Supplier;

/** Where a session's AWS credentials come from: from the caller, or fetched by the session itself. */
public final class CredentialSource {
  private final Object json;
  private final Supplier<Credentials> credentials;
  private final Supplier<String> token;

  private CredentialSource(Object json, Supplier<Credentials> credentials, Supplier<String> token) {
    this.json = json;
    this.credentials = credentials;
    this.token = token;
  }

  /**
   * Returns a source that asks the caller, before credentials expire. Each call has a thread, so
   * that it may wait.
   *
   * @param credentials returns the credentials; {@code null} if it has none now: the session calls it
   *     again after a minute, and tells its listener nothing
   * @return the source
   */
  public static CredentialSource supplied(Supplier<Credentials> credentials) {
    Objects.requireNonNull(credentials, "credentials");
    return new CredentialSource("pushed", credentials, null);
  }

  /**
   * Returns the container endpoint of ECS, EKS Pod Identity or a credential helper.
   *
   * @param uri {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI} or {@code
   *     AWS_CONTAINER_CREDENTIALS_FULL_URI}
   * @param authorizationToken reads the authorization token before each fetch, because such tokens
   *     rotate, with {@code null} as for {@link #supplied}; {@code null} itself: none is sent
   * @return the source
   */
  public static CredentialSource containerEndpoint(
      String uri, Supplier<String> authorizationToken) {
    Json endpoint =
        Json.object()
            .put("uri", Objects.requireNonNull(uri, "uri"))
            .put("authorization", authorizationToken == null ? "none" : "token");
    Json source = Json.object().put("container-endpoint", endpoint);
    return new CredentialSource(source, null, authorizationToken);
  }

  /**
   * Returns EC2's instance metadata, version 2.
   *
   * @return the source
   */
  public static CredentialSource instanceMetadata() {
    return new CredentialSource("instance-metadata", null, null);
  }

  /**
   * Returns a web identity (EKS, OIDC), whose token is exchanged for credentials at STS.
   *
   * @param identity the identity
   * @return the source
   */
  public static CredentialSource webIdentity(WebIdentity identity) {
    return new CredentialSource(
        Json.object().put("web-identity", identity.json()), null, identity.token());
  }

  Object json() {
    return json;
  }

  /** Returns what the caller supplies; {@code null} if the session fetches credentials itself. */
  Supplier<Credentials> credentials() {
    return credentials;
  }

  /** Returns what reads the authorization or web-identity token; {@code null} for none. */
  Supplier<String> token() {
    return token;
  }
}
