//! The documents in which tools and services hand out AWS credentials.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

#[path = "credential_documents/forms.rs"]
mod forms;
#[path = "credential_documents/properties.rs"]
mod properties;
#[path = "credential_documents/refusals.rs"]
mod refusals;
#[path = "credential_documents/rows.rs"]
mod rows;

use vault_aws_login::{
    CredentialDocumentError, Credentials, LoginOptions, UnixSeconds, read_credential_document,
    sign_login,
};

const ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "FQoGZXIvYXdzEExampleSessionToken//////////wEaDExample+Token==";

/// 2035-01-01T00:00:00Z.
const EXPIRY: u64 = 2_051_222_400;

/// The login that credentials sign: it tells whether all three parts are the same.
fn login(credentials: &Credentials) -> String {
    let time = UnixSeconds::new(1_440_938_160).unwrap();
    sign_login(credentials, &LoginOptions::default(), time).unwrap()
}

/// Reads a document; returns its expiry if the rest of it is the published example.
fn read(document: impl AsRef<[u8]>) -> Result<Option<u64>, CredentialDocumentError> {
    let credentials = read_credential_document(document.as_ref())?;
    let expected = Credentials::new(ID.into(), SECRET.into(), Some(TOKEN.into()), None).unwrap();
    assert_eq!(login(&credentials), login(&expected));
    Ok(credentials.expires_at())
}

/// A form with the example's values in it.
fn filled(form: &str) -> String {
    form.replace("{id}", ID)
        .replace("{secret}", SECRET)
        .replace("{token}", TOKEN)
}

/// Returns a text as PowerShell or an editor of Windows may write it.
fn encodings(text: &str) -> [(&'static str, Vec<u8>); 6] {
    let utf16 =
        |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    let after = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    [
        ("UTF-8", text.into()),
        ("UTF-8 with a mark", after(b"\xef\xbb\xbf", text.as_bytes())),
        ("UTF-16LE with a mark", after(b"\xff\xfe", &little)),
        ("UTF-16BE with a mark", after(b"\xfe\xff", &big)),
        ("UTF-16LE", little),
        ("UTF-16BE", big),
    ]
}
