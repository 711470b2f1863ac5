"""All units of one period: totals, rankings with intervals, what moved, alerts.

Everything comes from key figures and named values that the reports print. Amounts are added
within one currency, never across, and only where they are complete counts: an estimate or a share
has no total, and who buys from two units is counted in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from rapport.press.index.runs import Entry

CURRENCY = re.compile(r"[A-Z]{3}")
SCALE = re.compile(r"（[^（）]*）$")
SHARES = ("share", "pp", "change")
SMALL = 100  # amounts below are told with two decimals
TEN = 10  # ends of an axis below are told with one
WIDTH, EDGE = 200.0, 6.0  # of the drawing of an interval, and the room for its ends
ARROWS = ("up", "down", "none")


@dataclass(frozen=True)
class Row:
    """One unit in a ranking."""

    unit: str
    entry: Entry
    card: Mapping[str, str]
    value: Mapping[str, Any]

    @cached_property
    def number(self) -> Decimal | None:
        """The value; None where it is withheld or cannot be told."""
        return _exact(self.value.get("value"))

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """Both ends of the interval, where it has one."""
        ends = self.value.get("interval")
        return None if not ends else (float(ends[0]), float(ends[1]))


@dataclass(frozen=True)
class Measure:
    """One key figure of all units that show it in one unit of measure, highest first."""

    id: str
    unit: str
    rows: Sequence[Row]

    @property
    def is_amount(self) -> bool:
        """Whether it is money."""
        return CURRENCY.fullmatch(self.unit) is not None

    @cached_property
    def axis(self) -> tuple[float, float] | None:
        """What all intervals lie between; None where there is nothing to hold side by side."""
        ends = [end for row in self.rows for end in row.interval or ()]
        ends += [float(row.number) for row in self.rows if row.interval and row.number is not None]
        return (min(ends), max(ends)) if ends and len(self.rows) > 1 else None

    def spell(self, row: Row) -> str:
        """Write a value out: amounts and counts exactly, so that they can be compared and added."""
        if row.number is None or not (self.is_amount or row.value.get("kind") == "count"):
            return row.card["value"]
        return self._spell(row.number)

    def _spell(self, number: Decimal) -> str:
        return f"{number:,.2f}" if self._is_small else f"{number:,.0f}"

    @cached_property
    def _is_small(self) -> bool:
        known = [abs(row.number) for row in self.rows if row.number is not None]
        return self.is_amount and max(known, default=Decimal(0)) < SMALL

    @property
    def added(self) -> Sequence[Row]:
        """Rows that a total holds: complete counts of money."""
        return [
            row
            for row in self.rows
            if self.is_amount and row.value.get("kind") == "money" and row.number is not None
        ]

    def total(self) -> tuple[str, str] | None:
        """Give the total and its change; None where fewer than two units can be added.

        The change is empty unless every unit of the total has ended its period and tells the one
        before.
        """
        rows = self.added
        if len(rows) < 2:
            return None
        now = sum((row.number for row in rows if row.number is not None), Decimal(0))
        before = [_before(row) for row in rows]
        change = ""
        if all(each is not None for each in before):
            then = sum((each for each in before if each is not None), Decimal(0))
            change = f"{now / then - 1:+.1%}".replace("-", "−") if then > 0 else ""
        return self._spell(now), change

    def tell_end(self, end: float) -> str:
        """Write one end of the axis."""
        text = f"{end:.0%}" if self.unit in SHARES else f"{end:,.{0 if abs(end) >= TEN else 1}f}"
        return text.replace("-", "−")

    def draw(self, row: Row) -> dict[str, str] | None:
        """Give places of an interval's drawing: ends, value, and zero where it lies between."""
        axis, ends = self.axis, row.interval
        if axis is None or ends is None or row.number is None:
            return None
        places = {"low": ends[0], "high": ends[1], "at": float(row.number)}
        if axis[0] < 0 < axis[1]:
            places["zero"] = 0.0
        return {name: f"{_place(each, axis):.1f}" for name, each in places.items()}


def _place(value: float, axis: tuple[float, float]) -> float:
    low, high = axis
    return EDGE + (WIDTH - 2 * EDGE) * ((value - low) / (high - low) if high > low else 0.5)


def _exact(number: Any) -> Decimal | None:
    """Give a number as it is written; None of what is withheld, a date or a label."""
    try:
        exact = Decimal(str(number))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _before(row: Row) -> Decimal | None:
    if "incomplete" in row.entry["bands"]:
        return None
    return _exact(row.entry["values"].get(f"{row.card['id']}.previous", {}).get("value"))


def said(by_language: Mapping[str, Any], language: str) -> Any:
    """Give what is said in a language, or in the other one where a report lacks it."""
    return by_language.get(language) or next(iter(by_language.values()), None)


def list_measures(entries: Iterable[tuple[str, Entry]], language: str) -> list[Measure]:
    """Gather the key figures of units; those that most units show come first.

    Parameters
    ----------
    entries : unit and its report, units in order
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for unit, entry in entries:
        for card in said(entry["cards"], language) or ():
            value = entry["values"].get(card["id"], {})
            row = Row(unit, entry, card, value)
            found.setdefault((card["id"], str(value.get("unit") or "")), []).append(row)
    firsts = list(dict.fromkeys(name for name, _ in found))
    counts = dict.fromkeys(firsts, 0)
    for (name, _), rows in found.items():
        counts[name] += len(rows)
    order = sorted(found, key=lambda key: (-counts[key[0]], firsts.index(key[0]), key[1]))
    return [Measure(*key, _rank(found[key])) for key in order]


def _rank(rows: Sequence[Row]) -> list[Row]:
    known = [row for row in rows if row.number is not None]
    highest = sorted(known, key=lambda row: row.number or Decimal(0), reverse=True)
    return [*highest, *(row for row in rows if row.number is None)]


def list_moves(measures: Iterable[Measure]) -> list[dict[str, Any]]:
    """Say of each key figure which units went up, down, or cannot be told: units of all currencies.

    Returns
    -------
    one mapping a key figure: `name`, and rows under `up`, `down` and `none`
    """
    moves: dict[str, dict[str, Any]] = {}
    for measure in measures:
        for row in measure.rows:
            told = moves.setdefault(
                measure.id, {"name": name_of(row.card), **{arrow: [] for arrow in ARROWS}}
            )
            told[row.card["arrow"] if row.card["arrow"] in ARROWS else "none"].append(row)
    return list(moves.values())


def name_of(card: Mapping[str, str]) -> str:
    """Name a key figure without the scale that its Chinese name ends with.

    Examples
    --------
    >>> name_of({"name": "销售额（净，万英镑）"})
    '销售额'
    """
    return SCALE.sub("", card["name"])
