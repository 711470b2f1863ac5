"""What the summary says of earlier reports: changed methods, and figures given otherwise now.

No notebook says it: it is told when every chapter is done, and it changes no value. So it comes as
facts of the press, and its tables are written here as text, without a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rapport.present.formats import show
from rapport.present.labels import LANGUAGES, Language, has_label, label
from rapport.present.sentences import Run, Sentence, in_both
from rapport.present.values import Value, period_value, text_value

Facts = Mapping[str, Any]
Output = dict[str, Any]
Cell = dict[str, str]
HEAD = "changed.head"


def tell_changes(facts: Facts) -> list[Output]:
    """Say what differs from earlier reports, as outputs such as a chapter gives.

    Parameters
    ----------
    facts : `previous`, `same`: run and period, None where there is none; `methods`: `cause`,
        `name`, `then`, `now`, `topic`; `restated`: `figure`, `period`, `then`, `now`, `why`;
        `n_moved` of `n_values` between two runs of the same period
    """
    previous, same = facts["previous"], facts["same"]
    if previous is None and same is None:
        return [_say("changed_none", "gap")]
    told = [_say("changed_title", "heading")]
    if previous is not None:
        told.append(_say("changed_previous", "paragraph", values=_name(previous)))
    told += _tell_methods(facts["methods"], previous)
    if same is not None:
        values = {**_name(same), **_count(facts)}
        told.append(_say("changed_same", "paragraph", case=_choose(facts), values=values))
    return [*told, *_tell_restated(facts["restated"])]


def _name(run: Facts) -> dict[str, Value]:
    groups = " ".join(run["run"][at : at + 4] for at in range(0, len(run["run"]), 4))
    return {
        "earlier": period_value(run["period"], name="period.earlier"),
        "record": text_value("earlier.record", groups),
    }


def _count(facts: Facts) -> dict[str, Value]:
    return {
        # No value of this report: they count how two records differ.
        name: Value(f"parameter.earlier.{name}", facts[name], "count", "count")
        for name in ("n_moved", "n_values")
    }


def _choose(facts: Facts) -> str:
    return "some" if facts["n_moved"] else "none"


def _tell_methods(methods: Sequence[Facts], previous: Facts | None) -> list[Output]:
    if previous is None:
        return []
    if not methods:
        return [_say("changed_no_method", "paragraph")]
    rows = [_method_row(method) for method in methods]
    return [_table("summary.methods", "changed_methods", ("kind", "what", "then", "now"), rows)]


def _method_row(method: Facts) -> list[Cell]:
    cause = method["cause"]
    told = [_choice(method[side]) for side in ("then", "now")]
    if cause != "parameter":
        told = [_words("changed.earlier"), _words("changed.otherwise")]
    return [_words(f"cause.{cause}"), _name_method(method), *told]


def _name_method(method: Facts) -> Cell:
    cause, name = method["cause"], method["name"]
    if method["topic"] is not None:
        return dict(method["topic"])
    known = {"parameter": "parameter", "definition": "table"}.get(cause, "changed")
    key = f"{known}.{name}" if has_label(f"{known}.{name}") else f"changed.{name}"
    return _words(key) if has_label(key) else dict.fromkeys(LANGUAGES, name.replace("_", " "))


def _choice(text: str | None) -> Cell:
    """Give the word of a choice such as net or gross; a number is as it is."""
    if text is None:
        return _words("word.missing")
    key = f"choice.{text}"
    return _words(key) if has_label(key) else dict.fromkeys(LANGUAGES, text)


def _tell_restated(restated: Sequence[Facts]) -> list[Output]:
    if not restated:
        return [_say("changed_confirmed", "paragraph")]
    rows = [_restated_row(fact) for fact in restated]
    heads = ("figure", "period", "printed", "now", "why")
    return [_table("summary.restated", "changed_restated", heads, rows, note="changed_note")]


def _restated_row(fact: Facts) -> list[Cell]:
    period = period_value(fact["period"])
    then, now = (_make_value(fact[side]) for side in ("then", "now"))
    return [
        _words(f"key_figure.{fact['figure']}"),
        {language: show(period, language) for language in LANGUAGES},
        {language: show(then, language, style="headline") for language in LANGUAGES},
        {language: show(now, language, style="headline") for language in LANGUAGES},
        {language: _join(fact["why"], language) for language in LANGUAGES},
    ]


def _make_value(told: Facts) -> Value:
    number = told["value"]
    if told["kind"] == "money" and number is not None:
        number = Decimal(number)
    elif told["unit"] == "date" and number is not None:
        number = date.fromisoformat(number)
    return Value(told["id"], number, told["kind"], told["unit"])


def _join(causes: Sequence[str], language: Language) -> str:
    if not causes:
        return label("cause.unknown", language)
    return label("word.list_joint", language).join(label(f"cause.{c}", language) for c in causes)


def _words(key: str) -> Cell:
    return {language: label(key, language) for language in LANGUAGES}


def _say(
    name: str, role: str, *, case: str | None = None, values: Mapping[str, Value] | None = None
) -> Output:
    sentence = Sentence(f"summary.{name}", values or {}, case=case)
    return {"type": "sentence", "id": sentence.id, "role": role, "text": in_both(sentence)}


def _table(
    identity: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]],
    *, note: str | None = None,
) -> Output:  # fmt: skip
    numbers = {"then", "now", "printed"}
    return {
        "type": "table",
        "id": identity,
        "title": _both(title),
        "note": None if note is None else _both(note),
        "columns": [
            {"head": _words(f"{HEAD}.{head}"), "align": "right" if head in numbers else "left"}
            for head in heads
        ],
        "rows": [{"cells": list(row), "strong": False} for row in rows],
    }


def _both(name: str) -> dict[str, list[Run]]:
    return in_both(Sentence(f"summary.{name}"))
