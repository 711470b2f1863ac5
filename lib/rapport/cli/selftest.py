"""Whether this installation computes what others have printed: `rapport selftest`."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rapport.cli.published import STUDIES, Study, is_as_printed
from rapport.cli.self_record import write_results
from rapport.errors import ParameterError
from rapport.params import find_root

DIFFERS = 5
"""The exit code of numbers that differ, as of a report that does not verify."""


def selftest(arguments: argparse.Namespace) -> int:
    """Compute the published figures that need no file, print them beside ours, and compare.

    In a project the outcome is recorded, whatever it is, for the appendix of its reports.
    """
    rows = compute(STUDIES)
    code = tell(rows, as_json=arguments.json)
    try:
        root = find_root(Path.cwd())
    except ParameterError:
        sys.stderr.write("not recorded: no project here\n")
    else:
        path = write_results(root, rows)
        sys.stderr.write(f"recorded in {path.relative_to(root).as_posix()}\n")
    return code


def tell(rows: list[dict[str, Any]], *, as_json: bool) -> int:
    """Print the figures, and give the exit code that says whether they hold."""
    n_off = sum(not row["holds"] for row in rows)
    if as_json:
        told = {"figures": rows, "n_figures": len(rows), "n_differing": n_off}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(write_rows(rows))
        sys.stdout.write(summarise(len(rows), n_off))
    return DIFFERS if n_off else 0


def compute(studies: Sequence[Study]) -> list[dict[str, Any]]:
    """Compute every figure of the studies.

    Returns
    -------
    one row per figure: `method` and `method_zh`, `source`, `figure`, `printed` (digits), `ours`,
    `holds`
    """
    rows = []
    for study in studies:
        with warnings.catch_warnings():
            # Libraries warn of what they will change; numbers are compared here.
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            found = list(study.figures())
        rows += [
            {"method": study.method, "method_zh": study.method_zh, "source": study.source,
             "figure": name, "printed": printed, "ours": ours,
             "holds": is_as_printed(ours, printed)}
            for name, printed, ours in found
        ]  # fmt: skip
    return rows


def write_rows(rows: list[dict[str, Any]]) -> str:
    """Write the figures by source, each with the digits printed and our number."""
    lines: list[str] = []
    width = max(len(row["figure"]) for row in rows)
    source = None
    for row in rows:
        if row["source"] != source:
            source = row["source"]
            lines.append(f"{row['method']}: {source}")
        verdict = "" if row["holds"] else "  DIFFERS"
        number = f"{row['ours']:.6f}"
        lines.append(f"  {row['figure']:<{width}}  {row['printed']:>10}  {number:>14}{verdict}")
    return "\n".join(lines) + "\n"


def summarise(n: int, n_off: int) -> str:
    """Say in one line how many figures hold."""
    if n_off == 0:
        return f"all {n} figures are as printed, to the last digit.\n"
    return (
        f"{n_off} of {n} figures differ from what was printed. Compare the installed versions with "
        "requirements.lock; numbers of this installation are not those of the project.\n"
    )
