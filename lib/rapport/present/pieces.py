"""What a chapter hands to the press: figures, tables, key figures and actions as JSON.

Everything is said in both languages here, once; the press only sets it.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rapport.present.digests import column_kinds, digest_frame
from rapport.present.draw import draw_all
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show, unit_name
from rapport.present.glyphs import check_glyphs
from rapport.present.labels import LANGUAGES, Language, label
from rapport.present.numbers import NBSP
from rapport.present.sentences import Run, Sentence, in_both, text_of
from rapport.present.sparkline import Point, sparkline
from rapport.present.tables import TableSpec, join_unit, render_heads, render_table
from rapport.present.values import Kind, Value

__all__ = [
    "Action",
    "Actions",
    "Card",
    "Cards",
    "Cell",
    "column_kinds",
    "describe_actions",
    "describe_cards",
    "describe_figure",
    "describe_table",
    "table_html",
]

ARROWS = ("up", "down", "none")


@dataclass(frozen=True)
class Card:
    """One key figure: `name` is a label's id, `points` 13 months, oldest first, None missing.

    `change` says the change in words, `arrow` (up, down, none) draws it.
    """

    id: str
    name: str
    value: Value
    small: Sentence
    change: Sentence | None = None
    arrow: str = "none"
    points: tuple[Point, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse an arrow that no page can draw."""
        if self.arrow not in ARROWS:
            msg = f"card {self.id}: arrow {self.arrow!r} is not one of {', '.join(ARROWS)}"
            raise ValueError(msg)


@dataclass(frozen=True)
class Cards:
    """The key figures of page one, in two rows of three."""

    cards: tuple[Card, ...]


Cell = Value | tuple[Value, str]
"""A value, or a value and its style."""


@dataclass(frozen=True)
class Action:
    """One row of what to do: the action as an order, and its cells."""

    text: Sentence
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Actions:
    """What to do: `head` are label ids, the first over the actions themselves."""

    head: tuple[str, ...]
    rows: tuple[Action, ...]
    note: Sentence


def describe_figure(spec: FigureSpec) -> dict[str, Any]:
    """Draw a figure in every language and shape and say its words."""
    return {
        "id": spec.id,
        "title": in_both(spec.title),
        "subtitle": in_both(spec.subtitle),
        "caption": _runs(spec.caption),
        "alt": {language: spec.alt.text(language) for language in LANGUAGES},
        "shapes": draw_all(spec),
        "data": _data(spec.data, spec.kinds),
    }


def describe_table(spec: TableSpec) -> dict[str, Any]:
    """Give a table's heads and cells in every language."""
    heads = {language: render_heads(spec, language) for language in LANGUAGES}
    cells = {language: render_table(spec, language) for language in LANGUAGES}
    for language in LANGUAGES:
        text = "".join(cell for row in [heads[language], *cells[language]] for cell in row)
        check_glyphs(text, where=f"table {spec.id}")
    columns = [
        {
            "key": column.key,
            "head": {language: heads[language][place] for language in LANGUAGES},
            "align": column.align,
            "kind": column.kind,
            "unit": column.unit,
        }
        for place, column in enumerate(spec.columns)
    ]
    rows = [
        {"cells": _in_both(cells, row), "strong": row in spec.strong}
        for row in range(len(spec.frame))
    ]
    shown = spec.frame[list(spec.kinds)]
    return {
        "id": spec.id,
        "title": in_both(spec.title),
        "subtitle": _runs(spec.subtitle),
        "note": _runs(spec.note),
        "columns": columns,
        "rows": rows,
        "data": _data(shown, spec.kinds),
    }


def _in_both(cells: Mapping[Language, list[list[str]]], row: int) -> list[dict[str, str]]:
    places = range(len(cells["en"][row]))
    return [{language: cells[language][row][place] for language in LANGUAGES} for place in places]


def table_html(content: Mapping[str, Any], language: Language) -> str:
    """Give a described table as HTML for the notebook, every text escaped."""
    heads = "".join(
        f"<th>{html.escape(column['head'][language])}</th>" for column in content["columns"]
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(cell[language])}</td>" for cell in row["cells"])
        + "</tr>"
        for row in content["rows"]
    )
    caption = html.escape(text_of(content["title"][language]))
    return (
        f"<table><caption>{caption}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def describe_cards(cards: Cards) -> dict[str, Any]:
    """Give the key figures: name with unit, value, change, small line, sparkline."""
    return {"cards": [_describe_card(card) for card in cards.cards]}


def _describe_card(card: Card) -> dict[str, Any]:
    return {
        "id": card.value.id,
        "name": {language: card_name(card, language) for language in LANGUAGES},
        "value": {language: _card_value(card.value, language) for language in LANGUAGES},
        "change": None
        if card.change is None
        else {"arrow": card.arrow, "text": in_both(card.change)},
        "small": in_both(card.small),
        "sparkline": None if card.points is None else sparkline(card.points),
    }


def card_name(card: Card, language: Language) -> str:
    """Give a key figure's name; a Chinese one carries the unit, so that the number is bare."""
    name = label(card.name, language)
    return join_unit(name, unit_name(card.value, "zh")) if language == "zh" else name


def _card_value(value: Value, language: Language) -> str:
    text = show(value, language, style="headline")
    unit = unit_name(value, "zh")
    return text.split(NBSP)[0] if language == "zh" and unit else text


def describe_actions(actions: Actions) -> dict[str, Any]:
    """Give the table of what to do."""
    return {
        "head": {
            language: [label(head, language) for head in actions.head] for language in LANGUAGES
        },
        "rows": [
            {"action": in_both(row.text), "cells": [_cell(cell) for cell in row.cells]}
            for row in actions.rows
        ],
        "note": in_both(actions.note),
    }


def _cell(cell: Cell) -> dict[str, str]:
    value, style = cell if isinstance(cell, tuple) else (cell, "plain")
    return {language: show(value, language, style=style) for language in LANGUAGES}


def _runs(sentence: Sentence | None) -> dict[str, list[Run]] | None:
    return None if sentence is None else in_both(sentence)


def _data(frame: pd.DataFrame, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    return {
        "digest": digest_frame(frame),
        "n_rows": len(frame),
        "kinds": dict(kinds),
        "columns": [str(name) for name in frame.columns],
    }
