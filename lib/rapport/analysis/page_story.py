"""The story of page one: which sentences the numbers allow, and the numbers that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.analysis.decomposition import RevenueSplit, split_revenue
from rapport.analysis.findings import Finding, has_numbers, make_finding, stake_of_sum
from rapport.analysis.influence import NOTABLE, customer_changes, share_of_largest
from rapport.analysis.key_figures import EARLIER, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.page_one import WORTH_ASKING, ActionFact, find_driver

ROOM = 2
"""Sentences of the second paragraph: with those of the first at most 65 words, 110 characters."""
REPURCHASE_DAYS = 90  # as the mart `repurchase` counts; fixed, so that units can be compared
Sentences = list[tuple[str, str | None]]


def split_change(periods: pd.DataFrame, *, can_split: bool = True) -> RevenueSplit | None:
    """Split the change of net revenue since the period before; None where there is none.

    Parameters
    ----------
    periods : `period_measures`, one row per window
    can_split : False for a unit without sales, or with a draw of lines for its orders: neither
        number nor size of orders is known then
    """
    rows = periods.set_index("window")
    if "previous" not in rows.index or not bool(rows["is_comparable"]["previous"]):
        return None
    if not can_split:
        return None
    return split_revenue(dict(rows.loc["current"]), dict(rows.loc["previous"]))


def measure_story(
    periods: pd.DataFrame, buyers: pd.DataFrame, split: RevenueSplit | None, *, currency: str
) -> list[Measured]:
    """Name what the sentences of page one say beside the key figures."""
    rows = periods.set_index("window")
    now: Any = rows.loc["current"]
    found = [
        Measured("new", int(now["n_new"]), "count", "customers"),
        Measured("repurchase.days", REPURCHASE_DAYS, "count", "days"),
        Measured("trading_days", int(now["trading_days"]), "count", "trading_days"),
        Measured("unidentified", Decimal(now["unidentified_net"]), "money", currency),
        *_share("unidentified.share", now),
        *_identified_share(now),
        *_earlier_days(rows, now),
    ]
    if split is None:
        return found
    then = rows.loc["previous"]
    found += [
        Measured("identified.change", split.identified, "money", currency),
        Measured("unidentified.change", split.unidentified, "money", currency),
        Measured(
            "active.difference", int(now["n_active"] - then["n_active"]), "count", "customers"
        ),
        *_share("unidentified.share.previous", then),
        *_driver(split),
    ]
    return found + _largest(buyers, split)


def _share(name: str, row: Any) -> list[Measured]:
    if row["net"] <= 0:  # returns outweighed sales: a share of a negative sum means nothing
        return []
    return [Measured(name, float(row["unidentified_net"] / row["net"]), "ratio", "share")]


def _identified_share(now: Any) -> list[Measured]:
    if now["net"] <= 0:
        return []
    share = float(now["identified_net"] / now["net"])
    return [Measured("identified.share", share, "ratio", "share")]


def _earlier_days(rows: pd.DataFrame, now: Any) -> list[Measured]:
    found = []
    for window in ("previous", "last_year"):
        if window not in rows.index or not bool(rows["is_comparable"][window]):
            continue
        then: Any = rows.loc[window]
        found.append(
            Measured(f"trading_days.{window}", int(then["trading_days"]), "count", "trading_days")
        )
        if then["net"] > 0 and then["trading_days"] and now["trading_days"]:
            a_day = Decimal(now["net"]) / int(now["trading_days"])
            before = Decimal(then["net"]) / int(then["trading_days"])
            tail = "change" if window == "previous" else "change_year"
            found.append(
                Measured(f"net.per_day.{tail}", float(a_day / before - 1), "ratio", "change")
            )
    return found


def _driver(split: RevenueSplit) -> list[Measured]:
    driver = find_driver(split)
    if driver is None:
        return []
    known = split.identified / split.total
    return [
        Measured("driver.share", float(driver[1]), "ratio", "share"),
        Measured("known.share", float(known), "ratio", "share"),
    ]


def _largest(buyers: pd.DataFrame, split: RevenueSplit) -> list[Measured]:
    largest = share_of_largest(customer_changes(buyers))
    if largest is None or split.total == 0:
        return []
    # Of the change that the page states, which sales of nobody known moved too.
    share = largest.amount / split.total
    if share <= NOTABLE:
        return []
    return [
        # In whole percent: the amount, which a finer share would tell, is one customer's.
        Measured("largest.share", round(float(share), 2), "ratio", "share"),
    ]


def measure_actions(facts: Sequence[ActionFact], *, currency: str) -> list[Measured]:
    """Name the customers and the money of every action."""
    found = []
    for fact in facts:
        found.append(Measured(f"{fact.name}.customers", fact.customers, "count", "customers"))
        found.append(Measured(f"{fact.name}.money", fact.money, "money", currency))
    return found


def choose_lead(
    figures: Sequence[KeyFigure],
    split: RevenueSplit | None,
    *,
    is_whole: bool,
    findings: Sequence[Finding] = (),
) -> list[Sentences]:
    """Choose the two paragraphs under the headline: sentences by name and case.

    An incomplete period begins with its days. The first paragraph tells the headline's change by
    its parts; the second what nobody can follow up, then the other findings with most money at
    stake, then churn, as many as there is room for.

    Parameters
    ----------
    findings : those of the summary, in their order
    """
    named = {figure.name: figure for figure in figures}
    if "net" not in named:
        return []
    first: Sentences = [] if is_whole else [("days", _days_case(named["net"]))]
    if split is None:
        # Where nobody bought anything the headline has said so.
        first += [("active", "alone")] if _has_some(named) else []
    else:
        first += _identified(named, split) if is_whole else []
    second: Sentences = []
    if split is not None and is_whole and abs(split.unidentified) > abs(split.total) / 10:
        second.append(("unknown", "up" if split.unidentified > 0 else "down"))
    churn: Sentences = [("churn", _churn_case(named["churn"]))] if "churn" in named else []
    for finding in findings:
        if finding.stake is not None and finding.chapter != "sales":
            is_churn = (finding.chapter, finding.what) == ("churn", "rate") and bool(churn)
            second += churn if is_churn else [(f"finding.{finding.name}", finding.case)]
    second += [sentence for sentence in churn if sentence not in second]
    return [paragraph for paragraph in (first, second[:ROOM]) if paragraph]


def _has_some(named: Mapping[str, KeyFigure]) -> bool:
    return any(named[name].now.value != 0 for name in ("net", "active") if name in named)


def _days_case(net: KeyFigure) -> str:
    year = net.against.get("last_year")
    # From or to nothing there is no change a day, which the sentence would name.
    if year is not None and _is_positive(year.before) and _is_positive(net.now):
        return "year"
    return "previous" if "previous" in net.against else "alone"


def _is_positive(amount: Measured) -> bool:
    return isinstance(amount.value, int | Decimal) and amount.value > 0


def _identified(named: dict[str, KeyFigure], split: RevenueSplit) -> Sentences:
    way = "up" if split.identified > 0 else "down"
    # A change of known customers' spend is told against what all sales moved.
    is_small = split.identified == 0 or abs(split.identified) < abs(split.total) / 20
    sentences: Sentences = [("known", "level" if is_small else way)]
    for name in ("active", "frequency"):
        earlier = named[name].against.get("previous") if name in named else None
        if earlier is not None:
            case = earlier.change.case
            sentences.append((name, case if case in ("up", "down") else "level"))
    return sentences


def _churn_case(churn: KeyFigure) -> str:
    earlier = churn.against.get("previous")
    if earlier is None:
        return "alone"
    return earlier.change.case if earlier.change.case in ("up", "down") else "level"


def choose_warnings(
    periods: pd.DataFrame, measured: Mapping[str, Any], *, has_surveys: bool, is_whole: bool,
    is_drawn: bool = False,
) -> Sentences:  # fmt: skip
    """Choose what "Mind the data" says: sentences by name and case, the weightiest first.

    Parameters
    ----------
    measured : the values that were recorded, by slot
    has_surveys : whether the unit has a table of surveys
    is_drawn : whether its orders are a draw of lines
    """
    rows = periods.set_index("window")
    now = rows.loc["current"]
    found: Sentences = [("mind_drawn", None)] if is_drawn else []
    unknown = float(now["unidentified_net"] / now["net"]) if now["net"] > 0 else 0.0
    if unknown >= WORTH_ASKING:
        compared = "unidentified_share_previous" in measured
        found.append(("mind_unidentified", "compared" if compared else "alone"))
    if "largest_share" in measured:
        is_part = measured["largest_share"].value <= 1
        found.append(("mind_largest", "part" if is_part else "whole"))
    if "last_year" in rows.index and not bool(rows["is_comparable"]["last_year"]):
        found.append(("mind_begin", None))
    if not is_whole:
        found.append(("mind_incomplete", None))
    if not has_surveys:
        found.append(("mind_survey", None))
    return found


def find_in_sales(
    figures: Sequence[KeyFigure], values: Mapping[str, Any], *, is_whole: bool, currency: str
) -> list[Finding]:
    """Find how net sales changed, and how much of them carries a customer number.

    What moved them (customers, orders each, average order, sales of nobody known) is told with
    the change; as findings of their own they would tell it again.

    Parameters
    ----------
    figures : the key figures, without what is withheld of too few customers
    values : theirs, by slot
    is_whole : False for a period that has not ended, which is compared with the same days
    """
    found = []
    for figure in figures:
        window = next((window for window in EARLIER if window in figure.against), None)
        if figure.name != "net" or window is None:
            continue
        change, before = figure.against[window].change, figure.against[window].before
        is_sized = change.relative is not None and Decimal(str(before.value)) > 0
        if change.case in ("up", "down") and is_sized and Decimal(str(figure.now.value)) >= 0:
            stake = stake_of_sum(Decimal(str(change.absolute)), currency=currency)
            tail = "net_change" if window == "previous" else "net_change_year"
            case = f"{'' if window == 'previous' else 'year_'}{change.case}"
            wording = case if is_whole else f"incomplete_{case}"
            found += make_finding("sales.change", values, ("net", f"net_{window}", tail),
                                  case=wording, stake=stake)  # fmt: skip
    share = "identified_share"
    # Where nearly all sales carry a number there is nothing to tell.
    if has_numbers(values, share) and 1 - values[share].value >= WORTH_ASKING:
        found += make_finding("sales.identified", values, (share,))
    return found
