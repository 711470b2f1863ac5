"""Two records compared: what went in, how numbers were made, and what came out.

A record names everything that its numbers depend on by digests. What moved among those is the
list of causes: if nothing did and numbers moved, they were not made by what the record says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rapport.press.proof.tolerance import Grade, worst_of
from rapport.press.proof.value_moves import CONFIDENCE, Value, ValueMove, compare_values

Part = Literal[
    "source", "input", "parameter", "code", "lock", "python", "package", "setting", "machine",
    "template",
]  # fmt: skip
RANK: tuple[Part, ...] = (
    "source", "input", "parameter", "code", "lock", "python", "package", "setting", "machine",
    "template",
)  # fmt: skip
"""What explains most comes first: data before code, code before machines."""
METHOD = ("cells", "code", "parameters", "marts")
"""Parts of a chapter's method; its words are none: they say how a number is shown."""
APART = ("lock", "python", "enforced", "packages")
ENGINE = "duckdb"
"""That of records that name none, and of every rerun."""
UNIT_LEVEL = ("unit", "period", "as_of")


@dataclass(frozen=True)
class Recorded:
    """What a record says of a run: its predicate, unpacked, and its values."""

    predicate: Mapping[str, Any]
    values: Sequence[Value]


@dataclass(frozen=True)
class Move:
    """One thing that differs between two records; None on the side that has no such thing."""

    part: Part
    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Comparison:
    """In what two records differ; everything empty but `values` where they are equal."""

    causes: Sequence[Move]
    """All that moved but values, what explains most first."""
    values: Sequence[ValueMove]
    """All values of either record, by id; those that did not move have grade B."""
    methods: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Chapter -> parts of its method that moved: cells, code, parameters, marts."""
    data: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Chapter -> tables whose rows moved, of those that it or one of its marts reads."""

    @property
    def moved(self) -> list[ValueMove]:
        """The values that are not equal, the worst first, then by id."""
        moved = [value for value in self.values if value.grade != "B"]
        return sorted(moved, key=lambda value: (value.grade != "D", value.id))

    @property
    def grade(self) -> Grade:
        """The worst grade of a value: B where all are equal."""
        return worst_of(["B", *(value.grade for value in self.values)])

    def of(self, part: Part) -> list[Move]:
        """Give what moved of one part."""
        return [cause for cause in self.causes if cause.part == part]

    def explain(self, value: ValueMove) -> str:
        """Say in words what may have moved a value, by what its chapter is made of."""
        found = [f"{part} of {value.chapter}" for part in self.methods.get(value.chapter, ())]
        found += [f"data in {name}" for name in self.data.get(value.chapter, ())]
        if found:
            return ", ".join(found)
        parts = dict.fromkeys(c.part for c in self.causes if c.part not in ("source", "template"))
        return ", ".join(parts) or "nothing that the records name"

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values; of the values, those that moved."""
        return {
            "grade": self.grade,
            "causes": [asdict(cause) for cause in self.causes],
            "methods": {name: list(parts) for name, parts in self.methods.items()},
            "data": {name: list(tables) for name, tables in self.data.items()},
            "values": [{**asdict(v), "cause": self.explain(v)} for v in self.moved],
            "equal": sum(value.grade == "B" for value in self.values),
        }


def compare(before: Recorded, after: Recorded) -> Comparison:
    """Compare two records.

    Parameters
    ----------
    before, after : records of any two runs; parts that one of them lacks count as moved

    Returns
    -------
    what moved, and every value with its grade
    """
    old, new = before.predicate, after.predicate
    causes = sorted(_list_moves(old, new), key=lambda move: (RANK.index(move.part), move.name))
    languages = [each for each in old.get("languages", ()) if each in new.get("languages", ())]
    confidence = float(old.get("parameters", {}).get("confidence", CONFIDENCE))
    values = compare_values(before.values, after.values, languages=languages, confidence=confidence)
    return Comparison(causes, values, _compare_methods(old, new), _compare_data(old, new))


def _list_moves(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Move]:
    yield from _differ("source", old.get("sources"), new.get("sources"))
    yield from _differ("input", _inputs(old), _inputs(new))
    yield from _differ("parameter", _parameters(old), _parameters(new))
    yield from _differ("code", _code(old), _code(new))
    yield from _differ("template", _templates(old), _templates(new))
    yield from _environment(old.get("environment", {}), new.get("environment", {}))
    # It may move no number; where one moved, an auditor wants to know of it.
    yield from _differ("setting", _engine(old), _engine(new))
    yield from _differ("machine", old.get("machine"), new.get("machine"))


def _differ(part: Part, old: Any, new: Any) -> Iterator[Move]:
    was, now = old or {}, new or {}
    for name in sorted(was.keys() | now.keys()):
        if _spell(was.get(name)) != _spell(now.get(name)):
            yield Move(part, name, was.get(name), now.get(name))


def _spell(value: Any) -> str:
    # 1 and True are equal in Python and two values of a parameter.
    return json.dumps(value, sort_keys=True)


def _inputs(predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Give the tables that a rerun starts at; what made them is no part of it."""
    tables = predicate.get("tables", {})
    named = {name: tables[name] for name in predicate.get("canonical", ()) if name in tables}
    return {name: {"sha256": t.get("sha256"), "rows": t.get("rows")} for name, t in named.items()}


def _parameters(predicate: Mapping[str, Any]) -> dict[str, Any]:
    level = {name: predicate.get(name) for name in UNIT_LEVEL}
    unit: Mapping[str, Any] = predicate.get("unit_parameters", {})
    return {**unit, **predicate.get("parameters", {}), **level}


def _code(predicate: Mapping[str, Any]) -> dict[str, Any]:
    code = predicate.get("code", {})
    cells = {
        f"cells of {task.rpartition('/')[2]}": digest
        for task, digest in code.get("cells", {}).items()
    }
    return {**code.get("modules", {}), **cells}


def _templates(predicate: Mapping[str, Any]) -> dict[str, Any]:
    rendering = predicate.get("rendering", {})
    parts = {"press/render": rendering.get("code"), **rendering.get("assets", {})}
    return {**parts, **{f"version of {n}": v for n, v in rendering.get("versions", {}).items()}}


def _environment(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Move]:
    yield from _differ("lock", {"lock": old.get("lock")}, {"lock": new.get("lock")})
    yield from _differ("python", {"python": old.get("python")}, {"python": new.get("python")})
    yield from _differ("setting", old.get("enforced"), new.get("enforced"))
    packages = [_as_mapping(side.get("packages")) for side in (old, new)]
    yield from _differ("package", packages[0], packages[1])
    rest = [{n: v for n, v in side.items() if n not in APART} for side in (old, new)]
    yield from _differ("machine", rest[0], rest[1])


def _engine(predicate: Mapping[str, Any]) -> dict[str, Any]:
    return {"engine of marts": predicate.get("engine", ENGINE)}


def _as_mapping(packages: Any) -> Mapping[str, Any]:
    return packages if isinstance(packages, Mapping) else {"all": packages}


def _compare_methods(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    was, now = old.get("methods", {}), new.get("methods", {})
    found = {}
    for chapter in sorted(was.keys() & now.keys()):
        moved = [p for p in METHOD if was[chapter].get(p) != now[chapter].get(p)]
        if moved:
            found[chapter] = moved
    return found


def _compare_data(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    was, now = old.get("tables", {}), new.get("tables", {})
    moved = {n for n in was.keys() | now.keys() if _digest(was, n) != _digest(now, n)}
    found = {}
    for chapter, method in sorted(new.get("methods", {}).items()):
        read = [name for name in method.get("reads", ()) if name in moved]
        if read:
            found[chapter] = read
    return found


def _digest(tables: Mapping[str, Any], name: str) -> Any:
    return tables.get(name, {}).get("sha256")
