"""What campaigns brought for what they cost, only where the design gives an addition at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.campaign_changes import Targeted
from rapport.analysis.campaign_effects import Experiment
from rapport.analysis.clv import Margin
from rapport.analysis.experiment import Difference
from rapport.analysis.roi import attribute_roi, estimate_roi


@dataclass(frozen=True)
class Return:
    """A campaign with a known cost: `roi` None where nothing may be said of what it added.

    `attributed` counts all sales in the window and is not incremental; empty (nan) where sales are
    those of a draw.
    """

    campaign_id: str
    name: str
    cost: float
    roi: Difference | None
    attributed: float
    per_buyer: float = np.nan
    """Cost by customer who bought in the window, of those the campaign was sent to."""


def study_returns(
    funnels: pd.DataFrame, tested: tuple[Experiment, ...], compared: tuple[Targeted, ...],
    margin: Margin, *, is_drawn: bool, min_count: int = 1,
) -> tuple[Return, ...]:  # fmt: skip
    """Give the return of every campaign with a cost, newest first.

    Parameters
    ----------
    funnels : the mart `campaign_funnels`
    margin : share of sales that stays, as in the chapter on value
    min_count : customers who bought, below which a cost by one of them would tell of a handful
    """
    ordered = funnels.sort_values(["started_on", "campaign_id"], ascending=[False, True])
    added = _list_added(tested, compared)
    found = []
    for row in ordered.itertuples(index=False):
        cost = find_cost(row)
        if cost > 0 and int(str(row.n_targeted)) and not is_drawn:
            found.append(_return(row, cost, added, margin, min_count))
    return tuple(found)


def find_cost(row: Any) -> float:
    """Give the cost of a campaign and of its contacts together, as far as they are known."""
    return sum(float(part) for part in (row.cost, row.contact_cost) if not pd.isna(part))


def _list_added(
    tested: tuple[Experiment, ...], compared: tuple[Targeted, ...]
) -> dict[str, tuple[Difference, float]]:
    """Give what each campaign added per customer, and how many times over (weeks)."""
    n_variants = Counter(one.campaign_id for one in tested)
    added = {
        one.campaign_id: (one.effect.money, 1.0)
        for one in tested
        # The cost of one of several variants is not known.
        if one.effect is not None and n_variants[one.campaign_id] == 1
    }
    return added | {
        one.campaign_id: (one.changes.estimate, one.weeks)
        for one in compared
        if one.changes is not None and one.outcome != "withheld"
    }


def _return(
    row: Any, cost: float, added: dict[str, tuple[Difference, float]], margin: Margin,
    min_count: int,
) -> Return:  # fmt: skip
    roi = None
    if row.campaign_id in added:
        difference, weeks = added[row.campaign_id]
        roi = estimate_roi(
            difference, n_customers=int(row.n_targeted), margin=margin.share, cost=cost,
            times=weeks,
        )  # fmt: skip
    sales = attribute_roi(float(row.net), margin=margin.share, cost=cost)
    buyers = int(row.n_bought)
    per_buyer = cost / buyers if buyers >= min_count else np.nan
    told = np.nan if sales is None else sales
    return Return(row.campaign_id, row.name, cost, roi, told, per_buyer)
