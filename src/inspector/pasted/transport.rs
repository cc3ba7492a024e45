//! What clients print when no answer came.

use super::super::answer::Answer;
use super::known_texts::{ends, near};
use super::reading::{Candidate, Reading, Says};
use super::search::{Search, squeeze};
use super::view::{Place, View};

/// Ends of Go's errors, which nothing but a boundary follows.
const GO: [&str; 10] = [
    ": unexpected EOF",
    ": connection refused",
    ": connection reset by peer",
    ": no such host",
    ": i/o timeout",
    ": EOF",
    ": context deadline exceeded",
    ": network is unreachable",
    ": no route to host",
    ": broken pipe",
];

/// Texts of Go, curl, Python, Node, Java, .NET, Ruby and Rust that only a failed request brings.
const ELSEWHERE: [&str; 42] = [
    ": x509: ",
    ": tls: ",
    ": remote error: tls: ",
    ": stream error: stream ID",
    "(Client.Timeout exceeded",
    "net/http: TLS handshake timeout",
    "server gave HTTP response to HTTPS client",
    "http: server closed",
    "curl: (5)",
    "curl: (6)",
    "curl: (7)",
    "curl: (28)",
    "curl: (35)",
    "curl: (52)",
    "curl: (56)",
    "curl: (60)",
    "Max retries exceeded with url:",
    "NewConnectionError(",
    "ConnectionResetError(",
    "RemoteDisconnected(",
    "[SSL: CERTIFICATE_VERIFY_FAILED]",
    "connect ECONNREFUSED",
    "connect ETIMEDOUT",
    "connect EHOSTUNREACH",
    "read ECONNRESET",
    "getaddrinfo ENOTFOUND",
    "getaddrinfo EAI_AGAIN",
    "socket hang up",
    "self signed certificate",
    "self-signed certificate",
    "unable to verify the first certificate",
    "java.net.ConnectException: ",
    "java.net.UnknownHostException: ",
    "java.net.SocketTimeoutException: ",
    "PKIX path building failed",
    "Failed to open TCP connection to",
    "is not currently accepting connections",
    "No connection could be made because the target machine",
    "The SSL connection could not be established",
    "error trying to connect: ",
    "dns error: failed to lookup address",
    "error sending request for url",
];

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let squeezed = view.squeezed.to_ascii_lowercase();
    let [certain, vault, login] = VAULT_WORDS.map(|words| squeezed.places_of(words));
    let is_a_login = |place| {
        let is_near = |words: &[usize]| near(words, place, 500, 300);
        is_near(&certain) || is_near(&vault) && is_near(&login)
    };
    for (texts, is_end) in [(GO.as_slice(), true), (ELSEWHERE.as_slice(), false)] {
        for text in texts {
            for place in view.find(&squeeze(text)) {
                if (!is_end || ends(view, place.end)) && is_a_login(place) {
                    let body = lines(view, place).into();
                    return add(Candidate {
                        says: Says::Silence,
                        quality: 2,
                        answer: Answer {
                            body,
                            ..Answer::default()
                        },
                    });
                }
            }
        }
    }
}

/// Returns the lines that a text stands on.
fn lines(view: &View, place: Place) -> &str {
    let before = view.before(place.start);
    let start = before.cut(|c| c != '\n').len();
    let last = view.position(place.end.saturating_sub(1));
    let behind = view.text.slice(last, view.text.len());
    view.text.slice(start, last + behind.until("\n").len())
}

/// Words by which a failure is known to be one of a request to Vault, since other requests fail, too:
/// what only such a request has, Vault's names, and what is about a login where Vault is named.
const VAULT_WORDS: [&[&str]; 3] = [
    &[
        "/v1/auth/",
        "/v1/sys/",
        ":8200",
        "port8200",
        "port=8200",
        "errorauthenticating:",
        "thevaultserverat",
        "unabletologintoauthmethod",
    ],
    &["vault", "openbao"],
    &[
        "login",
        "logging",
        "logginin",
        "authenticat",
        "/v1/",
        "//vault",
        "tovault",
        "curl:",
    ],
];
