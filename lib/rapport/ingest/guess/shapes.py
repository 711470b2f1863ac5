"""What the cells of a column look like: numbers, times, people's numbers and addresses.

A shape is a column's only if every filled cell that was looked at has it; a form of numbers or
dates is one that the unit's file can declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
WHOLE = re.compile(r"[+-]?\d+")
NUMBERS = {
    "english": re.compile(r"[+-]?[£$€]?[+-]?\d{1,3}(,\d{3})*(\.\d+)?"),
    "chinese": re.compile(r"[+-]?(CN)?[¥￥]?[+-]?\d{1,3}(,?\d{3})*(\.\d+)?\s*[万亿]?元?"),
    "german": re.compile(r"[+-]?\d{1,3}(\.?\d{3})*(,\d+)?\s*€?"),
    "french": re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})*(,\d+)?\s*€?"),
    "swiss": re.compile(r"[+-]?\d{1,3}(['’]\d{3})*(\.\d+)?"),
}
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
CHINESE_DATE = re.compile(
    r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?\s*"
    r"(\d{1,2}[:时]\d{1,2}([:分]\d{1,2}秒?)?分?)?"
)
DATES = (
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M",
    "%d-%m-%Y", "%d-%m-%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y%m%d",
)  # fmt: skip
PHONE = re.compile(r"(\+|00)?[\d][\d ()-]{7,18}\d")
MOBILE = re.compile(r"(\+?86[ -]?|0086-?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
IDENTITY = re.compile(r"\d{17}[\dXx]")
WIDE = str.maketrans("０１２３４５６７８９．，－＋：／", "0123456789.,-+:/")


@dataclass(frozen=True)
class Shape:
    """What a column's cells look like.

    `kind` is empty, number, time, truth, mail, mobile, identity or text; `form` the form of its
    numbers or dates where the plain one does not read them; `is_whole` of numbers; `is_open`
    where day and month could be the other way round.
    """

    kind: str
    form: str | None = None
    is_whole: bool = False
    is_open: bool = False


def find_shape(cells: Iterable[str]) -> Shape:
    """Tell what all of some texts look like.

    Examples
    --------
    >>> find_shape(["1,234.50", "7"]).form, find_shape(["2024年1月5日"]).form
    ('english', 'chinese')
    """
    texts = [cell.translate(WIDE).strip() for cell in cells]
    if not texts:
        return Shape("empty")
    for kind, pattern in (("mail", MAIL), ("identity", IDENTITY), ("mobile", MOBILE)):
        if _all(texts, pattern):
            return Shape(kind)
    return _find_time(texts) or _find_number(texts) or Shape("text")


def _all(texts: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return all(pattern.fullmatch(text) for text in texts)


def _find_time(texts: Sequence[str]) -> Shape | None:
    if _all(texts, ISO):
        return Shape("time")
    if _all(texts, CHINESE_DATE):
        return Shape("time", "chinese")
    read = [form for form in DATES if all(_reads(text, form) for text in texts)]
    if not read:
        return None
    turned = {form.replace("%d", "%m", 1) for form in read}
    return Shape("time", read[0], is_open=len(turned) < len(read) or len(read) > 1)


def _reads(text: str, form: str) -> bool:
    if form == "%Y%m%d" and not re.fullmatch(r"(19|20)\d{6}", text):
        return False
    try:
        return 1900 <= datetime.strptime(text, form).year <= 2100  # noqa: DTZ007 - form only
    except ValueError:
        return False


def _find_number(texts: Sequence[str]) -> Shape | None:
    if _all(texts, PLAIN):
        return Shape("number", is_whole=_all(texts, WHOLE))
    for form, pattern in NUMBERS.items():
        if _all(texts, pattern):
            return Shape("number", form)
    return None


def is_value(cell: str) -> bool:
    """Say whether a text can be a value but hardly a column's name: number, time, address.

    Examples
    --------
    >>> is_value("13812345678"), is_value("2024-01-05"), is_value("Amount")
    (True, True, False)
    """
    text = cell.translate(WIDE).strip()
    patterns = (PLAIN, ISO, CHINESE_DATE, MAIL, MOBILE, IDENTITY, PHONE)
    return any(pattern.fullmatch(text) for pattern in patterns)
