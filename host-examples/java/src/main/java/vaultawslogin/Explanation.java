package vaultawslogin;

import java.time.Instant;
import java.util.List;

/**
 * What is in a login, decoded, without its secrets: it can be pasted into a ticket. A part that is
 * absent or cannot be read is {@code null}.
 *
 * @param method {@code POST} or {@code GET}; as found if the server supports it or not
 * @param url the URL, without user information
 * @param host the {@code Host} header that the server sends to STS
 * @param body the body
 * @param headers the headers, sorted by name; a secret value is shown by its length
 * @param role the Vault role
 * @param accessKeyId the access key ID
 * @param scope the credential scope
 * @param signedHeaders the names of the signed headers
 * @param signedAt when the login was signed
 * @param acceptedUntil the last second at which AWS accepts the login
 * @param canonicalRequest the canonical request of SigV4, made from what the server sends
 * @param stringToSign the string to sign
 */
public record Explanation(
    String method,
    String url,
    String host,
    String body,
    List<Header> headers,
    String role,
    String accessKeyId,
    Scope scope,
    List<String> signedHeaders,
    Instant signedAt,
    Instant acceptedUntil,
    String canonicalRequest,
    String stringToSign) {

  /**
   * A header of the request to STS.
   *
   * @param name the name as the server sends it on
   * @param value the value; several are joined with {@code ,}
   */
  public record Header(String name, String value) {}

  /**
   * The credential scope of a signature, without the access key ID.
   *
   * @param date the day, as in {@code 20300131}
   * @param region the region
   * @param service the service, which has to be {@code sts}
   */
  public record Scope(String date, String region, String service) {}

  static Explanation read(Json.In in) {
    Json.In scope = in.in("scope");
    return new Explanation(
        in.text("method"),
        in.text("url"),
        in.text("host"),
        in.text("body"),
        in.objects("headers", each -> new Header(each.text("name"), each.text("value"))),
        in.text("role"),
        in.text("access-key-id"),
        scope == null
            ? null
            : new Scope(scope.text("date"), scope.text("region"), scope.text("service")),
        in.texts("signed-headers"),
        in.seconds("signed-at-unix-seconds"),
        in.seconds("accepted-until-unix-seconds"),
        in.text("canonical-request"),
        in.text("string-to-sign"));
  }
}
