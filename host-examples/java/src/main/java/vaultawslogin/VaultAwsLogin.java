package vaultawslogin;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Logs in to HashiCorp Vault and OpenBao with AWS credentials.
 *
 * <p>It runs the core module of vault-aws-login, which was compiled to classes when this jar was
 * built. One object serves many threads: it keeps as many instances of the module as there were
 * calls at once. A call on a thread that is interrupted ends with an {@link IllegalStateException}.
 */
public final class VaultAwsLogin {
  /** The last second that an RFC 3339 year holds, in which the core counts. */
  private static final long LAST_SECOND = 253_402_300_799L;

  private static final Pattern VISIBLE = Pattern.compile("[!-~]*");

  private final Core core = new Core();

  /** Makes an object that holds no instance of the module yet. */
  public VaultAwsLogin() {}

  /**
   * Signs a login. Nothing is sent. Whoever holds the login can log in with it for 15 minutes.
   *
   * @param credentials whose login it is
   * @param options what it is for
   * @param time the time of signing
   * @return the JSON body for {@code POST /v1/auth/<mount>/login}
   * @throws InputException if an input breaks a rule
   */
  public String signLogin(Credentials credentials, LoginOptions options, Instant time) {
    Json request =
        Json.object()
            .put("credentials", json(credentials))
            .put("options", options.json())
            .put("unix-seconds", seconds(time));
    return core.call("sign_login", request).getAsString();
  }

  /**
   * Signs a login for now.
   *
   * @param credentials whose login it is
   * @param options what it is for
   * @return the JSON body for {@code POST /v1/auth/<mount>/login}
   * @throws InputException if an input breaks a rule
   */
  public String signLogin(Credentials credentials, LoginOptions options) {
    return signLogin(credentials, options, Instant.now());
  }

  /**
   * Predicts what a server does with a login of any client, in the order of its checks. With no
   * finding that is {@code REFUSED} or {@code DEPENDS} it accepts the login, if the signature is
   * right.
   *
   * @param login the login
   * @param server what is known of the server
   * @param time the time of sending
   * @return what is wrong, or may be
   */
  public List<Finding> checkLogin(String login, ServerProfile server, Instant time) {
    Json request =
        Json.object()
            .put("login-json", login)
            .put("server-profile", server.json())
            .put("unix-seconds", seconds(time));
    return Json.list(
        core.call("check_login", request).getAsJsonArray(),
        each -> Finding.read(Core.object(each)));
  }

  /**
   * Decodes a login for people, without its secrets.
   *
   * @param login the login
   * @return what is in it
   * @throws InputException if it cannot be decoded
   */
  public Explanation explainLogin(String login) {
    Json request = Json.object().put("login-json", login);
    return Explanation.read(Core.object(core.call("explain_login", request)));
  }

  /**
   * Explains who refused a login, why, and what to change. It never fails for what an answer holds.
   *
   * @param answer what came back from Vault
   * @param login the login that was sent, {@code null} if it is lost: it has the region and the time
   *     that were signed, and the secrets that {@code quoted} leaves out
   * @param time this machine's clock when the answer came
   * @return the explanation
   */
  public Refusal explainRefusal(Answer answer, String login, Instant time) {
    Json request =
        Json.object()
            .put("answer", answer.json())
            .put("login-json", login)
            .put("unix-seconds", seconds(time));
    return Refusal.read(Core.object(core.call("explain_refusal", request)));
  }

  /**
   * Explains who refused a login and why, from whatever a person copied of the answer: the output of
   * any client, with escapes, boxes and wraps. It is {@code explain-pasted} of the contract.
   *
   * @param text what was copied
   * @param status the HTTP status if it is known, which overrules what the text says; or {@code
   *     null}
   * @param login the login that was sent; {@code null} if it is lost
   * @param time this machine's clock when the answer came
   * @return the explanation
   */
  public Refusal diagnose(String text, Integer status, String login, Instant time) {
    Json request =
        Json.object()
            .put("text", text)
            .put("status", status)
            .put("login-json", login)
            .put("unix-seconds", seconds(time));
    return Refusal.read(Core.object(core.call("explain_pasted", request)));
  }

  /**
   * Explains who refused a login and why, from whatever a person copied of the answer just now.
   *
   * @param text what was copied
   * @return the explanation
   */
  public Refusal diagnose(String text) {
    return diagnose(text, null, null, Instant.now());
  }

  /**
   * Returns the seconds to add to this machine's clock so that AWS accepts the next login.
   *
   * @param answer what came back from Vault
   * @param time this machine's clock when the answer came
   * @return the seconds; empty if the answer is about something else than the time
   */
  public OptionalLong clockOffset(Answer answer, Instant time) {
    Json request = Json.object().put("answer", answer.json()).put("unix-seconds", seconds(time));
    var offset = core.call("clock_offset", request);
    return offset.isJsonNull() ? OptionalLong.empty() : OptionalLong.of(offset.getAsLong());
  }

  /**
   * Logs in, and returns the token.
   *
   * <p>One redirect with status 307 is followed, as standby servers send it, and never from https to
   * http.
   *
   * @param options where, as whom and for what
   * @return the token
   * @throws InputException if an input breaks a rule; nothing has been sent then
   * @throws LoginFailedException if Vault refuses the login, or cannot be reached; it explains why
   */
  public Token login(VaultLoginOptions options) {
    URI url = VaultUrl.login(options.vaultAddress(), options.mount());
    expectVisible(options.namespace());
    Credentials credentials = options.credentials().get();
    String login = signLogin(credentials, options.login(), options.clock().instant());
    Answer answer = Post.post(url, login, options);
    return Token.read(answer, explainRefusal(answer, login, options.clock().instant()));
  }

  /**
   * Starts a session, which logs in at once, and keeps a token until it is closed.
   *
   * @param options where, as whom and for what
   * @return the session
   * @throws InputException if a setting breaks a rule
   */
  public VaultSession session(SessionOptions options) {
    return new VaultSession(options);
  }

  private static void expectVisible(String namespace) {
    if (namespace != null && !VISIBLE.matcher(namespace).matches()) {
      throw new InputException(
          "illegal-character",
          "namespace",
          "invalid namespace: expected visible ASCII characters, found another one");
    }
  }

  static Json json(Credentials credentials) {
    Instant end = credentials.expiresAt();
    return Json.object()
        .put("access-key-id", credentials.accessKeyId())
        .put("secret-access-key", credentials.secretAccessKey())
        .put("session-token", credentials.sessionToken())
        // Before 1970 is as expired as at its beginning.
        .put("expires-at-unix-seconds", end == null ? null : (Long) Math.max(0, end.getEpochSecond()));
  }

  /** The contract counts from 1970 on. */
  static long seconds(Instant time) {
    long seconds = time.getEpochSecond();
    if (seconds < 0) {
      throw new InputException(
          "time-out-of-range",
          "unix-seconds",
          "invalid time: expected Unix seconds up to "
              + LAST_SECOND
              + " (year 9999), found "
              + seconds);
    }
    return seconds;
  }

  Core core() {
    return core;
  }
}
