"""Which groups of customers lean to which categories of products.

The index is the share of a group's spend that goes to a category, by the same share of all
customers, times 100: 100 is average. Whether a group leans at all is judged by its order lines,
counted and not weighed, so that one large order is no evidence; the lines of a customer go together
in the error. A cell is called clear only if spend leans the same way, and if no single customer
makes a tenth of it: the error is known in the limit of many customers alone. It describes: groups
differ in much besides what they are called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from rapport.analysis.families import adjust_p_values
from rapport.analysis.measured import Measured

Floats = npt.NDArray[np.float64]

ATTRIBUTES = ("age_band", "gender", "loyalty_tier", "acquisition_channel")
MOST_GROUPS, MOST_CATEGORIES = 8, 6
ONE = 0.1
HIDDEN = ("n_customers", "index", "share_lines", "share_others", "p", "error")
SUMS, WHOLES = ("n_lines", "n_squared", "n_crossed"), ("n_lines_group", "n_squared_group")
COLUMNS = (
    "attribute", "name", "category", "index", "n_customers", "n_customers_group", "share_lines",
    "low", "high", "share_others", "p", "is_clear",
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
    rows: pd.DataFrame | None, *, min_n: int = 30, min_count: int = 10, fdr: float = 0.05,
    confidence: float = 0.95,
) -> Affinity:  # fmt: skip
    """Measure the affinity of every group to every category.

    Parameters
    ----------
    rows : `profile_affinity`, one row per attribute, its value and category: `n_customers` who
        bought it, `n_customers_group` who bought anything, `net` (Decimal), `n_lines`, sums of
        their squares `n_squared` and of their products with all lines `n_crossed` by customer,
        `n_lines_group`, `n_squared_group`, and the most lines of one customer in the cell and in
        the group, `n_largest` and `n_largest_group`; None without lines
    min_n : customers that a group, and the buyers of a category, must be
    min_count : a cell of fewer buyers is left empty
    fdr : all cells of all attributes are one family of tests
    confidence : of the interval of a share

    Returns
    -------
    one row per cell of groups and categories that are large enough
        `index` (100 is average; None where hidden or nothing was spent), `share_lines` (part of
        the group's lines) with `low` and `high`, `share_others` (part of the lines of all other
        customers of the attribute), `p` (of the ratio of shares), `is_clear`

    References
    ----------
    Deville, J.-C. (1999), Survey Methodology 25, 193-203 (error of a ratio of sums).
    """
    empty = pd.DataFrame({name: [] for name in COLUMNS})
    if rows is None or rows.empty:
        return Affinity("none", None, empty)
    parts = [_cells(rows[rows["attribute"] == one], min_n, min_count) for one in ATTRIBUTES]
    kept = [part for part in parts if len(part)]
    if not kept:
        return Affinity("none", None, empty)
    cells = pd.concat(kept, ignore_index=True)
    half = float(ndtri((1 + confidence) / 2)) * cells["error"].astype(float)
    share = cells["share_lines"].astype(float)
    cells["low"], cells["high"] = (share - half).clip(lower=0.0), (share + half).clip(upper=1.0)
    leans = (cells["index"].astype(float) - 100) * (share - cells["share_others"].astype(float)) > 0
    found = adjust_p_values(cells["p"].astype(float)) <= fdr
    cells["is_clear"] = (found & leans & ~cells["is_of_one"]).to_numpy(bool)
    clear = cells.groupby("attribute", sort=False)["is_clear"].sum()
    shown = max(clear.index, key=lambda name: (clear[name], -ATTRIBUTES.index(name)))
    outcome = "clear" if clear[shown] else "level"
    return Affinity(outcome, str(shown), cells[list(COLUMNS)])


def _cells(rows: pd.DataFrame, min_n: int, min_count: int) -> pd.DataFrame:
    """Make the cells of one attribute; none where too few groups or categories are large."""
    drawn = rows.assign(net=rows["net"].map(float))
    groups = drawn.drop_duplicates("name").set_index("name").drop(columns="net")
    groups["net_group"] = drawn.groupby("name")["net"].sum()
    large = groups["n_customers_group"].sort_index().sort_values(ascending=False, kind="stable")
    names = sorted(large[large >= min_n].index[:MOST_GROUPS])
    by_category = drawn.groupby("category")[["net", "n_customers", *SUMS]].sum()
    known = by_category[(by_category["n_customers"] >= min_n) & (by_category["net"] > 0)]
    ranked = known.sort_index().sort_values("net", ascending=False, kind="stable")
    if len(names) < 2 or len(ranked) < 2:
        return pd.DataFrame()
    grid = pd.MultiIndex.from_product([names, ranked.index[:MOST_CATEGORIES]])
    cells = drawn.set_index(["name", "category"])[["net", "n_customers", "n_largest", *SUMS]]
    cells = cells.reindex(grid, fill_value=0).rename_axis(["name", "category"]).reset_index()
    return _measure(cells, groups, by_category, min_count).assign(
        attribute=str(rows["attribute"].iloc[0])
    )


def _measure(
    cells: pd.DataFrame, groups: pd.DataFrame, by_category: pd.DataFrame, min_count: int
) -> pd.DataFrame:
    """Give index, shares of lines and p of cells, of which `groups` and `by_category` are sums."""
    own = groups.loc[cells["name"]].reset_index(drop=True)
    every = by_category.loc[cells["category"]].reset_index(drop=True)
    all_spent, whole = (float(groups[name].sum()) for name in ("net_group", "n_lines_group"))
    average = every["net"] / all_spent
    part, own_part = (lines.to_numpy(float) for lines in (cells["n_lines"], own["n_lines_group"]))
    index = 100 * cells["net"] / own["net_group"].where(own["net_group"] > 0) / average
    share = part / own_part
    others = (every["n_lines"].to_numpy(float) - part) / (whole - own_part)
    sums = tuple(
        column.to_numpy(float)
        for column in (cells["n_squared"], cells["n_crossed"], own["n_squared_group"])
    )
    spread = _square((1 / own_part, -share / own_part), sums)
    largest = own["n_largest_group"].to_numpy(float)
    of_one = (cells["n_largest"].to_numpy(float) > ONE * part) | (largest > ONE * own_part)
    of_one |= float(groups["n_largest_group"].max()) > ONE * whole  # it moves the average
    k = cells["n_customers"].to_numpy(int)
    frame = cells[["name", "category"]].assign(
        n_customers=k.astype(float), index=index, share_lines=share, share_others=others,
        p=_p_values(cells, own, every, groups), error=np.sqrt(np.maximum(spread, 0.0)),
    )  # fmt: skip
    frame.loc[(k > 0) & (k < min_count), list(HIDDEN)] = None
    return frame.assign(n_customers_group=own["n_customers_group"].to_numpy(int), is_of_one=of_one)


def _p_values(
    cells: pd.DataFrame, own: pd.DataFrame, every: pd.DataFrame, groups: pd.DataFrame
) -> Floats:
    """Give the p of the logarithm of a group's share of lines by that of all."""
    part, square, cross = (cells[name].to_numpy(float) for name in SUMS)
    all_part, all_square, all_cross = (every[name].to_numpy(float) for name in SUMS)
    own_part, own_square = (own[name].to_numpy(float) for name in WHOLES)
    whole, square_of_all = (float(groups[name].sum()) for name in WHOLES)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.log(part / own_part / (all_part / whole))
        inside = (1 / part - 1 / all_part, 1 / whole - 1 / own_part)
        rest = (all_square - square, all_cross - cross, square_of_all - own_square)
        error = np.sqrt(
            _square(inside, (square, cross, own_square))
            + _square((-1 / all_part, np.full(len(part), 1 / whole)), rest)
        )
        p: Floats = np.where((part > 0) & (error > 0), 2 * ndtr(-np.abs(apart) / error), np.nan)
    return p


def _square(moves: tuple[Floats, Floats], sums: tuple[Floats, ...]) -> Floats:
    """Sum the squares of a x + b y over customers from their sums of x x, x y and y y."""
    (a, b), (xx, xy, yy) = moves, sums
    total: Floats = a * a * xx + 2 * a * b * xy + b * b * yy
    return total


def find_strongest(found: Affinity) -> pd.Series | None:
    """Find the clear cell whose share of lines stands out most; None without one."""
    clear = found.shown[found.shown["is_clear"].astype(bool)]
    clear = clear[clear["index"].notna()]
    if clear.empty:
        return None
    apart = (clear["share_lines"] - clear["share_others"]).astype(float).abs()
    return clear.iloc[int(apart.to_numpy().argmax())]


def measure_strongest(row: pd.Series | None) -> list[Measured]:
    """Give the numbers of the cell that stands out most; nothing without one."""
    if row is None:
        return []
    n = int(row["n_customers_group"])
    return [
        Measured("affinity.group", n, "count", "customers"),
        Measured(
            "affinity.lines",
            float(row["share_lines"]),
            "ratio",
            "share",
            n=n,
            interval=(float(row["low"]), float(row["high"])),
        ),
        Measured("affinity.others", float(row["share_others"]), "ratio", "share"),
        Measured("affinity.index", float(row["index"]), "ratio", "index"),
    ]
