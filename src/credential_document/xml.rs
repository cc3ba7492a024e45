//! The XML in which STS answers.

use super::{CredentialDocumentError, not_a_document};
use crate::json::Json;

/// Reads the elements that have nothing but text inside, as one object: no answer of STS has two
/// sets of credentials.
///
/// No XML parser: AWS writes these elements without attributes, and values without entities. A
/// document that was cut off is refused, since its expiry may be what is missing.
pub(super) fn read(xml: &str) -> Result<Json<'_>, CredentialDocumentError> {
    let cut_off = || not_a_document("XML or HTML that was cut off");
    let mut rest = xml;
    let mut root = None;
    let mut leaves = Vec::new();
    while let Some((_, tag)) = rest.split_once('<') {
        let (inside, after) = match tag.strip_prefix("!--") {
            Some(comment) => ("!", comment.split_once("-->").ok_or_else(cut_off)?.1),
            None => tag.split_once('>').ok_or_else(cut_off)?,
        };
        rest = after;
        if inside.starts_with(['?', '!', '/']) || inside.ends_with('/') {
            continue;
        }
        let name = inside
            .split(|c: char| c.is_ascii_whitespace())
            .next()
            .unwrap_or_default();
        root = root.or(Some(name));
        if let Some((value, end)) = after.split_once('<')
            && let Some(end) = end.strip_prefix('/')
            && let Some(end) = end.strip_prefix(name)
            && end.trim_ascii_start().starts_with('>')
        {
            // An element of another namespace may have a prefix.
            let local = name.rsplit(':').next().unwrap_or_default();
            if !value.contains('&') {
                leaves.push((local.into(), Json::String(value.trim().into())));
            }
        }
    }
    let closing = xml.trim_end().strip_suffix('>').unwrap_or_default();
    match root {
        Some(root) if closing.trim_end().ends_with(&format!("</{root}")) => {
            Ok(Json::Object(leaves))
        }
        _ => Err(cut_off()),
    }
}
