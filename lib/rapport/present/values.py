"""Values: the only things whose numbers may reach a page.

A value knows its name, what kind of number it is (which sets how exactly a rerun must
reproduce it), its unit, its denominator and its interval. Shares are 0 to 1 and
differences of shares too: percent exists only in print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Kind = str
"""One of KINDS."""
KINDS: tuple[Kind, ...] = (
    "count",
    "money",
    "label",
    "date",
    "ratio",
    "estimator",
    "iterative",
    "simulated",
)


@dataclass(frozen=True)
class Suppressed:
    """A number that is hidden because it counts fewer than `below` customers.

    `of` is the known whole: of a share its denominator, of a count (`is_rest`) the customers of
    whom it leaves out fewer than `below`.
    """

    below: int
    of: int | None = None
    is_rest: bool = False


@dataclass(frozen=True)
class Withheld:
    """A number that is hidden without a bound: few, or so that such a number is not worked out.

    It is printed in words of its own where None, which there is no number for, says "n/a".
    """


WITHHELD = Withheld()


def hide_count(count: int, below: int) -> Suppressed | Withheld:
    """Hide a count: as small if it is, else without a bound, for it only protects another.

    Examples
    --------
    >>> hide_count(3, 10), hide_count(12, 10)
    (Suppressed(below=10, of=None, is_rest=False), Withheld())
    """
    return Suppressed(below) if count < below else WITHHELD


Scalar = int | Decimal | float | str | date | Suppressed | Withheld | None


@dataclass(frozen=True)
class Value:
    """One named value; `unit` is a name of `units.UNITS`, or a label's group for labels.

    `interval` is on the scale of `value`. `currency` is needed only where the unit is not
    itself a currency.
    """

    id: str
    value: Scalar
    kind: Kind
    unit: str
    n: int | None = None
    interval: tuple[float | Decimal, float | Decimal] | None = None
    table: str | None = None
    currency: str | None = None
    confidence: float = 0.95

    def __post_init__(self) -> None:
        """Refuse a kind that no tolerance of verification is known for."""
        if self.kind not in KINDS:
            msg = f"value {self.id}: kind {self.kind!r} is not one of {', '.join(KINDS)}"
            raise ValueError(msg)

    @property
    def source_kind(self) -> str:
        """What a text run made of this value cites: value, date, label or parameter."""
        if self.id.startswith("parameter."):
            return "parameter"
        return self.kind if self.kind in ("date", "label") else "value"


def label_value(group: str, name: str) -> Value:
    """Give a word of `labels.yml` as a value: `label_value("segment", "new")`.

    Examples
    --------
    >>> label_value("segment", "new").id
    'segment.new'
    """
    return Value(id=f"{group}.{name}", value=name, kind="label", unit=group)


def text_value(identity: str, text: str) -> Value:
    """Give a word of the customer's own (a product, a country) that is printed as it is."""
    return Value(id=identity, value=text, kind="label", unit="text")


def date_value(identity: str, day: date | None) -> Value:
    """Give a date as a value; None is the end of data that carry no day.

    Examples
    --------
    >>> date_value("as_of", date(2010, 11, 30)).source_kind
    'date'
    """
    return Value(id=identity, value=day, kind="date", unit="date")


def period_value(code: str, *, name: str = "period") -> Value:
    """Give a period's code (2010-11, 2010-W48, 2010-Q4, 2010, all) as a value."""
    return Value(id=name, value=code, kind="date", unit="period")


def has_numbers(values: Mapping[str, Value], *names: str) -> bool:
    """Say whether all of these are known and none is hidden, so that a title may speak of them.

    Examples
    --------
    >>> has_numbers({"a": label_value("word", "total")}, "a"), has_numbers({}, "a")
    (False, False)
    """
    found = [values[name].value if name in values else None for name in names]
    return all(isinstance(number, int | float | Decimal) for number in found)


def parameter_value(name: str, value: int | float | str, unit: str) -> Value:
    """Give a parameter of the run as a value: `parameter_value("horizon_days", 90, "days")`."""
    kind: Kind = "label" if isinstance(value, str) else "count"
    return Value(id=f"parameter.{name}", value=value, kind=kind, unit=unit)
