"""Tables of named groups of customers: what each is worth, and who moved from one to another.

A group's numbers describe it; no test compares groups on the measures that made them. Groups under
`min_n` are marked: their shares and medians rest on few. Sizes are compared over time, and moves
counted, only between scores made with the same cut points.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from rapport.analysis.rfm import ABSENT, SEGMENTS
from rapport.errors import DataError


def segment_table(
    segments: pd.Series, customers: pd.DataFrame, *, order: Sequence[str] = SEGMENTS,
    min_n: int = 30,
) -> pd.DataFrame:  # fmt: skip
    """Sum up every segment: how many, what share, what they spend and how they buy.

    Parameters
    ----------
    segments : the segment of every customer, indexed by `customer_id`
    customers : the same customers: `rfm_spend` (Decimal), `rfm_orders`, `rfm_order_days`,
        `rfm_days_since`, `tenure_days`
    order : all segments, in the order of the table
    min_n : a segment of fewer customers is marked

    Returns
    -------
    one row per segment, also those without customers
        `n_customers`, `share_customers`, `spend` (Decimal, exact), `share_spend` (empty where
        nothing was spent in all), `spend_per_customer`, `aov` (spend per order), `orders`,
        `order_days_mean`, `days_since_median`, `tenure_median`, `share_repeat` (customers with
        two or more order days), `is_too_few`; empty cells where there is no customer

    Raises
    ------
    DataError
        A customer has no segment or one that `order` does not name.
    """
    _check(segments, customers, order)
    grouped = customers.groupby(segments.reindex(customers.index), sort=False)
    table = pd.DataFrame(index=pd.Index(list(order), name="segment", dtype=object))
    table["n_customers"] = grouped.size().reindex(table.index, fill_value=0)
    table["share_customers"] = _share(table["n_customers"])
    # Decimals are added up by Python, group by group: exact, so their order means nothing.
    sums = {name: sum(group["rfm_spend"], Decimal(0)) for name, group in grouped}
    table["spend"] = pd.Series([sums.get(name, Decimal(0)) for name in order], table.index)
    spend = table["spend"].astype(float)
    table["share_spend"] = _share(spend)
    table["spend_per_customer"] = spend / table["n_customers"].where(table["n_customers"] > 0)
    table["orders"] = grouped["rfm_orders"].sum().reindex(table.index, fill_value=0)
    table["aov"] = spend / table["orders"].where(table["orders"] > 0)
    days = grouped["rfm_order_days"].sum()
    table["order_days_mean"] = days.reindex(table.index) / table["n_customers"]
    table["days_since_median"] = grouped["rfm_days_since"].median().reindex(table.index)
    table["tenure_median"] = grouped["tenure_days"].median().reindex(table.index)
    repeat = (customers["rfm_order_days"] >= 2).groupby(segments.reindex(customers.index)).sum()
    table["share_repeat"] = repeat.reindex(table.index) / table["n_customers"]
    table["is_too_few"] = table["n_customers"] < min_n
    return table


def migration(
    earlier: pd.Series, later: pd.Series, *, order: Sequence[str] = SEGMENTS
) -> pd.DataFrame:
    """Count who was in which segment then and is in which now.

    Parameters
    ----------
    earlier, later : segments at two days, indexed by `customer_id`, scored with the same cuts
        (those of the later day)

    Returns
    -------
    one row per earlier and one column per later segment, and `absent` last: customers who had
    no order in the window at that day

    Examples
    --------
    >>> then, now = pd.Series({"a": "new", "b": "new"}), pd.Series({"a": "potential", "c": "new"})
    >>> migration(then, now, order=["new", "potential"]).to_numpy().tolist()
    [[0, 1, 1], [0, 0, 0], [1, 0, 0]]
    """
    both = pd.concat([earlier.rename("earlier"), later.rename("later")], axis=1).fillna(ABSENT)
    names = [*order, ABSENT]
    counts = pd.crosstab(both["earlier"], both["later"]) if len(both) else pd.DataFrame()
    filled = counts.reindex(index=names, columns=names, fill_value=0).astype("int64")
    return filled.rename_axis(index="earlier", columns="later")


def sizes_between(earlier: pd.Series, later: pd.Series, *, order: Sequence[str] = SEGMENTS) -> (
    pd.DataFrame
):  # fmt: skip
    """Count every segment at two days.

    Returns
    -------
    one row per segment: `n_earlier`, `n_later`, `share_earlier`, `share_later`
    """
    index = pd.Index(list(order), name="segment", dtype=object)
    counts = {
        "n_earlier": earlier.value_counts().reindex(index, fill_value=0),
        "n_later": later.value_counts().reindex(index, fill_value=0),
    }
    table = pd.DataFrame(counts, index=index)
    return table.assign(
        share_earlier=_share(table["n_earlier"]), share_later=_share(table["n_later"])
    )


def _share(parts: pd.Series) -> pd.Series:
    total = float(parts.sum())
    return parts.astype(float) / (total if total > 0 else float("nan"))


def _check(segments: pd.Series, customers: pd.DataFrame, order: Sequence[str]) -> None:
    n_without = int((~segments.reindex(customers.index).isin(list(order))).sum())
    if n_without or len(segments) != len(customers):
        raise DataError(
            f"segments: {max(n_without, abs(len(segments) - len(customers)))} of "
            f"{len(customers)} customers have no known segment. Name the segments of these "
            "customers first."
        )
