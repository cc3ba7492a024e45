package vaultawslogin;

import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/** Where to log in, as whom, and for what. */
public final class VaultLoginOptions {
  /** As long as Vault's own client waits. */
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  private final String vaultAddress;
  private final String namespace;
  private final String mount;
  private final Supplier<Credentials> credentials;
  private final LoginOptions login;
  private final HttpClient httpClient;
  private final Duration timeout;
  private final Clock clock;

  private VaultLoginOptions(Builder from) {
    vaultAddress = from.vaultAddress;
    namespace = from.namespace;
    mount = from.mount;
    credentials = Objects.requireNonNull(from.credentials, "credentials");
    login = from.login;
    httpClient = from.httpClient == null ? DefaultClient.CLIENT : from.httpClient;
    timeout = from.timeout;
    clock = from.clock;
  }

  /** Made on first use: a client has a thread. */
  private static final class DefaultClient {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
  }

  /**
   * Returns a builder for a login at a server.
   *
   * @param vaultAddress such as {@code https://vault.example.com:8200}
   * @return the builder
   * @throws InputException if it is not a URL with scheme and host
   */
  public static Builder at(String vaultAddress) {
    return new Builder(vaultAddress);
  }

  String vaultAddress() {
    return vaultAddress;
  }

  String namespace() {
    return namespace;
  }

  String mount() {
    return mount;
  }

  Supplier<Credentials> credentials() {
    return credentials;
  }

  LoginOptions login() {
    return login;
  }

  HttpClient httpClient() {
    return httpClient;
  }

  Duration timeout() {
    return timeout;
  }

  Clock clock() {
    return clock;
  }

  /** Shows nothing: a secret may have slipped into a setting. */
  @Override
  public String toString() {
    return "VaultLoginOptions[…]";
  }

  /** Collects the options. */
  public static final class Builder {
    private final String vaultAddress;
    private String namespace;
    private String mount = "aws";
    private Supplier<Credentials> credentials;
    private LoginOptions login = LoginOptions.DEFAULT;
    private HttpClient httpClient;
    private Duration timeout = DEFAULT_TIMEOUT;
    private Clock clock = Clock.systemUTC();

    private Builder(String vaultAddress) {
      VaultUrl.address(vaultAddress);
      this.vaultAddress = vaultAddress;
    }

    /**
     * Sets Vault Enterprise's or OpenBao's namespace. Absent: none is sent.
     *
     * @param namespace the namespace
     * @return this builder
     */
    public Builder namespace(String namespace) {
      this.namespace = namespace;
      return this;
    }

    /**
     * Sets where the AWS auth method is mounted. Absent: {@code aws}.
     *
     * @param mount the path below {@code auth/}
     * @return this builder
     */
    public Builder mount(String mount) {
      this.mount = mount.replaceAll("^/+|/+$", "");
      return this;
    }

    /**
     * Sets what returns the credentials, at each login once.
     *
     * @param credentials the supplier
     * @return this builder
     */
    public Builder credentials(Supplier<Credentials> credentials) {
      this.credentials = credentials;
      return this;
    }

    /**
     * Sets what the login is for. Absent: a server with default settings.
     *
     * @param login the options
     * @return this builder
     */
    public Builder login(LoginOptions login) {
      this.login = Objects.requireNonNull(login, "login");
      return this;
    }

    /**
     * Sets the client that sends the login, which has the TLS settings. It must follow no redirect.
     * Absent: one with the platform's settings.
     *
     * @param httpClient the client
     * @return this builder
     * @throws IllegalArgumentException if it follows redirects
     */
    public Builder httpClient(HttpClient httpClient) {
      this.httpClient = Exchange.following(httpClient);
      return this;
    }

    /**
     * Sets how long each request may take. Absent: 60 seconds.
     *
     * @param timeout the time
     * @return this builder
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Objects.requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Sets the clock by which the login is signed. Absent: the system's.
     *
     * @param clock the clock
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Returns the options.
     *
     * @return the options
     * @throws NullPointerException without credentials
     */
    public VaultLoginOptions build() {
      return new VaultLoginOptions(this);
    }
  }
}
