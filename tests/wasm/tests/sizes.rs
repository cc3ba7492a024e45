//! What each built file may weigh: a ratchet, raised on purpose in the commit that needs it. The component's own
//! is in `component.rs`.

use vault_aws_login_wasm_tests::repository;

const MOST_BYTES: [(&str, u64); 4] = [
    ("vault-aws-login-cli.wasm", 340_000),
    ("vault-aws-login.core.wasm", 460_000),
    ("vault-aws-login-composed.wasm", 470_000),
    ("vault-aws-login-envoy.wasm", 600_000),
];

#[test]
fn each_file_stays_below_its_ratchet() {
    for (name, most) in MOST_BYTES {
        let path = repository().join("dist").join(name);
        let found = std::fs::metadata(&path)
            .unwrap_or_else(|error| panic!("{name}: {error}; `make test` builds it first"))
            .len();
        assert!(found <= most, "{name}: {found} bytes, at most {most}");
    }
}
