"""One cell as the text that stands for its value: exact, whatever Excel shows.

Excel keeps 15 digits of a number. A whole number that needs more than it kept is written as
1.38E+17, which no cast takes for an id or an amount.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "long", "time", "bool", "error", "open"]
DIGITS = 15
ERRORS = frozenset(
    ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA",
     "#SPILL!", "#CALC!", "#BLOCKED!", "#FIELD!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"]
)  # fmt: skip
WHOLE = re.compile("-?[0-9]+")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# Built-in formats whose codes depend on the language: dates and times in Chinese, Japanese and
# Korean (ECMA-376 part 1, 18.8.30). openpyxl takes them for plain numbers.
EAST_ASIAN = frozenset([*range(27, 37), *range(50, 59)])
EAST_ASIAN_CLOCKS = frozenset([32, 33, 34, 35, 55, 56])
HIDDEN_PARTS = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\.|_.|\*.', re.IGNORECASE)
MARKED = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]")
# Not the 元 of 美元, 欧元 and others.
YUAN = re.compile("(?<![\u4e00-\u9fff])[千万亿]?元")
YEN = ("¥", "￥")
SIGNS = {
    "HK$": "HKD", "US$": "USD", "RMB": "CNY", "CNY": "CNY", "USD": "USD", "EUR": "EUR",
    "GBP": "GBP", "美元": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "港元": "HKD",
    "人民币": "CNY", "¥": "CNY", "￥": "CNY", "€": "EUR", "£": "GBP", "$": "USD",
}  # fmt: skip
OWN_FORMATS = 164
"""From this number on a workbook says itself what its number formats are."""
MS_OF_DAY = 86_400_000
LEAP_DAY = 60  # 29 February 1900, which never was
DAYS_1900, DAYS_1904 = 2_958_466, 2_957_004  # the first day of the year 10000


class Cell(NamedTuple):
    """What a cell holds: its kind, and its text, empty for an error.

    `long` is a whole number of more digits than Excel keeps; `open` a formula without a value.
    `currency` is that of a number's format, empty where it names none.
    """

    kind: Kind
    text: str
    currency: str = ""


class Style(NamedTuple):
    """How a number is shown: as a day, a time of day, a duration, with so many zeros, as money."""

    shows: Literal["number", "moment", "clock", "duration"]
    zeros: int = 0
    currency: str = ""


class Raw(NamedTuple):
    """A cell as its sheet writes it: the type, the style, the text, whether it is a formula."""

    type: str
    style: int
    text: str
    is_formula: bool


OPEN = Cell("open", "")
ERROR = Cell("error", "")
NUMBER = Style("number")


def read_style(number: int, code: str) -> Style:
    """Tell from a number format, its built-in number and its code, what it shows.

    Examples
    --------
    >>> read_style(164, 'yyyy"年"m"月"d"日"').shows, read_style(164, "000000").zeros
    ('moment', 6)
    """
    if number in EAST_ASIAN:
        return Style("clock" if number in EAST_ASIAN_CLOCKS else "moment")
    shown = HIDDEN_PARTS.sub("", code.split(";", maxsplit=1)[0]).strip("@ ")
    if re.search(r"\[(h+|m+|s+)\]", shown, re.IGNORECASE):
        return Style("duration")
    letters = set() if set(shown) & set("#?") else set(shown.lower()) & set("ymdhs")
    if letters:
        return Style("clock" if letters & set("hs") and not letters & set("yd") else "moment")
    if re.fullmatch("0{2,}", shown):
        return Style("number", len(shown))
    # Built-in formats of money show the currency of whoever opens the file.
    return Style("number", currency=read_currency(code)) if number >= OWN_FORMATS else NUMBER


def read_currency(code: str) -> str:
    """Give the currency that a number format writes beside the number, empty if it writes none.

    Signs that several countries use are theirs whose sign it is without a further word: $ is USD,
    and ¥ is CNY unless the format is Japanese.

    Examples
    --------
    >>> read_currency('"¥"#,##0.00'), read_currency("#,##0.00 [$€-407]"), read_currency("0.00")
    ('CNY', 'EUR', '')
    """
    for text, place in MARKED.findall(code):
        sign = text.strip()
        if sign == "$" and place and place.lower() != "409":
            return "$"
        if sign in YEN and place == "411":
            return "JPY"
        if sign:
            return SIGNS.get(sign, sign if re.fullmatch("[A-Z]{3}", sign) else "")
    words = MARKED.sub("", code)
    found = [name for sign, name in SIGNS.items() if sign in words]
    return found[0] if found else "CNY" if YUAN.search(words) else ""


def read_cell(raw: Raw, strings: list[str], style: Style, *, is_1904: bool) -> Cell | None:
    """Give what a cell holds, nothing where it is empty.

    Raises
    ------
    ValueError, IndexError
        The sheet is damaged.
    """
    if raw.type in {"s", "str", "inlineStr"}:
        text = strings[_index(raw.text)] if raw.type == "s" else raw.text
        return read_text_cell(ESCAPED.sub(_unescape, text))
    if not raw.text:
        return OPEN if raw.is_formula else None
    if raw.type == "b":
        return Cell("bool", "true" if raw.text == "1" else "false")
    if raw.type == "e":
        return ERROR
    if raw.type == "d":
        return Cell("time", raw.text.replace("T", " ").removesuffix("Z"))
    return read_number(raw.text, style, is_1904=is_1904)


def read_text_cell(text: str) -> Cell | None:
    """Give a text as a cell: nothing where it is blank, an error where it is its code."""
    if not text or text.isspace():
        return None
    return ERROR if text in ERRORS else Cell("text", text)


def read_number(text: str, style: Style, *, is_1904: bool) -> Cell:
    """Give the number that a sheet writes, as its format means it."""
    if style.shows == "number":
        plain = write_number(text)
        is_whole = WHOLE.fullmatch(plain) is not None
        if style.zeros and is_whole and not plain.startswith("-"):
            return Cell("text", plain.zfill(style.zeros))
        is_long = is_whole and len(plain.lstrip("-")) > DIGITS
        return Cell("long" if is_long else "number", plain, style.currency)
    if style.shows == "duration":
        shown = write_duration(text)
    else:
        shown = write_moment(text, is_1904=is_1904, is_clock=style.shows == "clock")
    return Cell("time", shown) if shown else Cell("number", write_number(text))


def write_number(text: str) -> str:
    """Write a number with the digits that Excel keeps, without an exponent where they suffice.

    Examples
    --------
    >>> write_number("7.4999999999999997E-2"), write_number("1.3812345678E10")
    ('0.075', '13812345678')
    >>> write_number("1.1010119900101E+17")
    '1.1010119900101E+17'
    """
    if WHOLE.fullmatch(text):
        return str(int(text)) if len(text) <= 400 else "1E+400"
    number = Decimal(format(float(text), f".{DIGITS}g"))
    if not number.is_finite():
        raise ValueError("no number of a sheet is infinite")
    if number.adjusted() >= DIGITS:
        return f"{number.normalize():E}"
    return format(number, "f")


def write_moment(text: str, *, is_1904: bool, is_clock: bool = False) -> str | None:
    """Write a serial as a date, a time of day, or both; None where it is no day of its system.

    Examples
    --------
    >>> write_moment("45296.4375", is_1904=False), write_moment("60", is_1904=False)
    ('2024-01-05 10:30:00', None)
    """
    serial = _count_ms(text)
    if serial is None:
        return None
    days, ms = divmod(serial, MS_OF_DAY)
    if days == 0 and (is_clock or (ms and not is_1904)):
        return _clock(ms)
    day = _day_1904(days) if is_1904 else _day_1900(days)
    return None if day is None else f"{day}{f' {_clock(ms)}' if ms else ''}"


def write_duration(text: str) -> str | None:
    """Write a count of days as hours, minutes and seconds.

    Examples
    --------
    >>> write_duration("1.5")
    '36:00:00'
    """
    ms = _count_ms(text)
    return None if ms is None else f"{'-' if ms < 0 else ''}{_clock(abs(ms))}"


def has_lost_digits(text: str) -> bool:
    """Say whether a long whole number has nothing but zeros behind the digits that Excel keeps."""
    return not text.lstrip("-")[DIGITS:].strip("0")


@lru_cache(maxsize=1024)
def _index(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("no number of a shared string")
    return int(text)


def _unescape(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    # A zero byte and half a character stay as they are written: no text holds them.
    return match.group() if code == 0 or 0xD800 <= code < 0xE000 else chr(code)


def _count_ms(text: str) -> int | None:
    # Beyond every calendar; written in full such a number could fill the memory.
    if abs(float(text)) >= 10_000_000:
        return None
    return int((Decimal(text) * MS_OF_DAY).to_integral_value())


def _day_1900(days: int) -> date | None:
    if not 1 <= days < DAYS_1900 or days == LEAP_DAY:
        return None
    return date(1899, 12, 30 + (days < LEAP_DAY)) + timedelta(days=days)


def _day_1904(days: int) -> date | None:
    return date(1904, 1, 1) + timedelta(days=days) if 0 <= days < DAYS_1904 else None


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    written = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{written}.{rest:03}" if rest else written
