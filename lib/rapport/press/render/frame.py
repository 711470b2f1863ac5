"""What surrounds the chapters: whose report it is, its record, parameters and sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from rapport.assets.files import asset_path
from rapport.press.render.blocks import number_blocks
from rapport.press.render.brand import plain_brand
from rapport.press.render.markdown import read_prose
from rapport.press.render.places import make_index
from rapport.press.render.published import make_published
from rapport.press.render.tree import (
    Block,
    Column,
    Document,
    Note,
    Pairs,
    Record,
    Run,
    Runs,
    Section,
    Source,
    Table,
)

Texts = Mapping[str, str]
# Words that a document hands to its renderers, by their key in `assets/locale/document.yml`.
LABELS = ("contents", "appendix", "figure", "table", "page_of", "up", "down", "skip", "sparkline")

_NAME = re.compile(r'^(\S+): \{en: "(.*)", zh: "(.*)"\}$', re.MULTILINE)


@cache
def read_words() -> Mapping[str, Texts]:
    """Read the words of the frame and the names of key figures: id -> language -> text."""
    texts = [
        asset_path("locale", name).read_text(encoding="utf-8")
        for name in ("document.yml", "labels.yml")
    ]
    # Of labels, which are many, a line each: read whole they would take as long as the page.
    named = [line for line in texts[1].splitlines() if line.startswith("key_figure.")]
    found = yaml.safe_load("\n".join([texts[0], *named]))
    return {**{str(key): words for key, words in found.items()}, **_read_names()}


def _read_names() -> Mapping[str, Texts]:
    """Read what the index calls values: `value.<id>` -> language -> name.

    Each stands on a line of its own, and so many would take YAML as long as a page takes.
    """
    text = asset_path("locale", "values.yml").read_text(encoding="utf-8")
    return {f"value.{key}": {"en": en, "zh": zh} for key, en, zh in _NAME.findall(text)}


@dataclass(frozen=True)
class Parameter:
    """A parameter that differs from its default, its values as they are shown."""

    name: str
    value: str
    default: str
    label: Texts | None = None


@dataclass(frozen=True)
class DataSource:
    """A source as it was read."""

    name: str
    n_rows: int
    digest: str


@dataclass(frozen=True)
class Frame:
    """Everything of a report that no chapter says.

    `bands` are those across page one (sample, incomplete, draft); `record_id` is empty before
    the run has its number, `signer` where nobody signs; `versions` are names and versions of
    what made the report; `brand` is the look (see `render.brand`); `words` are the texts of
    `assets/locale/document.yml`.
    """

    unit: str
    titles: Texts
    period: str
    period_labels: Texts
    as_of_labels: Texts
    languages: Sequence[str]
    record_id: str = ""
    signer: str = ""
    bands: Sequence[str] = ()
    parameters: Sequence[Parameter] = ()
    sources: Sequence[DataSource] = ()
    versions: Sequence[tuple[str, str]] = ()
    note: Mapping[str, Note] = field(default_factory=dict)
    """An analyst's note by language, for page one."""
    changes: Sequence[Mapping[str, Any]] = ()
    """What differs from earlier reports, as outputs that the summary ends with."""
    approval: Mapping[str, str] = field(default_factory=dict)
    """`state` of a unit whose reports wait for approval; of an approved one `draft` and `by`."""
    brand: Mapping[str, Any] = field(default_factory=plain_brand)
    published: Mapping[str, Any] = field(default_factory=dict)
    """What the last selftest found (see `render.published`); empty where none is recorded."""
    words: Mapping[str, Texts] = field(default_factory=read_words)


def make_record(frame: Frame, language: str) -> Record:
    """Make the line of the record: its number in groups, who signed, where to check."""
    groups = " ".join(frame.record_id[i : i + 4] for i in range(0, len(frame.record_id), 4))
    signer = _say(frame, "signed_by" if frame.signer else "not_signed", language)
    return {
        "id": frame.record_id,
        "label": _say(frame, "record", language).format(record=groups),
        "signer": signer.format(signer=frame.signer) if frame.signer else signer,
        "how": _say(frame, "how", language),
    }


def make_parameters(frame: Frame, number: str, language: str) -> Section:
    """Make the section of parameters that differ from their default."""
    rows = [[_label(row, language), row.value, row.default] for row in frame.parameters]
    columns = {"name": "left", "value": "left", "default": "left"}
    section = _open(frame, number, "parameters", language)
    if rows:
        return _fill(section, [_table(frame, "parameters", columns, rows, language)])
    return _fill(section, _prose(frame, "parameters_none", language))


def make_sources(frame: Frame, number: str, language: str) -> Section:
    """Make the section of sources, with rows and digests."""
    rows = [[row.name, f"{row.n_rows:,}", row.digest[:16]] for row in frame.sources]
    columns = {"name": "left", "rows": "right", "digest": "left"}
    section = _open(frame, number, "sources", language)
    if rows:
        return _fill(section, [_table(frame, "sources", columns, rows, language)])
    return _fill(section, _prose(frame, "sources_none", language))


def make_results(frame: Frame, number: str, language: str) -> Section:
    """Make the section of published results, as they were last recorded."""
    section = _open(frame, number, "published", language)
    blocks = make_published(
        frame.published, frame.words, language, prose=lambda key: _prose(frame, key, language)
    )
    return _fill(section, blocks)


def open_method(frame: Frame, number: str, language: str, blocks: Sequence[Block]) -> Section:
    """Make the section of definitions and method, the chapters one under the other."""
    return _fill(_open(frame, number, "method", language), blocks)


def open_index(frame: Frame, number: str, language: str) -> Section:
    """Make the section of the index of values, which is filled when all else is there."""
    return _fill(_open(frame, number, "values", language), _prose(frame, "values_text", language))


def fill_index(frame: Frame, document: Document, recorded: Collection[str]) -> Document:
    """Fill the index of values: the last section but how to check the report."""
    *others, index, check = document["appendix"]
    filled: Section = {
        **index, "blocks": [*index["blocks"], *make_index(document, frame.words, recorded)],
    }  # fmt: skip
    return {**document, "appendix": [*others, filled, check]}


def make_check(frame: Frame, number: str, language: str) -> Section:
    """Make the last section: how to check this report."""
    record: Source = {"kind": "parameter", "id": "record"}
    rows: list[list[str | Runs]] = []
    if frame.record_id:
        rows.append([_say(frame, "check_record", language), [_run(frame.record_id, record)]])
    for name, text in _approve(frame):
        rows.append([_say(frame, name, language), [_run(text, {**record, "id": name})]])
    for name, version in frame.versions:
        rows.append([name, [_run(version, {"kind": "parameter", "id": f"version.{name}"})]])
    pairs: list[Pairs] = [{"type": "rows", "rows": rows}] if rows else []
    section = _open(frame, number, "check", language)
    signed = _prose(frame, "check_signed" if frame.signer else "check_not_signed", language)
    return _fill(section, [*_prose(frame, "check_text", language), *signed, *pairs])


def _approve(frame: Frame) -> list[tuple[str, str]]:
    """Give who approved a report, and the number of the draft that was read."""
    told = (("check_approved", "by"), ("check_draft", "draft"))
    return [(word, frame.approval[name]) for word, name in told if name in frame.approval]


def _open(frame: Frame, number: str, name: str, language: str) -> Section:
    topic = _say(frame, f"{name}_topic", language)
    return {"number": number, "name": name, "topic": topic, "anchor": name, "blocks": []}


def _fill(section: Section, blocks: Sequence[Block]) -> Section:
    return {**section, "blocks": number_blocks(blocks, section["number"])}


def _prose(frame: Frame, key: str, language: str) -> list[Block]:
    source: Source = {"kind": "template", "id": f"document.{key}"}
    return read_prose(_say(frame, key, language), source=source)


def _table(
    frame: Frame, name: str, columns: Texts, rows: Sequence[Sequence[str]], language: str
) -> Table:
    key = f"{name}_title"
    heads: list[Column] = [
        {"head": _say(frame, f"{name}_{column}", language), "align": align}
        for column, align in columns.items()
    ]
    return {
        "type": "table",
        "number": "",
        "anchor": f"table-{name}",
        "title": [_run(_say(frame, key, language), {"kind": "template", "id": f"document.{key}"})],
        "subtitle": None,
        "note": None,
        "columns": heads,
        "rows": [{"cells": list(row), "strong": False} for row in rows],
    }


def _label(parameter: Parameter, language: str) -> str:
    return parameter.label[language] if parameter.label else parameter.name


def _run(text: str, source: Source) -> Run:
    return {"text": text, "source": source, "strong": False}


def _say(frame: Frame, key: str, language: str) -> str:
    return frame.words[key][language]
