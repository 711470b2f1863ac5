"""The first page of the profile: key figures, what customers did, months, concentration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import pandas as pd

from rapport.present.figures.forecast import forecast_lines
from rapport.present.figures.lorenz import lorenz_curve
from rapport.present.figures.marks import rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.trend import Strip, key_strip, monthly_trend
from rapport.present.formats import show
from rapport.present.labels import LANGUAGES, Language, label
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec, by_language, confidence_of, interval_head
from rapport.present.values import (
    Value,
    date_value,
    label_value,
    parameter_value,
    period_value,
)

Values = Mapping[str, Value]
EARLIER = ("previous", "last_year")
FORECAST_PAST = 24
UNITS = {"rfm_days": "days", "funnel_days": "days", "min_count": "customers", "confidence": "share"}


class Figure(Protocol):
    """A key figure as `analysis` gives it."""

    @property
    def name(self) -> str:
        """The name of the measure."""

    @property
    def against(self) -> Mapping[str, Any]:
        """Earlier windows that can be compared."""

    @property
    def history(self) -> tuple[float | None, ...]:
        """One value a period, oldest first."""


def name_words(
    windows: pd.DataFrame, snapshot: pd.DataFrame, as_of: date | None, *,
    limits: Mapping[str, float],
) -> dict[str, Value]:  # fmt: skip
    """Give the days, periods and parameters that the chapter speaks of.

    Parameters
    ----------
    windows : `period_measures` by window: `period`
    snapshot : one row: `data_from`
    as_of : last day observed
    limits : parameters by name: `rfm_days`, `funnel_days`, `min_count`, `confidence`
    """
    begins = [day.date() for day in snapshot["data_from"].dropna()]
    words = {
        "period": period_value(str(windows["period"]["current"])),
        "as_of": date_value("as_of", as_of),
        "data_from": date_value("data_from", begins[0] if begins else None),
    }
    if "previous" in windows.index:
        words["previous"] = period_value(str(windows["period"]["previous"]), name="period.previous")
    return words | {name: parameter_value(name, limits[name], UNITS[name]) for name in limits}


def moved_items(names: Sequence[str], values: Values) -> Listing:
    """List measures with what they are and were."""
    return Listing(
        tuple(
            Sentence(
                "profiling.moved_item",
                {"name": label_value("key_figure", name), "now": values[name],
                 "before": values[f"{name}_previous"]},
            )
            for name in names
        ),
        joint="word.clause_joint",
    )  # fmt: skip


def figure_strip(
    figures: Sequence[Figure], values: Values, windows: pd.DataFrame, *, min_count: int
) -> FigureSpec | None:
    """Give the strip of key figures; None without any, and of fewer than `min_count` customers.

    Parameters
    ----------
    figures : the key figures in order
    values : their numbers by slot: `aov`, `aov_change`, `aov_change_year` ...
    windows : `period_measures` by window: `period`, `position`, `is_whole`
    """
    if not figures or windows["n_active"]["current"] < min_count:
        return None
    rows = [_strip(figure, values, min_count) for figure in figures]
    past = windows[windows.index.str.startswith("history-")].sort_values("position", kind="stable")
    seen = [w for w in EARLIER if any(w in figure.against for figure in figures)]
    against = {w: period_value(windows["period"][w], name=f"period.{w}") for w in seen}
    codes = [str(code) for code in past["period"]] or [str(windows["period"]["current"])]
    spec = key_strip(rows, id="profiling.strip", periods=codes, against=against)
    case = "whole" if bool(windows["is_whole"]["current"]) else "part"
    return spec.entitled(
        Sentence("profiling.strip_title", case="level" if len(rows) == 5 else "few"),
        subtitle=Sentence("profiling.strip_subtitle", case=case),
    )


def _strip(figure: Figure, values: Values, min_count: int) -> Strip:
    changes = {}
    for window, tail in zip(EARLIER, ("change", "change_year"), strict=True):
        if window in figure.against:
            is_clear = figure.against[window].change.case in ("up", "down")
            change = values[f"{figure.name}_{tail}"]
            changes[window] = change if is_clear and change.value is not None else None
    value, history = values[figure.name], figure.history
    if (value.kind, value.unit) == ("count", "customers"):
        history = tuple(n if n is None or n >= min_count or not n else None for n in history)
    return Strip(figure.name, value, history, changes)


def window_table(table: pd.DataFrame, values: Values, *, is_whole: bool) -> TableSpec | None:
    """Give what customers did in the period and before; None without a row.

    Parameters
    ----------
    table : one row per measure: `name`, `kind`, `unit`, `current`, `low`, `high`, and where there
        is something to compare `previous`, `change`, `last_year`, `change_year`
    """
    if table.empty:
        return None
    words, spans = by_language("name"), by_language("interval")
    said = {words[lang]: [label(f"profile_measure.{n}", lang) for n in table["name"]]
            for lang in LANGUAGES}  # fmt: skip
    said |= {spans[lang]: [_span(row, lang) for row in rows_of(table)] for lang in LANGUAGES}
    columns = [
        Column("name", "profiling.head.measure", "label", "text", words=words),
        Column("current", "profiling.head.now", "ratio", "ratio", style="plain", units="unit"),
        Column("interval", interval_head(confidence_of(values)), "label", "text", words=spans),
    ]
    for window, change in zip(EARLIER, ("change", "change_year"), strict=True):
        if window in table:
            columns += _compared(window, change)
            # An estimate that can be compared and has no change to tell changed unclearly.
            is_unclear = table["low"].notna() & table[window].notna()
            said[f"{change}_missing"] = [
                "figure.unclear" if unclear else "word.missing" for unclear in is_unclear
            ]
    return TableSpec(
        id="profiling.windows",
        columns=tuple(columns),
        frame=table.assign(**said),
        title=Sentence("profiling.windows_title"),
        note=Sentence("profiling.windows_note", dict(values), case="whole" if is_whole else "part"),
    )


def _compared(window: str, change: str) -> list[Column]:
    head = "profiling.head"
    return [
        Column(window, f"{head}.{window}", "ratio", "ratio", style="plain", units="unit"),
        Column(change, f"{head}.{change}", "ratio", "ratio", style="signed",
               units=f"{change}_unit", missing=f"{change}_missing"),
    ]  # fmt: skip


def _span(row: Any, language: Language) -> str:
    """Give the interval of an estimate; a complete count has none and its cell stays empty."""
    if pd.isna(row.low) or pd.isna(row.high):
        return ""
    value = Value(row.name, row.current, "ratio", row.unit, interval=(row.low, row.high))
    return show(value, language, style="limits")


def trend_figure(
    months: pd.DataFrame, values: Values, *, case: str, currency: str
) -> FigureSpec | None:
    """Give the months with the year before in grey; None of fewer than two that may be told."""
    if case in ("none", "few"):
        return None
    spec = monthly_trend(months, id="profiling.trend", currency=currency)
    return spec.entitled(
        Sentence("profiling.trend_title", dict(values), case=case),
        subtitle=Sentence("profiling.trend_subtitle", dict(values), case=case),
    )


def forecast_figure(
    past: pd.DataFrame, ahead: pd.DataFrame, values: Values, *, currency: str
) -> FigureSpec | None:
    """Give the past months and the next ones; None without a forecast.

    Parameters
    ----------
    past : `period`, `net`, one row per whole month
    ahead : `period`, `value`, `low`, `high`, one row per month ahead
    """
    if ahead.empty:
        return None
    known = past[["period", "net"]].tail(FORECAST_PAST)
    months = pd.concat([known, ahead[["period", "value", "low", "high"]]], ignore_index=True)
    spec = forecast_lines(months, id="profiling.forecast", currency=currency)
    return spec.entitled(
        Sentence("profiling.forecast_title", dict(values)),
        subtitle=Sentence("profiling.forecast_subtitle", dict(values)),
    )


def concentration_figure(points: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the Lorenz curve; None where there is none."""
    if points.empty:
        return None
    n = int(str(values["concentration_n"].value))
    spec = lorenz_curve(points, id="profiling.lorenz", n=n, top_share=values["top_share"])
    return spec.entitled(
        Sentence("profiling.lorenz_title", dict(values)),
        subtitle=Sentence("profiling.lorenz_subtitle", dict(values)),
    )
