//! Header names and values as Go's `net/http` treats them.

/// Says whether a byte may stand in a header name (RFC 9110 `tchar`).
const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Says whether a name may go out.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_name_byte)
}

/// Says whether a value may go out: no control character but the tab.
pub(super) fn is_value(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte == b'\t' || !byte.is_ascii_control())
}

/// Returns `textproto.CanonicalMIMEHeaderKey`: `x-amz-date` becomes `X-Amz-Date`, and a name with
/// an illegal byte stays as it is.
pub(super) fn canonical(name: &str) -> String {
    if !is_name(name) {
        return name.to_owned();
    }
    let mut at_start = true;
    // A name has ASCII alone.
    name.bytes()
        .map(|byte| {
            let byte = match at_start {
                true => byte.to_ascii_uppercase(),
                false => byte.to_ascii_lowercase(),
            };
            at_start = byte == b'-';
            char::from(byte)
        })
        .collect()
}
