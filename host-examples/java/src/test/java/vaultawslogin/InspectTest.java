package vaultawslogin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class InspectTest {
  private static final Instant AT = SignTest.AT;
  private static final String EXPIRED =
      "{\"errors\":[\"error making upstream request: received error code 403 from STS: "
          + "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>"
          + "Signature expired: 20150830T123600Z is now earlier than 20150830T130100Z "
          + "(20150830T131600Z - 15 min.)</Message></Error></ErrorResponse>\"]}";

  private final VaultAwsLogin shared = new VaultAwsLogin();
  private final String login =
      shared.signLogin(
          Credentials.of(SignTest.KEY, SignTest.SECRET),
          LoginOptions.builder().role("dev").serverId("vault.example.com").build(),
          AT);

  @Test
  void loginThatTheServerAcceptsHasNoFinding() {
    ServerProfile server =
        ServerProfile.builder()
            .serverId("vault.example.com")
            .callsGlobalSts()
            .allowedHeaders(List.of())
            .mountConfigured(true)
            .core(ServerProfile.Flavour.VAULT, "1.18.5")
            .callerArn("arn:aws:iam::123456789012:user/dev")
            .role(List.of("arn:aws:iam::123456789012:user/dev"), true, false)
            .build();
    assertEquals(List.of(), shared.checkLogin(login, server, AT));
  }

  @Test
  void serverIdThatDiffersIsFoundBeforeSending() {
    ServerProfile server = ServerProfile.builder().serverId("other.example.com").build();
    Finding first = shared.checkLogin(login, server, AT).get(0);
    assertEquals("server-id-differs", first.rule());
    assertEquals(Finding.Severity.REFUSED, first.severity());
  }

  @Test
  void everyPartOfAProfileIsOneThatTheModuleKnows() {
    for (ServerProfile.Builder each :
        List.of(
            ServerProfile.builder().noServerId().callsStsOfClientRegion().roleMissing(),
            ServerProfile.builder().callsSts("https://sts.example.com").roleOfTypeEc2(),
            ServerProfile.builder().callsStsOfRegion("eu-west-1").mountConfigured(false),
            ServerProfile.builder().authPlugin(ServerProfile.Flavour.OPENBAO, null))) {
      shared.checkLogin(login, each.build(), AT);
    }
    assertTrue(
        shared.checkLogin(login, ServerProfile.UNKNOWN, AT).stream()
            .anyMatch(finding -> finding.severity() == Finding.Severity.DEPENDS));
  }

  @Test
  void explanationHasThePartsOfALoginWithoutItsSignature() {
    Explanation explained = shared.explainLogin(login);
    assertEquals("POST", explained.method());
    assertEquals("sts.amazonaws.com", explained.host());
    assertEquals("dev", explained.role());
    assertEquals(SignTest.KEY, explained.accessKeyId());
    assertEquals(new Explanation.Scope("20150830", "us-east-1", "sts"), explained.scope());
    assertEquals(AT, explained.signedAt());
    assertEquals(AT.plusSeconds(900), explained.acceptedUntil());
    assertTrue(explained.signedHeaders().contains("x-vault-aws-iam-server-id"));
    assertTrue(explained.canonicalRequest().startsWith("POST\n/\n"));
    assertTrue(explained.stringToSign().startsWith("AWS4-HMAC-SHA256\n"));
    assertTrue(
        explained.headers().contains(new Explanation.Header("X-Amz-Date", "20150830T123600Z")));
  }

  @Test
  void loginThatCannotBeExplainedHasARuleAndNoField() {
    InputException refused =
        assertThrows(InputException.class, () -> shared.explainLogin("{\"role\":"));
    assertEquals("json-malformed", refused.rule());
    assertNull(refused.field());
  }

  @Test
  void refusalForTheTimeHasAwssClockAndTheOffset() {
    Refusal refusal = shared.explainRefusal(Answer.of(400, EXPIRED), login, AT);
    assertEquals("signature-expired", refusal.rule());
    assertEquals(Refusal.Refuser.STS, refusal.refusedBy());
    assertEquals(Instant.parse("2015-08-30T13:16:00Z"), refusal.awsClock());
    assertEquals(2400L, refusal.skewSeconds());
    assertTrue(refusal.explained().startsWith(refusal.message() + "\nthe server said: "));
    assertTrue(refusal.explained().contains("\nlikely cause: " + refusal.causes().get(0) + "\n"));
    assertEquals(OptionalLong.of(2400), shared.clockOffset(Answer.of(400, EXPIRED), AT));
    assertEquals(OptionalLong.empty(), shared.clockOffset(Answer.of(403, "{}"), AT));
  }

  @Test
  void pastedOutputOfAClientIsDiagnosed() {
    String pasted =
        "Error making API request.\n\nURL: PUT https://vault.example.com/v1/auth/aws/login\n"
            + "Code: 400. Errors:\n\n* error validating X-Vault-AWS-IAM-Server-ID header: expected "
            + "\"vault.example.com\" but got \"other.example.com\"\n";
    Refusal refusal = shared.diagnose(pasted);
    assertEquals("server-id-differs", refusal.rule());
    assertEquals("vault.example.com", refusal.expectedServerId());
  }

  @Test
  void acceptedLoginHasNoRefuser() {
    String granted = "{\"auth\":{\"client_token\":\"hvs.CAESIJ\",\"lease_duration\":1}}";
    Refusal refusal = shared.explainRefusal(Answer.of(200, granted), login, AT);
    assertNull(refusal.refusedBy());
    assertNull(refusal.rule());
  }
}
