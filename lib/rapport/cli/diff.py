"""`rapport diff A B`: two runs compared by their records, without rerunning anything."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rapport.cli.moved import tell_causes, tell_methods, tell_values
from rapport.errors import ParameterError, ValuesDifferError
from rapport.params import find_root
from rapport.press.proof.compare import Comparison, Recorded, compare
from rapport.press.proof.reading import read_recorded


def diff(arguments: argparse.Namespace) -> int:
    """Print in what two records differ; give 5 if a value differs by more than it may.

    Raises
    ------
    ParameterError
        A report is not there.
    TamperedError
        A report file is not the one that was sealed.
    """
    reports = _find_reports()
    before, after = (read_recorded(name, reports) for name in (arguments.before, arguments.after))
    found = compare(before, after)
    if arguments.json:
        told = {"before": _name(before), "after": _name(after), **found.as_json()}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_tell(before, after, found)) + "\n")
    return ValuesDifferError.exit_code if found.grade == "D" else 0


def _find_reports() -> Path:
    try:
        return find_root(Path.cwd()) / "reports"
    except ParameterError:
        # Two report files need no project around them.
        return Path.cwd() / "reports"


def _name(recorded: Recorded) -> dict[str, Any]:
    return {name: recorded.predicate.get(name) for name in ("unit", "period", "run")}


def _tell(before: Recorded, after: Recorded, found: Comparison) -> list[str]:
    lines = [f"{side}: {_spell(record)}" for side, record in (("A", before), ("B", after))]
    lines += [*tell_causes(found), *tell_methods(found)]
    moved = found.moved
    n_equal = len(found.values) - len(moved)
    n_beyond = sum(move.grade == "D" for move in moved)
    lines.append(
        f"Values: {n_equal:,} equal, {len(moved) - n_beyond:,} within their limits, "
        f"{n_beyond:,} different"
    )
    return [*lines, *tell_values(moved, found.explain)]


def _spell(recorded: Recorded) -> str:
    unit, period, run = _name(recorded).values()
    groups = " ".join(run[start : start + 4] for start in range(0, len(run), 4))
    return f"{unit} {period}, record {groups}"
