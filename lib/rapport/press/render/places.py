"""Where a report says each value: for the index in its appendix, its record and `rapport trace`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapport.press.render.tree import Block, Document, Run, Runs, Section, Source
from rapport.press.render.walk import block_runs, list_sections, walk_front

_BRACKET = re.compile(r"[ \u00a0]?[(（]")
FRONT, INDEX = "page-one", "values"
_DIGITS = re.compile("[0-9]+")
_MARKS = {"en": (", ", ": "), "zh": ("、", "：")}
_NAMED = ("value.", "key_figure.")


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
    """Make the index: the values of each chapter under the places where they stand.

    A value has the name that people know it by, or without one its id, and stands once. The heading
    leads to the text of the chapter; figures, tables and other parts are named before the values
    that stand there too, once for all of them, so that each is read, and heard, only once.
    """
    language = document["language"]
    shown = _first_texts(document)
    names = {key: told[language] for key, told in words.items() if key.startswith(_NAMED)}
    sections = {str(section.get("name", "")): section for section in document["chapters"]}
    found = list_places(document, recorded)
    chapters = dict.fromkeys(value.partition(".")[0] for value in found)
    ordered = sorted(chapters, key=lambda name: _rank(name, list(sections)))
    blocks: list[Block] = []
    for chapter in ordered:
        own = sections.get(chapter)
        items: dict[tuple[Place, ...], list[str]] = {(): []}
        for value, places in found.items():
            if value.partition(".")[0] == chapter:
                others = tuple(place for place in places if not _is_in(own, place))
                items.setdefault(others, []).append(value)
        lines = [
            [*_links(places, words, language), *_list_values(values, shown, names)]
            for places, values in items.items()
            if values
        ]
        blocks += [_head(chapter, own), {"type": "list", "items": lines, "dense": True}]
    return blocks


def _is_in(section: Section | None, place: Place) -> bool:
    return section is not None and place.kind == "section" and place.anchor == section["anchor"]


def _rank(chapter: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(chapter) if chapter in order else len(order), chapter)


def _head(chapter: str, own: Section | None) -> Block:
    source: Source = {"kind": "label", "id": f"chapter.{chapter}"}
    name = re.split("[:：]", own["topic"])[0] if own else chapter
    head: Run = {"text": name, "source": source, "strong": False}
    if own:
        head["link"] = f"#{own['anchor']}"
    return {"type": "heading", "level": 2, "text": [head]}


def _list_values(values: Sequence[str], shown: Mapping[str, str], names: Mapping[str, str]) -> Runs:
    runs: Runs = []
    for place, value in enumerate(sorted(values)):
        mark = " · " if place else ""
        runs += [_plain(f"{mark}{_name(value, names)}\u00a0"), _shown(value, shown[value])]
    return runs


def _name(value: str, names: Mapping[str, str]) -> str:
    """Give the name of a value; of several that are counted through, with its number.

    Examples
    --------
    >>> _name("mail.trial.2.sent", {"value.mail.trial.#.sent": "Trial {n}: sent"})
    'Trial 2: sent'
    """
    alike = f"value.{_DIGITS.sub('#', value)}"
    if alike in names:
        number = _DIGITS.search(value)
        return names[alike].replace("{n}", number[0] if number else "")
    return names.get(f"key_figure.{value.partition('.')[2]}", value)


def _plain(text: str) -> Run:
    return {"text": text, "source": {"kind": "label", "id": "place"}, "strong": False}


def _first_texts(document: Document) -> dict[str, str]:
    first: dict[str, str] = {}
    for _, runs in _walk(document):
        for run in runs:
            if run["source"]["kind"] != "value":
                continue
            value, text = run["source"]["id"], run["text"]
            # A sentence may begin with the number that was counted: the value has its interval.
            if value not in first or (_BRACKET.search(text) and not _BRACKET.search(first[value])):
                first[value] = text
    return first


def _shown(value: str, text: str) -> Run:
    # Interval and n stand where the value does, and in the record.
    short = _BRACKET.split(text, maxsplit=1)[0]
    return {"text": short, "source": {"kind": "value", "id": value}, "strong": True}


def _links(
    places: Sequence[Place], words: Mapping[str, Mapping[str, str]], language: str
) -> Iterator[Run]:
    source: Source = {"kind": "label", "id": "place"}
    for number, place in enumerate(places):
        if number:
            yield _plain(_MARKS[language][0])
        told = words[f"place_{place.kind}"][language].format(number=place.number)
        named = told if place.number or place.kind == "page" else words["place_page_two"][language]
        said: Run = {"text": named, "source": source, "strong": False}
        if place.kind != "page":
            said["link"] = f"#{place.anchor}"
        yield said
    if places:
        yield _plain(_MARKS[language][1])
