"""Signs a Vault login with the AWS credentials in the environment, and prints it."""

import os

from vault_aws_login import Component, Credentials

component = Component.load("vault-aws-login.wasm")
credentials = Credentials(
    os.environ["AWS_ACCESS_KEY_ID"],
    os.environ["AWS_SECRET_ACCESS_KEY"],
    os.environ.get("AWS_SESSION_TOKEN"),
)
print(component.sign_login(credentials, role="dev"))
