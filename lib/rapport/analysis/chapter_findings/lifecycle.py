"""What the lifecycle hands to the summary."""

from __future__ import annotations

from rapport.analysis.chapter_findings.common import Values
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_total


def find_in_lifecycle(values: Values, *, kind: str) -> list[Finding]:
    """Find who went quiet in the month, and what they had spent in twelve months.

    Parameters
    ----------
    kind : of the stages: orders or contracts
    """
    if not has_numbers(values, "entered_spend") or values["entered_spend"].value <= 0:
        return []
    stake = stake_of_total(values["entered_spend"])
    slots = ("entered_n", "entered_spend", "month")
    return make_finding("lifecycle.entered", values, slots, case=kind, stake=stake)
