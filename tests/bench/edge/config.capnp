using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "bench", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bench")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "vault-aws-login.core.wasm", wasm = embed "vault-aws-login.core.wasm"),
    (name = "vault-aws-login.core2.wasm", wasm = embed "vault-aws-login.core2.wasm"),
    (name = "vault-aws-login.core3.wasm", wasm = embed "vault-aws-login.core3.wasm"),
  ],
  compatibilityDate = "2026-11-01",
);
