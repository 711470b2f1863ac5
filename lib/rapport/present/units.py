"""Units that a value may have, and how many decimals each is shown with.

A family says which row of the format table (docs/methods.md, 5) a unit follows. Words for units
stand in `labels.yml` as `unit.<name>` (with the number) and `measure.<name>` (in a heading).
"""

from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "money", "share", "pp", "change", "nps", "count", "number", "p", "date", "period", "label"
]


@dataclass(frozen=True)
class Unit:
    """How numbers of a unit are shown: their family and usual decimals."""

    family: Family
    decimals: int = 0


CURRENCIES: dict[str, tuple[str, int]] = {
    "GBP": ("£", 2),
    "EUR": ("€", 2),
    "USD": ("US$", 2),
    "CNY": ("CN¥", 2),
}
"""Symbol in English text and digits of the currency; the Chinese words are labels."""

_COUNTS = (
    "customers", "orders", "trading_days", "holidays", "rows", "records", "lines", "products",
    "times", "days", "weeks", "months", "years", "hours", "seconds", "contacts", "answers",
    "comments", "tickets", "baskets", "sessions", "rules", "pairs", "tables", "columns", "files",
    "sources", "groups", "units", "parts", "faults", "contracts", "renewals", "campaigns",
    "periods", "draws", "count",
)  # fmt: skip

UNITS: dict[str, Unit] = {
    "share": Unit("share", 1),
    "pp": Unit("pp", 1),
    "change": Unit("change", 1),
    "nps": Unit("nps"),
    "points": Unit("number", 1),
    "ratio": Unit("number", 2),
    "multiple": Unit("number", 1),
    "orders_per_customer": Unit("number", 2),
    "order_days": Unit("number", 2),
    "mean_days": Unit("number", 1),
    "mean_months": Unit("number", 1),
    "score": Unit("number", 3),
    "auc": Unit("number", 3),
    "index": Unit("number", 0),
    "hazard_ratio": Unit("number", 2),
    "p": Unit("p", 3),
    "date": Unit("date"),
    "period": Unit("period"),
    **{name: Unit("count") for name in _COUNTS},
    **{code: Unit("money", digits) for code, (_, digits) in CURRENCIES.items()},
}


def unit_of(name: str) -> Unit:
    """Look a unit up by its name; a currency of three capitals counts as money.

    Raises
    ------
    ValueError
        No such unit.

    Examples
    --------
    >>> unit_of("share").family, unit_of("SEK").decimals
    ('share', 2)
    """
    if name in UNITS:
        return UNITS[name]
    if len(name) == 3 and name.isalpha() and name.isupper():
        return Unit("money", 2)
    msg = f"unit {name!r} is not known. Known: {', '.join(sorted(UNITS))}."
    raise ValueError(msg)
