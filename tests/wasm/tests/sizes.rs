//! What each built file may weigh: today's figure and a little more, so that growth is a choice. The component's own
//! budget is in `component.rs`.

use vault_aws_login_wasm_tests::repository;

const MOST_BYTES: [(&str, u64); 4] = [
    ("vault-aws-login-cli.wasm", 265_000),
    ("vault-aws-login.core.wasm", 370_000),
    ("vault-aws-login-composed.wasm", 380_000),
    ("vault-aws-login-envoy.wasm", 480_000),
];

#[test]
fn each_file_keeps_its_size_budget() {
    for (name, most) in MOST_BYTES {
        let path = repository().join("dist").join(name);
        let found = std::fs::metadata(&path)
            .unwrap_or_else(|error| panic!("{name}: {error}; `make test` builds it first"))
            .len();
        assert!(found <= most, "{name}: {found} bytes, at most {most}");
    }
}
