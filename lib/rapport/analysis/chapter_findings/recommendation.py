"""What the chapter on products hands to the summary."""

from __future__ import annotations

from rapport.analysis.chapter_findings.common import Values
from rapport.analysis.findings import PAIRS, Finding, make_finding


def find_in_baskets(values: Values, *, outcome: str) -> list[Finding]:
    """Find how many pairs of products belong together beyond chance; no money can be named."""
    slots = ("rules", "pairs_possible")
    return (
        make_finding("recommendation.rules", values, slots, fact=PAIRS)
        if outcome == "rules"
        else []
    )
