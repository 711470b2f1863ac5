"""What the profile hands to the summary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rapport.analysis.chapter_findings.common import SPREAD, Values, share_finding
from rapport.analysis.findings import Finding, make_finding


def find_in_profile(values: Values, figures: Iterable[Any], *, spread: str) -> list[Finding]:
    """Find whether more first orders were followed by a second, and what the largest fifth bring.

    Parameters
    ----------
    values : with `spend_each`, where it is known
    figures : the profile's key figures, of which `repurchase` may be one
    spread : outcome of the share of the largest: ok, few or no_spend
    """
    found = []
    for figure in figures:
        earlier = figure.against.get("previous")
        if figure.name == "repurchase" and earlier is not None:
            case = str(earlier.change.case)
            slots = ("repurchase", "repurchase_previous", "repurchase_days")
            found += share_finding("profiling.repurchase", values, slots, case, wording=case)
    if spread == "ok":
        found += make_finding("profiling.top", values, ("top_share",), fact=SPREAD)
    return found
