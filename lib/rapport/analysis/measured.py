"""A number as a method gives it: named, with unit, denominator and interval, not yet shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

Number = int | float | Decimal | str | date | None


@dataclass(frozen=True)
class Measured:
    """One named number of a chapter.

    `name` is the id without the chapter (`rate.month`); `kind` sets the tolerance of
    verification; `interval` is on the scale of `value`.
    """

    name: str
    value: Number
    kind: str
    unit: str
    n: int | None = None
    interval: tuple[float, float] | None = None
    table: str | None = None

    @property
    def slot(self) -> str:
        """The name under which a sentence asks for it.

        Examples
        --------
        >>> Measured("rate.month", 0.05, "ratio", "share").slot
        'rate_month'
        """
        return self.name.replace(".", "_")


def share(name: str, part: int, whole: int, *, interval: tuple[float, float] | None) -> Measured:
    """Give a share of customers as a measured number, None of nobody.

    Examples
    --------
    >>> share("best.share", 1, 4, interval=(0.05, 0.7)).value
    0.25
    """
    value = part / whole if whole else None
    return Measured(name, value, "ratio", "share", n=whole, interval=interval if whole else None)


def tabulate(measured: Iterable[Measured]) -> pd.DataFrame:
    """Give numbers as a table, for a chapter that reads them: money as floats, words left out.

    Returns
    -------
    one row per number: `measure`, `value`, `low`, `high`, `n`, `unit`, `kind`

    Examples
    --------
    >>> table = tabulate([Measured("clv", 9.5, "iterative", "GBP", 40, (8.0, 11.0))])
    >>> table[["measure", "value", "low", "n"]].to_numpy().tolist()
    [['clv', 9.5, 8.0, 40]]
    """
    rows = [
        (one.name, float(one.value), *(one.interval or (None, None)), one.n, one.unit, one.kind)
        for one in measured
        if isinstance(one.value, int | float | Decimal)
    ]
    columns = ["measure", "value", "low", "high", "n", "unit", "kind"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"value": float, "low": float, "high": float, "n": "Int64"})
