"""The ingestion chapter's questions of trust: what was broken, how late it came, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.drift import ALARM, WATCH, grade_shift, score_shift
from rapport.analysis.families import adjust_p_values
from rapport.analysis.ingestion_study import LEAVES
from rapport.analysis.measured import Measured

GRADES = ("alarm", "watch", "steady", "few")
SHOWN_PERIODS, SHOWN_WORDS = 12, 5
HIGH = 0.95
FEEDS = "order|subscription|interaction"


def list_balance(quality: pd.DataFrame) -> pd.DataFrame:
    """Give what is left of rows read and of their money when all that went is taken off.

    Returns
    -------
    one row per table and source
        `n_rows`, `money`: 0 where nothing is lost. Money that cannot be read counts as none.
    """
    signs = {"read": 1, "kept": -1, **dict.fromkeys(LEAVES, -1)}
    steps = quality[quality["action"].isin(list(signs))]
    rows = []
    for key, part in steps.groupby(["table", "source"], sort=True):
        sign = part["action"].map(signs)
        pairs = zip(sign, part["money"], strict=True)
        money = sum((s * Decimal(m) for s, m in pairs if m is not None), Decimal(0))
        rows.append((*key, int((sign * part["n_rows"]).sum()), money))
    return pd.DataFrame(rows, columns=["table", "source", "n_rows", "money"])


def measure_broken(quality: pd.DataFrame, *, currency: str) -> list[Measured]:
    """Name the rows that were quarantined, and the rule that took most money out of a table."""
    broken = quality[(quality["action"] == "quarantined") & (quality["n_rows"] > 0)]
    found = [
        Measured("broken.rows", int(broken["n_rows"].sum()), "count", "rows"),
        Measured("broken.money", _total(broken["money"]), "money", currency),
    ]
    left = quality[quality["action"].isin(LEAVES) & (quality["n_rows"] > 0)]
    sums = {key: _total(part["money"]) for key, part in left.groupby(["table", "rule"], sort=True)}
    if not any(sums.values()):
        return found
    # The first by name where several took as much.
    table, rule = max(sums, key=lambda key: abs(sums[key]))
    n_rows = left.loc[(left["table"] == table) & (left["rule"] == rule), "n_rows"].sum()
    return [
        *found,
        Measured("largest.table", str(table), "label", "table"),
        Measured("largest.rule", str(rule), "label", "rule"),
        Measured("largest.rows", int(n_rows), "count", "rows"),
        Measured("largest.money", sums[table, rule], "money", currency),
    ]


def _total(money: pd.Series) -> Decimal:
    return sum((Decimal(amount) for amount in money if amount is not None), Decimal(0))


def measure_freshness(sources: pd.DataFrame) -> list[Measured]:
    """Name the feed whose rows end first, and by how many days it is behind the newest.

    A feed is a dated source of what happens every day: orders, lines, contracts, interactions.
    """
    feeds = sources[sources["tables"].str.contains(FEEDS)]
    dated = feeds.dropna(subset=["last_day"])
    if len(dated) < 2:
        return []
    ordered = dated.sort_values(["last_day", "source"], kind="stable")
    oldest, newest = ordered.iloc[0], ordered.iloc[-1]
    days = (pd.Timestamp(newest["last_day"]) - pd.Timestamp(oldest["last_day"])).days
    return [
        Measured("fresh.source", str(oldest["source"]), "label", "text"),
        Measured("fresh.until", pd.Timestamp(oldest["last_day"]).date(), "date", "date"),
        Measured("fresh.days", int(days), "count", "days"),
    ]


def choose_fresh(values: Mapping[str, Any]) -> str:
    """Choose the sentence on freshness: nothing to compare, all even, or one behind."""
    if "fresh_days" not in values:
        return "none"
    return "behind" if values["fresh_days"].value else "even"


def list_lags(lags: pd.DataFrame) -> pd.DataFrame:
    """Give the lag of each table's sources, in whole days.

    Returns
    -------
    one row per table and source
        `median`, `high` (95 of 100 rows came no later): values that occur; `n_rows`.
    """
    rows = []
    for key, part in lags.groupby(["table", "source"], sort=True):
        days, n_rows = part["lag_days"].to_numpy(), part["n_rows"].to_numpy()
        rows.append((*key, _quantile(days, n_rows, 0.5), _quantile(days, n_rows, HIGH),
                     int(n_rows.sum())))  # fmt: skip
    return pd.DataFrame(rows, columns=["table", "source", "median", "high", "n_rows"])


def _quantile(days: np.ndarray, n_rows: np.ndarray, share: float) -> int:
    order = np.argsort(days, kind="stable")
    reached = np.cumsum(n_rows[order])
    place = np.searchsorted(reached, share * reached[-1], side="left")
    return int(days[order][place])


def measure_lags(lags: pd.DataFrame, late: pd.DataFrame, *, currency: str) -> list[Measured]:
    """Name median and 95th percentile of the lag of all rows, and what came too late."""
    if lags.empty:
        return []
    days = lags.groupby("lag_days")["n_rows"].sum()
    keys, counts = days.index.to_numpy(), days.to_numpy()
    return [
        Measured("lag.median", _quantile(keys, counts, 0.5), "count", "days"),
        Measured("lag.high", _quantile(keys, counts, HIGH), "count", "days"),
        Measured("lag.covered", HIGH, "ratio", "share"),
        Measured("late.rows", int(late["n_late"].sum()), "count", "rows"),
        Measured("late.money", _total(late["money_late"]), "money", currency),
    ]


def choose_lag(values: Mapping[str, Any]) -> str:
    """Choose the sentence on arrival: nothing said, all in time, or some late."""
    if "late_rows" not in values:
        return "none"
    return "late" if values["late_rows"].value else "in_time"


def list_late(late: pd.DataFrame, *, grain: str) -> pd.DataFrame:
    """Give the newest periods of which rows came too late: `table`, `period`, `n_late`, `money`."""
    some = late[late["n_late"] > 0].sort_values(["period", "table"], kind="stable")
    shown = some.tail(SHOWN_PERIODS).reset_index(drop=True)
    names = [name_period(pd.Timestamp(day).date(), grain) for day in shown["period"]]
    return shown.assign(period=names, money=shown["money_late"])


def name_period(first_day: date, grain: str) -> str:
    """Name a period by its first day.

    Examples
    --------
    >>> [name_period(date(2026, 4, 6), grain) for grain in ("week", "month", "quarter", "year")]
    ['2026-W15', '2026-04', '2026-Q2', '2026']
    """
    if grain == "week":
        year, week, _ = first_day.isocalendar()
        return f"{year}-W{week:02d}"
    if grain == "quarter":
        return f"{first_day.year}-Q{(first_day.month + 2) // 3}"
    return f"{first_day.year}-{first_day.month:02d}" if grain == "month" else str(first_day.year)


def list_shifts(drift: pd.DataFrame, *, min_n: int, min_count: int, fdr: float) -> pd.DataFrame:
    """Score every column that is compared, the largest change first.

    Parameters
    ----------
    drift : one row per `table`, `column`, `value` with `n_before`, `n_now`, `people_before`,
        `people_now`
    min_n : below it a column has too few rows to be graded
    min_count : below it a value that is new or gone stays unnamed, for it may be a person's
    fdr : of the columns as one family, above which a change is taken for chance

    Returns
    -------
    `table`, `column`, `index`, `p` (adjusted), `grade`, `n_before`, `n_now`, `new`, `gone` (words)
    """
    shifts, rows = [], []
    for key, part in drift.groupby(["table", "column"], sort=True):
        people = (int(part["people_before"].sum()), int(part["people_now"].sum()))
        counts = part["n_before"].tolist(), part["n_now"].tolist()
        shifts.append(score_shift(*counts, people=people))
        words = part[part["value"].notna() & (key[1] != "amount")]
        new = _words(words, "n_before", "people_now", min_count)
        rows.append((*key, new, _words(words, "n_now", "people_before", min_count)))
    adjusted = adjust_p_values(pd.Series([shift.p for shift in shifts], dtype=float))
    found = pd.DataFrame(rows, columns=["table", "column", "new", "gone"]).assign(
        index=[shift.index for shift in shifts],
        p=adjusted,
        n_before=[shift.n_before for shift in shifts],
        n_now=[shift.n_now for shift in shifts],
        grade=[
            grade_shift(shift, p, min_n=min_n, fdr=fdr)
            for shift, p in zip(shifts, adjusted, strict=True)
        ],
    )
    ranked = found.assign(place=found["grade"].map(GRADES.index), down=-found["index"])
    ranked = ranked.sort_values(["place", "down", "table", "column"], kind="stable")
    names = ["table", "column", "index", "p", "grade", "n_before", "n_now", "new", "gone"]
    return ranked[names].reset_index(drop=True)


def _words(values: pd.DataFrame, absent: str, people: str, min_count: int) -> str:
    some = values[(values[absent] == 0) & (values[people] >= min_count)]
    ranked = some.sort_values([people, "value"], ascending=[False, True], kind="stable")
    return " / ".join(ranked["value"].astype(str).head(SHOWN_WORDS))


def measure_shifts(
    shifts: pd.DataFrame, periods: Sequence[date] | None, *, grain: str
) -> list[Measured]:
    """Name the periods compared, the columns compared and those to watch, and the largest shift."""
    if periods is None or shifts.empty:
        return []
    grades = shifts["grade"].value_counts()
    found = [
        Measured("drift.before", name_period(periods[0], grain), "label", "period"),
        Measured("drift.now", name_period(periods[1], grain), "label", "period"),
        Measured("drift.watch_at", WATCH, "ratio", "ratio"),
        Measured("drift.alarm_at", ALARM, "ratio", "ratio"),
        Measured("drift.columns", len(shifts), "count", "columns"),
        *(
            Measured(f"drift.{grade}", int(grades.get(grade, 0)), "count", "columns")
            for grade in GRADES
        ),
    ]
    top = shifts.iloc[0]
    return [
        *found,
        Measured("drift.top.table", top["table"], "label", "table"),
        Measured("drift.top.column", top["column"], "label", "column"),
        Measured("drift.top.index", float(top["index"]), "ratio", "ratio", n=int(top["n_now"])),
    ]


def choose_drift(values: Mapping[str, Any]) -> str:
    """Choose the sentence on change: none compared, too few rows, steady, to watch, or alarm."""
    if "drift_alarm" not in values:
        return "none"
    if values["drift_few"].value == values["drift_columns"].value:
        return "few"
    if values["drift_alarm"].value:
        return "alarm"
    return "watch" if values["drift_watch"].value else "steady"
