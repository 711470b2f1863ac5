"""Ways through the document tree: its sections, figures and texts in the order of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from rapport.press.render.tree import (
    Block,
    Card,
    Document,
    Figure,
    Front,
    Run,
    Runs,
    Section,
    Source,
)


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
