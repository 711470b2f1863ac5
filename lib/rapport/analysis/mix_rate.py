"""A change of a rate or mean, split into who the customers are (mix) and what they do (rate).

The overall rate is the mean of the groups' rates, weighted by their shares. Its change has two
parts that leave no rest (Kitagawa 1955): shares that moved, at the mean of both rates, and rates
that moved, at the mean of both shares. A group that is there in one of the two periods only has no
change of its own: all that it does is mix. The parts are summed as fractions and rounded once, so
that they add up to the last decimal.

Where every group moves one way and all of them together the other, the mix has turned the sign:
Simpson's paradox. A split describes; it does not say that a shift of mix caused anything, and
another grouping splits the same change otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from rapport.analysis.resampling import FEW, FEWEST, Floats, Interval, to_floats
from rapport.errors import DataError

GRAIN = Decimal("0.000000001")
# What order lines have: every amount is a whole number of these.
MONEY = Decimal("0.0001")
Whole = npt.NDArray[np.int64]
Pair = Literal["simpson", "outweighed", "agree"]
COLUMNS = ("n_then", "total_then", "n_now", "total_now")


@dataclass(frozen=True)
class MixRate:
    """The two parts of a change; `mix` + `rate` is `now` - `then` exactly.

    `groups` : one row per group (its index): `n_then`, `n_now`, `weight_then`, `weight_now` (0 to
    1), `rate_then`, `rate_now` (empty where the group was not there), `mix`, `rate` (Decimal).
    `standard_then`, `standard_now` : both rates at the mean of both mixes.
    `pair` : simpson where each group moved against the whole, outweighed where the rate part did.
    """

    then: Decimal
    now: Decimal
    mix: Decimal
    rate: Decimal
    standard_then: float
    standard_now: float
    groups: pd.DataFrame
    pair: Pair

    @property
    def change(self) -> Decimal:
        """The change of the whole."""
        return self.now - self.then


@dataclass(frozen=True)
class _Part:
    """One group, then and now; `held` is its rate, of the other period where it lacks one."""

    n: tuple[Fraction, Fraction]
    rates: tuple[Fraction | None, Fraction | None]
    held: tuple[Fraction, Fraction]
    weights: tuple[Fraction, Fraction]
    middle: Fraction

    @property
    def weight(self) -> Fraction:
        return sum(self.weights) / Fraction(2)

    @property
    def mix(self) -> Fraction:
        # Against the middle of the whole: the sum is the same, and a group that grows adds to the
        # change where its rate is above the others'.
        return (self.weights[1] - self.weights[0]) * (sum(self.held) / Fraction(2) - self.middle)

    @property
    def rate(self) -> Fraction:
        return self.weight * (self.held[1] - self.held[0])


def split_change(groups: pd.DataFrame) -> MixRate | None:
    """Split the change of a rate or mean between two periods into mix and rate.

    Parameters
    ----------
    groups : one row per group, named by its index
        `n_then`, `n_now` (customers, 0 or more), `total_then`, `total_now` (of those customers:
        how many count, or the sum of their money)

    Returns
    -------
    the parts, groups in the order given; None where one of the periods has no customer

    Raises
    ------
    DataError
        A number of customers is negative, or nobody has a total.

    References
    ----------
    Kitagawa, E. M. (1955), JASA 50, 1168-1194. Simpson, E. H. (1951), JRSS B 13, 238-241.

    Examples
    --------
    >>> shop = pd.DataFrame({"n_then": [80, 20], "total_then": [40, 2], "n_now": [20, 80],
    ...                      "total_now": [11, 9]}, index=["old", "new"])
    >>> split = split_change(shop)
    >>> split.change, split.mix, split.rate, split.pair
    (Decimal('-0.220000000'), Decimal('-0.251250000'), Decimal('0.031250000'), 'simpson')
    """
    _check(groups)
    cells = {name: [_exact(cell) for cell in groups[name]] for name in COLUMNS}
    sizes = [sum(cells[name], Fraction(0)) for name in COLUMNS]
    if sizes[0] == 0 or sizes[2] == 0:
        return None
    then, now = sizes[1] / sizes[0], sizes[3] / sizes[2]
    rows = list(zip(*cells.values(), strict=True))
    parts = [_split(row, (sizes[0], sizes[2]), (then + now) / 2) for row in rows]
    first, last = _round(then), _round(now)
    mixes, rates = [part.mix for part in parts], [part.rate for part in parts]
    settled = _settle(mixes, rates, last - first)
    table = _describe(groups.index, parts, settled)
    mix, rate = (sum(column, Decimal(0)) for column in settled)
    standard = [sum((p.weight * p.held[at] for p in parts), Fraction(0)) for at in (0, 1)]
    return MixRate(
        then=first, now=last, mix=mix, rate=rate, groups=table, pair=_name_pair(table, mix, rate),
        standard_then=float(standard[0]), standard_now=float(standard[1]),
    )  # fmt: skip


def _check(groups: pd.DataFrame) -> None:
    for when in ("then", "now"):
        n, total = groups[f"n_{when}"], groups[f"total_{when}"]
        n_bad = int(((n < 0) | ((n == 0) & (total != 0))).sum())
        if n_bad:
            raise DataError(
                f"mix and rate: {n_bad} of {len(groups)} groups have a total of no customers. "
                "Count the customers of each group first."
            )


def _exact(number: object) -> Fraction:
    value = number.item() if isinstance(number, np.generic) else number
    return Fraction(value)  # type: ignore[arg-type]


def _split(row: Sequence[Fraction], sizes: tuple[Fraction, Fraction], middle: Fraction) -> _Part:
    n = (row[0], row[2])
    rates = [total / size if size else None for size, total in ((n[0], row[1]), (n[1], row[3]))]
    # A group of one period keeps its one rate: then nothing of it is a change of rate.
    only = next((rate for rate in rates if rate is not None), Fraction(0))
    then, now = (only if rate is None else rate for rate in rates)
    weights = (n[0] / sizes[0], n[1] / sizes[1])
    return _Part(n, (rates[0], rates[1]), (then, now), weights, middle)


def _describe(
    index: pd.Index[Any], parts: Sequence[_Part], settled: tuple[list[Decimal], list[Decimal]]
) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {}
    for at, when in enumerate(("then", "now")):
        rates = [part.rates[at] for part in parts]
        columns[f"n_{when}"] = [int(part.n[at]) for part in parts]
        columns[f"weight_{when}"] = [float(part.weights[at]) for part in parts]
        columns[f"rate_{when}"] = [np.nan if rate is None else float(rate) for rate in rates]
    columns["mix"], columns["rate"] = settled
    return pd.DataFrame(columns, index=index)


def _round(number: Fraction) -> Decimal:
    # Through whole numbers: no digit is lost in a float, however large the money.
    return Decimal(round(number / Fraction(GRAIN))) * GRAIN


def _settle(
    mix: Iterable[Fraction], rate: Iterable[Fraction], change: Decimal
) -> tuple[list[Decimal], list[Decimal]]:
    """Round the parts; what rounding leaves goes to the largest, so that the sum is exact."""
    mixes, rates = [_round(part) for part in mix], [_round(part) for part in rate]
    rest = change - sum(mixes, Decimal(0)) - sum(rates, Decimal(0))
    parts = [*mixes, *rates]
    largest = max(range(len(parts)), key=lambda at: (abs(parts[at]), -at))
    parts[largest] += rest
    return parts[: len(mixes)], parts[len(mixes) :]


def _name_pair(table: pd.DataFrame, mix: Decimal, rate: Decimal) -> Pair:
    moves = (table["rate_now"] - table["rate_then"]).dropna()
    change = mix + rate
    # What is left of rounding is no change.
    if abs(change) <= len(table) * GRAIN or abs(rate) <= len(table) * GRAIN:
        return "agree"
    against = moves > 0 if change < 0 else moves < 0
    with_it = moves < 0 if change < 0 else moves > 0
    if bool(against.any()) and not bool(with_it.any()):
        return "simpson"
    return "outweighed" if (rate > 0) != (change > 0) else "agree"


def sum_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum customers up to what `split_change` reads.

    Parameters
    ----------
    rows : one row per period and customer: `is_now` (bool), `group`, `value` (Decimal, or 1 for
        a customer who has what the rate is of and 0 for one who has not), `counts` (1, or 0 for
        one whose value is summed and who is not counted: somebody who only returned)

    Returns
    -------
    one row per group, by name
    """
    names, codes = np.unique(rows["group"].to_numpy(dtype=str), return_inverse=True)
    units = count_units(rows["value"])
    columns: dict[str, list[Any]] = {}
    for when, is_now in (("then", False), ("now", True)):
        part = rows["is_now"].to_numpy(dtype=bool) == is_now
        sums = np.zeros(len(names), dtype=np.int64)
        # Whole numbers: exact in any order.
        np.add.at(sums, codes[part], units[part])
        n = np.bincount(codes[part], rows["counts"].to_numpy()[part], minlength=len(names))
        columns[f"n_{when}"] = [int(count) for count in n]
        columns[f"total_{when}"] = [int(one) * MONEY for one in sums]
    return pd.DataFrame(columns, index=pd.Index(names.astype(object), name="group"))


def count_units(values: pd.Series[Any]) -> Whole:
    """Give amounts in ten-thousandths, as whole numbers."""
    return np.array([int(Decimal(value) / MONEY) for value in values], dtype=np.int64)


def bound_parts(
    rows: pd.DataFrame, split: MixRate, *, confidence: float = 0.95
) -> dict[str, Interval] | None:
    """Give the intervals of `mix`, `rate` and `change`, linearised over customers.

    Parameters
    ----------
    rows : as for `sum_groups`, and `customer_id`: a customer of both periods is one draw, for what
        someone spent before goes with what they spend now; or `n` customers alike, each a draw
    split : of these rows

    Returns
    -------
    by name; None under 30 customers, `approximate` under 200

    References
    ----------
    Deville, J.-C. (1999), Survey Methodology 25, 193-203.
    """
    is_counted = "n" in rows
    n_customers = int(rows["n"].sum()) if is_counted else rows["customer_id"].nunique()
    if n_customers < FEWEST:
        return None
    alike = rows["n"].to_numpy(float) if is_counted else np.ones(len(rows))
    moved = _influence(rows, split.groups, alike)
    found, z = {}, float(stats.norm.ppf((1 + confidence) / 2))
    for name in ("mix", "rate", "change"):
        value = float(getattr(split, name))
        draws = moved[name] if is_counted else _sum_up(rows["customer_id"], moved[name])
        half = z * float(np.sqrt((draws**2 * (alike if is_counted else 1)).sum()))
        found[name] = Interval(value - half, value + half, approximate=n_customers < FEW)
    return found


def _sum_up(customers: pd.Series[str], moved: Floats) -> Floats:
    _, people = np.unique(customers.to_numpy(dtype=str), return_inverse=True)
    return np.asarray(np.bincount(people, moved), dtype=np.float64)


def _influence(rows: pd.DataFrame, groups: pd.DataFrame, alike: Floats) -> dict[str, Floats]:
    """Give by how much each row moves the parts, in the limit, divided by its period's n."""
    known = groups[["rate_then", "rate_now"]].to_numpy(float)
    held = np.where(np.isnan(known), known[:, ::-1], known)
    weights = groups[["weight_then", "weight_now"]].to_numpy(float)
    step, middle = weights[:, 1] - weights[:, 0], held.mean(axis=1)
    is_lone = np.isnan(known).any(axis=1)
    place = groups.index.get_indexer(pd.Index(rows["group"]))
    is_now, counts = rows["is_now"].to_numpy(dtype=bool), rows["counts"].to_numpy(dtype=float)
    column, sign = is_now.astype(int), np.where(is_now, 1.0, -1.0)
    sizes = counts * alike
    n = np.where(is_now, sizes[is_now].sum(), sizes[~is_now].sum())
    values: Floats = to_floats(rows["value"])
    off = (values - held[place, column] * counts) / np.maximum(weights[place, column] * n, 1)
    spread = middle - (weights * middle[:, None]).sum(axis=0)[:, None]
    # A lone group has one rate: all of what its customers move is mix.
    half = np.where(is_lone[place], 1.0, 0.5)
    mix = sign * counts * spread[column, place] / n + off * step[place] * half
    turn = (held[:, 1] - held[:, 0]) / 2
    level = turn - (weights * turn[:, None]).sum(axis=0)[:, None]
    mean_weight = np.where(is_lone, 0.0, weights.mean(axis=1))
    rate = counts * level[column, place] / n + sign * off * mean_weight[place]
    return {"mix": mix, "rate": rate, "change": mix + rate}
