//! What clients print when no answer came.

use super::super::answer::Answer;
use super::error_line::ends;
use super::search::Search;
use super::view::squeeze;
use super::{Candidate, Reading, Says};

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
    let mut vault = None;
    let texts = GO
        .iter()
        .map(|text| (text, true))
        .chain(ELSEWHERE.iter().map(|text| (text, false)));
    for (text, is_end) in texts {
        let squeezed = squeeze(text);
        for (start, end) in view.find(&squeezed) {
            if is_end && !ends(view, end) {
                continue;
            }
            let vault = vault.get_or_insert_with(|| VaultWords::new(&view.squeezed));
            if vault.are_around(start, end) {
                let last = view.position(end.saturating_sub(1));
                let body = lines(&view.text, view.position(start), last);
                return add(Candidate {
                    says: Says::Silence,
                    quality: 2,
                    answer: Answer {
                        body: body.into(),
                        ..Answer::default()
                    },
                });
            }
        }
    }
}

/// Returns the lines that a part of a text stands on.
fn lines(text: &str, start: usize, end: usize) -> &str {
    let before = text.get(..start).and_then(|before| before.rfind('\n'));
    let after = text.get(end..).and_then(|after| after.find('\n'));
    let first = before.map_or(0, |at| at + 1);
    let last = after.map_or(text.len(), |at| end + at);
    text.get(first..last).unwrap_or_default()
}

/// Words by which a failure is known to be one of a request to Vault: other requests fail, too. Each
/// as where it stands.
struct VaultWords {
    /// What only a request to Vault has.
    certain: Vec<usize>,
    vault: Vec<usize>,
    /// What is about a login where Vault is named, too.
    login: Vec<usize>,
}

impl VaultWords {
    fn new(squeezed: &str) -> Self {
        let text = squeezed.to_ascii_lowercase();
        let places = |words: &[&str]| text.places_of(words);
        Self {
            certain: places(&[
                "/v1/auth/",
                "/v1/sys/",
                ":8200",
                "port8200",
                "port=8200",
                "errorauthenticating:",
                "thevaultserverat",
                "unabletologintoauthmethod",
            ]),
            vault: places(&["vault", "openbao"]),
            login: places(&[
                "login",
                "logging",
                "logginin",
                "authenticat",
                "/v1/",
                "//vault",
                "tovault",
                "curl:",
            ]),
        }
    }

    fn are_around(&self, start: usize, end: usize) -> bool {
        let near = |places: &[usize]| {
            let first = places.partition_point(|at| *at + 500 < start);
            places.get(first).is_some_and(|at| *at < end + 300)
        };
        near(&self.certain) || near(&self.vault) && near(&self.login)
    }
}
