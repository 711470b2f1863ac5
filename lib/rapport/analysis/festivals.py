"""January and February where Spring Festival moved from the one to the other.

Before the feast shops sell more, during it less. Where it fell in another month a year before,
neither month can be compared with itself; both together hold one feast in either year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.profiling_windows import describe_windows

Days = tuple[dt.date, dt.date]
TOGETHER = {"festival": "current", "festival_last_year": "last_year"}
COMPLETE = ("active", "new", "returning", "orders", "net", "gross", "return_rate")


@dataclass(frozen=True)
class Feast:
    """What can be said of a month whose feast moved."""

    outcome: str | None
    """None: the feast has not moved, or nothing could be compared anyway. january, of whose sales
    the report of February tells; alone (the data begin too late for both months), early (a feast
    lies after the days compared), unsold (nothing to compare with), whole, part (of two months,
    and of as many days of them)."""
    measured: tuple[Measured, ...]
    together: pd.DataFrame | None
    """`period_measures` of both months, windows `current` and `last_year`; None where they are not
    compared."""


def study_festival(
    periods: pd.DataFrame, moved: Days | None, *, data_from: dt.date | None, currency: str
) -> Feast:
    """Compare January and February together with both months of the year before.

    Parameters
    ----------
    periods : `period_measures`, one row per window; of a February whose feast moved also
        `festival` and `festival_last_year`: from 1 January to the last day of `current` and of
        `last_year`
    moved : first day of the feast in the month's year and in the year before; None where both
        lie in the same month
    data_from : first day of the data

    Returns
    -------
    the outcome, net sales of both stretches and their relative change
    """
    windows = periods.set_index("window")
    if moved is None or data_from is None or "last_year" not in windows.index:
        return Feast(None, (), None)
    if windows["starts_on"]["last_year"].date() < data_from:
        return Feast(None, (), None)
    if "festival" not in windows.index:
        return Feast("january", (), None)
    if not windows.loc[list(TOGETHER), "is_comparable"].all():
        return Feast("alone", (), None)
    pair = windows.loc[list(TOGETHER)].rename(index=TOGETHER)
    if any(day > end.date() for day, end in zip(moved, pair["ends_on"], strict=True)):
        return Feast("early", (), None)
    return _compare(pair, currency)


def _compare(pair: pd.DataFrame, currency: str) -> Feast:
    now, before = pair["net"]["current"], pair["net"]["last_year"]
    measured = [
        Measured("festival.net", now, "money", currency),
        Measured("festival.net_before", before, "money", currency),
    ]
    if before <= 0:
        return Feast("unsold", tuple(measured), pair.reset_index())
    change = float((now - before) / before)
    measured.append(Measured("festival.change", change, "ratio", "change"))
    case = "whole" if bool(pair["is_whole"]["current"]) else "part"
    return Feast(case, tuple(measured), pair.reset_index())


def list_together(feast: Feast, *, currency: str, min_count: int = 10) -> pd.DataFrame:
    """Give one row per complete measure of both months, as `describe_windows` gives them.

    Returns
    -------
    `name`, `unit`, `current`, `last_year`, `change_year`; no row where nothing is compared
    """
    if feast.together is None:
        return pd.DataFrame({"name": [], "unit": [], "current": []})
    rows = describe_windows((), feast.together, currency=currency, min_count=min_count)
    return rows[rows["name"].isin(COMPLETE)].reset_index(drop=True)


def mind_festival(
    warnings: Sequence[tuple[str, str | None]], feast: Feast
) -> list[tuple[str, str | None]]:
    """Say of page one's warnings that nothing is compared with last year why that is so."""
    instead = ("mind_festival", feast.outcome)
    is_told = feast.outcome is not None
    return [instead if is_told and one == "mind_begin" else (one, case) for one, case in warnings]
