package vaultawslogin.aws;

import java.util.Objects;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import vaultawslogin.Credentials;

/**
 * Credentials of a provider of the AWS SDK for Java, version 2.
 *
 * <p>The only class here that needs the SDK: {@code software.amazon.awssdk:auth}, which is not a
 * dependency of this library at run time.
 */
public final class AwsSdkCredentials implements Supplier<Credentials> {
  private final AwsCredentialsProvider provider;

  private AwsSdkCredentials(AwsCredentialsProvider provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  /**
   * Returns the credentials of a provider, which is asked on each call.
   *
   * @param provider the provider, such as {@code DefaultCredentialsProvider}
   * @return the credentials
   */
  public static Supplier<Credentials> of(AwsCredentialsProvider provider) {
    return new AwsSdkCredentials(provider);
  }

  @Override
  public Credentials get() {
    AwsCredentials found = provider.resolveCredentials();
    String token =
        found instanceof AwsSessionCredentials temporary ? temporary.sessionToken() : null;
    return new Credentials(
        found.accessKeyId(),
        found.secretAccessKey(),
        token,
        found.expirationTime().orElse(null));
  }
}
