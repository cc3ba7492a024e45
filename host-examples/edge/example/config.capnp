using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "sign", worker = .worker)],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    # Compiled when the Worker is loaded, because the runtime forbids it later.
    (name = "vault-aws-login-signer.core.wasm", wasm = embed "dist/vault-aws-login-signer.core.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "AWS_ACCESS_KEY_ID", fromEnvironment = "AWS_ACCESS_KEY_ID"),
    (name = "AWS_SECRET_ACCESS_KEY", fromEnvironment = "AWS_SECRET_ACCESS_KEY"),
    (name = "AWS_SESSION_TOKEN", fromEnvironment = "AWS_SESSION_TOKEN"),
  ],
);
