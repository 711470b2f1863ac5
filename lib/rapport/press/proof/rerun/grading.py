"""A grade for every value of a report that was made again, and the worst of them for the report.

A same bodies, B same values, C within the limit of its kind, C* so but printed otherwise,
D different, U cannot be verified and why. X, tampered, is the seal's: nothing is run then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rapport.press.proof.compare import Comparison
from rapport.press.proof.rerun.cells import TableMove
from rapport.press.proof.rerun.inputs import Input
from rapport.press.proof.tolerance import ORDER, Grade, worst_of
from rapport.press.proof.value_moves import ValueMove

EXITS: Mapping[Grade, int] = {"A": 0, "B": 0, "C": 0, "C*": 0, "D": 5, "U": 6, "X": 7}
INGESTION = "ingestion"
SAID: Mapping[Grade, str] = {
    "A": "every file of the report came out byte by byte",
    "B": "every value came out equal; files differ in other things",
    "C": "every value is within the limit of its kind",
    "C*": "every value is within the limit of its kind, and some are printed otherwise",
    "D": "values differ by more than they may",
    "U": "not all of it can be verified",
    "X": "tampered",
}


@dataclass(frozen=True)
class Graded:
    """One value with its grade, and likely why it is not what it was."""

    move: ValueMove
    cause: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a rerun found."""

    grade: Grade
    values: Sequence[Graded]
    """Of the chapters that were run; those of ingestion are graded apart."""
    tables: Sequence[TableMove] = ()
    bodies: Mapping[str, bool] = field(default_factory=dict)
    """File of the run -> whether it came out byte by byte."""
    causes: Sequence[Mapping[str, Any]] = ()
    inputs: Sequence[Input] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)
    """How it was run: environment, network, code."""
    ingestion: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    """Why the report's grade is not better, where it is not that of its values."""

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return EXITS[self.grade]

    @property
    def counts(self) -> dict[Grade, int]:
        """How many values have each grade, the best first."""
        grades = [graded.move.grade for graded in self.values]
        return {grade: grades.count(grade) for grade in ORDER if grade in grades}

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values; values that are as good as the best are only counted."""
        moved = [g for g in self.values if g.move.grade not in ("A", "B")]
        return {
            "grade": self.grade,
            "why": self.why,
            "exit_code": self.exit_code,
            "counts": self.counts,
            "values": [{**asdict(g.move), "cause": g.cause} for g in moved],
            "tables": [asdict(table) for table in self.tables if table.grade != "B"],
            "bodies": dict(self.bodies),
            "causes": list(self.causes),
            "inputs": [_describe(i) for i in self.inputs if i.state not in ("sealed", "remade")],
            "n_inputs": len(self.inputs),
            "ingestion": dict(self.ingestion),
            **self.conditions,
        }


def _describe(each: Input) -> dict[str, Any]:
    left = each.left
    return {
        "table": each.name, "state": each.state, "sealed": each.digest, "found": each.found,
        "rows_sealed": each.rows, "rows_found": each.n_found,
        "erasures": list(left.erasures) if left else [],
        "signers": list(left.signers) if left else [],
    }  # fmt: skip


def grade_values(
    found: Comparison,
    *,
    not_run: Mapping[str, str],
    is_same: bool,
    is_erased: bool,
) -> list[Graded]:
    """Grade every value of the report but those of ingestion.

    Parameters
    ----------
    found : the record compared with what the rerun made
    not_run : chapter -> why it could not be run
    is_same : every file came out byte by byte
    is_erased : rows that the report was made of were lawfully erased since
    """
    graded = []
    for move in found.values:
        if move.chapter == INGESTION:
            continue
        if move.chapter in not_run:
            graded.append(Graded(replace(move, grade="U", new=None), not_run[move.chapter]))
        elif move.grade == "B":
            graded.append(Graded(replace(move, grade="A") if is_same else move))
        elif is_erased and move.grade == "D":
            graded.append(Graded(replace(move, grade="U"), "rows erased since"))
        else:
            graded.append(Graded(move, found.explain(move)))
    return sorted(graded, key=lambda each: (-ORDER.index(each.move.grade), each.move.id))


def grade_report(
    values: Sequence[Graded], tables: Sequence[TableMove], *, is_same: bool, is_current: bool
) -> tuple[Grade, str]:
    """Give the worst grade of a report's values and tables, and a word where there is more to say.

    Parameters
    ----------
    is_current : it was run in the environment at hand, whatever that is: C at best
    """
    best: Grade = "A" if is_same else "B"
    unknown = [table for table in tables if table.grade == "U"]
    known = [table.grade for table in tables if table.grade != "U"]
    grade = worst_of([best, *(v.move.grade for v in values), *known])
    # Without the run's folder cells have nothing to be held against; values carry the grade.
    why = f"{SAID[grade]}; tables that could not be compared: {len(unknown)}" if unknown else ""
    if is_current and ORDER.index(grade) < ORDER.index("C"):
        return "C", f"would be {grade}, but the environment was not that of the lock"
    return grade, why
