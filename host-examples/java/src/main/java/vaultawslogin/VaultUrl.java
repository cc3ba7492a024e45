package vaultawslogin;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The URLs of a Vault server. */
public final class VaultUrl {
  private static final Pattern SCHEME = Pattern.compile("https?", Pattern.CASE_INSENSITIVE);
  private static final Pattern DOT_SEGMENT =
      Pattern.compile("(^|/)(\\.|%2e){1,2}(/|$)", Pattern.CASE_INSENSITIVE);
  private static final Pattern SLASHES_AT_END = Pattern.compile("/+$");

  private VaultUrl() {}

  /**
   * Returns the URL of an API path on a server: where the token may be sent. It lies below the path
   * of the address, as a gateway may have one.
   *
   * @param vaultAddress such as {@code https://vault.example.com:8200}
   * @param path such as {@code secret/greeting}
   * @return the URL
   * @throws InputException if the address is not a URL with a scheme and a host alone, or if no URL
   *     can carry the path
   */
  public static URI of(String vaultAddress, String path) {
    URI base = address(vaultAddress);
    String wanted = SLASHES_AT_END.matcher(base.getRawPath()).replaceAll("") + "/v1/" + path;
    URI url = parsed(base.getScheme() + "://" + base.getRawAuthority() + wanted);
    boolean isKept =
        url != null
            && wanted.equals(url.getRawPath())
            && url.getRawQuery() == null
            && url.getRawFragment() == null
            && !DOT_SEGMENT.matcher(wanted).find()
            && wanted.chars().allMatch(character -> character < 0x80);
    if (!isKept) {
      // Not echoed: a secret may have slipped into a setting.
      throw new InputException(
          "path-malformed",
          "path",
          "invalid path: expected one that a URL can carry, found one of "
              + path.length()
              + " characters");
    }
    return url;
  }

  /** Returns where a login is posted. */
  static URI login(String vaultAddress, String mount) {
    List<String> parts = new ArrayList<>();
    for (String part : mount.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new InputException(
            "mount-malformed",
            "mount",
            "invalid mount: expected a path such as aws or team/aws, found one with an empty part"
                + " or dots");
      }
      // It encodes for forms, where a plus sign is a space.
      parts.add(URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"));
    }
    return of(vaultAddress, "auth/" + String.join("/", parts) + "/login");
  }

  /** Returns the address of a server, checked. */
  static URI address(String vaultAddress) {
    URI base = parsed(vaultAddress);
    boolean isBare =
        base != null
            && base.getScheme() != null
            && SCHEME.matcher(base.getScheme()).matches()
            && base.getHost() != null
            && base.getRawUserInfo() == null
            && base.getRawQuery() == null
            && base.getRawFragment() == null;
    if (!isBare) {
      throw new InputException(
          "address-malformed",
          "address",
          "invalid Vault address: expected a URL such as https://vault.example.com:8200, without"
              + " user name, query or fragment");
    }
    return base;
  }

  /**
   * Returns the URL of a path that the core made, with its query. It is text, because the core takes
   * paths that {@link URI} refuses.
   */
  static String below(String origin, String pathAndQuery) {
    return SLASHES_AT_END.matcher(origin).replaceAll("") + pathAndQuery;
  }

  private static URI parsed(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException malformed) {
      // Its words quote the text.
      return null;
    }
  }
}
