"""What the chapter on churn hands to the summary."""

from __future__ import annotations

from rapport.analysis.chapter_findings.common import Values, share_finding
from rapport.analysis.findings import Finding


def find_in_churn(values: Values, *, kind: str, change: str) -> list[Finding]:
    """Find how many left against the period before.

    What may be lost with those who may leave is no finding: it is a forecast, which stands there
    every month and is compared with nothing.

    Parameters
    ----------
    kind : what churn is measured on, orders or contracts
    change : of the rate: up, down, or anything that is no clear change
    """
    slots = ("rate", "rate_previous")
    return share_finding("churn.rate", values, slots, change, wording=f"{kind}_{change}")
