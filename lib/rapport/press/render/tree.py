"""The document tree: what a report says in one language, before it has a shape.

HTML and PDF are made from it and from nothing else. It is plain JSON, so it can be kept,
compared and handed to a typesetter; every text run names where its words come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict, cast

SourceKind = Literal["template", "value", "date", "label", "parameter", "prose", "table"]


class Source(TypedDict):
    """Where the words of a run come from."""

    kind: str
    id: str


class Run(TypedDict):
    """A piece of text of one source and one weight."""

    text: str
    source: Source
    strong: bool
    code: NotRequired[bool]
    link: NotRequired[str]


Runs = list[Run]


class Figure(TypedDict):
    """One figure in its two shapes; `number` is empty where figures are not numbered."""

    type: Literal["figure"]
    number: str
    anchor: str
    title: Runs
    subtitle: Runs
    caption: Runs | None
    alt: str
    wide: str
    narrow: str


class Column(TypedDict):
    """The head of one column of a table."""

    head: str
    align: str


class Row(TypedDict):
    """One row of a table; the row that the text speaks of is strong."""

    cells: list[str]
    strong: bool


class Table(TypedDict):
    """One table, its cells already written out in the document's language."""

    type: Literal["table"]
    number: str
    anchor: str
    title: Runs
    subtitle: Runs | None
    note: Runs | None
    columns: list[Column]
    rows: list[Row]


class Text(TypedDict):
    """A headline, paragraph, heading (with `level`), aside (with `title`) or gap."""

    type: Literal["headline", "heading", "paragraph", "aside", "gap"]
    text: Runs
    level: NotRequired[int]
    title: NotRequired[str | None]


class Items(TypedDict):
    """A list of short texts."""

    type: Literal["list"]
    items: list[Runs]


class Pairs(TypedDict):
    """Names with what they stand for."""

    type: Literal["rows"]
    rows: list[list[Any]]


Block = Figure | Table | Text | Items | Pairs


class Card(TypedDict):
    """One key figure."""

    id: NotRequired[str]
    name: str
    value: str
    arrow: Literal["up", "down", "none"]
    change: Runs
    small: Runs
    sparkline: str | None


class Mind(TypedDict):
    """The column beside the verdict: what to bear in mind of the data."""

    title: str
    text: Runs


class ActionRow(TypedDict):
    """One thing to do, with its size and evidence."""

    action: Runs
    cells: list[str]


class Actions(TypedDict):
    """What to do."""

    title: str
    head: list[str]
    rows: list[ActionRow]
    note: Runs


class Note(TypedDict):
    """An analyst's own words, figures in them filled in; they end with who wrote them and when."""

    title: str
    text: Runs


class Front(TypedDict):
    """Page one."""

    headline: Runs
    lead: list[Runs]
    mind: Mind | None
    cards: list[Card]
    figure: Figure | None
    actions: Actions | None
    note: NotRequired[Note | None]


class Section(TypedDict):
    """A chapter or a part of the appendix; `number` is empty on page two."""

    number: str
    name: NotRequired[str]
    topic: str
    anchor: str
    blocks: list[Block]


class Unit(TypedDict):
    """Whose report it is."""

    name: str
    title: str


class Period(TypedDict):
    """The time that it reports."""

    code: str
    label: str


class Record(TypedDict):
    """The line that leads to the record of the run."""

    id: str
    label: str
    signer: str
    how: str


class Logo(TypedDict):
    """A drawing that was taken apart and written anew, as base64; only its ratio counts."""

    form: Literal["svg", "png"]
    data: str
    width: float
    height: float
    alt: str


class Brand(TypedDict):
    """How a unit's reports look; texts are empty where it has none."""

    accent: str
    accent_dark: str
    logo: Logo | None
    name: str
    footer: str
    confidentiality: str
    paper: Literal["a4", "letter"]


class Document(TypedDict):
    """A whole report in one language."""

    v: int
    language: str
    unit: Unit
    period: Period
    as_of_label: str
    record: Record
    bands: list[str]
    draft: NotRequired[str]
    brand: Brand
    front: Front
    chapters: list[Section]
    appendix: list[Section]
    labels: dict[str, str]


def list_sections(document: Document) -> list[Section]:
    """Give chapters and appendix in the order of the report."""
    return [*document["chapters"], *document["appendix"]]


def list_figures(document: Document) -> list[Figure]:
    """Give every figure in the order of the report, that of page one first."""
    front = document["front"]["figure"]
    blocks = [block for section in list_sections(document) for block in section["blocks"]]
    inner = [block for block in blocks if block["type"] == "figure"]
    return [front, *inner] if front else inner


def walk_runs(document: Document) -> Iterator[tuple[str, Run]]:
    """Give every run with the place where it stands, in the order of the report.

    A key figure's number is a run of its value, though the tree holds it as text.
    """
    for place, runs in walk_front(document["front"]):
        yield from ((f"page one, {place}", run) for run in runs)
    for section in list_sections(document):
        for number, block in enumerate(section["blocks"], 1):
            where = f"{section['anchor']}, block {number} ({block['type']})"
            yield from ((where, run) for run in block_runs(block))


def walk_front(front: Front) -> Iterator[tuple[str, Runs]]:
    """Give the texts of page one with their places on it, in the order in which they are read."""
    yield "headline", front["headline"]
    yield from (("lead", text) for text in front["lead"])
    if front["mind"]:
        yield "mind", front["mind"]["text"]
    for card in front["cards"]:
        yield "key figure", [*_card_value(card), *card["change"], *card["small"]]
    if front["figure"]:
        yield "figure", list(block_runs(front["figure"]))
    if front["actions"]:
        yield from (("action", row["action"]) for row in front["actions"]["rows"])
        yield "action", front["actions"]["note"]
    if note := front.get("note"):
        yield "note", note["text"]


def _card_value(card: Card) -> Runs:
    if "id" not in card:
        return []
    source: Source = {"kind": "value", "id": card["id"]}
    return [{"text": card["value"], "source": source, "strong": True}]


def block_runs(block: Block | Mapping[str, Any]) -> Iterator[Run]:
    """Give the runs of one block in the order in which they are read."""
    yield from _plain_runs(cast(Mapping[str, Any], block))


def _plain_runs(block: Mapping[str, Any]) -> Iterator[Run]:
    for key in ("title", "subtitle", "text", "caption", "note"):
        content = block.get(key)
        if isinstance(content, list):
            yield from content
    for item in block.get("items", []):
        yield from item
    if block["type"] == "rows":
        for _, runs in block["rows"]:
            yield from runs


def shown_values(document: Document, bases: Mapping[str, int] | None = None) -> dict[str, str]:
    """Give, for each value that stands as text, the characters of its first place.

    Parameters
    ----------
    bases : id -> n of values that are no counts; a place that says how many they rest on
        ("of 554 customers, 9.0%") is not the place that says them
    """
    shown: dict[str, str] = {}
    for _, run in walk_runs(document):
        if run["source"]["kind"] == "value":
            name, text = run["source"]["id"], run["text"]
            if text.replace(",", "") != str((bases or {}).get(name)):
                shown.setdefault(name, text)
    return shown
