//! Each built file stays below its ratchet in `tests/artefacts.json`.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use vault_aws_login_wasm_tests::artefacts;

#[test]
fn each_file_stays_below_its_ratchet() {
    let mut held = 0;
    for artefact in artefacts() {
        let Some(most) = artefact.most_bytes else {
            continue;
        };
        let bytes = artefact.bytes();
        let path = &artefact.path;
        assert!(
            bytes.len() <= most,
            "{path}: {} bytes, at most {most}",
            bytes.len()
        );
        held += 1;
        let Some(most) = artefact.most_bytes_gzipped else {
            continue;
        };
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&bytes).unwrap();
        let gzipped = gzip.finish().unwrap().len();
        println!("{path}: {} bytes, {gzipped} gzipped", bytes.len());
        assert!(
            gzipped <= most,
            "{path}: {gzipped} bytes gzipped, at most {most}"
        );
    }
    assert!(held > 0);
}
