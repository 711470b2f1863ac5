"""What decisions did that were carried out by a campaign, as far as the campaign's design tells.

Beside the figure that a decision was to move stands what the campaign itself is known to have
changed: of a trial with a control group an effect, of a comparison with others an association, of
anything else nothing. A decision without a campaign is followed up by its figure alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import pandas as pd

from rapport.analysis.actions import Words

COLUMNS = (
    "decision_en", "decision_zh", "decided", "campaign", "design", "n_customers", "unit",
    "estimate", "low", "high", "verdict",
)  # fmt: skip
TOLD = ("raised", "lowered", "unclear", "more", "less")


class Decision(Protocol):
    """One decision as the unit's file holds it."""

    @property
    def decision(self) -> Words:
        """What was decided."""

    @property
    def decided(self) -> date:
        """On which day."""

    @property
    def campaign(self) -> str | None:
        """Id of the campaign that carried it out."""


def link_effects(
    decisions: Sequence[Decision], effects: pd.DataFrame | None, *, as_of: date | None,
    currency: str,
) -> pd.DataFrame:  # fmt: skip
    """List what the campaigns of decisions changed.

    Parameters
    ----------
    decisions : of the unit
    effects : `campaign_effects`: one row per campaign and variant: `campaign_id`, `campaign`,
        `design`, `outcome`, `measure` (conversion or spend_week), `estimate`, `low`, `high`,
        `n_customers`; None where no chapter measured any
    as_of : later decisions are not listed
    currency : of money in `estimate`

    Returns
    -------
    one row per decision that names a campaign, and variant of it: the newest decision first
        `unit` (pp of conversion, or the currency, per customer and week), `estimate` with `low`
        and `high`, empty unless the design allows one; `verdict`: raised, lowered (by a trial),
        more, less (goes with), unclear, withheld (the design or its checks forbid a statement),
        unmeasured (no report has measured it yet)
    """
    asked = [one for one in decisions if one.campaign and (as_of is None or one.decided <= as_of)]
    known = pd.DataFrame({"campaign_id": []}) if effects is None else effects
    rows = []
    for one in sorted(asked, key=lambda each: each.decided, reverse=True):
        words = (one.decision.en, one.decision.zh, one.decided)
        found = known[known["campaign_id"] == one.campaign]
        if found.empty:
            rows.append((*words, one.campaign, None, None, "pp", None, None, None, "unmeasured"))
        rows += [(*words, *_read(row, currency)) for row in found.to_dict("records")]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _read(row: dict[Any, Any], currency: str) -> tuple[Any, ...]:
    unit = "pp" if row["measure"] != "spend_week" else currency
    is_told = row["outcome"] in TOLD and pd.notna(row["estimate"])
    ends = [float(row[name]) if is_told else None for name in ("estimate", "low", "high")]
    n = None if pd.isna(row["n_customers"]) else int(row["n_customers"])
    verdict = row["outcome"] if is_told else "withheld"
    return (row["campaign"], row["design"], n, unit, *ends, verdict)
