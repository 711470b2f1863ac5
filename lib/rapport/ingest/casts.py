"""SQL that turns a value as delivered into the type of its canonical column.

Every cast has two halves: the value, empty where it cannot be read, and the test that finds the
rows where something stood and nothing could be read. Nothing is guessed: "4.5" is no whole
number, "1,234" is no number, 2010-13-01 is no date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rapport.schema import Column
from rapport.tables.engine import quote

BLANKS = " \t\r\n\u00a0\u3000"
WIDE, NARROW = (
    "０１２３４５６７８９．－＋：／",
    "0123456789.-+:/",
)  # full-width digits are typed in Chinese files
OFFSET = "(Z|[+-][0-9]{2}:?[0-9]{2}|[+][0-9]{2})$"
SQL_TYPES: Mapping[str, str] = {
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "decimal": "DECIMAL(18, 4)",
    "quantity": "DECIMAL(12, 3)",
}
# What `types` of a source says, in the words of the schema.
SOURCE_KINDS = {"integer": "int64", "decimal": "decimal", "date": "date", "bool": "bool"}
YES, NO = "('1', 'true', 't', 'yes', 'y', '是')", "('0', 'false', 'f', 'no', 'n', '否')"
# The engine's type of a text, and what stands for it where every text of a column is known to
# be ASCII without blanks at its ends: cleaning would change none, and is two thirds of the cost.
TEXT, CLEAN = "VARCHAR", "VARCHAR, clean"
TEXTS = {TEXT, CLEAN}
# A form is for what is written in digits; a column that is a time already needs none.
FORMED = {*TEXTS, "BIGINT", "INTEGER"}
SEPARATORS = r"\s*[|;；、]\s*"
# A spreadsheet's way to show a long number; in a file of text its last digits are gone.
CUT = rf"[{BLANKS}]*[0-9]([.][0-9]+)?[eE][+][0-9]+[{BLANKS}]*"


class Cast(NamedTuple):
    """A value as SQL, and SQL that is true where a value stood that could not be read.

    None for the latter where every value can be read.
    """

    value: str
    unread: str | None = None


class Clock(NamedTuple):
    """How times of a mapping are read: their form, their zone, the zone of the unit."""

    form: str | None
    zone: str
    home: str


def clean(expression: str, found: str = TEXT) -> str:
    """Give SQL for a text in NFC without blanks around it, empty text as missing."""
    if found == CLEAN:
        return expression
    return f"nullif(trim(nfc_normalize({expression}), {quote(BLANKS)}), '')"


def cast(column: Column, expression: str, found: str, clock: Clock) -> Cast:
    """Turn an expression of the engine's type `found`, or CLEAN, into a column's type."""
    if column.type == "text":
        text = _text(expression, found)
        # A hundred phone numbers cut to 1.38E+10 would be one person's.
        is_id = column.name.endswith("_id") or column.name == "phone"
        return Cast(text, _is_cut(expression, found) if is_id else None)
    if column.type == "texts":
        split = f"string_split_regex({clean(expression, found)}, {quote(SEPARATORS)})"
        return Cast(split if found in TEXTS else f"CAST({expression} AS VARCHAR[])")
    if column.type == "bool":
        return _paired(_bool(_text(expression, found)), expression, found)
    if column.type == "date":
        return _paired(_date(expression, found, clock), expression, found)
    if column.type == "timestamp":
        return _paired(_stamp(expression, found, clock), expression, found)
    digits = _half(expression, found) if found in TEXTS else expression
    return _paired(_number(column.type, digits), expression, found)


def recode(expression: str, values: Mapping[str, str | None], found: str) -> Cast:
    """Replace listed words; a word that is not listed is unread."""
    word = expression if found == CLEAN else clean(f"CAST({expression} AS VARCHAR)")
    whens = " ".join(
        f"WHEN {quote(old)} THEN {'NULL' if new is None else quote(new)}"
        for old, new in values.items()
    )
    listed = ", ".join(quote(old) for old in values)
    return Cast(f"CASE {word} {whens} END", f"{word} NOT IN ({listed})")


def local_day(stamp: str, zone: str) -> str:
    """Give SQL for the day of a UTC time in a zone."""
    if zone == "UTC":
        return f"CAST({stamp} AS DATE)"
    return f"CAST(timezone({quote(zone)}, timezone('UTC', {stamp})) AS DATE)"


def read_as(kind: str, expression: str, found: str = TEXT) -> str:
    """Give SQL for a text column of a source as the type that `types` states."""
    if kind == "timestamp":
        return f"try_cast({_half(expression, found)} AS TIMESTAMP)"
    column = Column("", SOURCE_KINDS[kind])  # type: ignore[arg-type]
    return cast(column, expression, found, Clock(None, "UTC", "UTC")).value


def unreadable_as(kind: str, expression: str, found: str = TEXT) -> str:
    """Give SQL that is true where `read_as` finds something that it cannot read."""
    value = read_as(kind, expression, found)
    return f"({clean(expression, found)} IS NOT NULL AND {value} IS NULL)"


def _paired(value: str, expression: str, found: str) -> Cast:
    filled = clean(expression, found) if found in TEXTS else expression
    return Cast(value, f"({filled} IS NOT NULL AND {value} IS NULL)")


def _half(expression: str, found: str) -> str:
    if found == CLEAN:
        return expression
    return f"translate({clean(expression)}, {quote(WIDE)}, {quote(NARROW)})"


def _text(expression: str, found: str) -> str:
    if found in TEXTS:
        return clean(expression, found)
    plain = f"CAST({expression} AS VARCHAR)"
    if found in {"DOUBLE", "FLOAT"}:
        # Numbers of customers that passed through a spreadsheet come as 13085.0.
        whole = f"{expression} = floor({expression}) AND abs({expression}) < 1e15"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({expression} AS BIGINT) AS VARCHAR) ELSE {plain} END"
        )
    return plain


def _is_cut(expression: str, found: str) -> str | None:
    """Give SQL that is true where an id is written as 1.38E+10: which one it was, nobody knows."""
    if found not in TEXTS | {"DOUBLE", "FLOAT"}:
        return None
    # Of a text as delivered: to clean it once more would cost ten times as much.
    text = expression if found in TEXTS else _text(expression, found)
    # Few texts hold the mark, and to look for it costs less than to match all with the pattern.
    marked = f"contains({text}, 'E+') OR contains({text}, 'e+')"
    return f"coalesce(({marked}) AND regexp_full_match({text}, {quote(CUT)}), false)"


def _number(kind: str, expression: str) -> str:
    value = f"try_cast({expression} AS {SQL_TYPES[kind]})"
    if kind in {"decimal", "quantity"}:
        return value
    exact = f"try_cast({expression} AS DECIMAL(38, 9))"
    return f"CASE WHEN {exact} = floor({exact}) THEN try_cast({exact} AS {SQL_TYPES[kind]}) END"


def _bool(text: str) -> str:
    word = f"lower({text})"
    return f"CASE WHEN {word} IN {YES} THEN true WHEN {word} IN {NO} THEN false END"


def _date(expression: str, found: str, clock: Clock) -> str:
    if found == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(timezone({quote(clock.home)}, {expression}) AS DATE)"
    return f"CAST({_parsed(expression, found, clock.form)} AS DATE)"


def _stamp(expression: str, found: str, clock: Clock) -> str:
    if found == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {expression})"
    parsed = _parsed(expression, found, clock.form)
    if found in FORMED and clock.form and "%z" in clock.form:
        return f"timezone('UTC', CAST({parsed} AS TIMESTAMPTZ))"
    # UTC needs no conversion, and the conversion is the dearest part of reading a time.
    utc = (
        parsed
        if clock.zone == "UTC"
        else f"timezone('UTC', timezone({quote(clock.zone)}, {parsed}))"
    )
    if found not in TEXTS or clock.form:
        return utc
    # Cast to TIMESTAMP, a text drops its own offset in silence (DuckDB 2.0).
    text = _half(expression, found)
    own = f"timezone('UTC', try_cast({text} AS TIMESTAMPTZ))"
    return f"CASE WHEN regexp_matches({text}, {quote(OFFSET)}) THEN {own} ELSE {utc} END"


def _parsed(expression: str, found: str, form: str | None) -> str:
    if form and found in FORMED:
        text = expression if found in TEXTS else f"CAST({expression} AS VARCHAR)"
        return f"try_strptime({_half(text, found)}, {quote(form)})"
    plain = _half(expression, found) if found in TEXTS else expression
    return f"try_cast({plain} AS TIMESTAMP)"
