//! Go's `base64.StdEncoding`, which the server decodes with.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding is required; the bits after the last byte are not looked at.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes a text. Line breaks are skipped wherever they stand, every other blank is refused.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return ENGINE.decode(text).ok();
    }
    let joined: Vec<u8> = text
        .bytes()
        .filter(|b| !matches!(b, b'\r' | b'\n'))
        .collect();
    ENGINE.decode(joined).ok()
}

/// Says why a text cannot be decoded, in the words of somebody who has to mend it.
pub(super) fn fault(text: &str) -> &'static str {
    let has = |wanted: fn(char) -> bool| text.contains(wanted);
    if has(|c| matches!(c, '-' | '_')) && !has(|c| matches!(c, ':' | '&' | '{')) {
        "the URL-safe alphabet ('-' or '_')"
    } else if has(|c| !(c.is_ascii_alphanumeric() || "+/=\r\n".contains(c))) {
        "a character outside that alphabet; it may not be encoded at all"
    } else if text.trim_end_matches(['\r', '\n']).ends_with('=') {
        "padding that does not fit"
    } else {
        "no padding"
    }
}
