"""The value chapter's figures and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from rapport.present.figures.holdout import expected_orders, orders_by_repeats
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.value import band_shares, value_shares
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.values import Value, label_value
from rapport.privacy import suppress_small

Values = Mapping[str, Value]


class Contracts(Protocol):
    """What is shown of contracts: one row per length."""

    @property
    def groups(self) -> pd.DataFrame:
        """Give the lengths."""


def holdout_figures(
    track: pd.DataFrame | None, by_x: pd.DataFrame | None, values: Values
) -> tuple[FigureSpec, ...]:
    """Give what the test showed over time and by repeats; nothing without a test.

    Parameters
    ----------
    track : `day`, `predicted`, `observed`; None or a last `observed` of 0 draws nothing
    by_x : `x`, `n`, `predicted`, `observed`, `is_or_more`
    values : `holdout_predicted`, `holdout_cut` ...
    """
    figures = []
    predicted = values.get("holdout_predicted")
    if track is not None and predicted is not None and predicted.interval is not None:
        low, high = (float(end) for end in predicted.interval)
        spec = expected_orders(track, id="value.track", limits=(low, high))
        figures.append(
            spec.entitled(
                Sentence("value.track_title", dict(values)),
                subtitle=Sentence("value.track_subtitle", dict(values)),
            )
        )
    if by_x is not None and len(by_x):
        spec = orders_by_repeats(by_x, id="value.by_repeats")
        figures.append(
            spec.entitled(
                Sentence("value.by_repeats_title", dict(values)),
                subtitle=Sentence("value.by_repeats_subtitle", dict(values)),
            )
        )
    return tuple(figures)


def band_table(
    bands: pd.DataFrame | None, values: Values, *, currency: str, rank_by: str
) -> TableSpec | None:
    """Give the bands of customers and what they are expected to bring; None without money."""
    if bands is None or bands.empty:
        return None
    columns = (
        Column("band", "value.head.band", "label", "value_band"),
        Column("n_customers", "value.head.customers", "count", "customers"),
        Column("clv", "value.head.clv", "iterative", currency, style="table whole"),
        Column("share", "value.head.share", "iterative", "share"),
        Column("clv_each", "value.head.each", "iterative", currency),
    )
    is_fifth = bands["band"].reset_index(drop=True) == "top_20"
    return TableSpec(
        id="value.bands",
        columns=columns,
        frame=bands.reset_index(drop=True),
        title=Sentence("value.bands_table_title"),
        note=Sentence("value.bands_note", dict(values), case=rank_by),
        strong=frozenset(int(at) for at in is_fifth[is_fifth].index),
    )


def band_figure(bands: pd.DataFrame | None, values: Values) -> FigureSpec | None:
    """Give what share of customers brings what share of value; None without money or bands."""
    if bands is None or len(bands) < 2 or bands[["n_customers", "share"]].isna().any(axis=None):
        return None
    spec = band_shares(bands, id="value.band_shares")
    has_fifth = "top_share" in values
    return spec.entitled(Sentence("value.bands_title", dict(values))) if has_fifth else spec


def hide_groups(table: pd.DataFrame | None, *, min_count: int) -> pd.DataFrame | None:
    """Leave out groups of too few customers, and the next smallest with a lone one."""
    if table is None:
        return None
    small = suppress_small([int(n) for n in table["n_customers"]], min_count)
    return table[[not hidden for hidden in small]].reset_index(drop=True)


def group_table(
    table: pd.DataFrame | None, values: Values, *, labels: str, currency: str
) -> TableSpec | None:
    """Give the value of each segment or stage; None where there are fewer than two."""
    if table is None or len(table) < 2:
        return None
    columns = (
        Column(labels, f"value.head.{labels}", "label", labels),
        Column("n_customers", "value.head.customers", "count", "customers"),
        Column("orders_each", "value.head.orders_each", "iterative", "order_days"),
        Column("clv_each", "value.head.each", "iterative", currency),
        Column("clv", "value.head.clv", "iterative", currency, style="table whole"),
        Column("share_clv", "value.head.share", "iterative", "share"),
    )
    return TableSpec(
        id=f"value.by_{labels}",
        columns=columns,
        frame=table,
        title=Sentence(f"value.by_{labels}_title", dict(values)),
        strong=frozenset({0}),
    )


def group_figure(table: pd.DataFrame | None, values: Values, *, labels: str) -> FigureSpec | None:
    """Give each group's share of customers and of value; None where there are fewer than two."""
    if table is None or len(table) < 2 or table["share_clv"].isna().any():
        return None
    spec = value_shares(table, id=f"value.{labels}_shares", labels=labels)
    first = spec.data.iloc[0]
    lead = {
        "lead": label_value(labels, str(first["group"])),
        "lead_customers": Value(
            f"{spec.id}.lead", float(first["share_customers"]), "ratio", "share"
        ),
        "lead_value": Value(
            f"{spec.id}.lead.value", float(first["share_clv"]), "iterative", "share"
        ),
    }
    return spec.entitled(Sentence(f"value.{labels}_shares_title", {**values, **lead}))


def past_table(past: pd.DataFrame | None, values: Values, *, currency: str) -> TableSpec | None:
    """Give what customers have done so far where no model can be had."""
    if past is None or past.empty:
        return None
    columns = (
        Column("order_days", "value.head.order_days", "label", "order_days_so_far"),
        Column("n_customers", "value.head.customers", "count", "customers"),
        Column("spend_each", "value.head.spend_each", "estimator", currency),
        Column("spend_day", "value.head.spend_day", "estimator", currency),
        Column("days_since", "value.head.days_since", "estimator", "days"),
    )
    return TableSpec(
        id="value.past",
        columns=columns,
        frame=past.assign(order_days=past["order_days"].astype(str)),
        title=Sentence("value.past_title", dict(values)),
    )


def model_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the parameters of the models: fitted on all days, and on those up to the cut.

    Parameters
    ----------
    rows : one row per parameter: `parameter`, `whole`, `low`, `high`, `first`
    """
    if rows.empty:
        return None
    confidence = values["confidence"]
    note = "parameters_note" if "holdout_mae" in values else "parameters_untested"
    columns = (
        Column("parameter", "value.head.parameter", "label", "value_parameter"),
        Column("whole", "value.head.whole", "iterative", "score"),
        Column("interval", interval_head(float(str(confidence.value))), "iterative", "score",
               style="limits", limits=("low", "high")),
        Column("first", "value.head.first", "iterative", "score"),
    )  # fmt: skip
    return TableSpec(
        id="value.parameters",
        columns=columns,
        frame=rows.assign(interval=rows["whole"]),
        title=Sentence("value.parameters_title", dict(values)),
        note=Sentence(f"value.{note}", dict(values)),
    )


def contract_table(found: Contracts | None, values: Values, *, currency: str) -> TableSpec | None:
    """Give the renewals expected of contracts, by the months between two; None without any.

    Parameters
    ----------
    found : with `groups`, one row per length: `renewal_months`, `n`, `n_running`,
        `renews_first`, `renews_fifth`, `renewals_each`, `clv`; None in a unit without contracts
    """
    if found is None or found.groups.empty:
        return None
    columns = (
        Column("renewal_months", "value.head.renewal_months", "count", "months", style="unit"),
        Column("n", "value.head.contracts", "count", "contracts"),
        Column("n_running", "value.head.running", "count", "contracts"),
        Column("renews_first", "value.head.renews_first", "iterative", "share"),
        Column("renews_fifth", "value.head.renews_fifth", "iterative", "share"),
        Column("renewals_each", "value.head.renewals_each", "iterative", "order_days"),
        Column("clv", "value.head.clv", "iterative", currency, style="table whole"),
    )
    return TableSpec(
        id="value.contracts",
        columns=columns,
        frame=found.groups,
        title=Sentence("value.contracts_title", dict(values)),
        note=Sentence("value.contracts_note", dict(values)),
    )
