"""How every value is shown: one place, both languages, rounded once (docs/methods.md, 5).

A style is a form and, after blanks, changes to it: "interval whole". Forms: plain (prose),
headline, unit (with the unit's word), table, interval, limits, range, low, high, n, words,
tenths; for dates and periods short, axis, table. Changes: whole (no decimals), fine (one
decimal more), signed, abs (no sign), bare (no word of
a unit or currency after it), unmarked (no % where the axis has one), reached (None is a time
that was not reached).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rapport.present.dates import show_date, show_period
from rapport.present.labels import Language, label, name_of
from rapport.present.numbers import (
    NBSP,
    Layout,
    as_decimal,
    count_layout,
    money_layout,
    round_half_up,
    share_layout,
    write,
)
from rapport.present.styles import SIGNS, Style, layout_of, sign_of
from rapport.present.units import unit_of
from rapport.present.values import Suppressed, Value, Withheld

__all__ = ["show", "show_axis", "show_date", "show_period", "unit_name"]


def show(
    value: Value, language: Language, *, style: str = "plain", decimals: int | None = None
) -> str:
    r"""Write a value as text.

    Parameters
    ----------
    value : the value; None is "n/a", `Suppressed(10)` is "<10", of a share a bound in percent
    language : en or zh
    style : see the module
    decimals : in place of the usual ones, where a column must agree with itself

    Examples
    --------
    >>> show(Value("a.b", 0.735, "ratio", "share", interval=(0.702, 0.767)), "en", style="interval")
    '73.5% (95%\xa0interval 70.2% to 76.7%)'
    >>> show(Value("a.c", 1422700, "money", "GBP"), "zh")
    '142.27\xa0万英镑'
    >>> show(Value("a.d", None, "estimator", "months"), "en", style="unit reached")
    'not reached'
    """
    wanted = replace(Style.parse(style), decimals=decimals)
    if wanted.form == "n":
        return label("word.missing", language) if value.n is None else f"{value.n:,}"
    if value.value is None or isinstance(value.value, Withheld):
        return label(_name_missing(value, wanted), language)
    if isinstance(value.value, Suppressed):
        return _show_suppressed(value, value.value, language, wanted)
    if isinstance(value.value, str):
        return _show_text(value, value.value, language, wanted)
    if isinstance(value.value, date):
        return show_date(value.value, language, style=wanted.form)
    return _show_number(value, as_decimal(value.value), language, wanted)


def _name_missing(value: Value, style: Style) -> str:
    if isinstance(value.value, Withheld):
        return "word.withheld"
    if "reached" in style.changes:
        return "word.not_reached"
    is_prose = value.kind == "date" and style.form != "table"
    return "word.undated" if is_prose else "word.missing"


def _show_suppressed(value: Value, hidden: Suppressed, language: Language, style: Style) -> str:
    """Give the bound that a hidden number is known by: <10, of a share <2.7%, of a rest >826."""
    if style.form in _LIMITS:
        return label("word.withheld", language)
    if hidden.of is None:
        return f"<{hidden.below}"
    if hidden.is_rest:
        bound = Decimal(hidden.of - hidden.below)
        return f">{_show_number(value, bound, language, style)}"
    # Rounded up: the share is surely smaller than what is printed.
    thousandths = min(-(-1000 * hidden.below // hidden.of), 1000)
    return f"<{write(Decimal(thousandths) / 1000, share_layout(Decimal(), decimals=1))}"


def _show_text(value: Value, text: str, language: Language, style: Style) -> str:
    if unit_of_label(value) == "period":
        return show_period(text, language, style=style.form)
    return name_of(value.unit, text, language)


def unit_of_label(value: Value) -> str:
    """Say whether a text is a period's code or a category."""
    return "period" if value.unit == "period" else "label"


def _show_number(value: Value, number: Decimal, language: Language, style: Style) -> str:
    special = _SPECIAL.get(style.form)
    if special is not None:
        return special(value, number, language, style)
    family = unit_of(value.unit).family
    if family == "p":
        return _show_p(number)
    layout = layout_of(value, number, language, style)
    if family == "pp" and language == "zh" and style.form == "plain" and not style.changes & SIGNS:
        way = "word.rise" if number >= 0 else "word.fall"
        return label(way, "zh") + NBSP + write(number, layout, sign="none") + layout.word
    return write(number, layout, sign=sign_of(value.unit, style)) + layout.word


def _show_p(number: Decimal) -> str:
    if number < Decimal("0.001"):
        return f"p{NBSP}<{NBSP}.001"
    digits = f"{min(round_half_up(number, 3), Decimal('0.999')):.3f}"
    return f"p{NBSP}={NBSP}{digits[1:]}"


def _show_limits(value: Value, number: Decimal, language: Language, style: Style) -> str:
    if value.interval is None:
        return label("word.missing", language)
    # A number that happens to be exactly 0 or 1 has no decimals; its limits do.
    layout = layout_of(value, number, language, style)
    if unit_of(value.unit).family == "share" and "whole" not in style.changes:
        layout = replace(layout, decimals=max(layout.decimals, 1))
    sign = sign_of(value.unit, style)
    low, high = (write(as_decimal(limit), layout, sign=sign) for limit in value.interval)
    joint = f" {label('word.to', language)} "
    return f"{low}{joint}{high}{layout.word}"


def _show_range(value: Value, number: Decimal, language: Language, style: Style) -> str:
    if value.interval is None:
        return label("word.missing", language)
    confidence = write(
        as_decimal(value.confidence), share_layout(as_decimal(value.confidence), decimals=0)
    )
    word = label("word.interval", language)
    blank = NBSP if language == "en" else " "
    return f"{confidence}{blank}{word} {_show_limits(value, number, language, style)}"


def _show_interval(value: Value, number: Decimal, language: Language, style: Style) -> str:
    plain = _show_number(value, number, language, replace(style, form="plain"))
    if value.interval is None:
        return plain
    span = _show_range(value, number, language, style)
    return f"{plain} ({span})" if language == "en" else f"{plain}（{span}）"


def _show_low(value: Value, number: Decimal, language: Language, style: Style) -> str:
    return _show_limit(value, number, language, replace(style, form="low"))


def _show_limit(value: Value, number: Decimal, language: Language, style: Style) -> str:
    if value.interval is None:
        return label("word.missing", language)
    plain = replace(style, form="plain")
    layout = layout_of(value, number, language, plain)
    limit = value.interval[0 if style.form == "low" else 1]
    return write(as_decimal(limit), layout, sign=sign_of(value.unit, plain)) + layout.word


def _show_words(value: Value, number: Decimal, language: Language, style: Style) -> str:
    if number == number.to_integral_value() and 1 <= number <= 10:
        return label(f"number.{int(number)}", language)
    return _show_number(value, number, language, replace(style, form="plain"))


def _show_tenths(value: Value, number: Decimal, language: Language, style: Style) -> str:
    # "Nine in ten" is said only where it is true to within 2.5 points.
    tenth = int(round_half_up(number * 10, 0))
    if 1 <= tenth <= 9 and abs(number - Decimal(tenth) / 10) <= Decimal("0.025"):
        return label(f"tenths.{tenth}", language)
    whole = Style("plain", style.changes | {"whole"})
    return _show_number(value, number, language, whole)


_LIMITS = ("limits", "range", "low", "high")
_SPECIAL = {
    "interval": _show_interval,
    "limits": _show_limits,
    "range": _show_range,
    "low": _show_low,
    "high": _show_limit,
    "words": _show_words,
    "tenths": _show_tenths,
}


def unit_name(value: Value, language: Language) -> str:
    """Give the unit as it stands in a heading over the number: £, 万英镑, 位, or nothing.

    Examples
    --------
    >>> unit_name(Value("a.b", 1422700, "money", "GBP"), "zh")
    '万英镑'
    """
    family = unit_of(value.unit).family
    known = isinstance(value.value, int | float | Decimal)
    number = as_decimal(value.value) if known else Decimal(0)
    if family == "money":
        layout = money_layout(number, value.currency or value.unit, language)
        return (layout.word or layout.symbol).strip(NBSP)
    if family not in ("count", "number", "nps"):
        return ""
    scale = count_layout(number, language, is_headline=True).word.strip(NBSP)
    return (scale if family == "count" else "") + label(f"measure.{value.unit}", language)


def table_decimals(unit: str, numbers: Iterable[float | Decimal]) -> int | None:
    """Choose the decimals that all cells of a column share, or None for units without choice.

    Examples
    --------
    >>> table_decimals("share", [0.25, 0.0042]), table_decimals("share", [0.0042, 0.001])
    (1, 2)
    """
    family = unit_of(unit).family
    if family == "share":
        largest = max((abs(as_decimal(number)) for number in numbers), default=Decimal(1))
        return 2 if largest < Decimal("0.01") else 1
    if family == "count":
        exact = [as_decimal(number) for number in numbers]
        return 0 if all(number == number.to_integral_value() for number in exact) else 1
    return None


def show_axis(numbers: Iterable[float], unit: str, language: Language) -> list[str]:
    r"""Write the ticks of an axis on one scale, the unit once, at the last (largest) tick.

    Examples
    --------
    >>> show_axis([0, 0.25, 0.5], "share", "en")
    ['0', '25', '50%']
    >>> show_axis([0, 100000, 200000], "GBP", "zh")
    ['0', '10', '20\xa0万英镑']
    """
    exact = [as_decimal(number) for number in numbers]
    largest = max(exact, key=abs, default=Decimal(0))
    family = unit_of(unit).family
    value = Value(id="axis", value=largest, kind="count", unit=unit)
    form = "unit" if family == "count" else "headline"
    layout = layout_of(value, largest, language, Style(form))
    layout = replace(layout, decimals=_tick_decimals(exact, layout))
    bare = replace(layout, symbol="", mark="", word="")
    texts = [write(number, bare) if number else "0" for number in exact]
    if exact:
        texts[-1] = write(exact[-1], layout) + layout.word
    return texts


def _tick_decimals(ticks: list[Decimal], layout: Layout) -> int:
    scaled = [(tick / layout.divisor).normalize() for tick in ticks]
    exponents = [int(tick.as_tuple().exponent) for tick in scaled]
    return min(max(0, -min(exponents, default=0)), 4)
