package vaultawslogin;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/** How a setting is shown in a message: a secret may have slipped into its place. */
final class Echo {
  private static final Pattern HOST =
      Pattern.compile("\\[[0-9a-f:.]+\\]|[a-z0-9-]+(\\.[a-z0-9-]+)*\\.?");
  private static final Pattern UPPER = Pattern.compile("[A-Z]");
  private static final Pattern LOWER = Pattern.compile("[a-z]");
  private static final Pattern DIGIT = Pattern.compile("[0-9]");

  private Echo() {}

  /**
   * Returns a URL's scheme, host and port: the host only if it looks like one, and never the path,
   * which may hold a key.
   */
  static String origin(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return url.getScheme().toLowerCase(Locale.ROOT) + "://" + host(url) + port;
  }

  private static String host(URI url) {
    String host = url.getHost().toLowerCase(Locale.ROOT);
    // As it was written, because a secret in one case could be anything.
    String written = url.getHost();
    // A secret access key has slashes, so the beginning of one may be read as a host, and the rest
    // as a path.
    boolean isHost =
        HOST.matcher(host).matches()
            && !mayHoldSecret(written)
            && !mayHoldSecret(written + url.getRawPath());
    return isHost ? host : "…";
  }

  /** Recognises a run as in keys, tokens and signatures. Paths are in one case. */
  private static boolean mayHoldSecret(String word) {
    for (String run : word.split("[^\\w+/=]")) {
      boolean hasUpper = UPPER.matcher(run).find();
      boolean hasLower = LOWER.matcher(run).find();
      boolean isMixed = (hasUpper || hasLower) && DIGIT.matcher(run).find();
      boolean isPath = run.contains("/") && !hasUpper;
      if (!isPath && (run.length() >= 16 && isMixed || run.length() >= 24)) {
        return true;
      }
    }
    return false;
  }
}
