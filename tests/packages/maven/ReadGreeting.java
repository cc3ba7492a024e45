import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.vault.core.VaultTemplate;

/** Reads a secret with the configuration of the jar's page. */
public final class ReadGreeting {
  private ReadGreeting() {}

  public static void main(String[] arguments) {
    try (AnnotationConfigApplicationContext context =
        new AnnotationConfigApplicationContext(VaultConfiguration.class)) {
      VaultTemplate vault = context.getBean(VaultTemplate.class);
      System.out.println(vault.read("secret/greeting").getRequiredData().get("message"));
    }
  }
}
