package vaultawslogin.programs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import vaultawslogin.Answer;
import vaultawslogin.CredentialSource;
import vaultawslogin.Credentials;
import vaultawslogin.LoginFailedException;
import vaultawslogin.LoginOptions;
import vaultawslogin.ServerProfile;
import vaultawslogin.SessionListener;
import vaultawslogin.SessionOptions;
import vaultawslogin.SessionRefusal;
import vaultawslogin.Token;
import vaultawslogin.VaultAwsLogin;
import vaultawslogin.VaultLoginOptions;
import vaultawslogin.VaultSession;
import vaultawslogin.aws.AwsSdkCredentials;

/**
 * Prints its product, a login or a token, and on standard error everything else that a program could
 * show: {@code inspector}, {@code login} or {@code session}, then ROLE MOUNT.
 */
public final class Shown {
  private static final VaultAwsLogin VAULT = new VaultAwsLogin();
  private static final String ADDRESS = System.getenv("VAULT_ADDR");
  private static final Supplier<Credentials> CREDENTIALS =
      AwsSdkCredentials.of(EnvironmentVariableCredentialsProvider.create());

  private Shown() {}

  public static void main(String[] arguments) throws InterruptedException {
    LoginOptions options =
        LoginOptions.builder()
            .role(arguments[1].isEmpty() ? null : arguments[1])
            .serverId(System.getenv("VAULT_IAM_SERVER_ID"))
            .build();
    show(options);
    boolean succeeded =
        switch (arguments[0]) {
          case "inspector" -> inspect(options);
          case "login" -> logIn(options, arguments[2]);
          default -> keep(options, arguments[2]);
        };
    System.exit(succeeded ? 0 : 1);
  }

  private static boolean inspect(LoginOptions options) {
    Object signed = tried(() -> VAULT.signLogin(CREDENTIALS.get(), options));
    show(tried(CREDENTIALS));
    if (!(signed instanceof String login)) {
      return false;
    }
    for (String text : List.of(login, login + "x", login.substring(1))) {
      Answer answer = Answer.of(400, text);
      var now = java.time.Instant.now();
      show(answer);
      show(tried(() -> VAULT.checkLogin(text, ServerProfile.UNKNOWN, now)));
      show(tried(() -> VAULT.explainLogin(text)));
      show(tried(() -> VAULT.explainRefusal(answer, text, now)));
      show(tried(() -> VAULT.diagnose(text, 400, text, now)));
      show(tried(() -> VAULT.clockOffset(answer, now)));
    }
    System.out.println(login);
    return true;
  }

  private static boolean logIn(LoginOptions options, String mount) {
    VaultLoginOptions whole =
        VaultLoginOptions.at(ADDRESS).mount(mount).login(options).credentials(CREDENTIALS).build();
    show(whole);
    if (!(tried(() -> VAULT.login(whole)) instanceof Token token)) {
      return false;
    }
    show(token);
    show(token.warnings());
    System.out.println(token.token());
    return true;
  }

  private static boolean keep(LoginOptions options, String mount) throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    SessionListener listener =
        new SessionListener() {
          @Override
          public void onToken(vaultawslogin.Lease lease) {
            show(lease);
            told.countDown();
          }

          @Override
          public void onRefusal(SessionRefusal refusal) {
            show(refusal);
            show(refusal.explained());
            told.countDown();
          }

          @Override
          public void onCredentialError(RuntimeException error) {
            show(error);
            told.countDown();
          }
        };
    SessionOptions whole =
        SessionOptions.at(ADDRESS)
            .mount(mount)
            .login(options)
            .credentials(CredentialSource.supplied(CREDENTIALS))
            .listener(listener)
            .build();
    show(whole);
    if (!(tried(() -> VAULT.session(whole)) instanceof VaultSession session)) {
      return false;
    }
    try (session) {
      show(session);
      told.await(20, TimeUnit.SECONDS);
      show(session.lease());
      System.out.println(session.token(Duration.ZERO));
      return true;
    } catch (java.util.concurrent.TimeoutException none) {
      show(none);
      return false;
    }
  }

  private static Object tried(Supplier<?> action) {
    try {
      return action.get();
    } catch (RuntimeException error) {
      show(error);
      return error;
    }
  }

  private static void show(Object value) {
    System.err.println(value);
    if (value instanceof Throwable thrown) {
      for (Throwable each = thrown; each != null; each = each.getCause()) {
        System.err.println(each);
        List.of(each.getStackTrace()).forEach(System.err::println);
      }
    }
    if (value instanceof LoginFailedException failed) {
      System.err.println(failed.refusal());
    }
  }
}
