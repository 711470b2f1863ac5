"""Executed notebooks made by hand: cells, and the outputs that chapters make."""

from collections.abc import Sequence
from typing import Any

MIME = "application/vnd.rapport.v1+json"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100pt" height="50pt" viewBox="0 0 100 50">'
    '<text x="5" y="20" font-family="Noto Sans, Noto Sans SC" font-size="9">label</text></svg>'
)


def notebook(*cells: Any) -> dict[str, Any]:
    """Give a notebook; twins come as pairs and are laid flat."""
    flat = [part for cell in cells for part in (cell if isinstance(cell, list) else [cell])]
    return {"cells": flat, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def prose(en: str, zh: str) -> list[dict[str, Any]]:
    """Give twin cells of prose."""
    return [markdown(en, "en"), markdown(zh, "zh")]


def markdown(text: str, *tags: str) -> dict[str, Any]:
    """Give one cell of prose."""
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": text}


def code(*bundles: dict[str, Any]) -> dict[str, Any]:
    """Give a cell of code with outputs of ours."""
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {MIME: {"v": 1, **bundle}}}
        for bundle in bundles
    ]
    return {"cell_type": "code", "metadata": {}, "source": "secret_code()", "outputs": outputs}


def printing(**data: str) -> dict[str, Any]:
    """Give a cell of code whose output is none of ours."""
    output = {"output_type": "execute_result", "metadata": {}, "data": data}
    return {"cell_type": "code", "metadata": {}, "source": "x", "outputs": [output]}


def opening(topic_en: str, topic_zh: str) -> dict[str, Any]:
    """Give the first output of a chapter, with the values that follow it."""
    head = {"type": "chapter", "topic": {"en": topic_en, "zh": topic_zh}}
    return code(head, {"type": "values", "values": []}, {"type": "written", "table": "scores"})


def words(en: str, zh: str, *, kind: str = "template") -> dict[str, Any]:
    """Give a text in both languages as runs."""
    return {"en": [run(en, kind=kind)], "zh": [run(zh, kind=kind)]}


def run(text: str, *, kind: str = "template", ident: str = "made.up") -> dict[str, Any]:
    """Give one run."""
    return {"text": text, "source": {"kind": kind, "id": ident}, "strong": False}


def sentence(role: str, en: str, zh: str) -> dict[str, Any]:
    """Give a sentence."""
    return {"type": "sentence", "id": "made.up", "role": role, "text": words(en, zh)}


def figure(ident: str, *, alt: str = "Bars of nothing.") -> dict[str, Any]:
    """Give a figure whose two shapes are one drawing."""
    shapes = {"wide": SVG, "narrow": SVG}
    return {
        "type": "figure",
        "id": ident,
        "title": words("Title", "标题"),
        "subtitle": words("Subtitle", "副标题"),
        "caption": None,
        "alt": {"en": alt, "zh": alt},
        "shapes": {"en": shapes, "zh": shapes},
    }


def table(ident: str, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Give a table of texts that are the same in both languages."""
    return {
        "type": "table",
        "id": ident,
        "title": words("Table title", "表题"),
        "subtitle": None,
        "note": None,
        "columns": [
            {"key": f"c{place}", "head": {"en": f"c{place}", "zh": f"列{place}"}, "align": "left"}
            for place in range(len(rows[0]))
        ],
        "rows": [
            {"cells": [{"en": cell, "zh": cell} for cell in row], "strong": False} for row in rows
        ],
    }


def key_figures() -> dict[str, Any]:
    """Give one key figure."""
    card = {
        "id": "summary.net",
        "name": {"en": "Net sales", "zh": "销售额"},
        "value": {"en": "£1.42m", "zh": "142.27"},
        "change": {"arrow": "up", "text": words("on October", "环比")},
        "small": words("complete count", "全量统计"),
        "sparkline": SVG,
    }
    return {"type": "key_figures", "cards": [card]}


def actions() -> dict[str, Any]:
    """Give one thing to do."""
    row = {"action": words("Call them.", "回访。"), "cells": [{"en": "130", "zh": "130"}]}
    return {
        "type": "actions",
        "head": {"en": ["Action", "Customers"], "zh": ["行动", "客户"]},
        "rows": [row],
        "note": words("A note.", "说明。"),
    }
