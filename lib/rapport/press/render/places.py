"""Where a report says each value: for the index in its appendix, its record and `rapport trace`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rapport.press.render.tree import Block, Document, Run, Runs, Section, Source
from rapport.press.render.walk import block_runs, list_sections, walk_front

_BRACKET = re.compile(r"[ \u00a0]?[(（]")
FRONT, INDEX = "page-one", "values"


@dataclass(frozen=True)
class Place:
    """One place of a document: what stands there, and the anchor that leads to it."""

    kind: str
    """`page`, `section`, `figure` or `table`."""
    anchor: str
    number: str
    """Of the figure, table or chapter; empty on pages one and two."""


def list_places(document: Document, recorded: Collection[str]) -> dict[str, list[Place]]:
    """List where each recorded value stands as text, in the order of the report, each place once.

    Marks of a figure and cells of a table are no values of their own, nor is what a figure's own
    words count: their data are published.
    """
    found: dict[str, dict[Place, None]] = {}
    for place, runs in _walk(document):
        for run in runs:
            if run["source"]["kind"] == "value" and run["source"]["id"] in recorded:
                found.setdefault(run["source"]["id"], {})[place] = None
    return {value: list(places) for value, places in found.items()}


def _walk(document: Document) -> Iterator[tuple[Place, Runs]]:
    page = Place("page", FRONT, "")
    yield from ((page, runs) for _, runs in walk_front(document["front"]))
    for section in list_sections(document):
        if section["anchor"] == INDEX:
            continue  # it says where values stand, and is no such place itself
        for block in section["blocks"]:
            yield _place_of(section, block), list(block_runs(block))


def _place_of(section: Section, block: Block) -> Place:
    if block["type"] == "figure" or block["type"] == "table":
        return Place(block["type"], block["anchor"], block["number"])
    return Place("section", section["anchor"], section["number"])


def spell_places(
    documents: Mapping[str, Document], recorded: Collection[str]
) -> dict[str, dict[str, str]]:
    """Give anchors by language and value, as the record keeps them: joined by blanks."""
    return {
        language: {
            value: " ".join(place.anchor for place in places)
            for value, places in sorted(list_places(document, recorded).items())
        }
        for language, document in documents.items()
    }


def make_index(
    document: Document, words: Mapping[str, Mapping[str, str]], recorded: Collection[str]
) -> list[Block]:
    """Make the index: the values of each chapter by id, as first shown, and where they stand.

    Most stand in the text of their own chapter alone and share one link, in the heading; those
    that also stand elsewhere have a line, and a link for each place.
    """
    language = document["language"]
    shown = _first_texts(document)
    sections = {str(section.get("name", "")): section for section in document["chapters"]}
    blocks: list[Block] = []
    listed = sorted(list_places(document, recorded).items())
    for chapter, members in groupby(listed, key=lambda pair: pair[0].partition(".")[0]):
        own = sections.get(chapter)
        blocks.append(_head(chapter, own))
        found = list(members)
        inside = [value for value, places in found if own and _is_only_in(own, places)]
        if inside:
            lead = words["values_inside"][language]
            blocks.append({"type": "paragraph", "text": _list_inside(lead, inside, shown)})
        items = [
            [
                _plain(f"{value}\u00a0"),
                _shown(value, shown[value]),
                *_links(places, words, language),
            ]
            for value, places in found
            if value not in inside
        ]
        if items:
            blocks.append({"type": "list", "items": items})
    return blocks


def _head(chapter: str, own: Section | None) -> Block:
    source: Source = {"kind": "label", "id": f"chapter.{chapter}"}
    name = re.split("[:：]", own["topic"])[0] if own else chapter
    head: Run = {"text": name, "source": source, "strong": False}
    if own:
        head["link"] = f"#{own['anchor']}"
    return {"type": "heading", "level": 2, "text": [head]}


def _is_only_in(section: Section, places: Sequence[Place]) -> bool:
    return all(place.kind == "section" and place.anchor == section["anchor"] for place in places)


def _list_inside(lead: str, values: Sequence[str], shown: Mapping[str, str]) -> Runs:
    runs: Runs = [_plain(lead)]
    for value in values:
        runs += [_plain(f" {value}\u00a0"), _shown(value, shown[value]), _plain(" ·")]
    return runs[:-1]


def _plain(text: str) -> Run:
    return {"text": text, "source": {"kind": "label", "id": "place"}, "strong": False}


def _first_texts(document: Document) -> dict[str, str]:
    first: dict[str, str] = {}
    for _, runs in _walk(document):
        for run in runs:
            if run["source"]["kind"] == "value":
                first.setdefault(run["source"]["id"], run["text"])
    return first


def _shown(value: str, text: str) -> Run:
    # Interval and n stand where the value does, and in the record.
    short = _BRACKET.split(text, maxsplit=1)[0]
    return {"text": short, "source": {"kind": "value", "id": value}, "strong": True}


def _links(
    places: Sequence[Place], words: Mapping[str, Mapping[str, str]], language: str
) -> Iterator[Run]:
    source: Source = {"kind": "label", "id": "place"}
    for place in places:
        yield {"text": " · ", "source": source, "strong": False}
        told = words[f"place_{place.kind}"][language].format(number=place.number)
        named = told if place.number or place.kind == "page" else words["place_page_two"][language]
        said: Run = {"text": named, "source": source, "strong": False}
        if place.kind != "page":
            said["link"] = f"#{place.anchor}"
        yield said
