"""What the chapter on segments hands to the summary."""

from __future__ import annotations

from decimal import Decimal

from rapport.analysis.chapter_findings.common import CLEAR, SPEND, SPREAD, Values
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_shares
from rapport.analysis.measured import Measured


def find_in_segments(values: Values, *, outcome: str, moved: str) -> list[Finding]:
    """Find what the high-value segment brings, and whether more or fewer customers are in it.

    Parameters
    ----------
    outcome : of the segments; `ok` where high-value customers lead
    moved : their share by fixed borders: up, down or anything else
    """
    found = []
    if outcome == "ok":
        slots = ("best_share", "n", "best_spend_share")
        found += make_finding("segmentation.best", values, slots, fact=SPREAD)
    if moved in CLEAR:
        told = ("sizes_later", "sizes_earlier", "sizes_n_later", "cut")
        stake = _stake_of_best(values) if has_numbers(values, *told[:2]) else None
        found += make_finding("segmentation.sizes", values, told, case=moved, stake=stake)
    return found


def _stake_of_best(values: Values) -> Measured | None:
    """Give the money at stake in a share of high-value customers: at what each of them spends."""
    if not has_numbers(values, "best_spend", "best_n") or values["best_spend"].value <= 0:
        return None
    spend, n = values["best_spend"], int(values["best_n"].value)
    each = Measured(SPEND, Decimal(spend.value) / n, "money", spend.unit)
    return stake_of_shares(values["sizes_later"], values["sizes_earlier"], each)
