"""Reports for one audience: the same tree with fewer chapters, and never another number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from rapport.press.render.tree import Block, Document, Section
from rapport.press.render.walk import list_sections

SHORT = ("parameters", "sources", "check")
"""What a short appendix keeps: enough to ask for the whole report and to check this one."""
Words = Mapping[str, Mapping[str, str]]


def name_editions(brand: Mapping[str, Any], languages: Sequence[str]) -> list[str]:
    """Name the editions of a report: its languages, then `<audience>.<language>` of each variant.

    Examples
    --------
    >>> name_editions({"variants": [{"name": "audit"}]}, ["en", "zh"])
    ['en', 'zh', 'audit.en', 'audit.zh']
    """
    audiences = [variant["name"] for variant in brand.get("variants", ())]
    return [*languages, *(f"{name}.{language}" for name in audiences for language in languages)]


def cut_editions(
    documents: Mapping[str, Document], brand: Mapping[str, Any], words: Words
) -> dict[str, Document]:
    """Give the documents by language, and beside them those of each audience."""
    cut = {
        f"{variant['name']}.{language}": cut_document(document, variant, words)
        for variant in brand.get("variants", ())
        for language, document in documents.items()
    }
    return {**documents, **cut}


def cut_document(document: Document, variant: Mapping[str, Any], words: Words) -> Document:
    """Leave out what an audience does not get.

    What stays keeps its number, so that two people with two editions speak of the same figure.

    Parameters
    ----------
    variant : `name`, `chapters` (None: all) and `is_whole`: whether the appendix is
    """
    language, kept = document["language"], variant["chapters"]
    label = words[f"variant_{variant['name']}"][language]
    chapters = [
        section
        for section in document["chapters"]
        if kept is None or not section["number"] or section.get("name") in kept
    ]
    appendix = [
        section
        for section in document["appendix"]
        if variant["is_whole"] or section.get("name") in SHORT
    ]
    cut = cast("Document", {**document, "chapters": chapters, "appendix": appendix})
    cut["as_of_label"] = f"{document['as_of_label']} · {label}"
    return _say_edition(_drop_dead_links(cut), words["variant_note"][language])


def _say_edition(document: Document, text: str) -> Document:
    """Say in front of how to check the report that this one is cut."""
    source = {"kind": "template", "id": "document.variant_note"}
    run = {"text": text, "source": source, "strong": False}
    note = cast("Block", {"type": "paragraph", "text": [run]})
    *others, last = document["appendix"]
    said: Section = {**last, "blocks": [note, *last["blocks"]]}
    return {**document, "appendix": [*others, said]}


def _drop_dead_links(document: Document) -> Document:
    sections = list_sections(document)
    anchors = {section["anchor"] for section in sections}
    anchors |= {str(block.get("anchor")) for each in sections for block in each["blocks"]}
    return cast("Document", _without(document, anchors))


def _without(node: Any, anchors: set[str]) -> Any:
    if isinstance(node, list):
        return [_without(item, anchors) for item in node]
    if not isinstance(node, dict):
        return node
    link = node.get("link", "")
    is_dead = link.startswith("#") and link[1:] not in anchors
    return {k: _without(v, anchors) for k, v in node.items() if not (is_dead and k == "link")}
