"""SQL that brings numbers and dates as people write them to the one plain form that casts read.

A form is declared for a column (`numbers`, `dates` of a source), never guessed: under `english`
"1,234" is a thousand, under `german` it is a little more than one. What no declared form can read,
or two forms read as two days, is marked so that no cast reads it either: its row becomes a fault.
A date in ISO form needs no declaration.
"""

# ruff: noqa: S608 - SQL is built of quoted names and constants
from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import NamedTuple

from rapport.ingest.casts import TEXT, clean
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.params import Source
from rapport.params.forms import NumberForm, list_dates, list_numbers
from rapport.tables.engine import Engine, identifier, quote

WIDE = "０１２３４５６７８９．，－−＋：／（）％￥＇’\u00a0\u2009\u202f\u3000"
NARROW = "0123456789.,--+:/()%¥''    "
# Other spellings of one currency, so that a column that holds two of them is found.
CURRENCIES: Mapping[str, str] = {
    "CNY": "CN¥|¥|RMB|CNY|人民币|元",
    "USD": r"US\$|\$|USD|美元",
    "HKD": r"HK\$|HKD|港元|港币",
    "EUR": "€|EUR|欧元",
    "GBP": "£|GBP|英镑",
    "JPY": "JPY|日元",
    "CHF": "CHF|Fr[.]|瑞郎",
}
PERCENT = {"%": "0.01", "‰": "0.001"}
CHINESE_UNITS = {
    "千": "1000", "万": "10000", "十万": "100000", "百万": "1000000", "千万": "10000000",
    "亿": "100000000", "十亿": "1000000000", "百亿": "10000000000", "千亿": "100000000000",
    "万亿": "1000000000000",
}  # fmt: skip
NUMBER, FACTOR = "DECIMAL(22, 9)", "DECIMAL(16, 3)"  # their product fits into 38 digits
NUMBER_PARTS = ("opened", "before", "mark", "inner", "digits", "unit", "word", "behind", "closed")
DATE_PARTS = ("year", "first", "month", "second", "day", "half", "hour", "minute", "sec")
CHINESE_DATE = (
    r"^([0-9]{4})\s*([年./-])\s*([0-9]{1,2})\s*([月./-])\s*([0-9]{1,2})\s*[日号]?\s*"
    r"(?:(?:星期|周)[一二三四五六日天])?[T\s]*(上午|下午|AM|PM)?\s*"
    r"(?:([0-9]{1,2})[:时点](?:([0-9]{1,2})(?:[:分](?:([0-9]{1,2}(?:[.][0-9]+)?)秒?)?)?)?)?$"
)
ISO = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
SERIAL = r"^[0-9]{1,7}([.][0-9]+)?$"
MILLISECONDS = 86_400_000
UNREAD = "? "  # before a text: neither number nor date


class Marks(NamedTuple):
    """What groups digits, what stands before the fraction, both as patterns, and the units."""

    group: str
    point: str
    units: Mapping[str, str] = PERCENT


FORMS: Mapping[str, Marks] = {
    "english": Marks(",", "[.]"),
    "chinese": Marks(",", "[.]", CHINESE_UNITS | PERCENT),
    "german": Marks("[.]", ","),
    "french": Marks(" ", ","),
    "swiss": Marks("'", "[.]"),
}


def plain_number(expression: str, form: str) -> str:
    """Give SQL for a number's text without marks: digits, "." and "-"; unreadable if it is none.

    "¥1,234.50" is 1234.5, "1.2万元" 12000, "(300)" and "300-" -300, "12.5%" 0.125.
    """
    marks, text = FORMS[form], _narrow(expression)
    whole = f"regexp_replace(p.digits, {quote(marks.group)}, '', 'g')"
    digits = f"replace({whole}, ',', '.')"
    signs = "p.opened || p.before || p.inner || p.behind"
    sign = f"CASE WHEN {signs} IN ('-', '(') THEN '-' ELSE '' END"
    factors = " ".join(f"WHEN {quote(u)} THEN {f}" for u, f in marks.units.items())
    factor = f"CAST(CASE p.unit {factors} ELSE 1 END AS {FACTOR})"
    product = f"CAST(try_cast({sign} || {digits} AS {NUMBER}) * {factor} AS VARCHAR)"
    fits = f"p.digits <> '' AND (p.opened = '') = (p.closed = '') AND length({signs}) <= 1"
    value = f"CASE WHEN {fits} THEN rtrim(rtrim({product}, '0'), '.') END"
    return _or_unread(_parts(text, _number_pattern(marks), NUMBER_PARTS, value), text)


def plain_date(expression: str, forms: tuple[str, ...]) -> str:
    """Give SQL for a date's text as 2024-01-05 10:30:00; unreadable if it is none."""
    text = _narrow(expression)
    read = [_DATES.get(form, _by_pattern(form))(text) for form in forms]
    # One list, looked at twice: the lambda keeps it from being made twice.
    one = "CASE WHEN len(l) = 1 THEN l[1] END"
    found = f"list_transform([list_distinct([{', '.join(read)}])], lambda l: {one})[1]"
    one = f"CAST({read[0] if len(read) == 1 else found} AS VARCHAR)"
    iso = f"CASE WHEN regexp_matches({text}, {quote(ISO)}) THEN {text} END"
    return _or_unread(f"{one}, {iso}", text)


def apply_forms(engine: Engine, name: str, source: Source, rows: str) -> tuple[str, list[Fault]]:
    """Give SQL for a source's rows with its declared forms made plain, and what is wrong.

    `rows` is the SELECT of the rows as delivered. A column that has a type already is left alone.
    """
    numbers, dates = list_numbers(source), list_dates(source)
    if not numbers and not dates:
        return rows, []
    described = engine.rows(f"DESCRIBE {rows}")
    types = {row["column_name"]: row["column_type"] for row in described}
    absent = [column for column in [*numbers, *dates] if column not in types]
    if absent:
        said, advice = (
            "the file has no such column",
            "Mend `numbers` or `dates` in the unit's file.",
        )
        return rows, [Fault(name, column, said, advice) for column in absent]
    numbers = {c: form for c, form in numbers.items() if types[c] == TEXT}
    plain = {c: plain_number(identifier(c), form) for c, form in numbers.items()}
    plain |= {c: plain_date(identifier(c), f) for c, f in dates.items() if types[c] == TEXT}
    made = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in plain.items())
    faults = list(_mixed(engine, name, numbers, _data(rows, types)))
    return (f"SELECT * REPLACE ({made}) FROM ({rows})" if plain else rows), faults


def _data(rows: str, columns: Container[str]) -> str:
    # What a reader put aside may hold anything.
    return f"SELECT * FROM ({rows}) WHERE source_rule IS NULL" if "source_rule" in columns else rows


def _mixed(
    engine: Engine, name: str, numbers: Mapping[str, NumberForm], rows: str
) -> Iterator[Fault]:
    """Find columns with marks of more than one currency, which would be added up."""
    for column, form in numbers.items():
        text, pattern = _narrow(identifier(column)), _number_pattern(FORMS[form])
        marked = _parts(text, pattern, NUMBER_PARTS, _currency())
        (found,) = engine.rows(
            f"WITH marked AS (SELECT {marked} AS currency, source_row FROM ({rows})) "
            f"SELECT count(*) AS n, min(source_row, {ROWS_NAMED}) AS rows FROM marked "
            "WHERE currency = 'several' "
            "OR currency <> (SELECT min_by(currency, source_row) FROM marked)"
        )
        if found["n"]:
            named = tuple(str(row) for row in found["rows"])
            said = "another currency than in the rows before"
            advice = "Deliver a column or a file for each currency."
            yield Fault(name, column, said, advice, n_rows=found["n"], rows=named)


def _narrow(expression: str) -> str:
    return f"translate({clean(expression)}, {quote(WIDE)}, {quote(NARROW)})"


def _or_unread(value: str, text: str) -> str:
    return f"coalesce({value}, {quote(UNREAD)} || {text})"


def _parts(text: str, pattern: str, names: tuple[str, ...], value: str) -> str:
    """Give SQL for a value made of the parts `p` of a text, so that they are found once."""
    named = ", ".join(quote(name) for name in names)
    found = f"regexp_extract({text}, {quote(pattern)}, [{named}])"
    return f"list_transform([{found}], lambda p: {value})[1]"


def _number_pattern(marks: Marks) -> str:
    currency = "|".join(CURRENCIES.values())
    group, point = marks.group, marks.point
    whole = f"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+"
    units = "|".join(sorted(marks.units, key=len, reverse=True))
    return (
        rf"^(\()?\s*([+-])?\s*((?i:{currency}))?\s*([+-])?\s*"
        rf"((?:{whole})(?:{point}[0-9]*)?|{point}[0-9]+)\s*"
        rf"({units})?\s*((?i:{currency}))?\s*(-)?\s*(\))?$"
    )


def _currency() -> str:
    mark = "upper(p.mark || p.word)"
    whens = " ".join(
        f"WHEN regexp_full_match({mark}, {quote(f'(?i:{spelt})+')}) THEN {quote(name)}"
        for name, spelt in CURRENCIES.items()
    )
    return f"CASE WHEN {mark} = '' THEN NULL {whens} ELSE 'several' END"


def _by_pattern(form: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        parsed = f"try_strptime({text}, {quote(form)})"
        # "24/1/5" is no day of the year 24.
        return f"CASE WHEN year({parsed}) BETWEEN 1000 AND 9999 THEN {parsed} END"

    return read


def _chinese_date(text: str) -> str:
    # "2024.1-5" is January to May: both marks must belong together.
    fits = "p.first = p.second OR (p.first = '年' AND p.second = '月')"
    hour = (
        "CASE WHEN p.half IN ('下午', 'PM') AND try_cast(p.hour AS INTEGER) < 12 "
        "THEN CAST(CAST(p.hour AS INTEGER) + 12 AS VARCHAR) "
        "WHEN p.half IN ('上午', 'AM') AND p.hour = '12' THEN '0' ELSE p.hour END"
    )
    pads = [f"lpad({part}, 2, '0')" for part in ("p.month", "p.day", f"({hour})", "p.minute")]
    day, time = " || '-' || ".join(pads[:2]), " || ':' || ".join(pads[2:])
    # Seconds may have a fraction, which padding would cut.
    seconds = "CASE WHEN p.sec = '' THEN '' WHEN p.sec[2:2] IN ('', '.') THEN ':0' || p.sec "
    seconds += "ELSE ':' || p.sec END"
    moment = f"CASE WHEN p.hour = '' THEN '' ELSE ' ' || {time} || {seconds} END"
    written = f"p.year || '-' || {day} || {moment}"
    value = f"CASE WHEN p.year <> '' AND ({fits}) THEN try_cast({written} AS TIMESTAMP) END"
    return _parts(text, CHINESE_DATE, DATE_PARTS, value)


def _serial(text: str, *, first: int, last: int, epoch: str) -> str:
    number = f"try_cast({text} AS DECIMAL(20, 10))"
    # Day 60 of the system of 1900 is 29 February 1900, which never was; what comes before it
    # is counted from a day later.
    leap = f"CASE WHEN {number} < 60 THEN 1 ELSE 0 END" if first else "0"
    real = f"NOT ({number} >= 60 AND {number} < 61)" if first else "true"
    moment = f"CAST(round(({number} + {leap}) * {MILLISECONDS}) AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({text}, {quote(SERIAL)}) AND {number} >= {first} "
        f"AND {number} < {last} AND {real} "
        f"THEN TIMESTAMP {quote(epoch)} + to_milliseconds({moment}) END"
    )


_DATES: Mapping[str, Callable[[str], str]] = {
    "chinese": _chinese_date,
    "serial": lambda text: _serial(text, first=1, last=2_958_466, epoch="1899-12-30"),
    "serial1904": lambda text: _serial(text, first=0, last=2_957_004, epoch="1904-01-01"),
}
