"""Executed chapters and their frame as one document tree per language.

Order of a report: page one, page two (what else the summary says), the chapters by number,
then the appendix: parameters, sources, definitions and method by chapter, what else was found
to hold, the index of values, and how to check the report as its last part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from rapport.errors import ChapterError
from rapport.press.render.blocks import number_blocks
from rapport.press.render.brand import make_brand
from rapport.press.render.checks import check_document
from rapport.press.render.frame import (
    LABELS,
    Frame,
    fill_index,
    make_check,
    make_parameters,
    make_record,
    make_results,
    make_sources,
    open_index,
    open_method,
)
from rapport.press.render.front import PageOne, make_front, take_page_one
from rapport.press.render.notebook import Bundle, ExecutedChapter, Part, read_parts
from rapport.press.render.sections import make_chapter, make_method, make_outputs
from rapport.press.render.tree import Block, Document, Run, Section, Source

SUMMARY = "summary"


@dataclass(frozen=True)
class _Read:
    """A chapter whose notebook has been read; page two has no number."""

    name: str
    number: str
    topic: Mapping[str, str]
    parts: Sequence[Part]


def build_documents(notebooks: Sequence[ExecutedChapter], frame: Frame) -> dict[str, Document]:
    """Build the document tree of each language of the frame, checked.

    Raises
    ------
    ChapterError
        A notebook holds what a report cannot show, or a tree is not whole.
    """
    chapters = [_read(each, frame) for each in sorted(notebooks, key=lambda each: each.number)]
    recorded = {value for chapter in chapters for value in _list_recorded(chapter)}
    page = PageOne()
    for place, chapter in enumerate(chapters):
        if chapter.name == SUMMARY:
            page, rest = take_page_one(chapter.parts)
            del chapters[place]
            chapters.insert(0, _Read(SUMMARY, "", chapter.topic, rest))
    documents = {
        each: fill_index(frame, _build(chapters, page, frame, each), recorded)
        for each in frame.languages
    }
    for document in documents.values():
        check_document(document)
    return documents


def number_documents(documents: Mapping[str, Document], frame: Frame) -> dict[str, Document]:
    """Give documents that were built before their run had its number, with it.

    The number is made of what the documents say, and they say it in two places.

    Parameters
    ----------
    frame : as they were built with, and the number of the run
    """
    return {
        language: {
            **document,
            "record": make_record(frame, language),
            "appendix": [
                *document["appendix"][:-1],
                make_check(frame, document["appendix"][-1]["number"], language),
            ],
        }
        for language, document in documents.items()
    }


def _read(chapter: ExecutedChapter, frame: Frame) -> _Read:
    parts = read_parts(chapter, frame.languages)
    for item in (item for part in parts for item in part.items):
        if isinstance(item, Bundle) and item.content["type"] == "chapter":
            return _Read(chapter.name, str(chapter.number), item.content["topic"], parts)
    raise ChapterError(f"{chapter.name}: no output says what chapter it is. Call open_chapter.")


def _list_recorded(chapter: _Read) -> Iterator[str]:
    for item in (item for part in chapter.parts for item in part.items):
        if isinstance(item, Bundle) and item.content["type"] == "values":
            yield from (value["id"] for value in item.content["values"])


def _build(chapters: Sequence[_Read], page: PageOne, frame: Frame, language: str) -> Document:
    words = frame.words
    sections = [_make_section(each, language, frame.changes) for each in chapters]
    return {
        "v": 1,
        "language": language,
        "unit": {"name": frame.unit, "title": frame.titles[language]},
        "period": {"code": frame.period, "label": frame.period_labels[language]},
        "as_of_label": frame.as_of_labels[language],
        "record": make_record(frame, language),
        "bands": [words[f"band_{band}"][language] for band in frame.bands],
        "draft": words["band_draft"][language] if "draft" in frame.bands else "",
        "brand": make_brand(frame.brand, language),
        "front": make_front(page, frame, language),
        "chapters": [each for each in sections if each["blocks"] or each["number"]],
        "appendix": _make_appendix(chapters, frame, language),
        "labels": {key: words[key][language] for key in LABELS},
    }


def _make_section(chapter: _Read, language: str, changes: Sequence[Mapping[str, Any]]) -> Section:
    blocks = make_chapter(chapter.name, chapter.parts, language)
    if chapter.name == SUMMARY:
        blocks += make_outputs(SUMMARY, changes, language)
    return {
        "number": chapter.number,
        "name": chapter.name,
        "topic": chapter.topic[language],
        "anchor": _anchor(chapter.name),
        "blocks": number_blocks(blocks, chapter.number),
    }


def _make_appendix(chapters: Sequence[_Read], frame: Frame, language: str) -> list[Section]:
    letters = iter(ascii_uppercase)
    parameters = make_parameters(frame, next(letters), language)
    sections = [parameters, make_sources(frame, next(letters), language)]
    if blocks := [block for each in chapters for block in _make_method(each, language)]:
        sections.append(open_method(frame, next(letters), language, blocks))
    results, index = (make(frame, next(letters), language) for make in (make_results, open_index))
    return [*sections, results, index, make_check(frame, next(letters), language)]


def _make_method(chapter: _Read, language: str) -> list[Block]:
    """Give the definitions and method of a chapter under its name; nothing if it tells none."""
    blocks = make_method(chapter.name, chapter.parts, language)
    if not blocks:
        return []
    source: Source = {"kind": "label", "id": f"chapter.{chapter.name}"}
    short = re.split("[:：]", chapter.topic[language])[0]
    head: Run = {"text": short, "source": source, "strong": False}
    return [{"type": "heading", "level": 2, "text": [head]}, *blocks]


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
