"""Days as whole numbers since 1970, how busy each is, and how files spell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rapport.ingest.sample.draws import Ints, Key, draw_weighted

# Orders, messages and answers fall between 8:00 and 22:00: no summer-time change skips or
# doubles a minute there, so local times of every unit are times that existed once.
HOURS = (3, 4, 6, 7, 8, 7, 6, 6, 7, 8, 10, 11, 9, 5)
OPENS_AT = 8 * 60


@dataclass(frozen=True)
class Calendar:
    """The days of a unit, each with a whole-number weight: how much of its trade falls there."""

    first: int
    weights: Ints

    @property
    def last(self) -> int:
        """The last day, included."""
        return self.first + len(self.weights) - 1

    def draw(self, key: Key, size: int, weights: Ints | None = None) -> Ints:
        """Draw days, by their weights or by other ones."""
        return self.first + draw_weighted(key, self.weights if weights is None else weights, size)


def day(text: str) -> int:
    """Read a day written as 2026-06-30."""
    return int(np.datetime64(text, "D").astype(np.int64))


def lay_calendar(
    first: int, last: int, *, months: Sequence[int], weekdays: Sequence[int], last_month: int = 100
) -> Calendar:
    """Lay out a calendar from the weights of the 12 months and of Monday to Sunday.

    `last_month` (percent) is the push that the last month gets beside its season.
    """
    days = np.arange(first, last + 1, dtype=np.int64)
    weights = np.asarray(months)[month_number(days) % 12] * np.asarray(weekdays)[(days + 3) % 7]
    newest = month_number(days) == month_number(days[-1:])[0]
    return Calendar(first, weights * np.where(newest, last_month, 100) // 100)


def month_number(days: Ints) -> Ints:
    """Count months as year * 12 + month - 1."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months + 1970 * 12, dtype=np.int64)


def add_months(days: Ints, months: Ints) -> Ints:
    """Move days by whole months, the 31st to the last day that the month has."""
    month = month_number(days)
    offset = days - _first_day(month)
    first = _first_day(month + months)
    length = _first_day(month + months + 1) - first
    return np.asarray(first + np.minimum(offset, length - 1), dtype=np.int64)


def _first_day(months: Ints) -> Ints:
    # numpy's own sums of dates and bare numbers are deprecated from 2.5 on.
    starts = (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(starts.astype(np.int64))


def draw_minutes(key: Key, size: int) -> Ints:
    """Draw minutes of the day, between 8:00 and 22:00, most in the evening."""
    hours = draw_weighted(key.of("hour"), HOURS, size)
    return OPENS_AT + 60 * hours + draw_weighted(key.of("minute"), (1,) * 60, size)


def spell_dates(days: Ints, *, separator: str = "-", padded: bool = True) -> list[str]:
    """Write days as 2026-06-03, or as 2026/6/3."""
    iso = days.astype("datetime64[D]").astype(str).tolist()
    parts = [text.split("-") for text in iso]
    if not padded:
        parts = [[year, month.lstrip("0"), date.lstrip("0")] for year, month, date in parts]
    return [separator.join(three) for three in parts]


def spell_times(days: Ints, minutes: Ints, *, form: str = "{} {:02d}:{:02d}") -> list[str]:
    """Write days and minutes of the day as 2026-06-03 14:05, or in another form."""
    carried = zip(spell_dates(days + minutes // 1440), (minutes % 1440).tolist(), strict=True)
    return [form.format(date, minute // 60, minute % 60) for date, minute in carried]
