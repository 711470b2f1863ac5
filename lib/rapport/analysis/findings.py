"""Findings: what a chapter found, and the money at stake in it.

A finding is a template with the numbers that it names, a fact that it is about, and its money at
stake: of a complete sum the change, of a rate or mean difference times customers times net spend
per customer. A level that is compared with nothing has a size and no stake. Where one of its
numbers is hidden, or was not measured, there is no finding: the sentence would tell it, and so
might the money.

Findings are put in order by money at stake, then by name; those without come last. The summary
tells a fact once: that fewer customers bought is part of why sales fell, not a second finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from rapport.analysis.measured import Measured

IN_CHAPTER = 3
PAIRS = "pairs"
"""The fact that products are bought together: of baskets alone the headline tells it."""
IN_SUMMARY = 5
STAKE = "stake"
PLACES = Decimal("0.0001")
"""As exact as the money of a line."""
COLUMNS = ("finding", "case", "fact", "measure", "value", "amount", "word", "low", "high", "n",
           "unit", "kind")  # fmt: skip
EXACT = (int, float, Decimal)


@dataclass(frozen=True)
class Finding:
    """One thing that a chapter found.

    `name` is `<chapter>.<what>` (`churn.rate`), with a number where there are several
    (`campaigns.experiment.1`); `fact` is what it is about: findings of one fact are told once;
    `stake` its money, named `stake`, or None where no money can be named; `numbers` what the
    slots of its sentence take.
    """

    name: str
    case: str | None
    fact: str
    stake: Measured | None
    numbers: tuple[Measured, ...]

    @property
    def chapter(self) -> str:
        """The chapter that found it; `sales` is the summary's own."""
        return self.name.partition(".")[0]

    @property
    def what(self) -> str:
        """What it found there: `rate` of `churn.rate`."""
        return self.name.split(".")[1]

    @property
    def measured(self) -> tuple[Measured, ...]:
        """All its numbers, the stake first."""
        return self.numbers if self.stake is None else (self.stake, *self.numbers)

    @property
    def money(self) -> Decimal | None:
        """The money at stake, exact."""
        return None if self.stake is None else Decimal(str(self.stake.value))


def stake_of_sum(change: Decimal, *, currency: str) -> Measured:
    """Give the money at stake where a complete sum changed.

    Examples
    --------
    >>> stake_of_sum(Decimal("-3.10"), currency="GBP").value
    Decimal('3.1000')
    """
    return Measured(STAKE, abs(Decimal(change)).quantize(PLACES), "money", currency)


def stake_of_shares(now: Any, then: Any, spend: Any) -> Measured:
    """Give the money at stake where a share of customers changed, exact to the fraction.

    Parameters
    ----------
    now, then : values of two shares with their `n`; those of `now` are the customers concerned
    spend : value of net spend per customer, as `measure_spend` gives it

    Examples
    --------
    >>> now, then = (Measured("a", k / 100, "ratio", "share", 100) for k in (9, 6))
    >>> stake_of_shares(now, then, Measured("spend.each", Decimal("20.5"), "money", "GBP")).value
    Decimal('61.5000')
    """
    difference = abs(_fraction(now) - _fraction(then))
    return _stake(difference * int(now.n) * Fraction(spend.value), spend, kind="money")


def stake_of_points(points: Any, customers: Any, spend: Any) -> Measured:
    """Give the money at stake where a score of -100 to 100 changed: of those who gave it."""
    difference = abs(Fraction(str(points.value))) / 100
    return _stake(
        difference * int(customers.value) * Fraction(spend.value), spend, kind=points.kind
    )


def stake_of_mean(difference: Any, customers: Any) -> Measured:
    """Give the money at stake where a mean of money differs: difference times customers."""
    amount = abs(Fraction(str(difference.value))) * int(customers.value)
    return _stake(amount, difference, kind=difference.kind)


def stake_of_part(part: Any, whole: Any) -> Measured:
    """Give the money at stake where a total is off by a part of it: part times total."""
    amount = abs(Fraction(str(part.value)) * Fraction(str(whole.value)))
    return _stake(amount, whole, kind=whole.kind)


def stake_of_total(total: Any) -> Measured:
    """Give the money at stake where a total itself is: what leaves, or may leave."""
    return _stake(abs(Fraction(str(total.value))), total, kind=total.kind)


def _fraction(share: Any) -> Fraction:
    # A share of customers is a count over its n: as such, and not as a float, it is exact.
    return Fraction(round(float(share.value) * share.n), int(share.n))


def _stake(amount: Fraction, of: Any, *, kind: str) -> Measured:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    money = exact.quantize(PLACES, rounding=ROUND_HALF_UP)
    return Measured(STAKE, money if kind == "money" else float(money), kind, of.unit)


def measure_spend(
    customers: pd.DataFrame | None, *, currency: str, min_count: int = 10
) -> list[Measured]:
    """Name the net spend per customer of the days that RFM looks back, as `spend.each`.

    Parameters
    ----------
    customers : one row per customer: `rfm_net` (Decimal), `rfm_order_days`; None without

    Returns
    -------
    nothing where fewer than `min_count` customers bought in these days, or returned as much

    Examples
    --------
    >>> bought = pd.DataFrame({"rfm_net": [Decimal(9), Decimal(2)], "rfm_order_days": [2, 1]})
    >>> measure_spend(bought, currency="GBP", min_count=2)[0].value
    Decimal('5.5000')
    """
    if customers is None:
        return []
    bought = customers[customers["rfm_order_days"] > 0]
    n, total = len(bought), sum(map(Decimal, bought["rfm_net"]), Decimal(0))
    if n < max(min_count, 1) or total <= 0:
        return []
    each = (total / n).quantize(PLACES, rounding=ROUND_HALF_UP)
    return [Measured("spend.each", each, "money", currency, n)]


def has_numbers(values: Mapping[str, Any], *slots: str) -> bool:
    """Say whether all of these were measured and none of them is hidden."""
    return all(slot in values and isinstance(values[slot].value, EXACT) for slot in slots)


def make_finding(
    name: str, values: Mapping[str, Any], slots: Sequence[str], *,
    case: str | None = None, fact: str = "", stake: Measured | None = None,
) -> list[Finding]:  # fmt: skip
    """Make a finding of recorded values; none if one of them is hidden or is not there.

    Parameters
    ----------
    name : `<chapter>.<what>`
    values : the chapter's, by slot
    slots : those that the template asks for
    fact : what it is about, the name itself by default
    """
    known = [values[slot] for slot in slots if slot in values]
    if len(known) < len(slots) or any(not _is_told(one.value) for one in known):
        return []
    numbers = tuple(
        Measured(slot, one.value, one.kind, one.unit, one.n, one.interval)
        for slot, one in zip(slots, known, strict=True)
    )
    return [Finding(name, case, fact or name, stake, numbers)]


def _is_told(value: object) -> bool:
    return isinstance(value, EXACT) or (isinstance(value, str) and bool(value))


def rank_findings(findings: Iterable[Finding], *, most: int = IN_CHAPTER) -> list[Finding]:
    """Put findings in order, and keep the first `most`: most money at stake first, then by name.

    Examples
    --------
    >>> def found(name, money):
    ...     stake = None if money is None else stake_of_sum(Decimal(money), currency="GBP")
    ...     return Finding(name, None, name, stake, ())
    >>> listed = [found("c.x", None), found("b.x", 5), found("a.y", None), found("a.x", 5)]
    >>> [one.name for one in rank_findings(listed)]
    ['a.x', 'b.x', 'a.y']
    """
    return sorted(findings, key=_rank)[:most]


def _rank(finding: Finding) -> tuple[bool, Decimal, str]:
    money = finding.money
    return (money is None, -(money or Decimal(0)), finding.name)


def choose_five(
    findings: Iterable[Finding], *, told: Collection[str] = (), most: int = IN_SUMMARY
) -> list[Finding]:
    """Choose the findings of the summary: in order, each fact once.

    Parameters
    ----------
    told : facts that the headline tells
    """
    chosen: dict[str, Finding] = {}
    for finding in sorted(findings, key=_rank):
        if finding.fact not in told:
            chosen.setdefault(finding.fact, finding)
    return list(chosen.values())[:most]


def tabulate_findings(findings: Sequence[Finding]) -> pd.DataFrame | None:
    """Give a chapter's findings, at most three, as a table for the summary; None of none.

    Returns
    -------
    one row per finding and number, findings in order, the stake first
        `finding`, `case` ("" for none), `fact`, `measure`; the number in one of `value` (float,
        empty of money and words), `amount` (Decimal, 0 of all but money), `word`; `low`, `high`,
        `n`, `unit`, `kind`
    """
    rows = [
        (one.name, one.case or "", one.fact, number.name, *_cells(number),
         *(number.interval or (None, None)), number.n, number.unit, number.kind)
        for one in rank_findings(findings)
        for number in one.measured
    ]  # fmt: skip
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"value": float, "low": float, "high": float, "n": "Int64"})


def _cells(number: Measured) -> tuple[float | None, Decimal, str]:
    if isinstance(number.value, Decimal):
        return None, number.value, ""
    if isinstance(number.value, str):
        return None, Decimal(0), number.value
    return float(str(number.value)), Decimal(0), ""


def read_findings(tables: Iterable[pd.DataFrame | None]) -> list[Finding]:
    """Read the findings that chapters gave; None is a chapter without."""
    rows = [row for table in tables if table is not None for row in table.to_dict("records")]
    names = dict.fromkeys(str(row["finding"]) for row in rows)
    return [_read([row for row in rows if row["finding"] == name]) for name in names]


def _read(rows: Sequence[Mapping[Any, Any]]) -> Finding:
    head = rows[0]
    numbers = [_number(row) for row in rows]
    stake = next((one for one in numbers if one.name == STAKE), None)
    told = tuple(one for one in numbers if one.name != STAKE)
    return Finding(str(head["finding"]), str(head["case"]) or None, str(head["fact"]), stake, told)


def _number(row: Mapping[Any, Any]) -> Measured:
    value: Any = row["word"] or None
    if value is None:
        value = row["amount"] if pd.isna(row["value"]) else float(row["value"])
    kind = str(row["kind"])
    if kind == "count" and isinstance(value, float) and value.is_integer():
        value = int(value)
    ends = None if pd.isna(row["low"]) else (float(row["low"]), float(row["high"]))
    n = None if pd.isna(row["n"]) else int(row["n"])
    return Measured(str(row["measure"]), value, kind, str(row["unit"]), n, ends)


def measure_findings(findings: Sequence[Finding]) -> list[Measured]:
    """Name every number of findings for the summary: `finding.churn.rate.stake` and so on."""
    return [
        replace(number, name=f"finding.{one.name}.{number.name}")
        for one in findings
        for number in one.measured
    ]


def list_notes(findings: Sequence[Finding]) -> list[str]:
    """Name the note on money at stake, where some of the findings have any."""
    return ["findings_note"] if any(one.stake is not None for one in findings) else []
