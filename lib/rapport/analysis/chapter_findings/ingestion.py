"""What the chapter on data hands to the summary."""

from __future__ import annotations

from rapport.analysis.chapter_findings.common import Values
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_total


def find_in_delivery(values: Values) -> list[Finding]:
    """Find the rows that broke the contract of their table, and their money."""
    slots = ("broken_rows", "broken_money")
    if not has_numbers(values, *slots) or not values["broken_rows"].value:
        return []
    money = values["broken_money"]
    stake = stake_of_total(money) if money.value else None
    return make_finding("ingestion.broken", values, slots, stake=stake)
