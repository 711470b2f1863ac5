"""What is watched until it ends: contracts, or customers until their next order.

Contracts are watched from their begin. Customers of a unit without contracts are watched from the
day two horizons before as_of, in the segment that they were in on that day: a segment of today
would be made of the very orders that are waited for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from rapport.analysis.churn_groups import GroupSettings
from rapport.analysis.contract_study import prepare_contracts, split_columns
from rapport.analysis.driver_study import DriverSettings
from rapport.analysis.rfm import assign_segments, take_window

# What does not follow from buying: a loyalty tier as known at ingest is made of the very orders
# that are waited for (on the sample shop its ratio was 54).
ATTRIBUTES = ("acquisition_channel", "country", "region", "age_band", "gender")
# What is known of a customer on the first day, one more where it may be 0.
MEASURES = {
    "tenure_days": 1, "days_since_last_order": 1, "n_order_days": 0, "gross": 0,
}  # fmt: skip
TIMES = {"orders": 90, "contracts": 12}


@dataclass(frozen=True)
class Spells:
    """Spells and what may go with their length.

    `rows`: one row per spell: `duration` (days, or months of contracts), `event_observed`, the
    columns named; `kind` orders or contracts; `groupings` the columns that group, the first being
    segment or plan; `numbers`, `categories` those of the regression.
    """

    rows: pd.DataFrame
    kind: str
    groupings: tuple[str, ...]
    numbers: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def counted(self) -> str:
        """What a spell is one of: customers or contracts."""
        return "contracts" if self.kind == "contracts" else "customers"

    @property
    def cluster(self) -> str | None:
        """The column of customers, of whom one may have several spells: of contracts."""
        return "customer_id" if self.kind == "contracts" else None

    def group_settings(
        self, *, min_n: int, fdr: float, confidence: float, min_count: int
    ) -> GroupSettings:
        """Give what the comparison of groups needs."""
        return GroupSettings(
            self.groupings, TIMES[self.kind], min_n, fdr, confidence, min_count, self.cluster
        )

    def driver_settings(self, *, min_n: int, fdr: float, confidence: float) -> DriverSettings:
        """Give what the regression needs."""
        return DriverSettings(self.numbers, self.categories, min_n, fdr, confidence, self.cluster)


def take_contracts(
    subscriptions: pd.DataFrame, customers: pd.DataFrame | None, *, as_of: date, min_n: int
) -> Spells:
    """Give a unit's contracts as spells; an end that nobody chose censors."""
    rows = prepare_contracts(subscriptions, customers, as_of=as_of)
    numbers, categories = split_columns(rows, least=min_n)
    # The term is the plan's in most units, and says no more beside it.
    groupings = [name for name in categories if name != "renewal_months"]
    return Spells(rows, "contracts", tuple(groupings), tuple(numbers), tuple(categories))


def take_customers(
    next_orders: pd.DataFrame, measures: pd.DataFrame, periods: pd.DataFrame, *, new_days: int,
    spend: str,
) -> Spells:  # fmt: skip
    """Give the customers who were active two horizons ago as spells until their next order.

    Parameters
    ----------
    next_orders : `customer_id`, `duration_days`, `event_observed`
    measures : `customer_measures`, one row per window and customer; `train` is taken
    periods : the table of windows
    """
    days = periods.loc[periods["window"] == "train", "ends_on"]
    known = [name for name in ATTRIBUTES if name in measures]
    names = ("segment", *known)
    columns = ["duration", "event_observed", *names, *MEASURES]
    if days.empty or next_orders.empty:
        return Spells(pd.DataFrame(columns=columns), "orders", names, tuple(MEASURES), names)
    inside = take_window(measures, window="train", spend=spend)
    day = pd.Timestamp(days.iloc[0]).date()
    named = assign_segments(inside, new_days=new_days, as_of=day)["segment"]
    floats = {name: inside[name].astype(float) + more for name, more in MEASURES.items()}
    then = inside.assign(segment=named, **floats)
    watched = next_orders.rename(columns={"duration_days": "duration"})
    rows = watched[["customer_id", "order_key", "duration", "event_observed"]].merge(
        then.reset_index()[["customer_id", *names, *MEASURES]], on="customer_id", validate="1:1"
    )
    numbers = tuple(name for name in MEASURES if bool((rows[name] > 0).all()))
    # Segments are made of the measures that stand beside them.
    return Spells(rows[["order_key", *columns]], "orders", names, numbers, tuple(known))
