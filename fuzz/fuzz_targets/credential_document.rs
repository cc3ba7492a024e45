//! Whatever the bytes are, reading them ends with credentials or a refusal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vault_aws_login::read_credential_document;

fuzz_target!(|document: &[u8]| {
    let _ = read_credential_document(document);
});
