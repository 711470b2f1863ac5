"""Executed notebooks of a run, taken only with the digests that its record names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import TamperedError
from rapport.press.canonical import MIME, is_code, join_text, tags_of
from rapport.press.render.notebook import LANGUAGES

FOLDER = "notebooks/"


@dataclass(frozen=True)
class Notebook:
    """One executed notebook: its path in the run's folder, digest and cells."""

    path: str
    sha256: str
    cells: Sequence[Mapping[str, Any]]

    @property
    def chapter(self) -> str:
        """The chapter that it is."""
        return Path(self.path).stem[3:]


def read_notebooks(folder: Path | None, statement: Mapping[str, Any]) -> list[Notebook]:
    """Read a run's notebooks from its folder; none where there is no folder.

    Raises
    ------
    TamperedError
        One is not the notebook that was sealed.
    """
    found = []
    for subject in statement["subject"]:
        name, digest = str(subject["name"]), subject["digest"]["sha256"]
        path = folder / name if folder and name.startswith(FOLDER) else None
        if path is None or not path.is_file():
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise TamperedError(f"{name}: is not the notebook that was sealed. Ask for the run.")
        found.append(Notebook(name, digest, json.loads(content)["cells"]))
    return found


def find_cell(notebook: Notebook, value: str) -> int | None:
    """Find the cell that recorded a value, counted from 1; None where no cell did."""
    for place, bundle in _bundles(notebook):
        if bundle["type"] == "values" and value in {one["id"] for one in bundle["values"]}:
            return place
    return None


def list_sentences(notebook: Notebook, value: str) -> Iterator[dict[str, str]]:
    """List the texts that state a value: what they are, their id, and their words by language."""
    for _, bundle in _bundles(notebook):
        kind = str(bundle["type"]).replace("_", " ").removesuffix("s")
        for name, text in _walk(bundle, ""):
            if _states(text, value):
                role = bundle["role"] if kind == "sentence" else f"{name} of {kind}".strip()
                words = {lang: "".join(run["text"] for run in runs) for lang, runs in text.items()}
                yield {"role": role, "id": str(bundle.get("id", kind)), **words}
        for card in bundle.get("cards", ()):
            if card["id"] == value:
                words = {lang: f"{card['name'][lang]} {card['value'][lang]}" for lang in LANGUAGES}
                yield {"role": "key figure", "id": value, **words}


def _walk(node: Any, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk all texts of a bundle: what maps each language to runs."""
    if isinstance(node, Mapping):
        if isinstance(node.get("en"), list) and all(isinstance(r, Mapping) for r in node["en"]):
            yield name, node
            return
        for key, inner in node.items():
            yield from _walk(inner, key if isinstance(inner, Mapping) else name)
    elif isinstance(node, list):
        for inner in node:
            yield from _walk(inner, name)


def list_code(notebook: Notebook, last: int) -> list[str]:
    """Give the code of the cells up to one, and nothing of the parameters' cells."""
    cells = [dict(cell) for cell in notebook.cells[:last]]
    return [join_text(cell["source"]) for cell in cells if is_code(cell)]


def list_parameters(notebook: Notebook) -> list[str]:
    """Name the parameters that a chapter reads, in the order of its cell."""
    cells = [dict(cell) for cell in notebook.cells]
    lines = [
        line
        for cell in cells
        if "parameters" in tags_of(cell)
        for line in join_text(cell["source"]).splitlines()
    ]
    return [line.partition(":")[0].strip() for line in lines if ":" in line and "=" in line]


def _bundles(notebook: Notebook) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for place, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", ()):
            content = output.get("data", {}).get(MIME)
            if content is not None:
                yield place, json.loads(content) if isinstance(content, str) else content


def _states(text: Mapping[str, Any], value: str) -> bool:
    return any(
        run["source"] == {"kind": "value", "id": value} for runs in text.values() for run in runs
    )
