"""The segmentation chapter's figures and tables of segments; those of groups lie beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.figures.dots import segment_bars, sizes_over_time
from rapport.present.figures.grids import rfm_grid
from rapport.present.figures.spec import FigureSpec, Plot
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec, withhold
from rapport.present.values import Value, date_value, has_numbers, label_value, period_value
from rapport.privacy import suppress_small

Values = Mapping[str, Value]
TOTAL = "total"
# What is said beside the segments, and where: only whom to win back belongs to the story.
OF_SEGMENTS = (
    "share_customers", "spend", "share_spend", "spend_per_customer", "aov", "days_since_median",
    "share_repeat",
)  # fmt: skip
ROLES = {"keep": "paragraph", "outside": "note", "not_positive": "note", "contracts": "note"}


def name_lead(lead: str | None) -> dict[str, Value]:
    """Give the segment that the headline names as a word, where there is one."""
    return {} if lead is None else {"best_name": label_value("segment", lead)}


def list_asides(table: pd.DataFrame) -> list[str]:
    """Name what helps to read the table of segments, where there is one."""
    return [] if table.empty else ["how_to_read"]


def name_days(snapshot: pd.DataFrame, periods: pd.DataFrame) -> dict[str, Value]:
    """Give the first day of the data, and the month that fixed borders are taken from, if any."""
    named = {"data_from": Value("data_from", None, "label", "date")}
    for day in snapshot["data_from"].dropna():
        named["data_from"] = date_value("data_from", day.date())
    for day in periods.loc[periods["window"] == "cut", "ends_on"]:
        named["cut"] = period_value(f"{day:%Y-%m}", name="cut")
    return named


def hide_sizes(table: pd.DataFrame | None, *, min_count: int) -> pd.DataFrame | None:
    """Give the table of segments as it may be published; None where there is none."""
    return None if table is None else hide_small(table, min_count=min_count)


def hide_small(
    table: pd.DataFrame, *, min_count: int, counts: Sequence[str] = ("n_customers",)
) -> pd.DataFrame:
    """Empty the rows of fewer than `min_count` customers, and the next smallest with a lone one.

    Parameters
    ----------
    table : one row per group, named by its index; `counts` are its columns of customers. The row
        `total` counts all and stays.

    Returns
    -------
    the rows in the order given, whole numbers as `Int64`
    """
    hidden = pd.Series(data=False, index=table.index)
    parts = table.index[table.index != TOTAL]
    for name in counts:
        small = suppress_small([int(n) for n in table.loc[parts, name]], min_count)
        hidden[parts] |= pd.Series(small, index=parts, dtype=bool)
    shown = table.mask(hidden)
    for name in counts:
        shown[name] = shown[name].astype("Int64")
    if "share_repeat" in table:
        again = (shown["share_repeat"] * shown["n_customers"]).astype(float).round()
        return hide_rates(shown, "share_repeat", again, min_count=min_count)
    return shown


def mark_hidden(frame: pd.DataFrame, count: str, names: Sequence[str]) -> pd.DataFrame:
    """Mark the rows that `hide_small` emptied, whose count is gone, as withheld in a table."""
    return withhold(frame, frame[count].isna(), [count, *names])


def hide_rates(table: pd.DataFrame, rate: str, hits: pd.Series, *, min_count: int) -> pd.DataFrame:
    """Empty a rate whose `hits` are too few customers, and the next smallest with a lone one."""
    parts = table.index[(table.index != TOTAL) & hits.notna()]
    small = suppress_small([int(n) for n in hits[parts]], min_count)
    hidden = table.index.isin(parts[small])
    return table.assign(**{rate: table[rate].mask(hidden)})


def segment_overview(
    table: pd.DataFrame, values: Values, *, currency: str, spend: str, lead: str | None
) -> TableSpec | None:
    """Give the table of segments, all customers last; None where it says nothing.

    Parameters
    ----------
    table : as `hide_small` gives it; one row per segment (its index) and `total`
    values : `best_spend`, `spend` where there is a `lead`
    spend : net or gross
    lead : the segment that the headline names
    """
    if table.empty:
        return None
    frame = mark_hidden(table.rename_axis("segment").reset_index(), "n_customers", OF_SEGMENTS)
    is_again_hidden = table["n_customers"].fillna(0).gt(0) & table["share_repeat"].isna()
    frame = withhold(frame, is_again_hidden.to_numpy(), ["share_repeat"])
    places = {name: place for place, name in enumerate(frame["segment"])}
    columns = (
        Column("segment", "segmentation.head.segment", "label", "segment"),
        Column("n_customers", "segmentation.head.customers", "count", "customers"),
        Column("share_customers", "segmentation.head.share_customers", "ratio", "share"),
        Column("spend", "segmentation.head.spend", "money", currency),
        Column("share_spend", "segmentation.head.share_spend", "ratio", "share"),
        Column("spend_per_customer", "segmentation.head.per_customer", "money", currency),
        Column("aov", "segmentation.head.aov", "money", currency),
        Column("days_since_median", "segmentation.head.days", "count", "days", style="table whole"),
        Column("share_repeat", "segmentation.head.repeat", "ratio", "share"),
    )
    case = "named" if lead and "best_spend" in values else "plain"
    return TableSpec(
        id="segmentation.segments",
        columns=columns,
        frame=frame,
        title=Sentence("segmentation.table_title", dict(values), case=case),
        subtitle=Sentence("segmentation.table_subtitle", dict(values), case=spend),
        note=_note(table, values),
        strong=frozenset({places[lead]} if lead in places else ()),
    )


def _note(table: pd.DataFrame, values: Values) -> Sentence:
    is_part = table.index != TOTAL
    counted = table[is_part & (table["n_customers"].fillna(0) > 0)]
    is_hidden = bool(
        table.loc[is_part, "n_customers"].isna().any() or counted["share_repeat"].isna().any()
    )
    few = counted.index[counted["is_too_few"].astype(bool)]
    items = tuple(
        Sentence("segmentation.few_item", {"segment": label_value("segment", str(name))})
        for name in few
    )
    case = f"{'hidden' if is_hidden else 'shown'}_{'few' if items else 'enough'}"
    return Sentence("segmentation.table_note", {**values, "few": Listing(items)}, case=case)


def spend_bars(table: pd.DataFrame, values: Values, *, lead: str | None) -> FigureSpec | None:
    """Give each segment's share of customers and of spend; None where nothing may be said.

    Parameters
    ----------
    table : as `hide_small` gives it; rows that it emptied are not drawn
    """
    counted = table[(table.index != TOTAL) & (table["n_customers"].fillna(0) > 0)]
    if lead is None or counted.empty or counted["share_spend"].isna().any():
        return None
    spec = segment_bars(counted.astype({"n_customers": int}), id="segmentation.bars")
    return spec.entitled(
        Sentence("segmentation.bars_title", dict(values)),
        subtitle=Sentence("segmentation.bars_subtitle", dict(values)),
    )


def score_grid(
    scores: pd.DataFrame, values: Values, *, min_count: int, min_n: int
) -> FigureSpec | None:
    """Give the heat map of customers by recency and frequency; None of too few or equals.

    The figure's published data hold no count where its picture hides one.
    """
    if len(scores) < min_n or len(scores[["r_score", "f_score"]].drop_duplicates()) == 1:
        return None
    spec = rfm_grid(scores, id="segmentation.grid", min_count=min_count)
    counts = [int(n) if isinstance(n, int) else None for n in spec.data["n_customers"]]
    data = spec.data.assign(n_customers=pd.Series(counts, dtype="Int64"))
    plain = replace(spec, data=data, plot=partial(_plot_drawn, plot=spec.plot, drawn=spec.data))
    corners = {name: value for name, value in spec.alt.slots.items() if isinstance(value, Value)}
    return plain.entitled(
        Sentence(
            "segmentation.grid_title",
            {**values, **corners},
            case="told" if has_numbers(corners, "best", "worst") else "plain",
        ),
        caption=Sentence("segmentation.grid_caption", dict(values)),
        subtitle=Sentence("segmentation.grid_subtitle", dict(values)),
    )


def _plot_drawn(canvas: Canvas, _data: pd.DataFrame, *, plot: Plot, drawn: pd.DataFrame) -> None:
    plot(canvas, drawn)


def size_figure(
    sizes: pd.DataFrame | None, values: Values, *, later: str, min_count: int, case: str
) -> FigureSpec | None:
    """Give segment sizes at the cut day and now; None where they cannot be compared.

    Parameters
    ----------
    sizes : `n_earlier`, `n_later`, `share_earlier`, `share_later` by segment
    values : `cut` (a period), `sizes_n_earlier`, `sizes_n_later`
    later : code of the report's period
    case : up, down, unclear, none, or few (nothing is shown)
    """
    if sizes is None or case == "few":
        return None
    shown = hide_small(sizes, min_count=min_count, counts=("n_earlier", "n_later")).dropna()
    if shown.empty:
        return None
    earlier = str(values["cut"].value)
    whole = shown.astype({"n_earlier": int, "n_later": int})
    spec = sizes_over_time(whole, id="segmentation.sizes", earlier=earlier, later=later)
    slots = {**values, "later": period_value(later)}
    return spec.entitled(
        Sentence("segmentation.sizes_title", slots, case=case),
        subtitle=Sentence("segmentation.sizes_subtitle", slots),
    )
