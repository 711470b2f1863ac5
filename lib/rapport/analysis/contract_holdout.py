"""Renewals held against months that their model had not seen.

The shifted beta-geometric is fitted on contracts as they stood at the end of an earlier month, and
asked how often those that ran then would have renewed by the end of the last whole month.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.bgnbd import STEP
from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.measured import Measured
from rapport.analysis.sbg import fit_sbg
from rapport.analysis.value_buyers import Span
from rapport.analysis.value_contracts import allows_model, count_periods

YEAR = 12


@dataclass(frozen=True)
class RenewalTest:
    """Renewals expected after `cut` of `n` contracts that ran then, and those that came.

    `reason`: None, snapshot (it is known that contracts ended, not when), no_rest (no day, or no
    renewal falls into the later months), no_first (too few contracts until the cut to fit on).
    """

    reason: str | None
    cut: dt.date | None = None
    n: int = 0
    predicted: float = 0.0
    ends: tuple[float, float] | None = None
    observed: int = 0

    @property
    def error(self) -> float | None:
        """Predicted against what came, relative; None where none came."""
        return None if not self.observed else self.predicted / self.observed - 1


def hold_out_renewals(
    contracts: pd.DataFrame, span: Span | None, *, is_snapshot: bool, confidence: float = 0.95
) -> RenewalTest:
    """Fit on contracts as they stood at the cut, and count renewals after it.

    Parameters
    ----------
    contracts : the mart `customer_contracts`: `started_on`, `n_months`, `has_ended`,
        `renewal_months`
    span : the days observed; the model is fitted on the whole months until its cut
    is_snapshot : it is known that contracts ended, not when

    Returns
    -------
    the test, of every length of contract that allows a model at the cut; the interval holds the
    uncertainty of the parameters alone
    """
    if is_snapshot:
        return RenewalTest("snapshot")
    if span is None or span.cut is None:
        return RenewalTest("no_rest")
    cut, last = _whole_month(span.cut), _whole_month(span.last)
    rows_of = contracts.reset_index(drop=True)
    then, now = _stand(rows_of, cut), _stand(rows_of, last)
    found = [
        _test_length(rows, now.loc[rows.index], last - cut)
        for _, rows in then.groupby("renewal_months", sort=True)
        if allows_model(rows)
    ]
    if not found:
        return RenewalTest("no_first")
    predicted = sum(one.predicted for one in found)
    if predicted == 0:
        return RenewalTest("no_rest")
    half = float(stats.norm.ppf((1 + confidence) / 2) * np.sqrt(sum(one.variance for one in found)))
    return RenewalTest(
        None, _last_day(cut), sum(one.n for one in found), predicted,
        (max(predicted - half, 0.0), predicted + half), sum(one.observed for one in found),
    )  # fmt: skip


def _whole_month(day: dt.date) -> int:
    """Give the number of the last month that has ended by a day."""
    is_end = (day + dt.timedelta(days=1)).day == 1
    return day.year * YEAR + day.month - 1 - (not is_end)


def _last_day(month: int) -> dt.date:
    following = month + 1
    return dt.date(following // YEAR, following % YEAR + 1, 1) - dt.timedelta(days=1)


def _stand(contracts: pd.DataFrame, month: int) -> pd.DataFrame:
    """Give the contracts begun by the end of a month as they stood then."""
    started = pd.to_datetime(contracts["started_on"])
    first = started.dt.year * YEAR + started.dt.month - 1
    kept = contracts.assign(first=first)[first <= month]
    end = kept["first"] + kept["n_months"]
    has_ended = kept["has_ended"].astype(bool) & (end <= month)
    months = end.where(has_ended, month) - kept["first"]
    return count_periods(kept.assign(n_months=months, has_ended=has_ended))


@dataclass(frozen=True)
class _Length:
    n: int
    predicted: float
    variance: float
    observed: int


def _test_length(then: pd.DataFrame, now: pd.DataFrame, n_months: int) -> _Length:
    table = then.groupby(["period", "has_ended"]).size().reset_index(name="n")
    fitted = fit_sbg(table["period"], table["has_ended"], table["n"])
    is_running = ~then["has_ended"]
    running, later = then[is_running], now[is_running]
    due = (running["n_months"] + n_months) // running["renewal_months"] - running["period"]
    cells = pd.DataFrame({"passed": running["period"], "due": due}).value_counts()
    slopes = np.array([
        (_expect(cells, fitted.logs + way) - _expect(cells, fitted.logs - way)) / (2 * STEP)
        for way in STEP * np.eye(2)
    ])  # fmt: skip
    # Of a contract that ended, the renewal at which it did was none.
    observed = later["period"] - later["has_ended"] - running["period"]
    return _Length(
        len(running), _expect(cells, fitted.logs), float(slopes @ fitted.covariance @ slopes),
        int(observed.sum()),
    )  # fmt: skip


def _expect(cells: pd.Series, logs: Floats) -> float:
    """Expect the renewals of contracts that have passed some, and come to so many more."""
    alpha, beta = np.exp(logs)
    total = 0.0
    rows = cells.sort_index().reset_index(name="n")
    for passed, due, n in rows[["passed", "due", "n"]].to_numpy(np.int64):
        steps = np.arange(passed, passed + due)
        total += int(n) * float(np.cumprod((beta + steps) / (alpha + beta + steps)).sum())
    return total


def measure_renewals(test: RenewalTest) -> list[Measured]:
    """Name what the test expected and what came; nothing without a test."""
    if test.reason is not None:
        return []
    n = test.n
    found = [
        Measured("renewals.cut", test.cut, "date", "date"),
        Measured("renewals.contracts", n, "count", "contracts"),
        Measured("renewals.predicted", test.predicted, "iterative", "renewals", n, test.ends),
        Measured("renewals.observed", test.observed, "count", "renewals", n),
    ]
    if test.error is not None:
        found.append(Measured("renewals.error", test.error, "iterative", "change", n))
    return found
