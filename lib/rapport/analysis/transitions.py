"""Moves between stages from one month end to the next: how often, how sure, how steady.

Shares are pooled over the month ends of a window. A customer stands behind many month ends, so
the interval is a bootstrap of customers. A table of moves tells the next month only if rates do
not change with the season; the test of that stands beside it, and no long run is worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.intervals import share_of_cells
from rapport.analysis.lifecycle import STAGES, Months

STAY, ANY = "stay", "any"
# Cochran (1954), Biometrics 10, 417-451: no cell is expected less than once, and four in five
# at least five times.
LEAST_EXPECTED, MOST_RARE = 5.0, 0.2
COLUMNS = (
    "stage", "stage_after", "n", "n_moves", "n_customers", "n_moved", "share", "low", "high",
    "is_approximate",
)  # fmt: skip


def pool_moves(
    patterns: pd.DataFrame, *, kind: str, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Give the share of month ends in a stage that were followed by each stage.

    Parameters
    ----------
    patterns : `lifecycle_patterns` of one kind
        `stage`, `stage_after` (empty: all customers of the stage; `any`: to whatever stage),
        `n_months` (month ends in the stage), `n_moves`, `n_customers` (customers like that)

    Returns
    -------
    one row per stage and stage after, in the order of stages, `stay` and `any` last
        `n` (month ends), `n_moves`, `n_customers` (customers in the stage), `n_moved` (of them,
        how many made the move), `share`, `low`, `high`, `is_approximate` (under 200 customers)

    References
    ----------
    Efron, B. & Tibshirani, R. (1993), An Introduction to the Bootstrap, 8.

    Examples
    --------
    >>> patterns = pd.DataFrame({
    ...     "stage": ["loyal"] * 3, "stage_after": [None, "at_risk", "any"],
    ...     "n_months": [5, 5, 5], "n_moves": [0, 1, 1], "n_customers": [40, 10, 10]})
    >>> pooled = pool_moves(patterns, kind="orders").set_index("stage_after")
    >>> [float(pooled.loc["at_risk", name]) for name in ("n", "n_moves", "share")]
    [200.0, 10.0, 0.05]
    """
    rows = [
        {"stage": stage, "stage_after": after, **_pool(cells, confidence, seed)}
        for stage, after, cells in _walk(_count(patterns), STAGES[kind])
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


# Customers by how often they moved and how many month ends they were in the stage.
Cells = dict[tuple[int, int], int]
# Cells by stage and stage after; without a stage after they are of all customers.
Counted = dict[tuple[str, str | None], Cells]


def _count(patterns: pd.DataFrame) -> Counted:
    """Sort the patterns by stage and stage after; a few hundred rows, so without pandas."""
    found: Counted = {}
    names = ("stage", "stage_after", "n_moves", "n_months", "n_customers")
    for stage, after, moves, months, n in zip(*(patterns[name] for name in names), strict=True):
        cells = found.setdefault((stage, None if pd.isna(after) else after), {})
        cells[int(moves), int(months)] = cells.get((int(moves), int(months)), 0) + int(n)
    return found


def _walk(counted: Counted, stages: tuple[str, ...]) -> Iterator[tuple[str, str, Cells]]:
    for stage in stages:
        whole = counted.get((stage, None))
        if whole is None:
            continue
        for after in (*stages, ANY):
            moved = counted.get((stage, after), {})
            if moved or after == ANY:
                yield stage, after, _complete(whole, moved)
        left = _complete(whole, counted.get((stage, ANY), {}))
        yield stage, STAY, {(months - moves, months): n for (moves, months), n in left.items()}


def _complete(whole: Cells, moved: Cells) -> Cells:
    """Add those who never moved: who is in the whole and did not."""
    found = dict(whole)
    for (_, months), n in moved.items():
        found[0, months] -= n
    return {**found, **moved}


def _pool(held: Cells, confidence: float, seed: int) -> dict[str, Any]:
    order = sorted(held)
    cells = np.array(order, dtype=np.int64)
    counts = np.array([held[cell] for cell in order], dtype=np.int64)
    interval = share_of_cells(cells, counts, confidence=confidence, seed=seed)
    assert interval is not None
    n_moves, n = (int(total) for total in (cells * counts[:, None]).sum(axis=0))
    return {
        "n": n, "n_moves": n_moves, "n_customers": int(counts.sum()),
        "n_moved": int(counts[cells[:, 0] > 0].sum()), "share": n_moves / n,
        "low": interval.low, "high": interval.high, "is_approximate": interval.approximate,
    }  # fmt: skip


def compare_months(moves: pd.DataFrame, *, first: int, fdr: float = 0.05) -> pd.DataFrame:
    """Test for every stage whether its moves are as frequent in one month as in another.

    Parameters
    ----------
    moves : `lifecycle_moves` of one kind
    first : number of the first month end whose moves count
    fdr : of the stages as one family (Benjamini and Hochberg)

    Returns
    -------
    one row per stage that anybody was in
        `stage`, `n` (customers at month ends), `n_months`, `chi2`, `df`, `p_value`, `p_adjusted`
        (empty where there is no test), `is_seasonal` (the rates change), `reason` (why there is
        no test: one_month, one_way or few)

    Notes
    -----
    Pearson's chi-square of months against stages after. The rarest stages after are counted
    together until Cochran's rule holds. Customers come in several months, so the p-value is a
    guide and not exact.
    """
    counted: dict[str, dict[tuple[int, str], int]] = {}
    names = ("month_no", "stage_before", "stage", "n_customers")
    for month, before, after, n in zip(*(moves[name] for name in names), strict=True):
        if month > first and not pd.isna(before):
            cells = counted.setdefault(before, {})
            cells[month, after] = cells.get((month, after), 0) + int(n)
    rows = [{"stage": stage, **_test_months(counted[stage])} for stage in sorted(counted)]
    columns = ["stage", "n", "n_months", "chi2", "df", "p_value", "reason"]
    table = pd.DataFrame(rows, columns=columns).astype({"p_value": float})
    adjusted = adjust_p_values(table["p_value"])
    return table.assign(p_adjusted=adjusted, is_seasonal=adjusted.le(fdr))


def _test_months(cells: dict[tuple[int, str], int]) -> dict[str, Any]:
    months, stages = (sorted(set(names)) for names in zip(*cells, strict=True))
    table = np.array(
        [[cells.get((month, stage), 0) for stage in stages] for month in months], dtype=float
    )
    told: dict[str, Any] = {
        "n": int(table.sum()), "n_months": len(table), "chi2": None, "df": None, "p_value": None,
    }  # fmt: skip
    if len(table) < 2 or table.shape[1] < 2:
        return told | {"reason": "one_month" if len(table) < 2 else "one_way"}
    kept = _join_rare(table)
    if kept.shape[1] < 2:
        return told | {"reason": "few"}
    test = stats.contingency.chi2_contingency(kept, correction=False)
    found = {"chi2": float(test.statistic), "df": int(test.dof), "p_value": float(test.pvalue)}
    return told | found | {"reason": None}


def _join_rare(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Count columns together, the rarest first, until expected counts are large enough."""
    months = table.sum(axis=1) / table.sum()
    kept = table[:, np.argsort(table.sum(axis=0), kind="stable")]
    while kept.shape[1] > 1:
        expected = np.outer(months, kept.sum(axis=0))
        if expected.min() >= 1 and (expected < LEAST_EXPECTED).mean() <= MOST_RARE:
            break
        joined = np.column_stack([kept[:, 0] + kept[:, 1], kept[:, 2:]])
        kept = joined[:, np.argsort(joined.sum(axis=0), kind="stable")]
    return kept


@dataclass(frozen=True)
class Forecast:
    """Stages one month on, if customers move as in the same month a year before.

    `rows` has one row per stage: `stage`, `n_now`, `expected`, `low`, `high`; `missed` is the
    share of customers that the same forecast, made a month ago, had put into another stage than
    they were in; None where the data do not reach back that far.
    """

    month_no: int
    rows: pd.DataFrame
    missed: float | None


def forecast_stages(
    moves: pd.DataFrame, *, kind: str, months: Months, min_n: int = 30, confidence: float = 0.95
) -> Forecast | None:
    """Count ahead by one month with the rates, and the newcomers, of the same month last year.

    Parameters
    ----------
    moves : `lifecycle_moves` of one kind
    min_n : customers that a stage must have had a year ago, if anybody is in it now

    Returns
    -------
    the forecast, or None where last year is not in the data or too few to go by. Its interval
    holds the chance of customers' moves then and now, not a year that differs from the last.
    """
    ahead = _step(moves, kind, months, months.last, min_n)
    if ahead is None:
        return None
    expected, variance, now = ahead
    half = float(stats.norm.ppf((1 + confidence) / 2)) * np.sqrt(variance)
    rows = pd.DataFrame(
        {"stage": STAGES[kind], "n_now": now, "expected": expected,
         "low": np.maximum(expected - half, 0), "high": expected + half}
    )  # fmt: skip
    rows = rows[(rows["n_now"] > 0) | (rows["expected"] > 0)].reset_index(drop=True)
    earlier = _step(moves, kind, months, months.last - 1, min_n)
    missed = None
    if earlier is not None and now.sum() > 0:
        missed = float(np.abs(earlier[0] - now).sum() / 2 / now.sum())
    return Forecast(months.last + 1, rows, missed)


Floats = npt.NDArray[np.float64]


def _step(
    moves: pd.DataFrame, kind: str, months: Months, month: int, min_n: int
) -> tuple[Floats, Floats, Floats] | None:
    """Give expected counts a month after `month`, their variances, and the counts of the month."""
    stages = STAGES[kind]
    then = moves[moves["month_no"] == month - 11]
    if then.empty or month - 12 < months.observable:
        return None
    place = {stage: number for number, stage in enumerate(stages)}
    counted, entries = np.zeros((len(stages), len(stages))), np.zeros(len(stages))
    for before, after, n in zip(
        then["stage_before"], then["stage"], then["n_customers"], strict=True
    ):
        if pd.isna(before):
            entries[place[after]] += n
        else:
            counted[place[before], place[after]] += n
    in_month = moves[moves["month_no"] == month]
    n_now = np.bincount(
        [place[stage] for stage in in_month["stage"]], in_month["n_customers"], len(stages)
    )
    n_then = counted.sum(axis=1)
    if ((n_now >= min_n) & (n_then < min_n)).any():
        return None
    rates = counted / np.maximum(n_then, 1)[:, None]
    # Few of a stage that nobody was in a year ago stay where they are.
    rates[n_then == 0] = np.eye(len(stages))[n_then == 0]
    spread = n_now * (1 + n_now / np.maximum(n_then, 1))
    variance = (spread[:, None] * rates * (1 - rates)).sum(axis=0) + 2 * entries
    return n_now @ rates + entries, variance, n_now.astype(np.float64)
