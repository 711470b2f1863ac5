"""Two lists of values compared one by one: which moved, by how much, and how much they may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapport.press.proof.tolerance import (
    EXACT,
    Distance,
    Grade,
    measure,
    standard_error,
    worst_of,
)

Value = Mapping[str, Any]
"""As `values.json` lists it."""
CONFIDENCE = 0.95
# An interval around a count is computed like a ratio.
KIND_OF_ENDS = "ratio"


@dataclass(frozen=True)
class ValueMove:
    """One value in two records; one that moved, unless its grade is B."""

    id: str
    chapter: str
    kind: str
    grade: Grade
    """B equal, C within its limit, C* so but printed otherwise, D beyond; D in one record only."""
    old: Any = None
    new: Any = None
    absolute: float | None = None
    relative: float | None = None
    limit: float | None = None
    shown_old: Mapping[str, str | None] = field(default_factory=dict)
    shown_new: Mapping[str, str | None] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    """What of it moved: value, n, interval, unit, kind, shown; `new` or `gone` of one alone."""


def compare_values(
    before: Sequence[Value],
    after: Sequence[Value],
    *,
    languages: Iterable[str] = ("en", "zh"),
    confidence: float = CONFIDENCE,
) -> list[ValueMove]:
    """Compare values by id; give all of them, those that are equal, too.

    Parameters
    ----------
    before, after : as `values.json` lists them
    languages : those that both reports print
    confidence : of the intervals, which simulated values have their standard error from
    """
    old, new = ({value["id"]: value for value in side} for side in (before, after))
    moves = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            moves.append(_of_one_side(old[name], is_new=False))
        elif name not in old:
            moves.append(_of_one_side(new[name], is_new=True))
        else:
            moves.append(_compare(old[name], new[name], tuple(languages), confidence))
    return moves


def _of_one_side(value: Value, *, is_new: bool) -> ValueMove:
    number, shown = value["value"], dict(value["shown"])
    side = {"new": number, "shown_new": shown} if is_new else {"old": number, "shown_old": shown}
    part = "new" if is_new else "gone"
    return ValueMove(value["id"], value["chapter"], value["kind"], "D", parts=(part,), **side)


def _compare(old: Value, new: Value, languages: tuple[str, ...], confidence: float) -> ValueMove:
    kind = old["kind"]
    error = standard_error(old["interval"], confidence) if kind == "simulated" else None
    found = {"value": measure(kind, old["value"], new["value"], error=error)}
    found["interval"] = _compare_intervals(kind, old["interval"], new["interval"], error)
    for part in ("n", "unit", "kind"):
        found[part] = Distance("B" if old[part] == new[part] else "D", None)
    shown = [{lang: side["shown"].get(lang) for lang in languages} for side in (old, new)]
    grade = worst_of(distance.grade for distance in found.values())
    moved = [part for part, distance in found.items() if distance.grade != "B"]
    if shown[0] != shown[1]:
        moved.append("shown")
        grade = worst_of([grade, "C*"])
    value = found["value"]
    return ValueMove(
        old["id"], old["chapter"], kind, grade, old["value"], new["value"], value.absolute,
        value.relative, value.limit, shown[0], shown[1], tuple(moved),
    )  # fmt: skip


def _compare_intervals(kind: str, old: Any, new: Any, error: float | None) -> Distance:
    if not old or not new:
        return Distance("B" if old == new else "D", None)
    inner = KIND_OF_ENDS if kind in EXACT else kind
    ends = [measure(inner, *pair, error=error) for pair in zip(old, new, strict=True)]
    return Distance(worst_of(end.grade for end in ends), None)
