"""Styles taken apart, and the layout that a value gets in one."""

from dataclasses import dataclass, replace
from decimal import Decimal

from rapport.present.labels import Language, label
from rapport.present.numbers import (
    NBSP,
    Layout,
    as_decimal,
    count_layout,
    is_signed,
    money_layout,
    share_layout,
    unit_word,
)
from rapport.present.units import unit_of
from rapport.present.values import Value

FORMS = (
    "plain", "headline", "unit", "table", "interval", "limits", "range", "low", "high",
    "n", "words", "tenths", "short", "axis",
)  # fmt: skip
CHANGES = ("whole", "fine", "signed", "abs", "bare", "unmarked", "reached")


@dataclass(frozen=True)
class Style:
    """A style taken apart."""

    form: str = "plain"
    changes: frozenset[str] = frozenset()
    decimals: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Style":
        """Take "interval whole" apart; an unknown word is a ValueError."""
        words = text.split()
        forms = [word for word in words if word in FORMS]
        changes = frozenset(word for word in words if word in CHANGES)
        if len(forms) > 1 or len(forms) + len(changes) != len(words):
            msg = f"style {text!r}: one of {', '.join(FORMS)} and any of {', '.join(CHANGES)}"
            raise ValueError(msg)
        return cls(forms[0] if forms else "plain", changes)


SIGNS = frozenset({"signed", "abs"})


def sign_of(unit: str, style: Style) -> str:
    """Say which signs a number of a unit carries: minus, both or none."""
    if "abs" in style.changes:
        return "none"
    return "both" if "signed" in style.changes or is_signed(unit) else "minus"


def layout_of(value: Value, number: Decimal, language: Language, style: Style) -> Layout:
    """Choose divisor, decimals, marks and word for a number of a value's unit."""
    layout = _family_layout(value, number, language, style)
    if style.decimals is not None:
        layout = replace(layout, decimals=style.decimals)
    if "whole" in style.changes:
        layout = replace(layout, decimals=0)
    if "fine" in style.changes:
        layout = replace(layout, decimals=layout.decimals + 1)
    if "unmarked" in style.changes:
        layout = replace(layout, mark="")
    if "bare" in style.changes:
        layout = replace(layout, word=_scale_only(layout.word))
    return layout


def _scale_only(word: str) -> str:
    """Keep 万 and 亿 of a word (a bare 7.43 would be another number), drop the rest."""
    mark = word.strip(NBSP)[:1]
    return NBSP + mark if mark in ("万", "亿") else ""


def _family_layout(value: Value, number: Decimal, language: Language, style: Style) -> Layout:
    unit = unit_of(value.unit)
    if unit.family == "money":
        currency = value.currency or value.unit
        is_table = style.form == "table"
        return (
            Layout(decimals=unit.decimals) if is_table else money_layout(number, currency, language)
        )
    if unit.family in ("share", "change"):
        return share_layout(number, decimals=1 if unit.family == "change" else None)
    if unit.family == "pp":
        word = "" if style.form == "table" else NBSP + label("unit.pp", language)
        return Layout(Decimal("0.01"), unit.decimals, word=word)
    if unit.family == "nps":
        word = f"{NBSP}分" if language == "zh" and style.form != "table" else ""
        return Layout(decimals=_nps_decimals(value), word=word)
    if unit.family == "count":
        layout = count_layout(number, language, is_headline=style.form == "headline")
        word = unit_word(value.unit, number, language) if style.form == "unit" else layout.word
        return replace(layout, word=word)
    return Layout(decimals=unit.decimals)


def _nps_decimals(value: Value) -> int:
    # A decimal would claim more than a wide interval allows.
    if value.interval is None:
        return 0
    return 0 if as_decimal(value.interval[1]) - as_decimal(value.interval[0]) > 2 else 1
