"""The campaigns chapter's tables and figures of returns, pressure, paths and answers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.campaigns import pressure_rows
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.survival import survival_curves
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.values import Value

Values = Mapping[str, Value]
MOST_ROWS = 15


def return_table(rows: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give what campaigns brought for what they cost; None without a known cost.

    Parameters
    ----------
    rows : `campaign`, `cost`, `per_buyer` (cost by customer who bought), `roi`, `roi_low`,
        `roi_high` (empty where nothing may be said), `attributed`
    """
    if rows.empty:
        return None
    columns = [
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        Column("cost", "campaigns.head.cost", "estimator", currency),
    ]
    if rows["per_buyer"].notna().any():
        columns.append(Column("per_buyer", "campaigns.head.per_buyer", "estimator", currency))
    if rows["roi"].notna().any():
        head = interval_head(float(str(values["confidence"].value)))
        columns += [
            Column("roi", "campaigns.head.roi", "estimator", "change"),
            Column("roi_interval", head, "estimator", "change", style="limits",
                   limits=("roi_low", "roi_high")),
        ]  # fmt: skip
    columns.append(Column("attributed", "campaigns.head.attributed", "estimator", "change"))
    return TableSpec(
        id="campaigns.returns",
        columns=tuple(columns),
        frame=rows.assign(roi_interval=rows["roi"]).head(MOST_ROWS).reset_index(drop=True),
        title=Sentence("campaigns.returns_title", dict(values)),
        note=Sentence("campaigns.returns_note", dict(values)),
    )


def pressure_figure(
    rows: pd.DataFrame, values: Values, *, answer: str, min_count: int
) -> FigureSpec | None:
    """Give answers by the number of contacts in thirty days; None under two numbers to show.

    Parameters
    ----------
    rows : `n_contacts`, `n`, `n_customers`, `share`, `low`, `high`
    answer : n_bought, n_redeemed or n_unsubscribed
    min_count : customers, and contacts answered, below which a row is not drawn
    """
    told = take_told(rows, min_count=min_count)
    if len(told) < 2:
        return None
    slots = {"confidence": values["confidence"]}
    what = answer.removeprefix("n_")
    case = "unsubscribed" if what == "unsubscribed" else "answered"
    name = "campaigns.pressure" if case == "answered" else "campaigns.unsubscribed"
    return pressure_rows(told, id=name).entitled(
        Sentence("campaigns.pressure_title_of", case=case),
        subtitle=Sentence(f"campaigns.pressure_{what}", slots),
    )


def cross_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give answers by channel and stage at the contact; None where there is nothing to cross.

    Parameters
    ----------
    rows : as `campaign_groups.cross_channels` gives them
    """
    if rows.empty:
        return None
    columns = (
        Column("channel", "campaigns.head.channel", "label", "channel"),
        Column("stage", "campaigns.head.stage_contact", "label", "stage"),
        Column("n", "campaigns.head.contacts", "count", "contacts"),
        Column("n_customers", "campaigns.head.customers", "count", "customers"),
        Column("share", "campaigns.head.bought", "ratio", "share"),
        Column("share_interval", interval_head(float(str(values["confidence"].value))), "ratio",
               "share", style="limits", limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="campaigns.crossed",
        columns=columns,
        frame=rows.assign(share_interval=rows["share"]).reset_index(drop=True),
        title=Sentence("campaigns.crossed_title", dict(values)),
        note=Sentence("campaigns.crossed_note", dict(values)),
    )


def balance_table(
    rows: pd.DataFrame, values: Values, *, of: str, currency: str
) -> TableSpec | None:
    """Give what the arms of experiments were like before; None without an experiment read.

    Parameters
    ----------
    rows : as `campaign_groups.balance_stages` or `balance_spend` gives them
    of : stages or spend
    """
    if rows.empty:
        return None
    unit, gap = ("share", "pp") if of == "stages" else (currency, currency)
    kind, style = ("ratio", "limits") if of == "stages" else ("estimator", "limits bare")
    stage = (Column("stage", "campaigns.head.stage", "label", "stage"),) if of == "stages" else ()
    columns = (
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        *stage,
        Column("n_customers_treated", "campaigns.head.treated", "count", "customers"),
        Column("treated", f"campaigns.head.{of}_before", kind, unit),
        Column("n_customers_control", "campaigns.head.control", "count", "customers"),
        Column("control", f"campaigns.head.{of}_before", kind, unit),
        Column("difference", "campaigns.head.difference", "estimator", gap),
        Column("difference_interval", interval_head(float(str(values["confidence"].value))),
               "estimator", gap, style=style, limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id=f"campaigns.balance_{of}",
        columns=columns,
        frame=rows.assign(difference_interval=rows["difference"]).reset_index(drop=True),
        title=Sentence("campaigns.balance_title", dict(values), case=of),
        note=Sentence("campaigns.balance_note", dict(values)) if of == "stages" else None,
    )


def take_told(rows: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Leave out rows of a handful of customers, or of answers."""
    answered = (rows["share"] * rows["n"]).round()
    few = (rows["n_customers"] < min_count) | ((answered > 0) & (answered < min_count))
    return rows[~few & rows["low"].notna()].reset_index(drop=True)


def path_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the credit of each channel by three rules; None where no path is known.

    Parameters
    ----------
    rows : `channel`, `first`, `last`, `linear` (orders)
    """
    if rows.empty:
        return None
    columns = (
        Column("channel", "campaigns.head.channel", "label", "channel"),
        Column("first", "campaigns.head.first", "count", "orders"),
        Column("last", "campaigns.head.last", "count", "orders"),
        Column("linear", "campaigns.head.linear", "estimator", "multiple"),
    )
    return TableSpec(
        id="campaigns.paths",
        columns=columns,
        frame=rows.reset_index(drop=True),
        title=Sentence("campaigns.paths_title", dict(values)),
        note=Sentence("campaigns.paths_note", dict(values)),
    )


def first_order_figure(
    curves: pd.DataFrame, at_risk: pd.DataFrame, values: Values, *, outcome: str
) -> FigureSpec:
    """Give one experiment's time to the first order, assigned and held out.

    Parameters
    ----------
    curves, at_risk : as `first_orders.list_curves` gives them
    values : `first_order_name`, `first_order_days`
    outcome : sooner, later or alike
    """
    spec = survival_curves(curves, at_risk, id="campaigns.first_orders", labels="arm")
    return spec.entitled(
        Sentence("campaigns.first_order_title", dict(values), case=outcome),
        subtitle=Sentence("campaigns.first_order_subtitle", dict(values)),
    )


def first_order_table(rows: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give every experiment's money by drawing, and who had ordered by when; None without any.

    Parameters
    ----------
    rows : as `first_orders.tabulate_followed` gives them
    """
    if rows.empty:
        return None
    head = interval_head(float(str(values["confidence"].value)))
    columns = (
        Column("campaign", "campaigns.head.campaign", "label", "text"),
        Column("spend", "campaigns.head.spend", "estimator", currency),
        Column("drawn_interval", head, "simulated", currency, style="limits bare",
               limits=("drawn_low", "drawn_high")),
        Column("days", "campaigns.head.days", "count", "days"),
        Column("assigned", "campaigns.head.ordered_assigned", "estimator", "share"),
        Column("assigned_watched", "campaigns.head.watched", "count", "customers"),
        Column("held_out", "campaigns.head.ordered_held_out", "estimator", "share"),
        Column("held_out_watched", "campaigns.head.watched", "count", "customers"),
        Column("p", "campaigns.head.log_rank", "estimator", "p"),
    )  # fmt: skip
    return TableSpec(
        id="campaigns.followed",
        columns=columns,
        frame=rows.assign(drawn_interval=rows["spend"]).head(MOST_ROWS).reset_index(drop=True),
        title=Sentence("campaigns.first_order_table_title", dict(values)),
        note=Sentence("campaigns.first_order_note", dict(values)),
    )
