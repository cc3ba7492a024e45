//! The characters of a document.

use zeroize::Zeroizing;

use super::{CredentialDocumentError, not_a_document};

/// Decodes UTF-8, or UTF-16 as PowerShell writes it; without the byte order mark.
pub(super) fn decode(document: &[u8]) -> Result<Zeroizing<String>, CredentialDocumentError> {
    match document {
        [0xef, 0xbb, 0xbf, text @ ..] => utf8(text),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        // Each document begins with ASCII, which has a NUL in UTF-16 and none in UTF-8.
        [_, 0, ..] => utf16(document, u16::from_le_bytes),
        [0, _, ..] => utf16(document, u16::from_be_bytes),
        _ => utf8(document),
    }
}

fn utf8(bytes: &[u8]) -> Result<Zeroizing<String>, CredentialDocumentError> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(not_a_document("bytes that are neither UTF-8 nor UTF-16")),
    }
}

fn utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> Result<Zeroizing<String>, CredentialDocumentError> {
    let (pairs, rest) = bytes.as_chunks();
    let units = pairs.iter().map(|pair| unit(*pair));
    // Room for all of it: a text that grows would leave copies.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3));
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(not_a_document("UTF-16 with half a character in it")),
        }
    }
    if !rest.is_empty() {
        return Err(not_a_document("UTF-16 with half a character in it"));
    }
    Ok(text)
}
