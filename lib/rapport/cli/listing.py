"""`rapport list`: the units, their reports, and what is to be looked after."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rapport import params as room
from rapport.errors import ParameterError
from rapport.press.index.pages import name_style
from rapport.press.index.runs import rank, read_unit
from rapport.press.index.state import find_late, read_state
from rapport.press.proof.log import now

FAILED = {"failed": "last run failed on {day}", "abandoned": "last run was cut off on {day}"}


def list_units(arguments: argparse.Namespace) -> int:
    """Print every unit with its reports and its state; 2 if a unit's file cannot be used."""
    root = room.find_root(Path.cwd())
    style = name_style()
    ends = read_state(root / "reports", style).ends
    rows, faults = [], []
    for name in room.list_units(root):
        try:
            unit = room.load_unit(root, name)
        except ParameterError as error:
            faults.append(str(error))
            continue
        rows.append(_describe(root, unit, style, ends.get(name, {})))
    if arguments.json:
        sys.stdout.write(json.dumps({"units": rows, "faults": faults}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{_spell(row)}\n" for row in rows)
        sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return ParameterError.exit_code if faults else 0


def _describe(
    root: Path, unit: room.UnitParams, style: str, end: Mapping[str, Any]
) -> dict[str, Any]:
    folder = root / "reports" / unit.name
    kept = read_unit(folder, style) if folder.is_dir() else None
    entries = kept.current() if kept else []
    return {
        "unit": unit.name,
        "title": unit.title.model_dump(),
        "reports": [
            {
                "period": entry["period"],
                "run": entry["run"],
                "state": "draft" if entry["is_draft"] else "final",
                "signer": entry["signer"],
                "erased": entry["is_erased"],
            }
            for entry in sorted(entries, key=rank)
        ],
        "damaged": kept.damaged() if kept else [],
        "late": find_late(kept, now()[:10]) if kept else "",
        "failed": FAILED[end["event"]].format(day=end["day"]) if end.get("event") in FAILED else "",
    }


def _spell(row: Mapping[str, Any]) -> str:
    periods = [report["period"] for report in row["reports"]]
    said = [row["title"]["en"], row["title"]["zh"], ", ".join(periods) or "no report yet"]
    newest = row["reports"][-1] if periods else None
    if newest is not None:
        said.append(f"{newest['state']}, signed by {newest['signer']}" if newest["signer"]
                    else f"{newest['state']}, not signed")  # fmt: skip
        said += ["data since erased"] if newest["erased"] else []
    said += [row["failed"]] if row["failed"] else []
    said += [f"late: no report for {row['late']}"] if row["late"] else []
    said += [f"damaged: {', '.join(row['damaged'])}"] if row["damaged"] else []
    return f"{row['unit']}: {' · '.join(said)}"
