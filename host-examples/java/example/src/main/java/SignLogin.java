import static java.lang.System.getenv;

import vaultawslogin.Credentials;
import vaultawslogin.LoginOptions;
import vaultawslogin.VaultAwsLogin;

/** Signs a Vault login with the AWS credentials in the environment, and prints it. */
public final class SignLogin {
  public static void main(String[] arguments) {
    Credentials credentials =
        Credentials.of(
            getenv("AWS_ACCESS_KEY_ID"),
            getenv("AWS_SECRET_ACCESS_KEY"),
            getenv("AWS_SESSION_TOKEN"));
    LoginOptions options = LoginOptions.builder().role("dev").build();
    System.out.println(new VaultAwsLogin().signLogin(credentials, options));
  }
}
