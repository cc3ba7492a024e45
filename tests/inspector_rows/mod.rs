//! What the inspector adds to the texts of a rule, for tables of tests.

use vault_aws_login::inspector::LoginRule;

/// Returns what a message and a fix add to the texts of their rule, as ` detail -> value`: the
/// value replaces the phrase in braces of the fix.
///
/// Fails if the rest is not the rule's texts, which are in `tests/inspector_texts.txt`.
pub fn added(rule: LoginRule, message: &str, client_fix: &str) -> String {
    let text = rule.text();
    let mut added = String::new();
    let detail = message.strip_prefix(text.title).unwrap();
    if !detail.is_empty() {
        added += " ";
        added += detail.strip_prefix(": ").unwrap();
    }
    let Some((before, rest)) = text.client_fix.split_once('{') else {
        assert_eq!(client_fix, text.client_fix);
        return added;
    };
    let (phrase, after) = rest.split_once('}').unwrap();
    let value = client_fix.strip_prefix(before).unwrap();
    let value = value.strip_suffix(after).unwrap();
    if value != phrase {
        added += " -> ";
        added += value;
    }
    added
}
