"""What late orders changed: stages at month ends as known today against as known at the time."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rapport.analysis.lifecycle import N_MONTHS, month_code
from rapport.analysis.lifecycle_study import Stages
from rapport.analysis.measured import Measured

ANY_MONTH = 0


@dataclass(frozen=True, eq=False)
class Restated:
    """Customers whose stage late orders moved.

    `months`: one row per month end: `period`, `n_placed` (customers placed), `n_moved`, `share`;
    `n_customers` were moved at any of them.
    """

    months: pd.DataFrame
    n_customers: int
    min_count: int = 10

    @property
    def outcome(self) -> str:
        """Say whether any were moved: none, few (not told), or some."""
        if not self.n_customers:
            return "none"
        return "few" if self.n_customers < self.min_count else "some"


def study_restated(
    moved: pd.DataFrame | None, stages: Stages, *, min_count: int = 10
) -> list[Restated]:
    """Count the placements that orders moved which arrived after their month; nothing unknown.

    Parameters
    ----------
    moved : `lifecycle_restated`: `month_no` (0: any), `stage_then`, `stage_now`, `n_customers`;
        None where no source says when its orders arrived
    stages : as known today; of contracts nothing is said, whose stages follow other dates

    Examples
    --------
    >>> study_restated(None, Stages("orders", None, pd.DataFrame(), pd.DataFrame(), pd.DataFrame()))
    []
    """
    if moved is None or stages.kind != "orders" or stages.months is None:
        return []
    is_any = moved["month_no"] == ANY_MONTH
    by_month = moved[~is_any].groupby("month_no")["n_customers"].sum()
    placed = stages.counts.sum(axis=1).tail(N_MONTHS)
    n_moved = by_month.reindex(placed.index, fill_value=0).astype("int64")
    months = pd.DataFrame(
        {
            "period": [month_code(int(month)) for month in placed.index],
            "n_placed": placed.astype("int64").to_numpy(),
            "n_moved": n_moved.to_numpy(),
        }
    )
    shares = months["n_moved"] / months["n_placed"].clip(lower=1)
    n = int(moved.loc[is_any, "n_customers"].sum())
    return [Restated(months.assign(share=shares), n, min_count)]


def list_outcomes(restated: list[Restated]) -> list[str]:
    """Name the wording: none, few or some; nothing where it is not known when orders arrived."""
    return [found.outcome for found in restated]


def take_months(restated: list[Restated]) -> pd.DataFrame | None:
    """Give the month ends; None where it is not known when orders arrived."""
    return restated[0].months if restated else None


def measure_restated(restated: list[Restated]) -> list[Measured]:
    """Name how many customers late orders moved, and how many placements; nothing of few."""
    if list_outcomes(restated) != ["some"]:
        return []
    (found,) = restated
    n_moved, n_placed = (int(found.months[name].sum()) for name in ("n_moved", "n_placed"))
    return [
        Measured("restated.customers", found.n_customers, "count", "customers"),
        Measured("restated.moved", n_moved, "count", "count"),
        Measured("restated.placed", n_placed, "count", "count"),
        Measured("restated.share", n_moved / n_placed, "ratio", "share"),
        Measured("restated.first", str(found.months["period"].iloc[0]), "date", "period"),
    ]
