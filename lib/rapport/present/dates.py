"""Dates and periods as they are read: in prose, in tables, on axes."""

import re
from datetime import date

from rapport.present.labels import Language, label

_NUMERALS = "一二三四"
_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|W(?P<week>\d{2})|Q(?P<quarter>[1-4])))?"
)
_FISCAL = re.compile(
    r"(?P<year>FY\d{4})(?:-(?:P(?P<part>\d{2})|W(?P<week>\d{2})|Q(?P<quarter>[1-4])))?"
)


def show_date(day: date, language: Language, *, style: str = "plain") -> str:
    r"""Write a date: 9 December 2010, 2010年12月9日; tables 2010-12-09; short without year.

    Examples
    --------
    >>> show_date(date(2010, 12, 9), "en"), show_date(date(2010, 12, 9), "zh", style="short")
    ('9\xa0December 2010', '12月9日')
    """
    if style == "table":
        return day.strftime("%Y-%m-%d")
    if language == "zh":
        year = "" if style in ("short", "axis") else f"{day.year}年"
        return f"{year}{day.month}月{day.day}日"
    name = label(f"month.{day.month}", "en")
    if style == "axis":
        return f"{day.day}\u00a0{name[:3]}"
    # A date may break before its year, never between day and month.
    return f"{day.day}\u00a0{name}" + ("" if style == "short" else f" {day.year}")


def show_period(code: str, language: Language, *, style: str = "plain") -> str:
    r"""Write a period's code in words: December 2010, Q4 2010, week 48 of 2010, 2010, Q4 FY2011.

    `style`: plain; short (without the year where one is left out: December, Q4); axis
    (Dec); table (the code itself).

    Raises
    ------
    ValueError
        Not a period's code.

    Examples
    --------
    >>> show_period("2010-12", "en"), show_period("2010-12", "en", style="axis")
    ('December 2010', 'Dec')
    >>> show_period("2010-Q4", "zh"), show_period("FY2011-P03", "en")
    ('2010年第四季度', 'period\xa03 of FY2011')
    """
    if code == "all":
        return label("period.all", language)
    if style == "table":
        return code
    match = _FISCAL.fullmatch(code) or _PERIOD.fullmatch(code)
    if match is None:
        msg = (
            f"period {code!r} is not of the form 2010-12, 2010-W48, 2010-Q4, 2010 or all, nor "
            "FY2010-Q4."
        )
        raise ValueError(msg)
    words = _in_chinese if language == "zh" else _in_english
    return words(match, style)


def _in_english(match: re.Match[str], style: str) -> str:
    year, is_short, part = match["year"], style in ("short", "axis"), match.groupdict()
    if part.get("month"):
        name = label(f"month.{int(part['month'])}", "en")
        name = name[:3] if style == "axis" else name
        return name if is_short else f"{name} {year}"
    if part.get("part"):
        number = int(part["part"])
        period = f"P{number}" if style == "axis" else f"period\u00a0{number}"
        return period if is_short else f"{period} of {year}"
    if part["week"]:
        week = f"week\u00a0{int(part['week'])}"
        return week if is_short else f"{week} of {year}"
    if part["quarter"]:
        return f"Q{part['quarter']}" if is_short else f"Q{part['quarter']} {year}"
    return year


def _in_chinese(match: re.Match[str], style: str) -> str:
    part, is_fiscal = match.groupdict(), "part" in match.groupdict()
    whole = f"{match['year'][2:]}财年" if is_fiscal else f"{match['year']}年"
    year = "" if style in ("short", "axis") else whole
    if part.get("month"):
        return f"{year}{int(part['month'])}月"
    if part.get("part"):
        return f"{year}第{int(part['part'])}期"
    if part["week"]:
        return f"{year}第{int(part['week'])}周"
    if part["quarter"]:
        return f"{year}第{_NUMERALS[int(part['quarter']) - 1]}季度"
    return whole
