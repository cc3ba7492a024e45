package vaultawslogin;

import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/** Where a session logs in, as whom and for what. The core has the bounds and the defaults. */
public final class SessionOptions {
  private final Builder from;

  private SessionOptions(Builder from) {
    this.from = from;
  }

  /**
   * Returns a builder for a session at a server.
   *
   * @param vaultAddress such as {@code https://vault.example.com:8200}
   * @return the builder
   * @throws InputException if it is not a URL with scheme and host
   */
  public static Builder at(String vaultAddress) {
    return new Builder(vaultAddress);
  }

  Json config() {
    return Json.object()
        .put("mount", from.mount)
        .put("namespace", from.namespace)
        .put("login", from.login.json())
        .put("credential-source", from.credentials.json())
        .put("assume-role", from.assumeRole == null ? null : from.assumeRole.json())
        .put("request-timeout-milliseconds", milliseconds(from.requestTimeout))
        .put("back-off-cap-milliseconds", milliseconds(from.backOffCap))
        .put("start-spread-milliseconds", milliseconds(from.startSpread))
        .put("clock-correction-limit-seconds", seconds(from.clockCorrectionLimit));
  }

  private static Long milliseconds(Duration duration) {
    return duration == null ? null : (Long) bounded(duration.toMillis());
  }

  static Long seconds(Duration duration) {
    return duration == null ? null : (Long) bounded(duration.toSeconds());
  }

  /** The core refuses both ends in words that name the setting. Its JSON holds 32 bits. */
  private static long bounded(long value) {
    return value < 0 ? 0xffff_ffffL : Math.min(value, 0xffff_ffffL);
  }

  String vaultAddress() {
    return from.vaultAddress;
  }

  CredentialSource credentials() {
    return from.credentials;
  }

  Lease adopted() {
    return from.adopted;
  }

  HttpClient httpClient() {
    return from.httpClient == null ? DefaultClients.VAULT : from.httpClient;
  }

  /** Returns the client for a destination. */
  HttpClient client(SessionRefusal.Destination destination) {
    return switch (destination) {
      case VAULT -> httpClient();
      case STS -> from.awsHttpClient == null ? DefaultClients.VAULT : from.awsHttpClient;
      case CONTAINER_ENDPOINT, INSTANCE_METADATA ->
          from.awsHttpClient == null ? DefaultClients.METADATA : from.awsHttpClient;
    };
  }

  Clock clock() {
    return from.clock;
  }

  SessionListener listener() {
    return from.listener;
  }

  /** Shows nothing: a secret may have slipped into a setting. */
  @Override
  public String toString() {
    return "SessionOptions[…]";
  }

  /** Made on first use: a client has a thread. */
  private static final class DefaultClients {
    private static final HttpClient VAULT = HttpClient.newHttpClient();

    /** Metadata endpoints are on this machine or on its link: a proxy would see credentials. */
    private static final HttpClient METADATA =
        HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  }

  /** Collects the options. */
  public static final class Builder implements Cloneable {
    private final String vaultAddress;
    private String namespace;
    private String mount = "aws";
    private CredentialSource credentials;
    private AssumeRole assumeRole;
    private LoginOptions login = LoginOptions.DEFAULT;
    private Duration requestTimeout;
    private Duration backOffCap;
    private Duration startSpread;
    private Duration clockCorrectionLimit;
    private Lease adopted;
    private HttpClient httpClient;
    private HttpClient awsHttpClient;
    private Clock clock = Clock.systemUTC();
    private SessionListener listener = SessionListener.NONE;

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
      this.mount = Objects.requireNonNull(mount, "mount");
      return this;
    }

    /**
     * Sets where the AWS credentials come from.
     *
     * @param credentials the source
     * @return this builder
     */
    public Builder credentials(CredentialSource credentials) {
      this.credentials = credentials;
      return this;
    }

    /**
     * Sets the IAM role that is assumed with those credentials. Absent: logins are signed with the
     * source's own.
     *
     * @param assumeRole the role
     * @return this builder
     */
    public Builder assumeRole(AssumeRole assumeRole) {
      this.assumeRole = assumeRole;
      return this;
    }

    /**
     * Sets what the logins are for. Absent: a server with default settings.
     *
     * @param login the options
     * @return this builder
     */
    public Builder login(LoginOptions login) {
      this.login = Objects.requireNonNull(login, "login");
      return this;
    }

    /**
     * Sets how long a request may take. Absent: 10 seconds.
     *
     * @param requestTimeout the time
     * @return this builder
     */
    public Builder requestTimeout(Duration requestTimeout) {
      this.requestTimeout = requestTimeout;
      return this;
    }

    /**
     * Sets the longest wait between two attempts. Absent: one minute.
     *
     * @param backOffCap the time
     * @return this builder
     */
    public Builder backOffCap(Duration backOffCap) {
      this.backOffCap = backOffCap;
      return this;
    }

    /**
     * Spreads the first logins of a fleet over this time. Absent: no spreading.
     *
     * @param startSpread the time
     * @return this builder
     */
    public Builder startSpread(Duration startSpread) {
      this.startSpread = startSpread;
      return this;
    }

    /**
     * Sets how far signing may depart from the clock, up to an hour, after AWS has refused a login
     * for its time; zero for never. Absent: an hour with a server ID, 20 minutes without. A hostile
     * Vault can make a login live longer by as much.
     *
     * @param clockCorrectionLimit the time
     * @return this builder
     */
    public Builder clockCorrectionLimit(Duration clockCorrectionLimit) {
      this.clockCorrectionLimit = clockCorrectionLimit;
      return this;
    }

    /**
     * Takes over the lease of another session instead of a first login, such as after a restart of
     * this process on the same machine. A lease that has ended is ignored.
     *
     * @param lease the lease
     * @return this builder
     */
    public Builder adopt(Lease lease) {
      this.adopted = lease;
      return this;
    }

    /**
     * Sets the client for Vault, which has the TLS settings. It must follow no redirect. Absent: one
     * with the platform's settings.
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
     * Sets the client for AWS: STS, container endpoint and instance metadata. It must follow no
     * redirect. Absent: one with the platform's settings, and without a proxy for the latter two.
     *
     * @param awsHttpClient the client
     * @return this builder
     * @throws IllegalArgumentException if it follows redirects
     */
    public Builder awsHttpClient(HttpClient awsHttpClient) {
      this.awsHttpClient = Exchange.following(awsHttpClient);
      return this;
    }

    /**
     * Sets the wall clock. Absent: the system's.
     *
     * @param clock the clock
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets who hears what happens. Absent: nobody does.
     *
     * @param listener the listener
     * @return this builder
     */
    public Builder listener(SessionListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Returns the options.
     *
     * @return the options
     * @throws NullPointerException without credentials
     */
    public SessionOptions build() {
      Objects.requireNonNull(credentials, "credentials");
      return new SessionOptions(clone());
    }

    /** So that a builder that is used on does not change what it has built. */
    @Override
    protected Builder clone() {
      try {
        return (Builder) super.clone();
      } catch (CloneNotSupportedException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }
}
