"""Keeps a token of Vault, and uses it from `asyncio`."""

import asyncio
import os

from vault_aws_iam_login import Credentials, Session


def credentials() -> Credentials:
    names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
    return Credentials(*(os.environ.get(name) for name in names))


async def main() -> None:
    with Session(os.environ["VAULT_ADDR"], credentials, role="dev") as session:
        # It may wait for a login, so it runs in a thread. The time also ends the thread.
        token = await asyncio.to_thread(session.token, timeout=30)
        print(f"a token of {len(token)} characters")


asyncio.run(main())
