"""What the last selftest found, as the appendix tells it: never more than was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.press.render.tree import Block, Column, Table

Texts = Mapping[str, str]


def make_published(
    published: Mapping[str, Any], words: Mapping[str, Texts], language: str, *, prose: Any
) -> list[Block]:
    """Make the table of published results, or the line that says that none is recorded.

    Parameters
    ----------
    published : `studies` (`method` by language, `source`, `figures`, `holding`), `lock`, `code`
        (digests of what computed them) and `is_current`; empty where nothing is recorded
    prose : makes blocks of the words of an id
    """
    if not published:
        return list(prose("published_none"))
    told = "published_current" if published["is_current"] else "published_other"
    return [*prose("published_text"), *prose(told), _table(published, words, language)]


def _table(published: Mapping[str, Any], words: Mapping[str, Texts], language: str) -> Table:
    studies: Sequence[Mapping[str, Any]] = published["studies"]
    aligned = {"method": "left", "source": "left", "figures": "right", "holding": "right"}
    heads: list[Column] = [
        {"head": words[f"published_{name}"][language], "align": align}
        for name, align in aligned.items()
    ]
    note = words["published_digests"][language].format(
        code=published["code"][:16], lock=published["lock"][:16]
    )
    return {
        "type": "table",
        "number": "",
        "anchor": "table-published",
        "title": [_run(words["published_title"][language], "template")],
        "subtitle": None,
        "note": [_run(note, "parameter")],
        "columns": heads,
        "rows": [
            {
                "cells": [
                    study["method"][language], study["source"],
                    str(study["figures"]), str(study["holding"]),
                ],
                "strong": study["holding"] < study["figures"],
            }
            for study in studies
        ],
    }  # fmt: skip


def _run(text: str, kind: Any) -> Any:
    return {"text": text, "source": {"kind": kind, "id": "document.published"}, "strong": False}
