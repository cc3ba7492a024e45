#!/usr/bin/env bash
# Logs in to the Vault at $VAULT_ADDR with the commands that a person would type, shows each of them
# on standard error, and prints the token.
#
#     tools/login.sh [OPTION…]    the options of `vault-aws-login sign`, such as --role dev
#
# Credentials come from standard input with `--credentials -`, or from the environment, or from AWS's
# CLI. The mount is `aws`, or what $VAULT_AUTH_MOUNT names.
set -euo pipefail

: "${VAULT_ADDR:?set it to the address of Vault, such as https://vault.example.com}"
for program in curl python3 wasmtime; do
    command -v "$program" >/dev/null || { echo "missing $program: install it" >&2; exit 1; }
done

component=dist/vault-aws-login-cli.wasm
options=
(($# == 0)) || options=$(printf ' %q' "$@")
if [[ " $*" == *" --credentials"[\ =]* ]]; then
    sign="wasmtime run $component sign$options"
elif [[ -n ${AWS_ACCESS_KEY_ID:-} ]]; then
    sign="wasmtime run --env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY --env AWS_SESSION_TOKEN $component sign$options"
elif command -v aws >/dev/null; then
    sign="aws configure export-credentials | wasmtime run $component sign --credentials -$options"
else
    echo "missing credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, install AWS's CLI, or give --credentials -" >&2
    exit 1
fi

# run COMMAND: shows it and runs it. Standard output is what the command prints, which may be a secret.
run() {
    printf '$ %s\n' "$1" >&2
    eval "$1"
}

answer=$(run "$sign | curl --silent --show-error --data @- \$VAULT_ADDR/v1/auth/\${VAULT_AUTH_MOUNT:-aws}/login")
if ! python3 -c 'import json, sys; print(json.load(sys.stdin)["auth"]["client_token"])' <<<"$answer" 2>/dev/null; then
    printf '%s' "$answer" | run "wasmtime run $component diagnose" >&2
    exit 1
fi
