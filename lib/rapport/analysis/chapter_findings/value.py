"""What the chapter on value hands to the summary."""

from __future__ import annotations

from rapport.analysis.chapter_findings.common import Values
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_part
from rapport.analysis.measured import Measured

LARGE_ERROR = 0.10
"""Of a total that was tested, from which the error is a finding."""


def find_in_value(values: Values) -> list[Finding]:
    """Find by how much the expected value was off when it was tested, if by more than a tenth."""
    for error in ("holdout_money_error", "renewals_error"):
        if not has_numbers(values, error, "clv") or abs(values[error].value) <= LARGE_ERROR:
            continue
        way = "over" if values[error].value > 0 else "under"
        told = Measured("error", values[error].value, values[error].kind, values[error].unit)
        stake = stake_of_part(told, values["clv"])
        return make_finding("value.error", {**values, "error": told}, ("error", "clv", "horizon"),
                            case=way, stake=stake)  # fmt: skip
    return []
