"""Numbers as text: rounded half up once, on the decimal string, with true minus signs."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rapport.present.labels import Language, has_label, label
from rapport.present.units import CURRENCIES, unit_of

NBSP = "\u00a0"
MINUS = "\u2212"


@dataclass(frozen=True)
class Layout:
    """How a number is laid out: divided, rounded, with a mark on each and a word at the end.

    `mark` is repeated on both limits of an interval (%, m), `word` is printed once, after
    the last (days, pp, 万英镑).
    """

    divisor: Decimal = Decimal(1)
    decimals: int = 0
    symbol: str = ""
    mark: str = ""
    word: str = ""


def as_decimal(number: object) -> Decimal:
    """Give a number's decimal string as a Decimal: no binary digits are rounded.

    Examples
    --------
    >>> as_decimal(0.285)
    Decimal('0.285')
    """
    if isinstance(number, Decimal):
        return number
    if isinstance(number, bool):
        msg = "a truth value is not a number that can be shown"
        raise TypeError(msg)
    return Decimal(str(number))


def round_half_up(number: Decimal, decimals: int) -> Decimal:
    """Round half away from zero.

    Examples
    --------
    >>> round_half_up(Decimal("28.5"), 0), round_half_up(Decimal("-0.25"), 1)
    (Decimal('29'), Decimal('-0.3'))
    """
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def write(number: Decimal, layout: Layout, *, sign: str = "minus") -> str:
    """Write a number without its word; `sign` is minus, both or none.

    Examples
    --------
    >>> write(Decimal("-32345"), Layout(Decimal(1000), 1, "£", "k"))
    '−£32.3k'
    """
    rounded = round_half_up(number / layout.divisor, layout.decimals)
    digits = f"{abs(rounded):,.{layout.decimals}f}"
    before = ""
    if sign != "none" and rounded < 0:
        before = MINUS
    elif sign == "both" and rounded > 0:
        before = "+"
    return f"{before}{layout.symbol}{digits}{layout.mark}"


def money_layout(number: Decimal, currency: str, language: Language) -> Layout:
    """Choose how money is shown in headlines, prose and on axes: £1.42m, 142.27 万英镑.

    The step is chosen by the rounded number, so 999,950 is £1.00m and never £1000.0k.

    Examples
    --------
    >>> money_layout(Decimal(999950), "GBP", "en").mark
    'm'
    """
    size = abs(number)
    if language == "zh":
        return _chinese_money(size, currency)
    symbol = CURRENCIES[currency][0] if currency in CURRENCIES else currency + NBSP
    steps = ((0, 2, "", 100), (0, 0, "", 1000), (3, 1, "k", 1000), (6, 2, "m", 1000))
    for power, decimals, mark, limit in steps:
        divisor = Decimal(10) ** power
        if round_half_up(size / divisor, decimals) < limit:
            return Layout(divisor, decimals, symbol, mark)
    return Layout(Decimal(10) ** 9, 2, symbol, "bn")


def _chinese_money(size: Decimal, currency: str) -> Layout:
    word = (
        label(f"currency.{currency}", "zh")
        if has_label(f"currency.{currency}")
        else NBSP + currency
    )
    for power, decimals, mark, limit in ((0, 2, "", 100), (0, 0, "", 10**4), (4, 2, "万", 10**4)):
        divisor = Decimal(10) ** power
        if round_half_up(size / divisor, decimals) < limit:
            return Layout(divisor, decimals, word=f"{NBSP}{mark}{word}")
    return Layout(Decimal(10) ** 8, 2, word=f"{NBSP}亿{word}")


def count_layout(number: Decimal, language: Language, *, is_headline: bool) -> Layout:
    """Choose how a count is shown; Chinese headlines go over to 万 from 10,000."""
    decimals = 0
    if number != number.to_integral_value():
        decimals = 1 if abs(number) < 100 else 0
    if not is_headline or language != "zh" or abs(number) < 10**4:
        return Layout(decimals=decimals)
    big = abs(number) >= 10**8
    return Layout(Decimal(10) ** (8 if big else 4), 2, word=f"{NBSP}{'亿' if big else '万'}")


def share_layout(number: Decimal, *, decimals: int | None = None) -> Layout:
    """Choose how a share is shown: one decimal, two under 1 %, none for exactly 0 or 1.

    Examples
    --------
    >>> write(Decimal("0.0045"), share_layout(Decimal("0.0045")))
    '0.45%'
    """
    if decimals is None:
        usual = 2 if abs(number) < Decimal("0.01") else 1
        decimals = 0 if number in (0, 1) else usual
    return Layout(Decimal("0.01"), decimals, mark="%")


def unit_word(unit: str, number: Decimal, language: Language) -> str:
    """Give the word that follows a number of this unit, with its no-break space, or nothing."""
    name = f"unit.{unit}"
    if language == "en" and number == 1 and has_label(f"{name}.one"):
        name = f"{name}.one"
    return NBSP + label(name, language) if has_label(name) else ""


def is_signed(unit: str) -> bool:
    """Say whether numbers of a unit always carry their sign: differences and NPS."""
    return unit_of(unit).family in ("pp", "change", "nps")
