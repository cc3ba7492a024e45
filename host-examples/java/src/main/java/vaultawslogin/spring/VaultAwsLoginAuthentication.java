package vaultawslogin.spring;

import java.util.Objects;
import org.springframework.vault.authentication.ClientAuthentication;
import org.springframework.vault.authentication.LoginToken;
import org.springframework.vault.authentication.VaultLoginException;
import org.springframework.vault.support.VaultToken;
import vaultawslogin.InputException;
import vaultawslogin.LoginFailedException;
import vaultawslogin.Token;
import vaultawslogin.VaultAwsLogin;
import vaultawslogin.VaultLoginOptions;

/**
 * Logs Spring Vault in. Its session managers renew the token, and call this again when it has ended.
 *
 * <p>The only class here that needs Spring Vault, which is not a dependency of this library at run
 * time.
 */
public final class VaultAwsLoginAuthentication implements ClientAuthentication {
  private final VaultAwsLogin login;
  private final VaultLoginOptions options;

  /**
   * Makes an authentication.
   *
   * @param login what logs in
   * @param options where, as whom and for what
   */
  public VaultAwsLoginAuthentication(VaultAwsLogin login, VaultLoginOptions options) {
    this.login = Objects.requireNonNull(login, "login");
    this.options = Objects.requireNonNull(options, "options");
  }

  /**
   * Logs in.
   *
   * @return the token
   * @throws VaultLoginException if an input breaks a rule, or if Vault refuses the login or cannot
   *     be reached; the cause is an {@link InputException} or a {@link LoginFailedException}
   */
  @Override
  public VaultToken login() {
    Token token;
    try {
      token = login.login(options);
    } catch (InputException | LoginFailedException refused) {
      throw new VaultLoginException(refused.getMessage(), refused);
    }
    LoginToken.LoginTokenBuilder made =
        LoginToken.builder()
            .token(token.token())
            .leaseDuration(token.lease())
            .renewable(token.renewable());
    // Only batch tokens have no accessor.
    return token.accessor().isEmpty()
        ? made.type("batch").build()
        : made.type("service").accessor(token.accessor()).build();
  }
}
