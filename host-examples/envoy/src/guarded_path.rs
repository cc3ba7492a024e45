//! Recognises the paths on which Vault returns or ends the token of the caller.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Every such path has one of these pairs in it, below `/v1/` and perhaps a namespace.
///
/// `auth/token/*` returns the token (`lookup-self`, `renew-self`, `lookup` and `renew` without a
/// body), ends it (`revoke-self`) or makes new ones of its kind (`create`); `sys/wrapping/*` takes
/// the caller's token for a wrapping token.
const PAIRS: [[&str; 2]; 2] = [["auth", "token"], ["sys", "wrapping"]];

/// The most rounds of decoding: beyond, a path is no honest one.
const ROUNDS: usize = 4;

/// Says whether a request to that path could return or end the token.
///
/// When in doubt it says yes: the path is decoded as often as it can be, and a pair counts wherever
/// it stands, because namespaces may come before it.
pub(crate) fn is_token_path(path_and_query: &str) -> bool {
    let path = path_and_query.split(['?', '#']).next();
    let mut path = Cow::Borrowed(path.unwrap_or_default());
    for _ in 0..ROUNDS {
        if has_pair(&path) {
            return true;
        }
        let Cow::Owned(decoded) = percent_decode_str(&path).decode_utf8_lossy() else {
            return false;
        };
        path = Cow::Owned(decoded);
    }
    true
}

fn has_pair(path: &str) -> bool {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
        .windows(2)
        .any(|pair| PAIRS.iter().any(|wanted| pair == wanted))
}

#[cfg(test)]
mod tests {
    use super::is_token_path;

    #[test]
    fn paths_that_return_or_end_the_token_are_recognised() {
        for path in [
            "/v1/auth/token/lookup-self",
            "/v1/auth/token/renew-self",
            "/v1/auth/token/revoke-self",
            "/v1/auth/token/lookup",
            "/v1/auth/token/create",
            "/v1/auth/token/create/role",
            "/v1/auth/token",
            "/v1/sys/wrapping/unwrap",
            "/v1/sys/wrapping/lookup",
            // Namespaces come before.
            "/v1/team/auth/token/lookup-self",
            "/v1/team/sub/sys/wrapping/unwrap",
            // What servers or proxies make the same path of.
            "/v1//auth///token/lookup-self",
            "/v1/auth/./token/lookup-self",
            "/v1/secret/../auth/token/lookup-self",
            "/v1/auth/x/../token/lookup-self",
            "/../v1/auth/token/lookup-self",
            "/v1/auth/token/lookup-self/",
            "/v1/auth/token/lookup-self?wrap=1",
            "/v1/auth/%74oken/lookup-self",
            "/v1/auth%2Ftoken%2flookup-self",
            "/v1/auth/%2574oken/lookup-self",
            "/v1/secret/%2e%2e/auth/token/lookup-self",
            // Nobody honest encodes five times.
            "/v1/%2525252561",
        ] {
            assert!(is_token_path(path), "{path}");
        }
    }

    #[test]
    fn other_paths_are_not() {
        for path in [
            "/",
            "",
            "/v1/secret/greeting",
            "/v1/secret/data/auth",
            "/v1/auth/aws/login",
            "/v1/auth/tokens/lookup-self",
            "/v1/sys/health",
            "/v1/sys/capabilities-self",
            "/v1/secret/authtoken",
            "/v1/secret/a?path=/auth/token/lookup-self",
            "/v1/secret/100%",
            "/v1/secret/%zz",
            "/v1/secret/a%20b",
            "/v1/auth/token/../../secret/greeting",
        ] {
            assert!(!is_token_path(path), "{path}");
        }
    }
}
