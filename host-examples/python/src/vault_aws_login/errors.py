"""The one exception of this package."""

from __future__ import annotations


class LoginError(ValueError):
    """An input that was refused. Never holds a secret.

    `rule` is for programs to branch on; `wit/login.wit` lists the rules and what heals them. `field` names the input
    (`None` where the rule is about a login as a whole). `message` says what was expected and what was found.
    """

    def __init__(self, rule: str, field: str | None, message: str) -> None:
        super().__init__(rule, field, message)
        self.rule = rule
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return self.message
