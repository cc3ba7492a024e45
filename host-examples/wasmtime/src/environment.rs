//! Vault's environment variables and their OpenBao twins.

use std::ffi::{OsStr, OsString};

use crate::arguments::connection::ConnectionArguments;

/// Reads `BAO_<name>`, then `VAULT_<name>`, in the order of OpenBao's own client. An empty variable
/// counts as absent.
pub fn vault_variable(name: &str) -> Option<String> {
    ["BAO_", "VAULT_"]
        .iter()
        .find_map(|prefix| variable(&format!("{prefix}{name}")))
}

/// Reads a variable. An empty one counts as absent, as in AWS's and Vault's tools.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What a command has in its environment to use the token where it is good: the variables, and no
/// value for those that would lead elsewhere.
pub fn with_token(
    token: &str,
    connection: &ConnectionArguments,
) -> Vec<(&'static str, Option<OsString>)> {
    let text = |text: &Option<String>| text.as_ref().map(OsString::from);
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(OsString::from);
    let known = [
        ("VAULT_TOKEN", "BAO_TOKEN", Some(token.into())),
        ("VAULT_ADDR", "BAO_ADDR", text(&connection.address)),
        (
            "VAULT_NAMESPACE",
            "BAO_NAMESPACE",
            text(&connection.namespace),
        ),
        ("VAULT_CACERT", "BAO_CACERT", path(&connection.ca_cert)),
        ("VAULT_CAPATH", "BAO_CAPATH", path(&connection.ca_path)),
        (
            "VAULT_CLIENT_CERT",
            "BAO_CLIENT_CERT",
            path(&connection.client_cert),
        ),
        (
            "VAULT_CLIENT_KEY",
            "BAO_CLIENT_KEY",
            path(&connection.client_key),
        ),
        (
            "VAULT_TLS_SERVER_NAME",
            "BAO_TLS_SERVER_NAME",
            text(&connection.tls_server_name),
        ),
        (
            "VAULT_PROXY_ADDR",
            "BAO_PROXY_ADDR",
            text(&connection.proxy_address),
        ),
    ];
    let mut variables = Vec::new();
    for (name, twin, value) in known {
        if let Some(value) = value {
            variables.push((name, Some(value)));
            // bao prefers its own, which may hold another value.
            if std::env::var_os(twin).is_some() {
                variables.push((twin, None));
            }
        }
    }
    variables
}

/// Writes them for a shell to evaluate.
pub fn for_shell(variables: &[(&'static str, Option<OsString>)]) -> String {
    let lines = variables.iter().map(|(name, value)| match value {
        Some(value) => format!("export {name}={}", quoted(value)),
        None => format!("unset {name}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// In single quotes, within which a shell reads nothing but the next one.
fn quoted(value: &OsStr) -> String {
    format!("'{}'", value.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_quoted_for_a_shell() {
        let variables = [
            ("VAULT_TOKEN", Some("s.1".into())),
            ("VAULT_CACERT", Some("it's $HOME/`a`.pem".into())),
            ("BAO_TOKEN", None),
        ];
        assert_eq!(
            for_shell(&variables),
            "export VAULT_TOKEN='s.1'\nexport VAULT_CACERT='it'\\''s $HOME/`a`.pem'\nunset BAO_TOKEN"
        );
    }
}
