"""Signs a Vault login with the AWS credentials in the environment, and prints it."""

import os

from vault_aws_iam_login import Credentials, Module

credentials = Credentials(
    os.environ["AWS_ACCESS_KEY_ID"],
    os.environ["AWS_SECRET_ACCESS_KEY"],
    os.environ.get("AWS_SESSION_TOKEN"),
)
print(Module.bundled().sign_login(credentials, role="dev"))
