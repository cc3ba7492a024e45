using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "login", worker = .worker),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "login")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "bundled.js", esModule = embed "bundled.js"),
    (name = "vault-aws-login.core.wasm", wasm = embed "vault-aws-login.core.wasm"),
    (name = "vault-aws-login.core2.wasm", wasm = embed "vault-aws-login.core2.wasm"),
    (name = "vault-aws-login.core3.wasm", wasm = embed "vault-aws-login.core3.wasm"),
    (name = "vault-aws-login-signer.core.wasm", wasm = embed "vault-aws-login-signer.core.wasm"),
  ],
  compatibilityDate = "2026-11-01",
);
