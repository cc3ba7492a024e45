package vaultawslogin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class SignTest {
  static final String KEY = "AKIAIOSFODNN7EXAMPLE";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  static final Instant AT = Instant.ofEpochSecond(1_440_938_160);
  private static final String TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";

  private final VaultAwsLogin shared = new VaultAwsLogin();

  @Test
  void loginsEqualThoseOfTheSharedVectors() throws Exception {
    for (Vectors vector : Vectors.read("hosts.json", 200)) {
      assertEquals(vector.in().text("login"), vector.sign(shared), vector::why);
    }
  }

  @Test
  void refusedInputsHaveTheRuleTheFieldAndTheSentenceOfEveryHost() throws Exception {
    for (Vectors vector : Vectors.read("refusals.json", 14)) {
      InputException refused = assertThrows(InputException.class, () -> vector.sign(shared));
      assertAll(
          vector.why(),
          () -> assertEquals(vector.in().text("rule"), refused.rule()),
          () -> assertEquals(vector.in().text("field"), refused.field()),
          () -> assertEquals(vector.in().text("message"), refused.getMessage()));
    }
  }

  @Test
  void eightThreadsAtOnceSignWhatOneDoes() throws Exception {
    List<Vectors> all = Vectors.read("hosts.json", 200);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<Void> signAll =
          () -> {
            for (Vectors vector : all) {
              assertEquals(vector.in().text("login"), vector.sign(shared), vector::why);
            }
            return null;
          };
      List<Future<Void>> started = new ArrayList<>();
      for (int count = 0; count < 8; count++) {
        started.add(threads.submit(signAll));
      }
      for (Future<Void> each : started) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertTrue(shared.core().idle() <= 8);
  }

  @Test
  void badInputOfJavasOwnGivesTheRuleTheFieldAndTheSentence() {
    InputException surrogate =
        refused(Credentials.of(KEY, SECRET.substring(0, 20) + '\ud83d'), AT);
    assertEquals("illegal-character", surrogate.rule());
    assertEquals("secret-access-key", surrogate.field());
    assertEquals(
        "invalid secret access key: expected printable ASCII without spaces, "
            + "found a non-ASCII character at position 21",
        surrogate.getMessage());

    InputException early = refused(Credentials.of(KEY, SECRET), Instant.ofEpochSecond(-1));
    assertEquals("time-out-of-range", early.rule());
    assertEquals("unix-seconds", early.field());
    assertEquals(
        "invalid time: expected Unix seconds up to 253402300799 (year 9999), found -1",
        early.getMessage());

    InputException ended = refused(new Credentials(KEY, SECRET, null, Instant.MIN), AT);
    assertEquals("credentials-expired", ended.rule());
  }

  private InputException refused(Credentials credentials, Instant at) {
    return assertThrows(
        InputException.class, () -> shared.signLogin(credentials, LoginOptions.DEFAULT, at));
  }

  @Test
  void noExceptionAndNoTextOfAnOptionShowsASecret() {
    for (Credentials credentials :
        List.of(
            Credentials.of(KEY, SECRET + " "),
            Credentials.of(KEY, SECRET + "é"),
            Credentials.of(SECRET, SECRET),
            Credentials.of(KEY, SECRET, SECRET + "\n"),
            new Credentials(KEY, SECRET, null, Instant.EPOCH))) {
      InputException refused = refused(credentials, AT);
      assertFalse(refused.toString().contains(SECRET.substring(0, 16)), refused::toString);
      assertFalse(credentials.toString().contains("wJal"), credentials::toString);
    }
    LoginOptions misplaced = new LoginOptions(SECRET, SECRET, SECRET, StsEndpoint.url(SECRET));
    assertFalse(misplaced.toString().contains("wJal"));
    assertFalse(misplaced.stsEndpoint().toString().contains("wJal"));
    assertFalse(Answer.of(400, SECRET).toString().contains("wJal"));
  }

  @Test
  void noSecretStaysInTheMemoryOfTheModule() {
    String login = shared.signLogin(Credentials.of(KEY, SECRET, TOKEN), LoginOptions.DEFAULT, AT);
    refused(Credentials.of(KEY, SECRET + " ", TOKEN), AT);
    assertEquals(1, shared.core().idle());
    String memory =
        new String(shared.core().anIdleOne().memory(), StandardCharsets.ISO_8859_1);
    for (String secret : List.of(SECRET, TOKEN, login, login.substring(60, 90))) {
      assertFalse(memory.contains(secret));
    }
  }

  @Test
  void requestAndItsTextAreWiped() throws Exception {
    SecretWriter writer = new SecretWriter();
    writer.write(SECRET.repeat(100));
    assertEquals(SECRET.repeat(100), new String(writer.utf8(), StandardCharsets.UTF_8));
    writer.close();
    assertEquals("\0".repeat(4000), new String(writer.utf8(), StandardCharsets.UTF_8));
  }

  @Test
  void instanceWhoseMemoryGrewIsLetGo() {
    for (int size : new int[] {10, 8 << 20, 10}) {
      VaultAwsLogin own = new VaultAwsLogin();
      own.explainRefusal(Answer.of(400, "x ".repeat(size / 2)), null, AT);
      assertEquals(size < 1 << 20 ? 1 : 0, own.core().idle());
    }
  }

  @Test
  void requestThatTheModuleDoesNotKnowIsRefusedWithoutItsValue() {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> new Core().call("sign_login", Json.object().put("unix-seconds", SECRET)));
    assertEquals("request-malformed", refused.rule());
    assertFalse(refused.getMessage().contains("wJal"));
  }

  @Test
  void instanceThatStoppedInACallIsNotUsedAgain() {
    Core core = new Core();
    shared.signLogin(Credentials.of(KEY, SECRET), LoginOptions.DEFAULT, AT);
    interrupted(core::call);
    assertEquals(0, core.idle());
  }

  @Test
  void instanceThatStoppedInACallIsWiped() {
    Core.Running running = Core.start();
    interrupted(running::call);
    // The module's own data is zeroed, too.
    assertArrayEquals(new byte[running.memory().length], running.memory());
  }

  private static void interrupted(BiFunction<String, Json, Object> call) {
    Json request = Json.object().put("login-json", SECRET + "[".repeat(60_000));
    Thread.currentThread().interrupt();
    try {
      assertThrows(IllegalStateException.class, () -> call.apply("explain_login", request));
    } finally {
      Thread.interrupted();
    }
  }
}
