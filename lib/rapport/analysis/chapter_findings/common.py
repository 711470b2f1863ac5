"""What chapters share that hand findings to the summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_shares

Values = Mapping[str, Any]
CLEAR = ("up", "down")
SPEND = "spend_each"
SPREAD = "spread"
"""The fact that two chapters look at: that few customers bring much of the spend."""


def share_finding(
    name: str, values: Values, slots: Sequence[str], case: str, *, wording: str
) -> list[Finding]:
    """Make the finding of a share that changed clearly; `slots` begin with now and before."""
    if case not in CLEAR or not has_numbers(values, *slots[:2]):
        return []
    stake = None
    if has_numbers(values, SPEND):
        stake = stake_of_shares(values[slots[0]], values[slots[1]], values[SPEND])
    return make_finding(name, values, slots, case=wording, stake=stake)
