package vaultawslogin.programs;

import java.net.URI;
import java.time.Duration;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.vault.authentication.LifecycleAwareSessionManager;
import org.springframework.vault.authentication.LifecycleAwareSessionManagerSupport.FixedTimeoutRefreshTrigger;
import org.springframework.vault.authentication.event.AfterLoginEvent;
import org.springframework.vault.authentication.event.AfterLoginTokenRenewedEvent;
import org.springframework.vault.client.VaultEndpoint;
import org.springframework.vault.core.VaultTemplate;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.DefaultUriBuilderFactory;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import vaultawslogin.LoginOptions;
import vaultawslogin.VaultAwsLogin;
import vaultawslogin.VaultLoginOptions;
import vaultawslogin.aws.AwsSdkCredentials;
import vaultawslogin.spring.VaultAwsLoginAuthentication;

/** Reads a secret through Spring Vault, again and again: ADDRESS MOUNT ROLE SERVER-ID PATH SECONDS. */
public final class SpringRead {
  private SpringRead() {}

  public static void main(String[] arguments) throws Exception {
    String address = arguments[0];
    VaultLoginOptions options =
        VaultLoginOptions.at(address)
            .mount(arguments[1])
            .login(LoginOptions.builder().role(arguments[2]).serverId(arguments[3]).build())
            .credentials(AwsSdkCredentials.of(EnvironmentVariableCredentialsProvider.create()))
            .build();
    ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
    scheduler.setDaemon(true);
    scheduler.initialize();
    JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory();
    RestTemplate rest = new RestTemplate(requests);
    rest.setUriTemplateHandler(new DefaultUriBuilderFactory(address + "/v1/"));
    LifecycleAwareSessionManager sessions =
        new LifecycleAwareSessionManager(
            new VaultAwsLoginAuthentication(new VaultAwsLogin(), options),
            scheduler,
            rest,
            // A second before the end, and a token that ends in two is no longer used.
            new FixedTimeoutRefreshTrigger(Duration.ofSeconds(1), Duration.ofSeconds(2)));
    sessions.addAuthenticationListener(
        event -> {
          if (event instanceof AfterLoginEvent) {
            System.out.println("login");
          } else if (event instanceof AfterLoginTokenRenewedEvent) {
            System.out.println("renewal");
          }
        });
    VaultTemplate vault =
        new VaultTemplate(VaultEndpoint.from(URI.create(address)), requests, sessions);
    long end = System.nanoTime() + Long.parseLong(arguments[5]) * 1_000_000_000L;
    Object read;
    do {
      read = vault.read(arguments[4]).getRequiredData().get("message");
      Thread.sleep(100);
    } while (System.nanoTime() < end);
    System.out.println(read);
    sessions.destroy();
    scheduler.shutdown();
  }
}
