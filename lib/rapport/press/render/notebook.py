"""What an executed chapter says, in order: prose and bundles, grouped into sections.

A section begins where prose has a heading. Anything in a notebook that is neither prose in
both languages nor one of our bundles is an error here, so that nothing gets lost on the way
to the reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from rapport.errors import ChapterError
from rapport.press.canonical import MIME
from rapport.press.render.markdown import read_prose
from rapport.press.render.tree import Block

LANGUAGES = ("en", "zh")
Cell = Mapping[str, Any]
SectionKind = Literal["title", "data", "question", "method"]
_HEADING = re.compile(r"(#{1,6}) +(.+?)\s*(?:\n|$)")
_KINDS: Mapping[str, SectionKind] = {"data": "data", "method and sources": "method"}


@dataclass(frozen=True)
class ExecutedChapter:
    """One executed (canonical) notebook with its place in the report."""

    name: str
    number: int
    notebook: Mapping[str, Any]


@dataclass(frozen=True)
class Prose:
    """Twin cells of prose as blocks."""

    blocks: Mapping[str, Sequence[Block]]


@dataclass(frozen=True)
class Bundle:
    """One output of ours, with the cell that made it."""

    cell: int
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A heading's section of a notebook: its kind, and prose and bundles in order."""

    kind: SectionKind
    items: tuple[Prose | Bundle, ...]


def read_parts(chapter: ExecutedChapter, languages: Sequence[str]) -> list[Part]:
    """Read a notebook as sections.

    Raises
    ------
    ChapterError
        An output is none of ours, a cell failed, prose lacks its twin or cannot be shown;
        the message names the chapter and the cell, counted from 1.
    """
    cells = list(enumerate(chapter.notebook["cells"], 1))
    parts = [Part("title", ())]
    for is_prose, group in groupby(cells, key=lambda pair: _is_prose(pair[1])):
        if not is_prose:
            bundles = (bundle for pair in group for bundle in _read_outputs(chapter.name, *pair))
            parts[-1] = Part(parts[-1].kind, (*parts[-1].items, *bundles))
            continue
        for twins in _split_twins(group):
            kind, prose = _read_prose(chapter.name, twins, languages)
            if kind:
                parts.append(Part(kind, (prose,)))
            else:
                parts[-1] = Part(parts[-1].kind, (*parts[-1].items, prose))
    return parts


def _is_prose(cell: Cell) -> bool:
    return bool(cell["cell_type"] == "markdown")


def _split_twins(cells: Iterable[tuple[int, Cell]]) -> list[list[tuple[int, Cell]]]:
    """Part neighbouring cells where the language that began says a heading again."""
    groups: list[list[tuple[int, Cell]]] = []
    for place, cell in cells:
        tags = cell["metadata"].get("tags", [])
        is_heading = _HEADING.match(_join(cell["source"])) is not None
        if not groups or (is_heading and tags == groups[-1][0][1]["metadata"].get("tags", [])):
            groups.append([])
        groups[-1].append((place, cell))
    return groups


def _read_prose(
    chapter: str, cells: Sequence[tuple[int, Cell]], languages: Sequence[str]
) -> tuple[SectionKind | None, Prose]:
    """Read neighbouring cells of prose, and say which section they begin, if they do."""
    blocks: dict[str, list[Block]] = {language: [] for language in LANGUAGES}
    for place, cell in cells:
        spoken = [tag for tag in cell["metadata"].get("tags", []) if tag in LANGUAGES]
        if len(spoken) != 1:
            raise ChapterError(
                f"{chapter}, cell {place}: prose is not tagged with one language. "
                "Tag it en or zh and give it a twin."
            )
        source = {"kind": "prose", "id": f"{chapter}.{place}"}
        blocks[spoken[0]] += read_prose(_join(cell["source"]), source=source)  # type: ignore[arg-type]
    silent = [language for language in languages if not blocks[language]]
    if silent and any(blocks.values()):
        raise ChapterError(
            f"{chapter}, cell {cells[0][0]}: prose has no twin in {', '.join(silent)}. Write it."
        )
    texts = [_join(cell["source"]) for _, cell in cells]
    return _find_kind(texts), Prose(blocks)


def _find_kind(texts: Sequence[str]) -> SectionKind | None:
    headings = [found for text in texts if (found := _HEADING.match(text))]
    if not headings or len(headings[0][1]) > 2:
        return None
    if len(headings[0][1]) == 1:
        return "title"
    titles = [found[2].strip().lower() for found in headings]
    return next((_KINDS[title] for title in titles if title in _KINDS), "question")


def _read_outputs(chapter: str, place: int, cell: Cell) -> Iterator[Bundle]:
    for output in cell.get("outputs", []):
        where = f"{chapter}, cell {place}"
        if output["output_type"] == "error":
            raise ChapterError(f"{where}: failed with {output['ename']}. Mend it and run again.")
        data = output.get("data", {})
        if MIME not in data:
            raise ChapterError(
                f"{where}: printed {', '.join(sorted(data)) or 'text'}, which no report shows. "
                "Show it by chapter.show or chapter.say, or end the line with a semicolon."
            )
        content = data[MIME]
        bundle = json.loads(content) if isinstance(content, str) else content
        if bundle.get("v") != 1:
            raise ChapterError(f"{where}: an output of version {bundle.get('v')}. Run it again.")
        yield Bundle(place, bundle)


def _join(source: str | Sequence[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
