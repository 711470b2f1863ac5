"""The value chapter's questions put to its methods: what is expected, and was it so before.

A unit with contracts is asked how many renew; one with orders alone who orders again. The two are
never mixed: invoices of a contract follow the calendar and are no sign of a customer's mind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.clv import Clv, Margin, estimate_clv
from rapport.analysis.contract_holdout import RenewalTest, hold_out_renewals
from rapport.analysis.holdout import LARGE_ERROR, HoldOut, hold_out
from rapport.analysis.value_buyers import Span, find_span, list_buyers
from rapport.analysis.value_contracts import Asked, ContractValue, value_contracts
from rapport.analysis.value_models import ValueModel, ValueRules, fit_value

ROLES = {"both": "paragraph", "none": "gap"}


@dataclass(frozen=True, eq=False)
class ValueStudy:
    """Models of orders, their test and what they expect; or what contracts are to bring.

    `rank_by` is clv, expected_orders or spend. With `contracts` there is nothing of orders.
    """

    model: ValueModel | None
    test: HoldOut
    clv: Clv | None
    rank_by: str = "spend"
    contracts: ContractValue | None = None
    renewals: RenewalTest | None = None

    @property
    def has_money(self) -> bool:
        """Whether customers have a value in money, of orders."""
        return self.clv is not None and self.model is not None and self.model.has_money


def find_days(
    snapshot: pd.DataFrame, until: dt.date | None, *, holdout_share: float
) -> Span | None:
    """Find the days observed and the cut of the test; None in a unit without days.

    Parameters
    ----------
    snapshot : `data_from`
    until : the last day observed
    """
    begun = snapshot["data_from"].dropna()
    first = begun.iloc[0].date() if len(begun) else None
    return find_span(first, until, holdout_share=holdout_share)


def study_value(
    transactions: pd.DataFrame, days: pd.DataFrame, span: Span | None, rules: ValueRules,
    margin: Margin, *, min_count: int = 10,
) -> ValueStudy:  # fmt: skip
    """Fit, test and add up what customers with orders are expected to bring.

    Parameters
    ----------
    transactions, days : the marts `customer_transactions` and `holdout_days`
    min_count : customers of a number of repeats, below which the test does not show it
    """
    until = None if span is None else span.last
    buyers = list_buyers(transactions, until=until, spend=rules.spend)
    n_days = 0 if span is None else span.n_days
    model = fit_value(buyers, n_days=n_days, horizon_months=rules.horizon_months)
    if model.orders is None:
        return ValueStudy(model, HoldOut("no_model"), None)
    test = hold_out(transactions, days, span, rules, min_count=min_count)
    clv = estimate_clv(model, rules, margin)
    best = "clv" if model.has_money else "expected_orders"
    return ValueStudy(model, test, clv, best if test.ranks_better else "spend")


def study_contracts(
    contracts: pd.DataFrame, asked: Asked, span: Span | None, *, is_snapshot: bool = False
) -> ValueStudy:
    """Fit, test and add up what running contracts are expected to bring.

    Parameters
    ----------
    contracts : the mart `customer_contracts`
    span : the days observed; the test is fitted on those until its cut
    is_snapshot : it is known that contracts ended, not when
    """
    found = value_contracts(contracts, asked)
    test = None
    if found.reason is None:
        confidence = asked.rules.confidence
        test = hold_out_renewals(contracts, span, is_snapshot=is_snapshot, confidence=confidence)
    return ValueStudy(None, HoldOut("contracts"), None, "clv", found, test)


def keep_whole(days: pd.DataFrame, refused: list[int]) -> pd.DataFrame:
    """Give the days after the cut, none where customers are left out: the days hold them all."""
    return days.iloc[:0] if refused else days


def name_outcome(study: ValueStudy) -> str:
    """Name what can be said: money, orders, contracts (_alike), or why nothing can."""
    if study.contracts is not None:
        return study.contracts.outcome
    if study.clv is None:
        return (study.model.reason if study.model else None) or "no_horizon"
    return "money" if study.has_money else "orders"


def name_data(study: ValueStudy, *, min_count: int) -> str:
    """Name what there is to look at: orders, few of them (fewer than may be told), contracts, none.

    Parameters
    ----------
    min_count : customers below which their number is not told
    """
    if study.contracts is not None:
        return "contracts"
    if study.model is None or not study.model.buyers.n:
        return "none"
    repeating = study.model.buyers.histories.n_repeating
    return "orders" if repeating >= min_count else "few"


def list_margins(study: ValueStudy, margin: Margin) -> list[str]:
    """Name where the margin is from, if there is money at all."""
    return [margin.source] if has_value(study) else []


def has_value(study: ValueStudy) -> bool:
    """Whether customers have a value in money, by orders or by contracts."""
    return study.has_money or (study.contracts is not None and not study.contracts.reason)


def list_tests(study: ValueStudy) -> list[str]:
    """Name how the test went: near, over, under, or why there was none; nothing without a model.

    Of contracts `renewals_` stands before it; `renewals_none` where none came.
    """
    if study.renewals is not None:
        error = study.renewals.error
        went = "none" if error is None else _name_error(error)
        return [f"renewals_{study.renewals.reason or went}"]
    if study.clv is None:
        return []
    if study.test.reason is not None or study.test.orders_error is None:
        return ["no_rest" if study.test.reason in (None, "no_rest") else "no_first"]
    return [_name_error(study.test.orders_error)]


def _name_error(error: float) -> str:
    if abs(error) <= LARGE_ERROR:
        return "near"
    return "over" if error > 0 else "under"


def list_errors_beside(study: ValueStudy) -> list[str]:
    """Name the errors that stand beside the totals: money, orders, renewals or untested."""
    if study.renewals is not None:
        return ["untested" if study.renewals.error is None else "renewals"]
    if study.clv is None:
        return []
    if study.test.orders_error is None:
        return ["untested"]
    return ["money" if study.test.money_error is not None else "orders"]


def list_further_tests(study: ValueStudy) -> Iterator[tuple[str, str]]:
    """Name what else the test showed, each a sentence and its wording: of money, of ranking."""
    if study.clv is None or study.test.reason is not None:
        return
    if study.test.money_error is not None:
        yield "tested_money", _name_error(study.test.money_error)
    if study.test.orders_error is not None:
        what = "money" if study.test.capture_money else "orders"
        yield "ranking", f"{what}_{'model' if study.test.ranks_better else 'past'}"


def name_headline(study: ValueStudy, margin: Margin) -> str:
    """Name the headline: that of money says whether it is sales or what stays of them."""
    outcome = name_outcome(study)
    outcome = "contracts" if outcome == "contracts_alike" else outcome
    if outcome not in ("money", "contracts"):
        return outcome
    return f"{outcome}_{'sales' if margin.source == 'sales' else 'margin'}"


def list_warnings(study: ValueStudy, *, asked: int, min_count: int) -> Iterator[str]:
    """Name what must be known beside the numbers.

    Parameters
    ----------
    asked : months that value was to look ahead
    min_count : customers below which their number is not told
    """
    contracts, model = study.contracts, study.model
    if contracts is not None and contracts.reason is None and contracts.n_left_out:
        yield "contracts_left_out"
    if study.clv is None or model is None or model.orders is None:
        return
    n_not_positive = model.buyers.n_not_positive
    told = {
        "no_drop_out": not model.orders.sees_drop_out,
        "goes_together": model.goes_together,
        "short_horizon": model.horizon_months < asked,
        "no_amounts": model.spending is None,
        "not_positive": n_not_positive >= min_count,
        "few_not_positive": 0 < n_not_positive < min_count,
    }
    yield from (name for name, is_so in told.items() if is_so)


def last_stages(stages: pd.DataFrame | None) -> pd.DataFrame | None:
    """Give each customer's stage at the last month end; None without stages."""
    if stages is None:
        return None
    last = stages[stages["month"] == stages["month"].max()]
    assert isinstance(last, pd.DataFrame)
    return last


def take_track(study: ValueStudy) -> pd.DataFrame | None:
    """Give the orders added up since the cut; None without a test, or if nothing came."""
    track = study.test.track
    if study.clv is None or track is None or not int(track["observed"].max()):
        return None
    return track


def take_repeats(study: ValueStudy) -> pd.DataFrame | None:
    """Give the orders by number of repeats; None without a test."""
    return None if study.clv is None else study.test.by_x


def is_sound(study: ValueStudy) -> bool:
    """Whether what must hold does: gradients near 0, sums that add up, no order below 0."""
    if study.clv is None or study.model is None or study.model.orders is None:
        return True
    customers, totals = study.clv.customers, study.clv.totals
    adds = abs(float(customers["expected_orders"].sum()) - totals.orders) <= 1e-6 * totals.orders
    if totals.money is not None:
        adds &= abs(float(customers["clv"].sum()) - totals.money) <= 1e-6 * abs(totals.money)
    fitted = [study.model.orders.gradient]
    if study.model.spending is not None:
        fitted.append(study.model.spending.gradient)
    return bool(adds) and max(fitted) < 1e-3
