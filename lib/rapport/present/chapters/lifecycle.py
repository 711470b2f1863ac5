"""The lifecycle chapter's figures and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rapport.present.figures.cohorts import cohort_triangle
from rapport.present.figures.monthly import rate_by_month
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.stages import stage_bars
from rapport.present.figures.survival import survival_curves
from rapport.present.figures.transitions import transition_heat
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, confidence_of, interval_head
from rapport.present.values import Suppressed, Value, has_numbers
from rapport.privacy import suppress_small

Values = Mapping[str, Value]
SHORTEST = 2


def stage_figure(sizes: pd.DataFrame, values: Values, *, min_count: int) -> FigureSpec | None:
    """Give the bars of stages by month end; None of fewer than two.

    Parameters
    ----------
    sizes : `period`, `stage`, `n_customers`, `share`
    """
    if sizes["period"].nunique() < SHORTEST:
        return None
    hidden = sizes.groupby("period", sort=False)["n_customers"].transform(
        lambda counts: suppress_small([int(n) for n in counts], min_count)
    )
    shown = sizes[~hidden.astype(bool)]
    if shown["period"].nunique() < SHORTEST:
        return None
    spec = stage_bars(shown, id="lifecycle.stages")
    case = "hidden" if hidden.any() else "shown"
    told = (
        "orders" if has_numbers(values, "stage_churned_share", "stage_at_risk_share") else "plain"
    )
    told = "contracts" if has_numbers(values, "stage_ended_share") else told
    return spec.entitled(
        Sentence("lifecycle.stages_title", dict(values), case=told),
        caption=Sentence("lifecycle.stages_caption", dict(values), case=case),
    )


def stage_table(table: pd.DataFrame, values: Values, *, lead: str) -> TableSpec | None:
    """Give the stages at the last month end, all customers last; None without any.

    Parameters
    ----------
    table : one row per stage (its index) and `total`: `n_customers`, `share`, `n_before`,
        `n_last_year` (empty where the data do not reach back)
    lead : the stage that the text speaks of
    """
    if table.empty:
        return None
    frame = table.rename_axis("stage").reset_index()
    columns = [
        Column("stage", "lifecycle.head.stage", "label", "stage"),
        Column("n_customers", "lifecycle.head.now", "count", "customers"),
        Column("share", "lifecycle.head.share", "ratio", "share"),
    ]
    # A column without numbers would say nothing, and keep small ones of the others from hiding.
    columns += [
        Column(name, f"lifecycle.head.{name}", "count", "customers")
        for name in ("n_before", "n_last_year")
        if frame[name].notna().all()
    ]
    places = {stage: place for place, stage in enumerate(frame["stage"])}
    return TableSpec(
        id="lifecycle.stage_table",
        columns=tuple(columns),
        frame=frame,
        title=Sentence("lifecycle.stage_table_title", dict(values)),
        strong=frozenset({places[lead]} if lead in places else ()),
    )


def hide_moves(pooled: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Hide the moves of too few customers, and with a lone one of a stage the next smallest.

    Parameters
    ----------
    pooled : `stage`, `stage_after` (`stay`, `any` among them), `n_moves`, `n_moved`, `share`,
        `low`, `high`

    Returns
    -------
    the rows but those of `any`; `stay` is written as the stage itself; of a hidden row `n_moves`
        is `Suppressed` or None, and the share and its limits are empty
    """
    rows = pooled[pooled["stage_after"] != "any"].reset_index(drop=True)
    after = rows["stage_after"].where(rows["stage_after"] != "stay", rows["stage"])
    hidden = rows.groupby("stage", sort=False)["n_moved"].transform(
        lambda counts: suppress_small([int(n) for n in counts], min_count)
    ).astype(bool)  # fmt: skip
    counts: list[Any] = [
        (Suppressed(min_count) if moved < min_count else None) if hide else int(moves)
        for moves, moved, hide in zip(rows["n_moves"], rows["n_moved"], hidden, strict=True)
    ]
    limits = {name: rows[name].mask(hidden) for name in ("share", "low", "high")}
    n_moves = pd.Series(counts, rows.index, dtype=object)
    return rows.assign(stage_after=after, n_moves=n_moves, **limits)


def move_figure(cells: pd.DataFrame, values: Values, stages: tuple[str, ...]) -> FigureSpec | None:
    """Give the heat map of moves; None where no stage has enough customers.

    Parameters
    ----------
    cells : as `hide_moves` gives them
    stages : of the unit's kind, in order
    """
    if cells.empty:
        return None
    # A move that nobody made has no cell; one that too few made has.
    shown = cells[[isinstance(n, Suppressed) or n is None or n > 0 for n in cells["n_moves"]]]
    columns = [stage for stage in stages if stage in set(shown["stage_after"])]
    spec = transition_heat(shown, id="lifecycle.moves", columns=columns)
    told = "told" if has_numbers(values, "move_at_risk_churned") else "plain"
    return spec.entitled(
        Sentence("lifecycle.moves_title", dict(values), case=told),
        caption=Sentence("lifecycle.moves_caption", dict(values)),
    )


def move_table(cells: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the moves with their intervals; those that stayed are in the figure alone."""
    rows = cells[(cells["stage"] != cells["stage_after"]) & cells["share"].notna()]
    if rows.empty:
        return None
    columns = (
        Column("stage", "lifecycle.head.from", "label", "stage"),
        Column("stage_after", "lifecycle.head.to", "label", "stage"),
        Column("n", "lifecycle.head.n", "count", "count"),
        Column("n_moves", "lifecycle.head.moves", "count", "count"),
        Column("share", "lifecycle.head.rate", "ratio", "share"),
        Column("interval", interval_head(confidence_of(values)), "ratio", "share", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="lifecycle.move_table",
        columns=columns,
        frame=rows.assign(interval=rows["share"]).reset_index(drop=True),
        title=Sentence("lifecycle.move_table_title", dict(values)),
    )


def publish_moves(cells: pd.DataFrame) -> pd.DataFrame:
    """Give the moves as later chapters and readers of the tables get them, small ones empty."""
    counts = [None if isinstance(n, Suppressed) or n is None else int(n) for n in cells["n_moves"]]
    n_moves = pd.Series(counts, cells.index, dtype="Int64")
    names = ["stage", "stage_after", "n", "n_moves", "share", "low", "high"]
    return cells.assign(n_moves=n_moves)[names]


def forecast_table(rows: pd.DataFrame | None, values: Values) -> TableSpec | None:
    """Give the stages expected a month on; None where last year tells nothing.

    Parameters
    ----------
    rows : `stage`, `n_now`, `expected`, `low`, `high`
    """
    if rows is None:
        return None
    columns = (
        Column("stage", "lifecycle.head.stage", "label", "stage"),
        Column("n_now", "lifecycle.head.now", "count", "customers"),
        Column("expected", "lifecycle.head.expected", "estimator", "customers",
               style="table whole"),
        Column("interval", interval_head(confidence_of(values)), "estimator", "customers",
               style="limits whole", limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="lifecycle.forecast",
        columns=columns,
        frame=rows.assign(interval=rows["expected"]),
        title=Sentence("lifecycle.forecast_title", dict(values)),
        note=Sentence("lifecycle.forecast_note", dict(values)),
    )


def cohort_figure(
    retention: pd.DataFrame, values: Values, *, min_count: int, min_n: int
) -> FigureSpec | None:
    """Give the triangle of cohorts; None of fewer than two months.

    Parameters
    ----------
    retention : `cohort`, `months_since`, `n_customers`, `size`, `share`, `is_whole`
    """
    rows = retention[retention["months_since"] > 0]
    if rows["months_since"].nunique() < SHORTEST:
        return None
    few = rows["n_customers"].between(1, min_count - 1) | (rows["size"] < min_n)
    sizes: list[Any] = [
        Suppressed(min_count) if 0 < n < min_count else int(n) for n in rows["size"]
    ]
    hidden = rows.assign(
        share=rows["share"].mask(few), size=pd.Series(sizes, rows.index, dtype=object)
    )
    if hidden["share"].isna().all():
        return None
    spec = cohort_triangle(hidden, id="lifecycle.cohorts")
    case = "mixed" if rows["is_mixed"].any() else "plain"
    told = "told" if has_numbers(values, "retention_1") else "plain"
    return spec.entitled(
        Sentence("lifecycle.cohorts_title", dict(values), case=told),
        caption=Sentence("lifecycle.cohorts_caption", dict(values), case=case),
    )


def activation_figure(activation: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the activation of newcomers by the month of their first order; None of one month."""
    known = activation[activation["rate"].notna().cummax()] if len(activation) else activation
    if known["rate"].notna().sum() < SHORTEST:
        return None
    what = Sentence("lifecycle.activation_subtitle", dict(values))
    spec = rate_by_month(known, id="lifecycle.activation", what=what)
    case = "told" if has_numbers(values, "activation") else "plain"
    return spec.entitled(Sentence("lifecycle.activation_title", dict(values), case=case))


def gap_figure(points: pd.DataFrame, at_risk: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the curve of the time to the next order; None where too few are watched.

    Parameters
    ----------
    points : `group`, `time`, `survival`, `low`, `high`
    at_risk : one row, one column per tick of the axis
    """
    if points.empty or at_risk.empty:
        return None
    spec = survival_curves(points, at_risk, id="lifecycle.gaps", labels="gaps")
    return spec.entitled(
        Sentence(
            "lifecycle.gaps_title",
            dict(values),
            case="told" if has_numbers(values, "gaps_year") else "plain",
        ),
        subtitle=Sentence("lifecycle.gaps_subtitle", dict(values)),
    )


def dwell_table(rows: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give how long customers stay in a stage; None without any."""
    if rows.empty:
        return None
    columns = (
        Column("stage", "lifecycle.head.stage", "label", "stage"),
        Column("n", "lifecycle.head.spells", "count", "count"),
        Column("one", "lifecycle.head.one", "estimator", "share"),
        Column("three", "lifecycle.head.three", "estimator", "share"),
        Column("interval", interval_head(confidence_of(values)), "estimator", "share",
               style="limits", limits=("low", "high")),
        Column("median", "lifecycle.head.median", "estimator", "months", style="unit reached"),
    )  # fmt: skip
    return TableSpec(
        id="lifecycle.dwell",
        columns=columns,
        frame=rows.assign(interval=rows["three"]),
        title=Sentence("lifecycle.dwell_title", dict(values)),
        note=Sentence("lifecycle.dwell_note", dict(values)),
    )


def entered_table(
    table: pd.DataFrame, values: Values, *, currency: str, min_count: int
) -> TableSpec | None:
    """Give who has just gone quiet, by the stage that they left.

    None of too few to be told, and of one stage, which is the whole.
    """
    if len(table) <= SHORTEST or int(table["n_customers"].iloc[-1]) < min_count:
        return None
    columns = (
        Column("stage", "lifecycle.head.left", "label", "stage"),
        Column("n_customers", "lifecycle.head.customers", "count", "customers"),
        Column("spend", "lifecycle.head.spend", "money", currency),
        Column("share_spend", "lifecycle.head.share_spend", "ratio", "share"),
        Column("spend_per_customer", "lifecycle.head.per_customer", "money", currency),
    )
    return TableSpec(
        id="lifecycle.entered",
        columns=columns,
        frame=table.rename_axis("stage").reset_index(),
        title=Sentence("lifecycle.entered_title", dict(values)),
    )
