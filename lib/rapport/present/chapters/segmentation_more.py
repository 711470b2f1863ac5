"""The segmentation chapter's table of moves, of what else is known of segments, and the radar."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.figures.radar import radar
from rapport.present.figures.sizes import size_panels
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, interval_head, withhold
from rapport.present.values import Value, parameter_value, period_value

Values = Mapping[str, Value]


def name_previous(periods: pd.DataFrame) -> dict[str, Value]:
    """Give the period before as a word, where there is one."""
    codes = periods.loc[periods["window"] == "previous", "period"]
    named = [period_value(str(code), name="previous") for code in codes]
    return dict(zip(["previous"], named, strict=False))


def month_figure(
    months: pd.DataFrame, values: Values, *, case: str, confidence: float
) -> FigureSpec | None:
    """Give the sizes of segments at month ends; None without, or where two days say nothing.

    Parameters
    ----------
    months : `period`, `segment`, `n_all`, and `share`, `low`, `high`, empty where hidden
    values : `cut` (a period), `sizes_earlier`, `sizes_later`
    case : up, down, unclear, none, or few or late (nothing is shown)
    """
    if months.empty or case in ("few", "late"):
        return None
    cut = str(values["cut"].value)
    spec = size_panels(months, id="segmentation.months", lead="high_value", mark=cut)
    sure = {"confidence": parameter_value("confidence", confidence, "share")}
    slots = {**values, **spec.subtitle.slots, **sure}
    return spec.entitled(
        Sentence("segmentation.months_title", slots, case=case),
        subtitle=Sentence("segmentation.months_subtitle", slots),
        caption=Sentence("segmentation.months_caption", slots),
    )


def month_table(months: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the share of every segment at month ends; None without.

    Parameters
    ----------
    months : `period`, a column of shares per segment, empty where hidden, and `n_all`
    """
    if months.empty:
        return None
    names = [str(name) for name in months.columns if name not in ("period", "n_all")]
    frame = months
    for name in names:
        frame = withhold(frame, months[name].isna(), [name])
    return TableSpec(
        id="segmentation.month_sizes",
        columns=(
            Column("period", "segmentation.head.month", "date", "period", style="table"),
            *(Column(name, f"segment.short.{name}", "ratio", "share") for name in names),
            Column("n_all", "segmentation.head.customers", "count", "customers"),
        ),
        frame=frame,
        title=Sentence("segmentation.month_sizes_title", dict(values)),
        note=Sentence("segmentation.month_sizes_note", dict(values)),
    )


def move_table(moves: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give who was in which segment then and is in which now; None without an earlier day.

    Parameters
    ----------
    moves : `earlier`, and a column of customers per later segment and `absent`
    """
    if moves.empty:
        return None
    names = [str(name) for name in moves.columns if name != "earlier"]
    columns = (
        Column("earlier", "segmentation.head.earlier", "label", "segment"),
        *(Column(name, f"segment.short.{name}", "count", "customers") for name in names),
    )
    # Who was in none on both days is nobody of whom this table speaks.
    return TableSpec(
        id="segmentation.moves",
        columns=columns,
        frame=moves,
        title=Sentence("segmentation.moves_title", dict(values)),
        subtitle=Sentence("segmentation.moves_subtitle", dict(values)),
        note=Sentence("segmentation.moves_note", dict(values)),
    )


def more_table(more: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give tenure, usual gap and answers by segment; None where no segment is large enough.

    Parameters
    ----------
    more : `segment`, `n`, `tenure`, `gap`, `n_answers`, `nps`, `low`, `high`
    """
    if more.empty:
        return None
    columns = [
        Column("segment", "segmentation.head.segment", "label", "segment"),
        Column("n", "segmentation.head.customers", "count", "customers"),
        Column("tenure", "segmentation.head.tenure", "count", "days", style="table whole"),
        Column("gap", "segmentation.head.gap", "count", "days", style="table whole"),
    ]
    if more["nps"].notna().any():
        columns += [
            Column("n_answers", "segmentation.head.answers", "count", "customers"),
            Column("nps", "segmentation.head.nps", "estimator", "nps"),
            Column("interval", interval_head(_confidence(values)), "estimator", "nps",
                   style="limits", limits=("low", "high")),
        ]  # fmt: skip
    return TableSpec(
        id="segmentation.more",
        columns=tuple(columns),
        frame=more.assign(interval=more["nps"]),
        title=Sentence("segmentation.more_title", dict(values)),
        note=Sentence("segmentation.more_note", dict(values)),
    )


def discount_table(discounts: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the share of orders with a discount by segment, of all last; None without.

    Parameters
    ----------
    discounts : `segment`, `n_orders`, `share`, `low`, `high`
    """
    if "discounts_share" not in values:
        return None
    frame = discounts.assign(interval=discounts["share"])
    return TableSpec(
        id="segmentation.discounts",
        columns=(
            Column("segment", "segmentation.head.segment", "label", "segment"),
            Column("n_orders", "segmentation.head.orders", "count", "orders"),
            Column("share", "segmentation.head.discounted", "ratio", "share"),
            Column("interval", interval_head(values["discounts_share"].confidence), "ratio",
                   "share", style="limits", limits=("low", "high")),
        ),
        frame=withhold(frame, discounts["share"].isna(), ["share"]),
        title=Sentence("segmentation.discounts_title", dict(values)),
        note=Sentence("segmentation.discounts_note", dict(values)),
    )  # fmt: skip


def segment_radar(profile: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the radar of segments; None where fewer than two can be shown."""
    if profile.empty:
        return None
    spec = radar(profile, id="segmentation.radar", labels="segment")
    return spec.entitled(Sentence("segmentation.radar_title", dict(values)))


def _confidence(values: Values) -> float:
    return values["best_share"].confidence if "best_share" in values else 0.95
