"""The alerts of a report as a feed, for the program that sends them on.

JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): a feed reader follows it, and a scheduler
reads it with any JSON parser. Atom would ask for the moment of the last change, and a report knows
no clock: what it says follows from its data alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapport.present.labels import Language
from rapport.present.sentences import BREAK, Sentence
from rapport.present.values import Value, label_value, period_value, text_value

VERSION = "https://jsonfeed.org/version/1.1"
NUMBERS = ("value", "limit", "low", "high")
WORDS = ("figure", "rule", "side", "unit")


@dataclass(frozen=True)
class Told:
    """Of what report a feed tells."""

    unit: str
    titles: Mapping[str, str]
    period: str
    as_of: date | None
    """Last day observed; None where the data carry no day."""
    languages: Sequence[Language]
    confidence: float = 0.95


def spell_alerts(rows: Iterable[Mapping[str, Any]], told: Told) -> bytes:
    """Spell the alerts of a report as a feed; equal alerts give equal bytes.

    Parameters
    ----------
    rows : the table of alerts as the report shows it, one row an alert: `figure`, `rule`, `side`,
        `unit`, `value`, `limit`, `low`, `high` (None where it has no interval)

    Returns
    -------
    UTF-8
        An item per alert and language, alerts in the order of the table. Its `id` names unit,
        period, figure, rule, side and language, so an alert that a rerun raises again is the same
        item; it is published on the last day observed; `_alert` holds the numbers. No item where
        no figure left its limits.
    """
    items = [_item(row, told, language) for row in rows for language in told.languages]
    feed = {
        "version": VERSION,
        "title": " / ".join(_title(told, language) for language in told.languages),
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _title(told: Told, language: Language) -> str:
    slots = {
        "unit": text_value("unit", told.titles[language]),
        "period": period_value(told.period),
    }
    return _text(Sentence("summary.feed_title", slots), language)


def _item(row: Mapping[str, Any], told: Told, language: Language) -> dict[str, Any]:
    numbers = {name: _number(row[name]) for name in NUMBERS}
    slots = _slots(row, numbers, told) | {"period": period_value(told.period)}
    said = [Sentence("summary.feed_item", slots, case=str(row["rule"]))]
    if slots["value"].interval is not None:
        said.append(Sentence("summary.feed_interval", slots))
    parts = (told.unit, told.period, row["figure"], row["rule"], row["side"], language)
    day = {} if told.as_of is None else {"date_published": f"{told.as_of.isoformat()}T00:00:00Z"}
    return {
        "id": "/".join(map(str, parts)),
        "title": _text(Sentence("summary.feed_item_title", slots), language),
        "content_text": ("" if language == "zh" else " ").join(_text(s, language) for s in said),
        **day,
        "language": language,
        "_alert": {name: str(row[name]) for name in WORDS} | numbers,
    }


def _slots(
    row: Mapping[str, Any], numbers: Mapping[str, float | None], told: Told
) -> dict[str, Value]:
    low, high = numbers["low"], numbers["high"]
    ends = None if low is None or high is None else (low, high)
    unit, figure = str(row["unit"]), str(row["figure"])
    return {
        "figure": label_value("key_figure", figure),
        "side": label_value("side", str(row["side"])),
        "value": Value(f"alert.{figure}", numbers["value"], "ratio", unit, interval=ends,
                       confidence=told.confidence),
        "limit": Value(f"alert.{figure}.limit", numbers["limit"], "ratio", unit),
    }  # fmt: skip


def _number(value: object) -> float | None:
    """Give a number of the table; None of a cell that is empty or hidden."""
    number = float(value) if isinstance(value, int | float) else None
    return None if number is None or math.isnan(number) else number


def _text(sentence: Sentence, language: Language) -> str:
    return sentence.text(language).replace(BREAK, "")
