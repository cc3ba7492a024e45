//! Judges a request's path by every reading that Vault, or a proxy before it, may make of it.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The paths whose requests get no token, below `/v1/` and perhaps a namespace; `*` stands for any
/// rest of a word.
///
/// `sys/leases/renew` and `sys/renew` stay open: Vault answers the lease of a token there with
/// "tokens cannot be renewed through this endpoint", and clients renew their database passwords
/// there. So does what changes the server for everyone, such as `sys/auth`, `sys/remount`,
/// `sys/audit` or `identity/entity`: it ends tokens too, but a role whose policies allow it hands
/// the whole server to every client, and a list of paths cannot prevent that.
const GUARDED: [&[&str]; 5] = [
    // Returns the token (`lookup-self`, `renew-self`, `lookup` and `renew` without a body), ends it
    // (`revoke-self`, `revoke`, `revoke-accessor`) or makes others with its policies (`create`).
    &["auth", "token"],
    // Treats the caller's token as a wrapping token.
    &["sys", "wrapping"],
    // `revoke`, `revoke-prefix` and `revoke-force` end the lease that the body or the rest of the path
    // names, such as the token's own, `auth/aws/login/…`, with everything that it has read.
    &["sys", "leases", "revoke*"],
    // The older names of the same three.
    &["sys", "revoke*"],
    // Belongs to the token, so each client would read what another one stored.
    &["cubbyhole"],
];

/// How often a path is decoded: one that is encoded still more often is refused.
const ROUNDS: usize = 4;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathVerdict {
    /// In no reading to a guarded path.
    Ordinary,
    /// In some reading to a guarded path.
    Guarded,
    /// To somewhere else with each server; Vault has no such path.
    Unclear,
}

/// Judges the path of a request with that `X-Vault-Namespace`, which may be empty.
///
/// Judging the path once, decoded as often as it can be, covers the readings of all the servers
/// that decode less, or only a part: a character that is plain in their reading is plain in this
/// one. Empty segments and `.` are dropped, which brings words together that are apart where they
/// are kept. A `..` is refused, so that no server can resolve it in its own way.
pub(crate) fn judge(path_and_query: &[u8], namespace: &[u8]) -> PathVerdict {
    let path = path_and_query.split(|byte| *byte == b'?').next();
    let Some(path) = readable(path.unwrap_or_default()) else {
        return PathVerdict::Unclear;
    };
    if namespace.is_empty() {
        return verdict(words(&path), &path);
    }
    // Envoy joins headers of one name by commas; a server may take any of them.
    let values = namespace.split(|byte| *byte == b',');
    let mut verdicts = values.map(|value| {
        readable(value.trim_ascii()).map_or(PathVerdict::Unclear, |namespace| {
            // Vault reads it between `/v1/` and the rest of the path.
            verdict(words(&namespace).chain(words(&path).skip(1)), &path)
        })
    });
    let first_bad = verdicts.find(|verdict| *verdict != PathVerdict::Ordinary);
    first_bad.unwrap_or_else(|| verdict(words(&path), &path))
}

/// Decodes a path as often as it can be; `None` if that is too often, or shows what no path of
/// Vault's holds: a `\`, which some proxies read as `/`, a control character, or no UTF-8.
fn readable(path: &[u8]) -> Option<Cow<'_, str>> {
    let mut path = Cow::Borrowed(path);
    let mut rounds = 0;
    while let Cow::Owned(decoded) = Cow::from(percent_decode(&path)) {
        if rounds == ROUNDS {
            return None;
        }
        rounds += 1;
        path = Cow::Owned(decoded);
    }
    let path = match path {
        Cow::Borrowed(path) => Cow::Borrowed(str::from_utf8(path).ok()?),
        Cow::Owned(path) => Cow::Owned(String::from_utf8(path).ok()?),
    };
    let is_odd = path
        .bytes()
        .any(|byte| byte == b'\\' || byte.is_ascii_control())
        || !path.is_ascii() && path.contains(char::is_control);
    (!is_odd && !has_microsofts_escape(&path)).then_some(path)
}

/// Recognises `%u0061`, which Microsoft's servers decode.
fn has_microsofts_escape(path: &str) -> bool {
    path.split('%')
        .skip(1)
        .any(|escape| match escape.as_bytes() {
            [b'u' | b'U', digits @ ..] => digits
                .get(..4)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
            _ => false,
        })
}

/// Splits a path into its segments without empty ones and `.`; each ends before its parameters, or
/// before a query or a fragment that was encoded.
fn words(path: &str) -> impl Iterator<Item = &str> + Clone {
    let words = path.split('/').map(|segment| {
        let end = segment.bytes().position(|byte| b";?#".contains(&byte));
        end.and_then(|end| segment.get(..end)).unwrap_or(segment)
    });
    words.filter(|word| !matches!(*word, "" | "."))
}

fn verdict<'a>(mut words: impl Iterator<Item = &'a str> + Clone, path: &str) -> PathVerdict {
    // A parameter may have held an encoded `/`, and then it ends further on than it seems to.
    let has_parameters = path.contains(';');
    let mut verdict = PathVerdict::Ordinary;
    while let Some(word) = words.next() {
        if word == ".." {
            return PathVerdict::Unclear;
        }
        if is_guarded(word, words.clone(), has_parameters) {
            verdict = PathVerdict::Guarded;
        }
    }
    verdict
}

/// Whether a guarded path begins with this word and those behind it. With `gaps`, other words may
/// stand between them.
fn is_guarded<'a>(word: &str, behind: impl Iterator<Item = &'a str> + Clone, gaps: bool) -> bool {
    GUARDED.iter().any(|pattern| {
        let Some((first, others)) = pattern.split_first() else {
            return false;
        };
        let mut behind = behind.clone();
        is_word(word, first)
            && others.iter().all(|wanted| match gaps {
                true => behind.any(|word| is_word(word, wanted)),
                false => behind.next().is_some_and(|word| is_word(word, wanted)),
            })
    })
}

/// Compares without regard to letter case, as some servers do.
fn is_word(word: &str, wanted: &str) -> bool {
    if word.is_ascii() {
        return match wanted.strip_suffix('*') {
            Some(beginning) => word
                .get(..beginning.len())
                .is_some_and(|word| word.eq_ignore_ascii_case(beginning)),
            None => word.eq_ignore_ascii_case(wanted),
        };
    }
    // The sign of Kelvin is a `k` in lower case.
    let mut letters = word.chars().flat_map(char::to_lowercase);
    match wanted.strip_suffix('*') {
        Some(beginning) => beginning
            .chars()
            .all(|letter| letters.next() == Some(letter)),
        None => letters.eq(wanted.chars()),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::{PathVerdict, judge};

    fn of(path: &str) -> PathVerdict {
        judge(path.as_bytes(), b"")
    }

    #[test]
    fn paths_that_return_end_or_share_the_token_are_guarded() {
        for path in [
            "/v1/auth/token/lookup-self",
            "/v1/auth/token/renew-self",
            "/v1/auth/token/revoke-self",
            "/v1/auth/token/lookup",
            "/v1/auth/token/create",
            "/v1/auth/token/create/role",
            "/v1/auth/token",
            "/v1/sys/auth/token/tune",
            "/v1/sys/wrapping/unwrap",
            "/v1/sys/wrapping/lookup",
            "/v1/sys/leases/revoke",
            "/v1/sys/leases/revoke/auth/aws/login/x",
            "/v1/sys/leases/revoke-prefix/auth/aws",
            "/v1/sys/leases/revoke-force/auth/aws",
            "/v1/sys/revoke",
            "/v1/sys/revoke-prefix/auth/aws",
            "/v1/sys/revoke-force/auth/aws",
            "/v1/cubbyhole/note",
            "/v1/cubbyhole",
            "/v1/cubbyhole?list=true",
            // Namespaces come before.
            "/v1/team/auth/token/lookup-self",
            "/v1/team/sub/sys/wrapping/unwrap",
            "/v1/team/cubbyhole/note",
            // Empty segments, `.` and a `/` behind.
            "/v1//auth///token/lookup-self",
            "//v1/auth/token/lookup-self",
            "/v1/auth/./token/lookup-self",
            "/v1/auth/.//./token/lookup-self",
            "/v1/auth/token/lookup-self/",
            "/v1/auth/token/lookup-self/.",
            "/v1/auth/%2e/token/lookup-self",
            "/v1/auth/%2f%2E%252f/token/lookup-self",
            // Queries and fragments, plain and encoded.
            "/v1/auth/token/lookup-self?wrap=1",
            "/v1/auth/token/lookup-self#there",
            "/v1/secret#/auth/token/lookup-self",
            "/v1/auth/token%3fa=b",
            "/v1/auth/token%23there",
            "/v1/cubbyhole%253flist=true",
            // Encoded, in part or whole, up to four times.
            "/v1/auth/%74oken/lookup-self",
            "/v1/auth%2Ftoken%2flookup-self",
            "/v1/auth/%2574oken/lookup-self",
            "/v1/%61uth%252F%25252574oken/lookup-self",
            "%2fv1%2fauth%2ftoken%2flookup-self",
            "/v1/auth/%%374oken",
            // In any letter case, a sign of Kelvin for the k among them.
            "/v1/AUTH/Token/lookup-self",
            "/v1/auth/TO%4bEN/lookup-self",
            "/v1/auth/to%E2%84%AAen/lookup-self",
            "/v1/SYS/Leases/Revoke-Prefix/x",
            "/v1/CubbyHole/x",
            // Parameters, which may end at a `/` that was encoded.
            "/v1/auth;a=b/token/lookup-self",
            "/v1/auth/token;a=b",
            "/v1/auth/;/token/lookup-self",
            "/v1/auth/;a=b/token/lookup-self",
            "/v1/auth/.;a=b/token/lookup-self",
            "/v1/a%75th;%2fx/token/lookup-self",
            "/v1/auth/;%2fx%2fy/token/lookup-self",
            "/v1/auth%3bx/token/lookup-self",
            "/v1/sys;/x/leases/y/revoke",
            "/v1/cubbyhole;x/note",
            // Absolute form, which Envoy takes apart before the filter.
            "http://vault.example.com/v1/auth/token/lookup-self",
        ] {
            assert_eq!(of(path), PathVerdict::Guarded, "{path}");
        }
    }

    #[test]
    fn paths_that_servers_read_differently_are_unclear() {
        for path in [
            "/v1/auth//../token/lookup-self",
            "/v1/auth//%2e%2e/token/lookup-self",
            "/v1/auth/x/../token/lookup-self",
            "/v1/secret/../auth/token/lookup-self",
            "/v1/secret/%2e%2e/auth/token/lookup-self",
            "/v1/secret/.%2E/auth/token/lookup-self",
            "/v1/secret/%252e%252e/auth/token/lookup-self",
            "/v1/secret/%25%32e./auth/token/lookup-self",
            "/../v1/auth/token/lookup-self",
            "/v1/auth/token/../../secret/greeting",
            "/v1/secret/..",
            "/v1/secret/..?",
            "/v1/secret/..;a=b/auth/token/lookup-self",
            "/v1/secret/..%3ba=b/x",
            "/v1/secret/..%23/x",
            "/v1/secret/..%3f/x",
            "/v1/secret%2f..%2fx",
            "/v1/auth\\token\\lookup-self",
            "/v1/auth/%5c../token/lookup-self",
            "/v1/auth%5ctoken/lookup-self",
            "/v1/auth%255Ctoken/lookup-self",
            "/v1/secret/a\\b",
            // Control characters, broken and overlong UTF-8.
            "/v1/secret/a%00b",
            "/v1/secret/..%00/x",
            "/v1/auth%09/token/lookup-self",
            "/v1/auth/token%0d%0a",
            "/v1/secret/%c2%85",
            "/v1/secret/%7f",
            "/v1/secret/%ff",
            "/v1/auth%c0%aftoken/lookup-self",
            "/v1/secret/%c0%ae%c0%ae/x",
            "/v1/secret/%e0%80%af/x",
            // Honest clients do not encode five times.
            "/v1/%2525252561",
            "/v1/%252525252561",
            "/v1/auth/to%u006ben/lookup-self",
            "/v1/auth/to%25u006Ben/lookup-self",
            "/v1/auth/to%U006ben/lookup-self",
        ] {
            assert_eq!(of(path), PathVerdict::Unclear, "{path}");
        }
        assert_eq!(judge(b"/v1/secret/\xff", b""), PathVerdict::Unclear);
        assert_eq!(judge(b"/v1/auth\xc0\xaftoken", b""), PathVerdict::Unclear);
    }

    #[test]
    fn other_paths_are_ordinary() {
        for path in [
            "/",
            "",
            "*",
            "/v1/secret/greeting",
            "/v1/secret/data/auth",
            "/v1/secret/token/auth",
            "/v1/auth/aws/login",
            "/v1/auth/aws/token",
            "/v1/auth/tokens/lookup-self",
            "/v1/authtoken",
            "/v1/sys/health",
            "/v1/sys/capabilities-self",
            "/v1/sys/leases/renew",
            "/v1/sys/leases/lookup",
            "/v1/sys/renew",
            "/v1/sys/internal/ui/mounts",
            "/v1/sys/wrappings",
            "/v1/leases/revoke",
            "/v1/secret/revoke-prefix",
            "/v1/secret/cubbyholes",
            "/v1/secret/a-cubbyhole",
            "/v1/secret/a?path=/auth/token/lookup-self",
            "/v1/secret/a?path=..%5c..",
            "/v1/secret/100%",
            "/v1/secret/100%25",
            "/v1/secret/%zz",
            "/v1/secret/%user",
            "/v1/secret/a%20b",
            "/v1/secret/v1.2..3",
            "/v1/secret/...",
            "/v1/secret/.hidden",
            "/v1/secret/.well-known/",
            "/v1/secret/team%2fapp",
            "/v1/secret/caf%C3%A9",
            "/v1/secret/a;b/c",
            "/v1/secret/a,b:c@d!$&'()*+=~_-",
            "/v1/secret/dGhpcyBpcw==",
        ] {
            assert_eq!(of(path), PathVerdict::Ordinary, "{path}");
        }
    }

    #[test]
    fn word_that_is_encoded_up_to_four_times_is_found_and_one_more_is_unclear() {
        let mut word = "token".to_owned();
        for round in 0..=5 {
            let expected = match round {
                0..=4 => PathVerdict::Guarded,
                _ => PathVerdict::Unclear,
            };
            assert_eq!(of(&format!("/v1/auth/{word}/x")), expected, "{round}");
            word = match round {
                // Letters too, of which an encoder leaves alone.
                0 => word.bytes().map(|byte| format!("%{byte:02x}")).collect(),
                _ => utf8_percent_encode(&word, NON_ALPHANUMERIC).to_string(),
            };
        }
    }

    #[test]
    fn namespace_of_the_client_is_read_before_the_path() {
        let with = |namespace: &str, path: &str| judge(path.as_bytes(), namespace.as_bytes());
        for (namespace, path, expected) in [
            ("auth", "/v1/token/lookup-self", PathVerdict::Guarded),
            ("auth/", "/v1/token/lookup-self", PathVerdict::Guarded),
            ("auth/token", "/v1/lookup-self", PathVerdict::Guarded),
            ("team/auth", "//v1//token/lookup-self", PathVerdict::Guarded),
            ("team, auth", "/v1/token/lookup-self", PathVerdict::Guarded),
            ("%61uth", "/v1/token/lookup-self", PathVerdict::Guarded),
            ("cubbyhole", "/v1/note", PathVerdict::Guarded),
            ("sys/leases", "/v1/revoke", PathVerdict::Guarded),
            ("team", "/v1/auth/token/lookup-self", PathVerdict::Guarded),
            ("x/../auth", "/v1/token/lookup-self", PathVerdict::Unclear),
            ("a\\b", "/v1/secret/greeting", PathVerdict::Unclear),
            ("team", "/v1/secret/../greeting", PathVerdict::Unclear),
            ("team", "/v1/secret/greeting", PathVerdict::Ordinary),
            ("team/sub/", "/v1/auth/aws/login", PathVerdict::Ordinary),
            ("token", "/v1/auth/aws/login", PathVerdict::Ordinary),
            ("team", "/", PathVerdict::Ordinary),
        ] {
            assert_eq!(with(namespace, path), expected, "{namespace} {path}");
        }
    }
}
