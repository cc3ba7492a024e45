"""The exceptions of this package. None holds a secret, nor do the variables of the frames that
raise it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vault_aws_iam_login.inspector import Refusal

TransportFailure = Literal[
    "unreachable", "timed-out", "interrupted", "untrusted", "answer-too-large"
]


class LoginError(ValueError):
    """An input that was refused.

    `rule` is for programs to branch on; `wit/login.wit` lists the rules and what heals them.
    `field` names the input (`None` where the rule is about a login as a whole). `message` says what
    was expected and what was found.
    """

    def __init__(self, rule: str, field: str | None, message: str) -> None:
        super().__init__(rule, field, message)
        self.rule = rule
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return self.message


class VaultError(Exception):
    """A login that Vault refused, or that did not reach it.

    Its message has Vault's words, what they mean and what to change. `status` is that of the answer
    (`None` if none came), `failure` says why none came, and `refusal` is what `explain_refusal`
    says of the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        failure: TransportFailure | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.failure = failure
        self.refusal = refusal


class SessionClosed(RuntimeError):
    """The session was closed, so it has no token."""
