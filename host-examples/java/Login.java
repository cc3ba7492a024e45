import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import vaultawslogin.InputException;
import vaultawslogin.LoginFailedException;
import vaultawslogin.LoginOptions;
import vaultawslogin.Token;
import vaultawslogin.VaultAwsLogin;
import vaultawslogin.VaultLoginOptions;
import vaultawslogin.VaultUrl;
import vaultawslogin.aws.AwsSdkCredentials;

/**
 * Logs in with the AWS identity of this machine and prints a secret.
 *
 * <p>Arguments: ROLE PATH [MOUNT], such as {@code dev secret/greeting}. The rest comes from
 * VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and the AWS SDK's own variables and files.
 */
public final class Login {
  private static final String ADDRESS = System.getenv("VAULT_ADDR");
  private static final String NAMESPACE = System.getenv("VAULT_NAMESPACE");

  private Login() {}

  /**
   * Runs the program.
   *
   * @param arguments ROLE PATH [MOUNT]
   */
  public static void main(String[] arguments) {
    try {
      System.out.println(read(login(arguments), arguments[1]));
    } catch (InputException | LoginFailedException refused) {
      // The messages of both are for people; any other exception is a defect and keeps its stack.
      System.err.println("error: " + refused.getMessage());
      System.exit(1);
    } catch (Unread unread) {
      System.err.println("error: " + unread.getMessage());
      System.exit(1);
    }
  }

  private static Token login(String[] arguments) {
    LoginOptions login =
        LoginOptions.builder()
            .role(arguments[0])
            .serverId(System.getenv("VAULT_IAM_SERVER_ID"))
            .build();
    VaultLoginOptions.Builder options =
        VaultLoginOptions.at(ADDRESS)
            .namespace(NAMESPACE)
            .login(login)
            .credentials(AwsSdkCredentials.of(DefaultCredentialsProvider.builder().build()));
    if (arguments.length > 2) {
      options.mount(arguments[2]);
    }
    Token token = new VaultAwsLogin().login(options.build());
    if (token.warnings() != null) {
      System.err.println("Vault warns: " + token.warnings());
    }
    System.err.println("logged in for " + token.lease().toSeconds() + " s");
    return token;
  }

  /** Returns the secret. A redirect would take the token elsewhere: the client follows none. */
  private static JsonObject read(Token token, String path) {
    URI url = VaultUrl.of(ADDRESS, path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url).header("X-Vault-Token", token.token());
    Optional.ofNullable(NAMESPACE).ifPresent(name -> request.header("X-Vault-Namespace", name));
    // An answer other than the secret is not shown, because it may echo the token, and neither are
    // exceptions, which quote what they could not read.
    String found = "no answer";
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
      found = "status " + answer.statusCode();
      if (answer.statusCode() == 200) {
        JsonObject whole = JsonParser.parseString(answer.body()).getAsJsonObject();
        if (whole.get("data") instanceof JsonObject data) {
          return data;
        }
      }
    } catch (Exception unread) {
      throw new Unread("cannot read " + path + ": " + found);
    }
    throw new Unread("cannot read " + path + ": " + found);
  }

  private static final class Unread extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unread(String message) {
      super(message);
    }
  }
}
