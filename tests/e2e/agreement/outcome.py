"""A prediction and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from vault_aws_iam_login import Finding

from agreement.cases import Case
from agreement.rows import BROKEN, Row, accepted_row, refused_row


@dataclass(frozen=True)
class Outcome:
    """What the inspector said of a login, and what the server answered."""

    case: Case
    findings: list[Finding]
    status: int
    error: str

    @property
    def verdict(self) -> str:
        return "accepted" if self.status == 200 else "refused"

    @cached_property
    def prediction(self) -> str:
        severities = {finding.severity for finding in self.findings}
        if "refused" in severities:
            return "refused"
        return "open" if "depends" in severities else "accepted"

    @property
    def is_firm(self) -> bool:
        """Whether the prediction must hold. No inspector can know that a signature is wrong."""
        return self.prediction == "refused" or self.prediction == "accepted" and not self.case.broken

    @cached_property
    def rule(self) -> str:
        """The first rule that refuses: the one that the server should report."""
        return next((finding.rule for finding in self.findings if finding.severity == "refused"), "")

    @cached_property
    def row(self) -> Row | None:
        """The row of the contract that the answer belongs to; `None` for a text that no row has."""
        if self.status == 200:
            return accepted_row(self.case.mount)
        if self.case.broken and self.prediction != "refused":
            return BROKEN if BROKEN.fits(self.error) else None
        return refused_row(self.error)

    @cached_property
    def disagreement(self) -> str:
        """Returns what differs; empty if nothing does."""
        if self.row is None or self.case.broken and self.status == 200:
            return f"the server answers what no row has: {self.status} {self.error}"
        if not self.is_firm:
            return ""
        if self.prediction != self.verdict:
            return f"predicted {self.prediction} by {self.rule or 'no rule'}, {self.verdict}: {self.error}"
        # If the key's ID seems to be a secret, the inspector stops, so that it shows no part of it.
        if self.rule == "secret-as-access-key-id" and self.row.is_of_sts:
            return ""
        # What depends may well be what decided, before the refusal that is certain.
        depends = {finding.rule for finding in self.findings if finding.severity == "depends"}
        foreseen = self.rule in self.row.rules or depends.intersection(self.row.rules + self.row.open_rules)
        if self.verdict == "refused" and not foreseen:
            return f"predicted by {self.rule}, refused: {self.error}"
        return ""

    def __repr__(self) -> str:
        return f"{self.case.mount.path}: {self.case.name}: {self.disagreement}"
