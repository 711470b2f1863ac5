"""`rapport approve`: a draft that was read becomes the report, as a run of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rapport.cli.beside import read_day
from rapport.cli.drafts import KEPT, read_chapters, read_draft
from rapport.cli.recorded import describe_printing
from rapport.cli.report import make_frame, make_rendering
from rapport.cli.reporting import list_code, name_signer
from rapport.errors import ParameterError, RapportError
from rapport.params import find_root
from rapport.press.proof.approval import APPROVED, DRAFT, open_draft
from rapport.press.proof.reading import find_report
from rapport.press.proof.signing import read_signer
from rapport.press.publish import Report, number_of, publish
from rapport.press.render.frame import DataSource
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.plan import Planner, World
from rapport.press.run.store import Store
from rapport.press.run.tasks import ReportTask

LONGEST_NAME = 60
OF_THE_RUN = (
    "run", "approval", "execution", "rendering", "shown", "signer", "log", "made", "machine",
)  # fmt: skip
"""What the record says of one run alone; the final report's says its own."""


def approve(arguments: argparse.Namespace) -> int:
    """Make the final report of a draft; give the exit code.

    Raises
    ------
    ParameterError
        RUN is no draft, is approved or outdated, or nobody is named who approves it.
    RapportError
        A file of the draft is gone, or the program draws it otherwise by now.
    TamperedError
        A file of the draft is not the one that was made.
    """
    root = find_root(Path.cwd())
    folder = _find_folder(arguments.run, root / "reports")
    by = _name_approver(arguments.by)
    # Runs of a unit lie in `reports/<unit>/runs/<period>-<number>`.
    link = folder.parents[1] / folder.name.rpartition("-")[0]
    record = open_draft(folder, link)["predicate"]
    told, sources, beside = read_draft(folder)
    told["modules"] = _find_modules(root, told)
    draft = _gather(folder, record, told, sources)
    if number_of(replace(draft, beside=beside)) != record["run"]:
        raise RapportError(
            f"{folder.name}: is outdated, this version of the program draws it otherwise. Run it "
            "again, then approve that."
        )
    approval = {"state": APPROVED, "draft": record["run"], "by": by}
    bands = [band for band in told["bands"] if band != DRAFT]
    told |= {"approval": approval, "bands": bands, "signer": name_signer()}
    del beside[KEPT]
    final = replace(_gather(folder, record, told, sources), beside=beside)
    made = publish(final, reports=root / "reports", signer=read_signer(os.environ))
    files = [file.relative_to(root).as_posix() for file in made.files]
    described = {"run": made.run_id, "draft": record["run"], "by": by, "files": files}
    text = json.dumps(described, ensure_ascii=False) if arguments.json else "\n".join(files)
    sys.stdout.write(text + "\n")
    return 0


def _find_folder(where: str, reports: Path) -> Path:
    found = find_report(where, reports).resolve()
    folder = found.parent if found.is_file() else found
    if folder.parent.name != "runs" or folder.parents[2] != reports.resolve():
        raise ParameterError(
            f"{folder.name}: is no run of this project. Name a run's number, or unit and period as "
            "shop/2026-05."
        )
    return folder


def _name_approver(given: str | None) -> str:
    """Give the name under which a draft is approved: as told, else the signer's."""
    name = (given if given is not None else name_signer()).strip()
    if not name:
        raise ParameterError(
            "approve: nobody is named. Say who approves it by --by NAME, or name a signing key."
        )
    unseen = any(unicodedata.category(letter)[0] == "C" for letter in name)
    if len(name) > LONGEST_NAME or unseen:
        raise ParameterError(
            f"approve: --by takes 1 to {LONGEST_NAME} characters that can be seen."
        )
    return name


def _gather(
    folder: Path,
    record: Mapping[str, Any],
    told: Mapping[str, Any],
    sources: Sequence[DataSource],
) -> Report:
    """Gather the report that a draft's folder holds, for this version of the program to print."""
    chapters = read_chapters(folder, record["execution"])
    kept = {name: part for name, part in record.items() if name not in OF_THE_RUN}
    return Report(
        frame=make_frame(told, sources, chapters),
        as_of=read_day(told),
        chapters=chapters,
        formats=told["formats"],
        rendering=make_rendering(told),
        predicate={**kept, "printing": describe_printing(told)},
    )


def _find_modules(root: Path, told: Mapping[str, Any]) -> Mapping[str, str]:
    """Give the digests of the modules that print, as the press puts them into a report's key."""
    task = ReportTask("approve", told["unit"], told["period"], "", {}, (), list_code())
    world = World(Store(root / "data" / "store"), read_conditions(root))
    return Planner(world).sources.modules(task)
