"""What the profile says of a fiscal period and of its public holidays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from rapport.present.sentences import Listing, Sentence
from rapport.present.values import Value, date_value, label_value

Holiday = tuple[date, str]


def fiscal_words(about: Mapping[str, Any] | None, windows: pd.DataFrame) -> dict[str, Value]:
    """Give first and last day of a fiscal period, and of the days of last year.

    Parameters
    ----------
    about : `marts.windows.describe_fiscal`; None gives no word
    windows : `period_measures` by window: `starts_on`, `ends_on`
    """
    if about is None:
        return {}
    words = {
        "fiscal_from": date_value("fiscal_from", about["starts_on"]),
        "fiscal_to": date_value("fiscal_to", about["last_on"]),
    }
    if "last_year" in windows.index:
        for name, column in (("year_from", "starts_on"), ("year_to", "ends_on")):
            day = pd.Timestamp(windows[column]["last_year"]).date()
            words[name] = date_value(name, day)
    return words


def holiday_items(holidays: Sequence[Holiday]) -> Listing:
    """List public holidays with their days, days of a feast that follow each other together."""
    spans: list[tuple[date, date, str]] = []
    for day, name in sorted(holidays, key=lambda one: (one[1], one[0])):
        is_next = bool(spans) and spans[-1][2] == name and (day - spans[-1][1]).days == 1
        first = spans.pop()[0] if is_next else day
        spans.append((first, day, name))
    return Listing(tuple(_item(*span) for span in sorted(spans)))


def _item(first: date, last: date, name: str) -> Sentence:
    said = {
        "name": label_value("holiday", name),
        "day": date_value("holiday.day", first),
        "last": date_value("holiday.last", last),
    }
    if first == last:
        del said["last"]
    return Sentence("profiling.holiday_item" if first == last else "profiling.holiday_span", said)
