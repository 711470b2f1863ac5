"""One realistic document tree in each language: what the press hands to HTML and PDF.

The numbers are those of a real shop's November 2010. In the texts below `{31%|summary.rise}` is
a value with its id, `**...**` is strong, `~` is a no-break space and `|` in a Chinese headline is
a place where the line may break (U+200B).
"""

import re
from pathlib import Path
from typing import Any

import yaml

import drawings
from rapport.press.render.brand import make_brand, plain_brand

MARK = re.compile(
    r"\*\*(?P<strong>.+?)\*\*|\{(?P<shown>[^|{}]+)\|(?P<id>[^{}]+)\}|`(?P<code>[^`]+)`"
)


def runs(
    text: str, *, kind: str = "template", ident: str = "example", strong: bool = False
) -> list:
    """Make runs of marked text."""
    made, at = [], 0
    for found in MARK.finditer(text):
        made += _plain(text[at : found.start()], kind, ident, strong)
        if found["strong"]:
            made += runs(found["strong"], kind=kind, ident=ident, strong=True)
        elif found["code"]:
            made += [_plain(found["code"], kind, ident, strong)[0] | {"code": True}]
        else:
            made += _plain(found["shown"], "value", found["id"], strong)
        at = found.end()
    return made + _plain(text[at:], kind, ident, strong)


def _plain(text: str, kind: str, ident: str, strong: bool) -> list:
    if not text:
        return []
    text = text.replace("~", "\u00a0").replace("|", "\u200b")
    return [{"text": text, "source": {"kind": kind, "id": ident}, "strong": strong}]


def example(language: str) -> dict[str, Any]:
    """Give the whole example document of one language, a new one each time."""
    path = Path(__file__).with_name(f"document_{language}.yml")
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        "v": 1,
        "language": language,
        "unit": {"name": "online-retail", "title": texts["unit"]},
        "period": {"code": "2010-11", "label": texts["period"]},
        "as_of_label": texts["as_of"],
        "record": {"id": "a1b2c3d4e5f6", **texts["record"]},
        "bands": [],
        "brand": make_brand(plain_brand(), language),
        "front": front(texts, language),
        "chapters": [page_two(texts), churn(texts, language), satisfaction(texts)],
        "appendix": appendix(texts),
        "labels": texts["labels"],
    }


def front(texts: dict, language: str) -> dict[str, Any]:
    """Give page one."""
    words = texts["front"]
    return {
        "headline": runs(words["headline"]),
        "lead": [runs(text) for text in words["lead"]],
        "mind": {"title": words["mind"][0], "text": runs(words["mind"][1])},
        "cards": [card(*row) for row in words["cards"]],
        "figure": figure("", "bridge", words["bridge"], drawings.bridge, words["parts"], language),
        "actions": {
            "title": words["actions"],
            "head": words["head"],
            "rows": [{"action": runs(text), "cells": cells} for text, cells in words["rows"]],
            "note": runs(words["note"]),
        },
    }


def card(spark: str, name: str, value: str, arrow: str, change: str, small: str) -> dict[str, Any]:
    """Give one key figure."""
    return {
        "name": name,
        "value": value,
        "arrow": arrow,
        "change": runs(change),
        "small": runs(small),
        "sparkline": drawings.sparkline(spark),
    }


def figure(number, anchor, words, draw, terms, language) -> dict[str, Any]:
    """Give one figure; the one of page one has no number."""
    title, subtitle, caption, alt = words
    return {
        "type": "figure",
        "number": number,
        "anchor": f"figure-{anchor}",
        "title": runs(title),
        "subtitle": runs(subtitle),
        "caption": runs(caption) if caption else None,
        "alt": alt,
        **drawings.shapes(draw, terms, language),
    }


def table(number, anchor, words) -> dict[str, Any]:
    """Give one table: text, then columns of numbers; strong rows are marked with *."""
    title, subtitle, note, heads, rows = words
    return {
        "type": "table",
        "number": number,
        "anchor": f"table-{anchor}",
        "title": runs(title),
        "subtitle": runs(subtitle) if subtitle else None,
        "note": runs(note) if note else None,
        "columns": [
            {"head": head, "align": "right" if place else "left"}
            for place, head in enumerate(heads)
        ],
        "rows": [
            {"cells": [row[0].lstrip("*"), *row[1:]], "strong": row[0].startswith("*")}
            for row in rows
        ],
    }


def page_two(texts: dict) -> dict[str, Any]:
    """Give page two: a chapter without a number, so its tables have none."""
    words = texts["page_two"]
    return {
        "number": "",
        "name": "summary",
        "topic": words["topic"],
        "anchor": "summary",
        "blocks": [
            {"type": "headline", "text": runs(words["headline"])},
            {"type": "list", "items": [runs(text) for text in words["findings"]]},
            table("", "segments", words["segments"]),
            {"type": "heading", "level": 2, "text": runs(words["gaps"])},
            {"type": "gap", "text": runs(words["gap"])},
        ],
    }


def churn(texts: dict, language: str) -> dict[str, Any]:
    """Give the inner page of the pictures."""
    words = texts["churn"]
    draw = {"language": language}
    return {
        "number": "6",
        "name": "churn",
        "topic": words["topic"],
        "anchor": "churn",
        "blocks": [
            {"type": "headline", "text": runs(words["headline"])},
            {"type": "paragraph", "text": runs(words["text"])},
            {"type": "aside", "title": words["aside"][0], "text": runs(words["aside"][1])},
            figure("6.1", "6-1", words["curves"], drawings.survival, words["orders"], **draw),
            table("6.1", "6-1", words["table"]),
            {"type": "heading", "level": 2, "text": runs(words["heading"])},
            {"type": "paragraph", "text": runs(words["after"])},
            figure("6.2", "6-2", words["monthly"], drawings.churn_line, words["months"], **draw),
        ],
    }


def satisfaction(texts: dict) -> dict[str, Any]:
    """Give a chapter whose table is missing."""
    words = texts["satisfaction"]
    return {
        "number": "7",
        "name": "satisfaction",
        "topic": words["topic"],
        "anchor": "satisfaction",
        "blocks": [{"type": "gap", "text": runs(words["gap"])}],
    }


def appendix(texts: dict) -> list[dict[str, Any]]:
    """Give parameters, sources, method and how to check."""
    made = []
    for letter, (name, topic, blocks) in zip("ABCD", texts["appendix"], strict=True):
        made.append({"number": letter, "topic": topic, "anchor": name, "blocks": []})
        made[-1]["blocks"] = [_appendix_block(letter, name, block) for block in blocks]
    return made


def _appendix_block(letter: str, name: str, block: tuple) -> dict[str, Any]:
    kind, content = block
    if kind == "table":
        return table(f"{letter}.1", name, content)
    if kind == "rows":
        pairs = [[key, runs(text, kind="parameter")] for key, text in content]
        return {"type": "rows", "rows": pairs}
    if kind == "list":
        return {"type": "list", "items": [runs(text, kind="prose") for text in content]}
    if kind == "heading":
        return {"type": "heading", "level": 2, "text": runs(content, kind="prose")}
    return {"type": kind, "text": runs(content, kind="prose")}
