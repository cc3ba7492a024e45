//! What the session's diagnosis of a refused login says, for one line of the log.

use vault_aws_login::inspector::Refusal;

/// Returns the server's words and what to change where; `None` if the diagnosis has neither.
pub(crate) fn advice(diagnosis: &Refusal) -> Option<String> {
    let parts = [
        ("the server said", &diagnosis.quoted),
        ("on the client", &diagnosis.client_fix),
        ("on the server", &diagnosis.server_fix),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(what, text)| Some(format!("{what}: {}", text.as_ref()?)));
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
