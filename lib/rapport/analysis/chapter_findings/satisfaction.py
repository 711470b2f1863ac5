"""What the chapter on satisfaction hands to the summary."""

from __future__ import annotations

from collections.abc import Iterable

from rapport.analysis.chapter_findings.common import CLEAR, SPEND, Values
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_points


def find_in_answers(values: Values, changes: Iterable[str]) -> list[Finding]:
    """Find the net promoter score of the period, and what it changed by.

    Parameters
    ----------
    changes : `period_up`, `period_down`; anything else is not clear, or of waves
    """
    slots = ("nps", "nps_n", "change", "previous")
    found = []
    for case in (wording.removeprefix("period_") for wording in changes):
        if case in CLEAR:
            stake = None
            if has_numbers(values, "change", "nps_n", SPEND):
                stake = stake_of_points(values["change"], values["nps_n"], values[SPEND])
            found += make_finding("satisfaction.nps", values, slots, case=case, stake=stake)
    return found
