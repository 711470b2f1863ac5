"""The numbers and tables that the value chapter says of its models."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rapport.analysis.bgnbd import NAMES, parameter_intervals
from rapport.analysis.clv import Margin, sum_bands, sum_groups
from rapport.analysis.contract_holdout import measure_renewals
from rapport.analysis.gamma_gamma import NAMES as SPENDING_NAMES
from rapport.analysis.gamma_gamma import Ends
from rapport.analysis.gamma_gamma import parameter_intervals as spending_intervals
from rapport.analysis.measured import Measured
from rapport.analysis.value_contracts import ContractValue
from rapport.analysis.value_models import ValueModel
from rapport.analysis.value_study import ValueStudy, has_value

UNITS = ("ratio", "weeks", "ratio", "ratio")
MOST_DAYS = 4


def measure_value(
    study: ValueStudy, margin: Margin, *, currency: str, asked: int, confidence: float = 0.95
) -> list[Measured]:
    """Name what is expected of all customers, or of running contracts.

    Parameters
    ----------
    asked : months that value was to look ahead
    """
    share = Measured("margin", margin.share, "ratio", "share")
    if study.contracts is not None:
        return [share, *_measure_contracts(study.contracts, currency, asked)]
    model = study.model
    assert model is not None
    n = model.buyers.n
    found = [
        share,
        Measured("customers", n, "count", "customers"),
        Measured("repeating", model.buyers.histories.n_repeating, "count", "customers"),
        Measured("not_positive", model.buyers.n_not_positive, "count", "customers"),
    ]
    if study.clv is None:
        return found
    totals, months = study.clv.totals, study.clv.horizon_months
    found += [
        Measured("horizon", months, "count", "months"),
        Measured("orders", totals.orders, "iterative", "orders", n, totals.orders_ends),
    ]
    if totals.money is not None:
        found += [
            Measured("clv", totals.money, "iterative", currency, n, totals.money_ends),
            Measured("clv.each", totals.money / n, "iterative", currency, n),
        ]
    if model.correlation is not None:
        found.append(Measured("correlation", model.correlation, "estimator", "ratio"))
    return [*found, *_measure_models(model, currency, confidence)]


def _measure_contracts(found: ContractValue, currency: str, months: int) -> list[Measured]:
    known = [
        Measured("contracts", found.n_running, "count", "contracts"),
        Measured("contracts.left_out", found.n_left_out, "count", "contracts"),
        Measured("horizon", months, "count", "months"),
    ]
    if found.reason is not None:
        return known
    total, n = float(found.customers["clv"].sum()), len(found.customers)
    first = found.groups.iloc[0]
    return [
        *known,
        Measured("customers", n, "count", "customers"),
        Measured("clv", total, "iterative", currency, n, found.money_ends),
        Measured("renews.months", int(first["renewal_months"]), "count", "months"),
        *(
            Measured(
                f"renews.{place}",
                float(first[f"renews_{place}"]),
                "iterative",
                "share",
                int(first["n"]),
                (float(first[f"renews_{place}_low"]), float(first[f"renews_{place}_high"])),
            )
            for place in ("first", "fifth")
        ),
    ]


def _measure_models(
    model: ValueModel, currency: str, confidence: float, part: str = ""
) -> Iterator[Measured]:
    fitted, spending = model.orders, model.spending
    assert fitted is not None
    limits = parameter_intervals(fitted, confidence=confidence)
    for name, unit, interval in zip(NAMES, UNITS, limits, strict=True):
        number = getattr(fitted, name)
        yield Measured(f"bgnbd.{part}{name}", number, "iterative", unit, fitted.n, interval)
    if spending is not None:
        ends: list[Ends | None] = [*spending_intervals(spending, confidence=confidence)] or [
            None
        ] * len(SPENDING_NAMES)
        units = ("ratio", "ratio", currency)
        for name, unit, interval in zip(SPENDING_NAMES, units, ends, strict=True):
            number = getattr(spending, name)
            yield Measured(
                f"gamma_gamma.{part}{name}", number, "iterative", unit, spending.n, interval
            )


def measure_test(study: ValueStudy, *, currency: str, confidence: float = 0.95) -> list[Measured]:
    """Name what the test expected and what came; nothing without a test."""
    if study.renewals is not None:
        return measure_renewals(study.renewals)
    test = study.test
    if study.clv is None or test.totals is None or test.model is None or test.span is None:
        return []
    n, totals = test.model.buyers.n, test.totals
    found = [
        Measured("holdout.cut", test.span.cut, "date", "date"),
        Measured("holdout.customers", n, "count", "customers"),
        Measured("holdout.predicted", totals.orders, "iterative", "orders", n, totals.orders_ends),
        Measured("holdout.observed", test.orders, "count", "orders", n),
        Measured("holdout.mae", test.mae, "iterative", "order_days", n),
        Measured("holdout.naive_mae", test.naive_mae, "iterative", "order_days", n),
    ]
    if test.orders_error is not None:
        found.append(Measured("holdout.error", test.orders_error, "iterative", "change", n))
    if test.money_error is not None:
        found += [
            Measured("holdout.money.predicted", totals.money, "iterative", currency, n,
                     totals.money_ends),
            Measured("holdout.money.observed", test.money, "money", currency, n),
            Measured("holdout.money.error", test.money_error, "iterative", "change", n),
        ]  # fmt: skip
    captures = test.capture_money or test.capture_orders
    if captures is not None:
        for name, number in zip(("model", "past"), captures, strict=True):
            found.append(Measured(f"holdout.capture.{name}", number, "iterative", "share", n))
    return [*found, *_measure_models(test.model, currency, confidence, "holdout.")]


def list_bands(study: ValueStudy, *, min_count: int) -> pd.DataFrame | None:
    """Give the bands of value, ranked as the test allows; None without money."""
    valued = _take_valued(study)
    return None if valued is None else sum_bands(valued, by=study.rank_by, min_count=min_count)


def _take_valued(study: ValueStudy) -> pd.DataFrame | None:
    if not has_value(study):
        return None
    if study.contracts is not None:
        return study.contracts.customers
    return None if study.clv is None else study.clv.customers


def measure_bands(bands: pd.DataFrame | None) -> list[Measured]:
    """Name the share of value that the first fifth holds."""
    if bands is None:
        return []
    fifth = bands[(bands["band"] == "top_20") & bands["share"].notna()]
    return [
        Measured("top_share", float(row["share"]), "iterative", "share", int(row["n_customers"]))
        for row in fifth.to_dict("records")
    ]


def list_groups(
    study: ValueStudy, groups: pd.DataFrame | None, *, name: str
) -> pd.DataFrame | None:
    """Give the value of segments or stages; None without money or without groups."""
    valued = _take_valued(study)
    return None if valued is None else sum_groups(valued, groups, name=name, rest="outside")


def name_groups(*tables: pd.DataFrame | None) -> str:
    """Say whether value can be told by any group: both or none."""
    return "both" if any(table is not None and len(table) > 1 for table in tables) else "none"


def summarise_past(study: ValueStudy) -> pd.DataFrame | None:
    """Give what customers have done so far, by order days, where there is no model.

    Returns
    -------
    one row per number of order days (4 stands for four or more): `order_days`, `n_customers`,
        `spend_each`, `spend_day` (an order day), `days_since`; None where there is a model
    """
    if study.clv is not None or study.model is None or not study.model.buyers.n:
        return None
    frame = study.model.buyers.frame
    known = frame.assign(
        order_days=np.minimum(frame["x"] + 1, MOST_DAYS), days=frame["x"] + 1,
        since=frame["T"] - frame["t_x"],
    )  # fmt: skip
    summed = known.groupby("order_days").agg(
        n_customers=("x", "size"), spend=("spend", "sum"), days=("days", "sum"),
        days_since=("since", "median"),
    )  # fmt: skip
    table = summed.assign(
        spend_each=summed["spend"] / summed["n_customers"],
        spend_day=summed["spend"] / summed["days"],
    )
    return table.reset_index()


def list_parameters(study: ValueStudy, *, confidence: float) -> pd.DataFrame:
    """Give the parameters of the models, of all days and up to the cut; no row without a model.

    Returns
    -------
    one row per parameter: `parameter`, `whole`, `low`, `high` (empty where no drop-out is
        seen), `first` (empty without a test)
    """
    columns = ["parameter", "whole", "low", "high", "first"]
    if study.clv is None or study.model is None or study.model.orders is None:
        return pd.DataFrame(columns=columns)
    whole, first = study.model, study.test.model
    orders, early = whole.orders, None if first is None else first.orders
    ends = parameter_intervals(study.model.orders, confidence=confidence)
    rows = [
        (name, getattr(orders, name), *(limits or (np.nan, np.nan)), getattr(early, name, np.nan))
        for name, limits in zip(NAMES, ends, strict=True)
    ]
    spending = whole.spending
    if spending is not None:
        earlier = None if first is None else first.spending
        limits = spending_intervals(spending, confidence=confidence)
        rows += [
            (
                name,
                getattr(spending, name),
                *(told or (np.nan, np.nan)),
                getattr(earlier, name, np.nan),
            )
            for name, told in zip(SPENDING_NAMES, limits, strict=True)
        ]
    return pd.DataFrame(rows, columns=columns)


def take_customers(study: ValueStudy) -> pd.DataFrame | None:
    """Give what is published of each customer; None without a model."""
    if study.contracts is not None:
        return None if study.contracts.reason else study.contracts.customers
    return None if study.clv is None else study.clv.customers.drop(columns="spend")


def take_backtest(study: ValueStudy) -> pd.DataFrame | None:
    """Give what was expected and what came, by repeats; None without a test."""
    return None if study.clv is None else study.test.by_x
