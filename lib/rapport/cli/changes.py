"""What a report says of the reports before it: changed methods, and figures given otherwise now.

Two runs are looked at: the last one of the period before, and the last one of the same period
that was executed otherwise. A run that is made again finds the same two, so nothing goes on and on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rapport.fiscal import Fiscal, read_fiscal
from rapport.marts.periods import find_period, parse_period
from rapport.present.labels import has_label
from rapport.press.chapters import Chapter
from rapport.press.proof.compare import Recorded, compare
from rapport.press.proof.earlier import MANIFEST, Earlier, Past, list_past, read_past
from rapport.press.proof.record import sha256
from rapport.press.proof.value_moves import compare_values

Arguments = Mapping[str, Any]
Facts = dict[str, Any]
FIGURES = "summary."
BEFORE = ".previous"
# Parts of a chapter's method that are its calculation; its parameters are told apart.
CALCULATION = {"cells", "code", "marts"}
CAUSES = ("data", "definition", "parameter", "code", "libraries")


def find_changes(
    reports: Path, arguments: Arguments, chapters: Sequence[Chapter], predicate: Mapping[str, Any]
) -> Facts:
    """Hold a report against the unit's earlier ones.

    Parameters
    ----------
    reports : the folder of all reports
    arguments : of the printing
    chapters : all executed
    predicate : what the record will say of the report

    Returns
    -------
    JSON values: `previous` and `same` (run, period and digest of the values; None where there is
    none), `methods` (since `previous`), `restated` (key figures), and of `same`
    how many values moved of how many (`n_moved`, `n_values`)
    """
    ours = _record(arguments, chapters, predicate)
    past = list_past(reports, arguments["unit"])
    fiscal = read_fiscal(predicate.get("unit_parameters", {}).get("calendar"))
    before = _find_before(past, arguments["period"], fiscal)
    same = _find_same(past, arguments["period"], ours)
    facts: Facts = {
        "previous": before and before.name(), "same": same and same.name(),
        "methods": [], "restated": [], "n_moved": 0, "n_values": 0,
    }  # fmt: skip
    if same is not None:
        found = compare(same.recorded, ours)
        n_moved = sum(move.grade == "D" for move in found.values)
        facts |= {"n_moved": n_moved, "n_values": len(found.values)}
        facts["restated"] += _list_restated(same, ours, _list_moves(same, ours))
    if before is not None:
        moves = _list_moves(before, ours)
        facts["methods"] = _list_methods(moves, _read_topics(chapters))
        facts["restated"] += _list_restated(before, _of_period_before(ours), moves)
    return facts


def keep_previous(link: Path, predicate: Mapping[str, Any]) -> dict[str, str | None]:
    """Name the record that a report was held against: if another takes its place, print again.

    Parameters
    ----------
    link : by which the new report is read
    """
    previous = predicate["printing"]["changes"]["previous"]
    shown = previous and link.with_name(previous["period"]) / MANIFEST
    if not shown or not shown.is_file():
        return {}
    path = shown.relative_to(link.parents[2]).as_posix()
    return {path: sha256(shown.read_bytes())}


def _record(
    arguments: Arguments, chapters: Sequence[Chapter], predicate: Mapping[str, Any]
) -> Recorded:
    values = [{**value, "chapter": c.name, "shown": {}} for c in chapters for value in c.values]
    level = {"unit": arguments["unit"], "period": arguments["period"], "as_of": arguments["as_of"]}
    execution = {c.name: c.key for c in chapters}
    return Recorded({**predicate, **level, "execution": execution}, values)


def _find_before(past: Sequence[Past], code: str, fiscal: Fiscal | None) -> Earlier | None:
    """Find the last run of the nearest period before, of the same length."""
    ours = parse_period(code, fiscal)
    if ours.starts_on is None:
        return None
    ends = {}
    for place, each in enumerate(past):
        # Of a calendar that the unit no longer has it may be a period of no known days.
        period = find_period(each.period, fiscal)
        if period is None or (period.grain, period.fiscal) != (ours.grain, ours.fiscal):
            continue
        if period.last_on and period.last_on < ours.starts_on:
            ends[(period.last_on, place)] = each
    return read_past(ends[max(ends)]) if ends else None


def _find_same(past: Sequence[Past], code: str, ours: Recorded) -> Earlier | None:
    """Find the last run of this period that was executed otherwise."""
    for each in reversed([one for one in past if one.period == code]):
        found = read_past(each)
        if found is not None and found.execution != ours.predicate["execution"]:
            return found
    return None


def _of_period_before(ours: Recorded) -> Recorded:
    """Give what this report says of the period before, by the ids of a report of that period."""
    said = [
        {**value, "id": value["id"].removesuffix(BEFORE)}
        for value in ours.values
        if value["id"].endswith(BEFORE)
    ]
    return Recorded(ours.predicate, said)


def _list_restated(earlier: Earlier, ours: Recorded, moves: Sequence[Move]) -> list[Facts]:
    """List the key figures that an earlier report printed and this one gives otherwise."""
    then, now = (
        {value["id"]: {**value, "n": None, "interval": None} for value in side if _is_key(value)}
        for side in (earlier.recorded.values, ours.values)
    )
    shared = sorted(then.keys() & now.keys())
    sides = [[side[name] for name in shared] for side in (then, now)]
    return [
        {
            "figure": move.id.removeprefix(FIGURES),
            "period": earlier.period,
            "then": _spell(then[move.id]),
            "now": _spell(now[move.id]),
            "why": [cause for cause in CAUSES if cause in {move.cause for move in moves}],
        }
        for move in compare_values(sides[0], sides[1], languages=())
        if move.grade == "D"
    ]


def _is_key(value: Mapping[str, Any]) -> bool:
    name = value["id"].removeprefix(FIGURES)
    return value["id"].startswith(FIGURES) and has_label(f"key_figure.{name}")


def _spell(value: Mapping[str, Any]) -> Facts:
    return {part: value[part] for part in ("id", "value", "kind", "unit")}


class Move(NamedTuple):
    """One thing that a value may have moved by; `then` and `now` of a parameter alone."""

    cause: str
    name: str
    then: str | None = None
    now: str | None = None


def _list_moves(earlier: Earlier, ours: Recorded) -> list[Move]:
    """List what moved between two reports, of all that their values may come from."""
    found, old, new = compare(earlier.recorded, ours), earlier.recorded.predicate, ours.predicate
    moves = [
        Move("parameter", move.name, _plain(move.old), _plain(move.new))
        for move in found.of("parameter")
        if has_label(f"parameter.{move.name}")
    ]
    was, now = old.get("definitions"), new["definitions"]
    # A record of a version that told of no definitions says nothing of their moves.
    names = [] if was is None else [n for n in sorted(was | now) if was.get(n) != now.get(n)]
    moves += [Move("definition", name) for name in names]
    coded = [name for name, parts in found.methods.items() if CALCULATION & set(parts)]
    moves += [Move("code", name) for name in coded]
    if found.of("lock") or found.of("python") or found.of("package"):
        moves.append(Move("libraries", "libraries"))
    return [*moves, Move("data", "data")] if found.of("source") or found.of("input") else moves


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


Words = Mapping[str, Mapping[str, str]]


def _list_methods(moves: Sequence[Move], topics: Words) -> list[Facts]:
    """List changes of the method; a change of every chapter's calculation is one."""
    coded = [move for move in moves if move.cause == "code"]
    rest = [move for move in moves if move.cause not in ("code", "data")]
    if len(coded) > 1 and {move.name for move in coded} == topics.keys():
        coded = [Move("code", "all")]
    return [{**move._asdict(), "topic": topics.get(move.name)} for move in (*rest, *coded)]


def _read_topics(chapters: Sequence[Chapter]) -> dict[str, dict[str, str]]:
    """Give the short topic of each chapter, as its first output says it."""
    found = {}
    for chapter in chapters:
        for topic in _list_topics(json.loads(chapter.notebook)):
            found[chapter.name] = {lang: re.split("[:：]", text)[0] for lang, text in topic.items()}
            break
    return found


def _list_topics(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for content in output.get("data", {}).values():
                if isinstance(content, dict) and content.get("type") == "chapter":
                    yield content["topic"]
