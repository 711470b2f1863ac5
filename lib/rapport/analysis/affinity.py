"""Which groups of customers lean to which categories of products.

The index is the share of a group's spend that goes to a category, by the same share of all
customers, times 100: 100 is average. Money decides the index; whether a group differs at all is
judged by customers (who bought the category, in the group and outside it), for each customer counts
once there and one large order counts for no more than a small one. It describes: groups differ in
much besides what they are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from rapport.analysis.families import adjust_p_values
from rapport.analysis.measured import Measured

ATTRIBUTES = ("age_band", "gender", "loyalty_tier", "acquisition_channel")
MOST_GROUPS, MOST_CATEGORIES = 8, 8
COLUMNS = (
    "attribute", "name", "category", "index", "n_customers", "n_customers_group", "share_buyers",
    "share_others", "p", "is_clear",
)  # fmt: skip


@dataclass(frozen=True)
class Affinity:
    """The cells of all attributes, the attribute to show, and what may be said.

    `outcome`: clear (some cell differs), level (none does), or none (nothing to compare).
    """

    outcome: str
    attribute: str | None
    cells: pd.DataFrame

    @property
    def shown(self) -> pd.DataFrame:
        """The cells of the attribute that is shown."""
        return self.cells[self.cells["attribute"] == self.attribute].reset_index(drop=True)


def measure_affinity(
    rows: pd.DataFrame | None, *, min_n: int = 30, min_count: int = 10, fdr: float = 0.05
) -> Affinity:
    """Measure the affinity of every group to every category.

    Parameters
    ----------
    rows : `profile_affinity`, one row per attribute, its value and category: `n_customers` who
        bought it, `n_customers_group` who bought anything, `net` (Decimal); None without lines
    min_n : customers that a group must have
    min_count : a cell of fewer buyers, or fewer who did not buy, is left empty
    fdr : all cells of all attributes are one family of tests

    Returns
    -------
    one row per cell of groups and categories that are large enough
        `index` (100 is average; None where hidden or nothing was spent), `share_buyers` of the
        group, `share_others` of all other customers of the attribute, `p` (two shares, pooled),
        `is_clear` (its adjusted p is at most `fdr`)

    Examples
    --------
    >>> drawn = pd.DataFrame({"attribute": ["gender"] * 4, "name": ["a", "a", "b", "b"],
    ...     "category": ["x", "y"] * 2, "n_customers": [80, 20, 20, 80],
    ...     "n_customers_group": [90] * 4, "net": [Decimal(30), Decimal(10)] * 2})
    >>> measure_affinity(drawn).shown["index"].tolist()
    [100.0, 100.0, 100.0, 100.0]
    """
    if rows is None or rows.empty:
        return Affinity("none", None, pd.DataFrame({name: [] for name in COLUMNS}))
    parts = [_cells(rows[rows["attribute"] == one], min_n, min_count) for one in ATTRIBUTES]
    cells = pd.concat(parts, ignore_index=True)
    if cells.empty:
        return Affinity("none", None, pd.DataFrame({name: [] for name in COLUMNS}))
    cells["is_clear"] = (adjust_p_values(cells["p"]) <= fdr).to_numpy(bool)
    clear = cells.groupby("attribute", sort=False)["is_clear"].sum()
    shown = max(clear.index, key=lambda name: (clear[name], -ATTRIBUTES.index(name)))
    outcome = "clear" if clear[shown] else "level"
    return Affinity(outcome, str(shown), cells[list(COLUMNS)])


def _cells(rows: pd.DataFrame, min_n: int, min_count: int) -> pd.DataFrame:
    sizes = rows.drop_duplicates("name").set_index("name")["n_customers_group"]
    large = sizes[sizes >= min_n].sort_index().sort_values(ascending=False, kind="stable")
    groups = sorted(large.index[:MOST_GROUPS])
    net = rows.pivot_table(index="name", columns="category", values="net", aggfunc=_sum)
    spent = net.map(float).fillna(0.0)
    bought = rows.pivot_table(
        index="name", columns="category", values="n_customers", aggfunc="sum", fill_value=0
    )
    known = bought.sum()[bought.sum() >= min_n].index
    order = spent.sum().sort_index().sort_values(ascending=False, kind="stable")
    categories = [name for name in order.index if name in known and order[name] > 0]
    if len(groups) < 2 or len(categories) < 2:
        return pd.DataFrame({name: [] for name in COLUMNS})
    average = spent.sum() / spent.to_numpy().sum()
    made = [
        _cell(group, category, (spent, bought, sizes, average), min_count)
        for group in groups
        for category in categories[:MOST_CATEGORIES]
    ]
    return pd.DataFrame(made).assign(attribute=str(rows["attribute"].iloc[0]))


def _sum(amounts: pd.Series) -> Decimal:
    return sum(amounts, Decimal(0))


def _cell(
    group: str, category: str,
    given: tuple[pd.DataFrame, pd.DataFrame, pd.Series, pd.Series], min_count: int,
) -> dict[str, object]:  # fmt: skip
    spent, bought, sizes, average = given
    k, n = int(bought.loc[group, category]), int(sizes[group])
    k_all, n_all = int(bought[category].sum()), int(sizes.sum())
    own = float(spent.loc[group].sum())
    index = 100 * float(spent.loc[group, category]) / own / average[category] if own > 0 else None
    is_small = 0 < k < min_count or 0 < n - k < min_count
    others = (k_all - k) / (n_all - n) if n_all > n else None
    return {
        "name": group, "category": category, "index": None if is_small else index,
        "n_customers": None if is_small else k, "n_customers_group": n,
        "share_buyers": None if is_small else k / n, "share_others": None if is_small else others,
        "p": None if is_small else _p_value((k, n), (k_all - k, n_all - n)),
    }  # fmt: skip


def _p_value(one: tuple[int, int], two: tuple[int, int]) -> float | None:
    """Give the two-sided p of two equal shares, pooled; None where nothing varies."""
    if not two[1]:
        return None
    pooled = (one[0] + two[0]) / (one[1] + two[1])
    error = np.sqrt(pooled * (1 - pooled) * (1 / one[1] + 1 / two[1]))
    if error == 0:
        return None
    return float(2 * ndtr(-abs(one[0] / one[1] - two[0] / two[1]) / error))


def find_strongest(found: Affinity) -> pd.Series | None:
    """Find the clear cell whose buyers stand out most from the others; None without one."""
    clear = found.shown[found.shown["is_clear"].astype(bool)]
    clear = clear[clear["index"].notna()]
    if clear.empty:
        return None
    apart = (clear["share_buyers"] - clear["share_others"]).astype(float).abs()
    return clear.loc[apart.idxmax()]


def measure_strongest(row: pd.Series | None) -> list[Measured]:
    """Give the numbers of the cell that stands out most; nothing without one."""
    if row is None:
        return []
    n = int(row["n_customers_group"])
    return [
        Measured("affinity.group", n, "count", "customers"),
        Measured("affinity.buyers", float(row["share_buyers"]), "ratio", "share", n=n),
        Measured("affinity.others", float(row["share_others"]), "ratio", "share"),
        Measured("affinity.index", float(row["index"]), "ratio", "index"),
    ]
