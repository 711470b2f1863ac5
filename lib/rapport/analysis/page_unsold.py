"""Page one of a unit that delivers no sales: what it does deliver is counted instead.

A unit of clicks has visitors, one of contracts that were looked at once has the share that ended,
one of baskets without days, customers or amounts has baskets. Nothing is said of sales, because a
sum of 0 would be read as one that was measured.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from rapport.analysis.change import compare_shares, compare_totals
from rapport.analysis.findings import PAIRS
from rapport.analysis.intervals import wilson
from rapport.analysis.key_figures import EARLIER, Comparison, KeyFigure, Rules
from rapport.analysis.measured import Measured
from rapport.analysis.page_people import WORDS, count_contacts, list_first, list_people

# Figures by their names, and the measures of the chapters that they are.
BASKETS = (("rules", "rules"), ("two_products", "baskets.of_two"), ("products", "items"),
           ("hit_rate", "hits.rules"))  # fmt: skip
STAYS = (("stay_year", "overall.first"), ("stay_years", "overall.second"))
VISITS = (("funnel_share", "funnel.share"), ("visit_orders", "visit_to_order"),
          ("visits", "visits.n"), ("visit_contacts", "visits.contacts"))  # fmt: skip
MORE_VISITS = (("funnel.entered", "funnel.entered"), ("funnel.narrow", "funnel.narrow"))
MORE_RULES = (("pairs.possible", "pairs.possible"),)
MORE_STAYS = (("stake.total", "loss.total"), ("stake.n", "loss.first.n"),
              ("stake.first", "loss.first"), ("stake.share", "loss.first.share"))  # fmt: skip


@dataclass(frozen=True)
class Delivered:
    """What a unit delivers besides sales; None where it delivers no such table."""

    contacts: pd.DataFrame | None = None
    """`interaction_measures`, one row per window."""
    contracts: pd.DataFrame | None = None
    """`subscription_durations`: `event_observed`, `n`."""
    value: Measured | None = None
    """What running contracts are expected to bring in twelve months."""
    has_baskets: bool = False
    """Orders without days, customers or amounts."""
    stays: pd.DataFrame | None = None
    """`churn_totals`: what the chapter on churn found of contracts."""
    rules: pd.DataFrame | None = None
    """`rule_totals`: what the chapter on recommendation found of baskets."""
    visits: pd.DataFrame | None = None
    """`visit_totals`: what the chapter on profiling found of visits and their funnel."""
    people: pd.DataFrame = field(default_factory=list_people)
    """Shares of customers by what is known of them, of a unit that knows nothing else."""
    first: tuple[KeyFigure, ...] = ()
    """The largest of these, by attribute."""
    quality: pd.DataFrame | None = None
    """`data_quality`: rows kept and marked, by table, of such a unit."""


def list_unsold(snapshot: pd.DataFrame, delivered: Delivered, *, rules: Rules) -> list[KeyFigure]:
    """Give the key figures of a unit without sales; none for a unit that has or could have them.

    Parameters
    ----------
    snapshot : one row: `n_customers`, `n_orders`
    delivered : its other tables
    rules : confidence and thresholds

    Returns
    -------
    the figures in order, the first one being what the headline says: `rules`, `baskets` and what
        else is known of them, `ended`, `contracts`, `stay_year`, `stay_years`, `value`, `visitors`,
        `funnel_share`, `visit_orders`, `visits`, `visit_contacts` and `contacts`, `customers`; none
        where orders were delivered, or nothing at all. Of customers alone `customers`, the largest
        groups (`first_age_band`), `described` and `contacted`
    """
    row = snapshot.iloc[0]
    if delivered.has_baskets:
        known = [_take(delivered.rules, *each) for each in BASKETS]
        baskets = _count("baskets", int(row["n_orders"]), "baskets")
        first, *more = known
        return [figure for figure in (first, baskets, *more) if figure is not None]
    if int(row["n_orders"]) or not int(row["n_customers"]):
        return []
    figures = _ended(delivered.contracts, rules)
    stays = [_take(delivered.stays, *each) for each in STAYS]
    figures += [figure for figure in stays if figure is not None]
    if delivered.value is not None:
        figures.append(KeyFigure("value", delivered.value, {}, ()))
    reach = _reach(delivered.contacts, rules)
    came = [_follow(delivered.visits, *each, rules) for each in VISITS]
    # Of seven the customers known give way, of eight their contacts.
    figures += [*reach[:1], *(figure for figure in came if figure is not None), *reach[1:]]
    everybody = _count("customers", int(row["n_customers"]), "customers")
    if figures:
        return [*figures, everybody]
    return [everybody, *delivered.first, *count_contacts(delivered.quality)]


def is_bare(snapshot: pd.DataFrame, delivered: Delivered) -> bool:
    """Say whether customers are all that is known: page one can but describe them."""
    row = snapshot.iloc[0]
    others = (delivered.contacts, delivered.contracts, delivered.value)
    is_empty = not int(row["n_orders"]) and all(one is None for one in others)
    return is_empty and not delivered.has_baskets and bool(int(row["n_customers"]))


def join_people(
    delivered: Delivered,
    customers: pd.DataFrame | None,
    quality: pd.DataFrame | None,
    *,
    min_count: int = 10,
    confidence: float = 0.95,
) -> Delivered:
    """Add who the customers are; nothing without them."""
    if customers is None:
        return delivered
    people = list_people(customers, min_count=min_count, confidence=confidence)
    first = tuple(list_first(people, customers, confidence=confidence))
    return replace(delivered, people=people, first=first, quality=quality)


def _take(totals: pd.DataFrame | None, name: str, measure: str) -> KeyFigure | None:
    """Take a figure from what a chapter published; None where it has none, or a count of nought."""
    rows = None if totals is None else totals[totals["measure"] == measure]
    if rows is None or rows.empty or not rows["value"].iloc[0]:
        return None
    row: Any = rows.iloc[0]
    value = int(row["value"]) if row["kind"] == "count" else float(row["value"])
    ends = None if pd.isna(row["low"]) else (float(row["low"]), float(row["high"]))
    n = None if pd.isna(row["n"]) else int(row["n"])
    return KeyFigure(
        name, Measured(name, value, str(row["kind"]), str(row["unit"]), n, ends), {}, ()
    )


def list_told(figures: Sequence[KeyFigure]) -> list[str]:
    """Name the facts of findings that the headline of such a page tells."""
    return [PAIRS] if figures and figures[0].name == "rules" else []


def _follow(totals: pd.DataFrame | None, name: str, measure: str, rules: Rules) -> KeyFigure | None:
    """Take a figure of visits, with the period before where the chapter published it."""
    figure = _take(totals, name, measure)
    before = _take(totals, f"{name}.previous", f"{measure}.previous")
    if figure is None or before is None:
        return figure
    now, then = figure.now, before.now
    if now.kind == "count":
        change = compare_totals(int(str(now.value)), int(str(then.value)),
                                min_change=rules.min_change)  # fmt: skip
    else:
        counts = [_count_of(one) for one in (now, then)]
        change = compare_shares(*counts, min_change=rules.min_change, confidence=rules.confidence)
    return KeyFigure(name, now, {"previous": Comparison(then, change)}, ())


def _count_of(one: Measured) -> tuple[int, int]:
    n = one.n or 0
    return round(float(str(one.value)) * n), n


def measure_unsold(delivered: Delivered, figures: Sequence[KeyFigure]) -> list[Measured]:
    """Name what the sentences of such a page say beside its figures.

    `pairs.possible`, of which rules were sought; `stake.total`, `stake.n`, `stake.first`,
    `stake.share`: risk times value of running contracts, and what the first tenth of the
    customers hold of it.
    """
    names = {figure.name for figure in figures}
    told = [(delivered.rules, "rules", each) for each in MORE_RULES]
    told += [(delivered.stays, "ended", each) for each in MORE_STAYS]
    told += [(delivered.visits, "funnel_share", each) for each in MORE_VISITS]
    found = [_take(totals, *each) for totals, leads, each in told if leads in names]
    return [figure.now for figure in found if figure is not None]


def choose_unsold(
    figures: Sequence[KeyFigure], known: Collection[str]
) -> list[list[tuple[str, None]]]:
    """Choose the paragraph under the headline, by the numbers that there are, by slot."""
    names = {figure.name for figure in figures}
    sentences: list[str] = []
    if "ended" in names and {"stay_first", "stay_last", "group_first", "group_last"} <= set(known):
        sentences.append("unsold_plans")
    if {"stake_total", "stake_share", "stake_n"} <= set(known):
        sentences.append("unsold_stake")
    told = [word for word in reversed(WORDS) if f"people_{word}" in known]
    if told:
        sentences.append(f"unsold_people_{told[0]}")
    if "contacted" in names and "mark" in known:
        sentences.append("unsold_mark")
    if {"funnel_entered", "funnel_narrow", "funnel_from", "funnel_to"} <= set(known):
        sentences.append("unsold_funnel")
    if {"visits", "visit_contacts", "visit_orders"} <= names & set(known):
        sentences.append("unsold_visits")
    if {"rules", "first_a", "first_b"} <= set(known):
        sentences.append("unsold_pair")
    return [[(name, None) for name in sentences]] if sentences else []


def choose_minds(figures: Sequence[KeyFigure], *, is_snapshot: bool) -> list[tuple[str, None]]:
    """Choose what "Mind the data" says of such a unit, as sentences without a case."""
    names = {figure.name for figure in figures}
    minds: dict[str, bool] = {
        "mind_baskets": "baskets" in names,
        "mind_snapshot": is_snapshot and "contracts" in names,
    }
    return [(name, None) for name, is_so in minds.items() if is_so]


def _count(name: str, n: int, unit: str) -> KeyFigure:
    return KeyFigure(name, Measured(name, n, "count", unit), {}, ())


def _ended(contracts: pd.DataFrame | None, rules: Rules) -> list[KeyFigure]:
    if contracts is None:
        return []
    n = int(contracts["n"].sum())
    found = [_count("contracts", n, "contracts")]
    if n < rules.min_n:
        return found
    ended = int(contracts.loc[contracts["event_observed"].astype(bool), "n"].sum())
    ends = wilson(ended, n, confidence=rules.confidence).ends
    share = Measured("ended", ended / n, "ratio", "share", n=n, interval=ends)
    return [KeyFigure("ended", share, {}, ()), *found]


def _reach(contacts: pd.DataFrame | None, rules: Rules) -> list[KeyFigure]:
    if contacts is None:
        return []
    rows = contacts.set_index("window")
    return [
        _flow("visitors", rows, ("n_visitors", "customers"), rules),
        _flow("contacts", rows, ("n_contacts", "contacts"), rules),
    ]


def _flow(name: str, rows: pd.DataFrame, of: tuple[str, str], rules: Rules) -> KeyFigure:
    column, unit = of
    counts: Mapping[str, int] = {str(w): int(n) for w, n in rows[column].items()}
    against = {}
    for window in EARLIER:
        if window in counts and bool(rows["is_comparable"][window]):
            before = Measured(f"{name}.{window}", counts[window], "count", unit)
            change = compare_totals(counts["current"], counts[window], min_change=rules.min_change)
            against[window] = Comparison(before, change)
    past: Any = rows[rows.index.str.startswith("history-")].sort_values("position", kind="stable")
    history = tuple(
        float(counts[str(w)]) if bool(past["is_comparable"][w]) else None for w in past.index
    )
    return KeyFigure(name, Measured(name, counts["current"], "count", unit), against, history)
