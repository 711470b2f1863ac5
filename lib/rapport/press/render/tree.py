"""The document tree: what a report says in one language, before it has a shape.

HTML and PDF are made from it and from nothing else. It is plain JSON, so it can be kept,
compared and handed to a typesetter; every text run names where its words come from.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

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
    """A list of short texts; one that is looked up and not read through is dense."""

    type: Literal["list"]
    items: list[Runs]
    dense: NotRequired[bool]


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
