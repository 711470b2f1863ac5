"""Numbers in words: every number that a chapter's text states is a recorded value, and agrees.

A text run says where its words come from. Those of a template or of prose hold no digits but the
few that are part of a name (`assets/locale/digits.yml`). Those of a value are read back here, by
rules that know nothing of how they were written, and compared with the value that the record
holds: so a number that was typed by hand, or is that of an earlier execution, is found whichever
way it came into a notebook. Labels, dates, parameters and cells of tables are not words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import yaml

from rapport.assets.files import asset_path
from rapport.errors import ChapterError
from rapport.press.render.tree import Document, Run
from rapport.press.render.walk import block_runs, walk_runs

_NUMBER = re.compile(
    r"(?<![\w.])[−-]?(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(%|(?:bn|k|m)(?![A-Za-z])|万亿|万|亿)?"
)
_SCALES = {
    "": (Decimal(1),), "%": (Decimal("0.01"),), "k": (Decimal(10**3),), "m": (Decimal(10**6),),
    "bn": (Decimal(10**9),), "万": (Decimal(10**4),), "亿": (Decimal(10**8),),
    "万亿": (Decimal(10**12),),
}  # fmt: skip
# A bare number may be percent or 万 whose mark stands in the unit or in the name of a key figure
# ("3.1 pp"; "销售额（万英镑）"), or tenths ("7 of 10").
_BARE = (Decimal(1), Decimal("0.01"), Decimal("0.1"), Decimal(10**4), Decimal(10**8))
# Of a hidden number, and of a very small p, a bound is said: which one is for the gate.
_BOUND = re.compile(r"[<>]")
_NUMERIC = ("count", "money", "ratio", "estimator", "iterative", "simulated")
NAMED = 5
# An analyst's note bears a date; its figures are slots, which its own reader sees to.
NOTE = "note"


def check_words(
    documents: Mapping[str, Document],
    values: Sequence[Mapping[str, Any]],
    tables: Sequence[str],
) -> None:
    """Raise unless every number in the words of page one and the chapters is a recorded value.

    Parameters
    ----------
    documents : language: tree
    values : as in `values.json`
    tables : names of the tables that the chapters wrote; a number of a caption may be of one

    Raises
    ------
    ChapterError
        A number is not recorded, is not the recorded one, or was typed by hand.
    """
    recorded = {value["id"]: value for value in values}
    faults = [
        f"{language}, {place}: {fault}"
        for language, document in documents.items()
        for place, fault in find_orphans(document, recorded, tables)
    ]
    if faults:
        more = f"; and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        raise ChapterError(
            f"report: numbers that are not recorded values: {'; '.join(faults[:NAMED])}{more}. "
            "Say them by values that the chapter records."
        )


def find_orphans(
    document: Document, recorded: Mapping[str, Mapping[str, Any]], tables: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Give every number in a chapter's words that no recorded value stands for, with its place."""
    known = frozenset(tables)
    for place, run in _chapter_runs(document):
        kind, identity = run["source"]["kind"], run["source"]["id"]
        if kind in ("template", "prose") and identity != NOTE:
            if any(letter.isdigit() for letter in _without_names(run["text"])):
                yield place, f"{identity} has a number typed by hand"
        elif kind == "value" and any(letter.isdigit() for letter in run["text"]):
            value = recorded.get(identity)
            if value is None:
                if not any(identity.startswith(f"{table}.") for table in known):
                    yield place, f"{identity} is not recorded"
            elif not agrees(run["text"], value):
                yield place, f"{identity} does not say what is recorded"


def agrees(text: str, value: Mapping[str, Any]) -> bool:
    """Say whether a text states a value: its number, denominator or a limit, rounded as printed.

    Examples
    --------
    >>> agrees("£1.42m", {"value": 1422700, "kind": "money", "n": None, "interval": None})
    True
    >>> agrees("73.6%", {"value": 0.735, "kind": "ratio", "n": None, "interval": None})
    False
    """
    if value["kind"] not in _NUMERIC or _BOUND.search(text):
        return True
    limits = value["interval"] or ()
    stated = [_decimal(number) for number in (value["value"], value["n"], *limits)]
    known = [number for number in stated if number is not None]
    return not known or any(_is_stated(match, known) for match in _NUMBER.finditer(text))


def _is_stated(match: re.Match[str], known: Sequence[Decimal]) -> bool:
    printed = Decimal(match[1].replace(",", ""))
    scales = _SCALES[match[2]] if match[2] else _BARE
    half = Decimal(1).scaleb(int(printed.as_tuple().exponent)) / 2
    return any(abs(abs(number) / scale - printed) <= half for number in known for scale in scales)


def _decimal(number: Any) -> Decimal | None:
    try:
        found = Decimal(str(number))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _chapter_runs(document: Document) -> Iterator[tuple[str, Run]]:
    """Give the runs of page one and the chapters; the appendix says what was set and cited."""
    for place, run in walk_runs(document):
        if place.startswith("page one"):
            yield place, run
    for section in document["chapters"]:
        for number, block in enumerate(section["blocks"], 1):
            where = f"{section['anchor']}, block {number} ({block['type']})"
            yield from ((where, run) for run in block_runs(block))


def _without_names(text: str) -> str:
    for name in _names():
        text = text.replace(name, "")
    return text


@cache
def _names() -> tuple[str, ...]:
    """Read what may hold a digit because it is part of a name, the longest first."""
    text = asset_path("locale", "digits.yml").read_text(encoding="utf-8")
    return tuple(sorted(yaml.safe_load(text), key=len, reverse=True))


def count_values(document: Document) -> Counter[str]:
    """Count the texts of values in a document: what its PDF and its HTML must state as often."""
    return Counter(
        run["text"] for _, run in walk_runs(document) if run["source"]["kind"] == "value"
    )
