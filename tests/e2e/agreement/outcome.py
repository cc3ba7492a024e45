"""A prediction beside the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from vault_aws_login import Finding

from agreement.cases import Case
from agreement.table import BROKEN_ROWS, Row, row_of


@dataclass(frozen=True)
class Outcome:
    """What the inspector said of a login, and what the server answered."""

    case: Case
    findings: list[Finding]
    status: int
    error: str

    @cached_property
    def prediction(self) -> str:
        severities = {finding.severity for finding in self.findings}
        if "refused" in severities:
            return "refused"
        if "depends" in severities:
            return "open"
        # Of these the caller knows what no inspector can: that the signature is wrong.
        return "broken" if self.case.broken else "accepted"

    @property
    def is_firm(self) -> bool:
        return self.prediction in ("refused", "accepted")

    @property
    def rule(self) -> str:
        """The first rule that refuses: the one that the server should report."""
        return next((finding.rule for finding in self.findings if finding.severity == "refused"), "")

    @cached_property
    def row(self) -> Row | None:
        """The row of the server's refusal; `None`: accepted, or a text that no row has."""
        return None if self.status == 200 else row_of(self.error)

    def disagreement(self) -> str:
        """Says what differs; empty if nothing does."""
        verdict = "accepted" if self.status == 200 else "refused"
        if self.status != 200 and self.row is None:
            return f"a text that no row has: {self.status} {self.error}"
        if self.prediction == "broken":
            return "" if self.row and self.row.what in BROKEN_ROWS else f"broken, and {verdict}: {self.error}"
        if not self.is_firm:
            return ""
        if self.prediction != verdict:
            return f"predicted {self.prediction} by {self.rule or 'no rule'}, and {verdict}: {self.error}"
        if self.row is not None and self.rule not in self.row.rules:
            return f"refused, predicted by {self.rule}, but: {self.error}"
        return ""

    def __repr__(self) -> str:
        return f"{self.case.mount.path} | {self.case.name} | {self.disagreement()}"
