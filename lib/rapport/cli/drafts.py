"""What a draft keeps beside it, so that its approval needs neither the store nor the sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from rapport.errors import RapportError
from rapport.press.chapters import Chapter
from rapport.press.proof.record import canonical_json
from rapport.press.render.frame import DataSource

KEPT = "draft.json"
UNTOLD = ("store", "modules")  # of the worker that printed, and digested elsewhere


def spell_draft(
    arguments: Mapping[str, Any], sources: Iterable[DataSource], beside: Iterable[str]
) -> bytes:
    """Spell what the final report is printed with, but for what lies in the folder already.

    Parameters
    ----------
    arguments : of the printing
    sources : as the appendix lists them
    beside : names of the files that lie beside the report for programs
    """
    told = {name: value for name, value in arguments.items() if name not in UNTOLD}
    kept = {
        "arguments": told,
        "sources": [astuple(source) for source in sources],
        "beside": sorted(beside),
    }
    return canonical_json(kept)


def read_draft(folder: Path) -> tuple[dict[str, Any], list[DataSource], dict[str, bytes]]:
    """Read arguments, sources, and files beside the report back, this file among the latter.

    Raises
    ------
    RapportError
        The draft was made by a version that kept nothing of this.
    """
    path = folder / KEPT
    if not path.is_file():
        raise RapportError(f"{folder.name}: {KEPT} is gone. Run it again, then approve that.")
    kept = json.loads(path.read_bytes())
    sources = [DataSource(*source) for source in kept["sources"]]
    names = [*kept["beside"], KEPT]
    return kept["arguments"], sources, {name: (folder / name).read_bytes() for name in names}


def read_chapters(folder: Path, execution: Mapping[str, str]) -> list[Chapter]:
    """Read the chapters of a draft; tables and lists go with the first, as all of the folder.

    Parameters
    ----------
    folder : of the draft's run, whose files were held against its record
    execution : by chapter, the key of what was executed
    """
    values = json.loads((folder / "values.json").read_bytes())
    chapters = [
        Chapter(
            name=(name := path.stem.partition("_")[2]),
            number=int(path.stem.partition("_")[0]),
            key=execution[name],
            notebook=path.read_bytes(),
            values=[value for value in values if value["chapter"] == name],
            tables={},
        )
        for path in sorted((folder / "notebooks").glob("*.ipynb"))
    ]
    return _give_files(chapters, folder)


def _give_files(chapters: Sequence[Chapter], folder: Path) -> list[Chapter]:
    first = chapters[0]
    tables = {path.stem: path for path in sorted((folder / "tables").glob("*.parquet"))}
    lists = {path.stem: path.read_bytes() for path in sorted((folder / "lists").glob("*.csv"))}
    whole = Chapter(
        first.name, first.number, first.key, first.notebook, first.values, tables, lists
    )
    return [whole, *chapters[1:]]
