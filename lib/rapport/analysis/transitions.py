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
        {"stage": stage, "stage_after": after, **_pool(cells, counts, confidence, seed)}
        for stage, after, cells, counts in _walk(patterns, STAGES[kind])
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


Cells = npt.NDArray[np.int64]


def _walk(
    patterns: pd.DataFrame, stages: tuple[str, ...]
) -> Iterator[tuple[str, str, Cells, Cells]]:
    for stage in stages:
        mine = patterns[patterns["stage"] == stage]
        whole = mine[mine["stage_after"].isna()]
        if whole.empty:
            continue
        for after in (*stages, ANY):
            moved = mine[mine["stage_after"] == after]
            if len(moved) or after == ANY:
                yield stage, after, *_cells(whole, moved)
        cells, counts = _cells(whole, mine[mine["stage_after"] == ANY])
        cells = np.column_stack([cells[:, 1] - cells[:, 0], cells[:, 1]])
        order = np.lexsort((cells[:, 1], cells[:, 0]))
        yield stage, STAY, cells[order], counts[order]


def _cells(whole: pd.DataFrame, moved: pd.DataFrame) -> tuple[Cells, Cells]:
    """Count customers by moves and month ends, in rising order; who never moved has 0 moves."""
    n_of = whole.groupby("n_months")["n_customers"].sum()
    k_of = moved.groupby(["n_moves", "n_months"])["n_customers"].sum()
    left = n_of.sub(k_of.groupby("n_months").sum(), fill_value=0)
    cells = [(0, months) for months in left.index] + list(k_of.index)
    return np.array(cells, dtype=np.int64), np.array([*left, *k_of], dtype=np.int64)


def _pool(cells: Cells, counts: Cells, confidence: float, seed: int) -> dict[str, Any]:
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
    inside = moves[(moves["month_no"] > first) & moves["stage_before"].notna()]
    rows = [
        {"stage": stage, **_test_months(part)} for stage, part in inside.groupby("stage_before")
    ]
    columns = ["stage", "n", "n_months", "chi2", "df", "p_value", "reason"]
    table = pd.DataFrame(rows, columns=columns).astype({"p_value": float})
    adjusted = adjust_p_values(table["p_value"])
    return table.assign(p_adjusted=adjusted, is_seasonal=adjusted.le(fdr))


def _test_months(part: pd.DataFrame) -> dict[str, Any]:
    table = part.pivot_table(
        index="month_no", columns="stage", values="n_customers", aggfunc="sum", fill_value=0
    ).to_numpy(dtype=float)
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
    stages = list(STAGES[kind])
    then = moves[moves["month_no"] == month - 11]
    if then.empty or month - 12 < months.observable:
        return None
    in_month = moves[moves["month_no"] == month]
    now = in_month.groupby("stage")["n_customers"].sum().reindex(stages, fill_value=0)
    table = then[then["stage_before"].notna()].pivot_table(
        index="stage_before", columns="stage", values="n_customers", aggfunc="sum"
    )
    counted = table.reindex(index=stages, columns=stages).fillna(0).to_numpy(float)
    came = then[then["stage_before"].isna()].groupby("stage")["n_customers"].sum()
    entries = came.reindex(stages, fill_value=0).to_numpy(float)
    n_then, n_now = counted.sum(axis=1), now.to_numpy(float)
    if ((n_now >= min_n) & (n_then < min_n)).any():
        return None
    rates = counted / np.maximum(n_then, 1)[:, None]
    # Few of a stage that nobody was in a year ago stay where they are.
    rates[n_then == 0] = np.eye(len(stages))[n_then == 0]
    spread = n_now * (1 + n_now / np.maximum(n_then, 1))
    variance = (spread[:, None] * rates * (1 - rates)).sum(axis=0) + 2 * entries
    return n_now @ rates + entries, variance, n_now
