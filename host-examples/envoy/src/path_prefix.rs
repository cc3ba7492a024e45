//! The only paths that get the token, if the configuration names some.

use serde::Deserialize;
use thiserror::Error;

use crate::guarded_path::PathVerdict;

/// Every path of Vault's API begins like this.
const API: &str = "/v1/";

/// The longest piece of a refused prefix that a message shows, in characters.
const MOST_SHOWN: usize = 64;

/// The beginning of a path, up to the end of a segment.
///
/// It holds nothing that is read in two ways: no `%`, no `;`, no empty segment, no `.` or `..`. A
/// path that begins with it and is not [`PathVerdict::Unclear`] is under it in every reading.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct PathPrefix(String);

/// The prefix is not one; write it as Vault's documentation writes paths.
#[derive(Debug, Error)]
#[error(
    "invalid allowed_path_prefixes: expected paths that begin with /v1/, of visible ASCII without \
     `\\`, `%`, `;`, `?`, `#`, empty segments, `.` and `..`, found `{0}`"
)]
pub(crate) struct PathPrefixError(String);

impl TryFrom<String> for PathPrefix {
    type Error = PathPrefixError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let prefix = text.strip_suffix('/').unwrap_or(&text);
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\%;?#".contains(&byte);
        let mut segments = prefix.split('/').skip(1);
        if text.starts_with(API)
            && text.bytes().all(is_plain)
            && segments.all(|segment| !matches!(segment, "" | "." | ".."))
        {
            Ok(Self(prefix.to_owned()))
        } else {
            let shown = text.chars().take(MOST_SHOWN);
            Err(PathPrefixError(
                shown.flat_map(char::escape_debug).collect(),
            ))
        }
    }
}

impl PathPrefix {
    /// Returns the prefix without a `/` behind.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path is the prefix, or begins with it and a `/`.
    fn is_before(&self, path: &[u8]) -> bool {
        let rest = path.strip_prefix(self.0.as_bytes());
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'/' | b'?')))
    }
}

/// Whether a request with that `X-Vault-Namespace`, which may be empty, is under one of the
/// prefixes in every reading. Vault reads the namespace between `/v1/` and the rest of the path.
/// `verdict` is what [`judge`](crate::guarded_path::judge) says about both: it takes longer than
/// all of this, so it is asked once.
pub(crate) fn is_under(
    prefixes: &[PathPrefix],
    path_and_query: &[u8],
    namespace: &[u8],
    verdict: PathVerdict,
) -> bool {
    let is_under = |path: &[u8]| prefixes.iter().any(|prefix| prefix.is_before(path));
    if verdict == PathVerdict::Unclear || !is_under(path_and_query) {
        return false;
    }
    if namespace.is_empty() {
        return true;
    }
    let namespace = namespace.strip_suffix(b"/").unwrap_or(namespace);
    let rest = path_and_query.strip_prefix(API.as_bytes());
    rest.is_some_and(|rest| is_under(&[API.as_bytes(), namespace, b"/", rest].concat()))
}

#[cfg(test)]
mod tests {
    use super::PathPrefix;
    use crate::guarded_path::judge;

    fn is_under(prefixes: &[PathPrefix], path: &[u8], namespace: &[u8]) -> bool {
        super::is_under(prefixes, path, namespace, judge(path, namespace))
    }

    fn prefixes(texts: &[&str]) -> Vec<PathPrefix> {
        let made = texts
            .iter()
            .map(|text| PathPrefix::try_from((*text).to_owned()));
        made.map(Result::unwrap).collect()
    }

    #[test]
    fn path_is_under_a_prefix_in_every_reading_or_not_at_all() {
        let allowed = prefixes(&["/v1/secret/", "/v1/team/db/creds"]);
        for (path, expected) in [
            ("/v1/secret/greeting", true),
            ("/v1/secret/", true),
            ("/v1/secret", true),
            ("/v1/secret?list=true", true),
            ("/v1/secret/a%20b?x=../y", true),
            ("/v1/secret/team%2fapp", true),
            ("/v1/secret//a", true),
            ("/v1/secret/./a", true),
            ("/v1/secret/a;b", true),
            ("/v1/secret/auth/token", true),
            ("/v1/team/db/creds/app", true),
            ("/v1/secrets/a", false),
            ("/v1/secret-2/a", false),
            ("/v1/team/db/credsapp", false),
            ("/v1/team/db", false),
            ("/v1/", false),
            ("/", false),
            ("", false),
            ("*", false),
            ("/v1/sys/health", false),
            ("/authapi/token/lookup-self", false),
            // Other readings are elsewhere, or this one is.
            ("/v1/secret/../sys/mounts", false),
            ("/v1/secret/%2e%2e/sys/mounts", false),
            ("/v1/secret/..;/sys/mounts", false),
            ("/v1/secret\\..\\sys", false),
            ("/v1/secret%2fgreeting", false),
            ("/v1/%73ecret/greeting", false),
            ("//v1/secret/greeting", false),
            ("/v1//secret/greeting", false),
            ("/v1/./secret/greeting", false),
            ("/v1/secret;a/greeting", false),
            ("/v1/secret#/greeting", false),
            ("/v1/Secret/greeting", false),
            ("/v1/secret/%2525252561", false),
            ("http://vault/v1/secret/greeting", false),
        ] {
            assert_eq!(is_under(&allowed, path.as_bytes(), b""), expected, "{path}");
        }
        assert!(is_under(&prefixes(&["/v1/"]), b"/v1/sys/health", b""));
        assert!(!is_under(&prefixes(&["/v1/"]), b"/ui/", b""));
    }

    #[test]
    fn namespace_of_the_client_counts_as_part_of_the_path() {
        let allowed = prefixes(&["/v1/secret", "/v1/team/secret"]);
        for (namespace, expected) in [
            ("team", true),
            ("team/", true),
            ("other", false),
            ("team/secret/../other", false),
            ("team, other", false),
            ("secret", true),
        ] {
            let is_under = is_under(&allowed, b"/v1/secret/greeting", namespace.as_bytes());
            assert_eq!(is_under, expected, "{namespace}");
        }
    }

    #[test]
    fn prefix_that_could_be_read_in_two_ways_is_refused() {
        let whole = PathPrefix::try_from("/v1/secret/../sys".to_owned()).unwrap_err();
        assert_eq!(
            whole.to_string(),
            "invalid allowed_path_prefixes: expected paths that begin with /v1/, of visible ASCII \
             without `\\`, `%`, `;`, `?`, `#`, empty segments, `.` and `..`, found \
             `/v1/secret/../sys`"
        );
        for text in [
            "",
            "/",
            "/v1",
            "v1/secret",
            "/v2/secret",
            "//v1/secret",
            "/v1//",
            "/v1//secret",
            "/v1/secret//",
            "/v1/./secret",
            "/v1/secret/..",
            "/v1/a%20b",
            "/v1/a b",
            "/v1/a;b",
            "/v1/a?b",
            "/v1/a#b",
            "/v1/a\\b",
            "/v1/caf\u{e9}",
            "/v1/a\nb",
        ] {
            assert!(PathPrefix::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
