using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .worker),
    # "private", because a Vault server is seldom on the public internet.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "edge")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    # Compiled when the Worker is loaded, because the runtime forbids it later.
    (name = "vault-aws-login.core.wasm", wasm = embed "dist/vault-aws-login.core.wasm"),
    (name = "vault-aws-login.core2.wasm", wasm = embed "dist/vault-aws-login.core2.wasm"),
    (name = "vault-aws-login.core3.wasm", wasm = embed "dist/vault-aws-login.core3.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "VAULT_ADDR", fromEnvironment = "VAULT_ADDR"),
    (name = "VAULT_NAMESPACE", fromEnvironment = "VAULT_NAMESPACE"),
    (name = "VAULT_AWS_MOUNT", fromEnvironment = "VAULT_AWS_MOUNT"),
    (name = "VAULT_AUTH_ROLE", fromEnvironment = "VAULT_AUTH_ROLE"),
    (name = "VAULT_IAM_SERVER_ID", fromEnvironment = "VAULT_IAM_SERVER_ID"),
    (name = "AWS_ACCESS_KEY_ID", fromEnvironment = "AWS_ACCESS_KEY_ID"),
    (name = "AWS_SECRET_ACCESS_KEY", fromEnvironment = "AWS_SECRET_ACCESS_KEY"),
    (name = "AWS_SESSION_TOKEN", fromEnvironment = "AWS_SESSION_TOKEN"),
    (name = "SECRET_PATH", fromEnvironment = "SECRET_PATH"),
    (name = "READER_KEY", fromEnvironment = "READER_KEY"),
  ],
);
