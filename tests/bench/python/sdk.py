"""Prints a login made with botocore: its chain of credentials and its signer."""

from __future__ import annotations

from botocore.session import get_session
from signers.botocore import sign

print(sign(get_session().get_credentials().get_frozen_credentials()))
