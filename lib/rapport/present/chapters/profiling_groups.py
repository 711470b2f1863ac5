"""The rest of the profile: channels, categories, affinity, funnel, discounts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from rapport.present.figures.affinity import affinity_grid, group_value
from rapport.present.figures.funnel import funnel_bars, step_value
from rapport.present.figures.ranked import ranked_bars
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import LANGUAGES, has_label, label
from rapport.present.sentences import Sentence
from rapport.present.tables import (
    Column,
    TableSpec,
    by_language,
    confidence_of,
    interval_head,
    withhold,
)
from rapport.present.values import Value, has_numbers, label_value, text_value

Values = Mapping[str, Value]
ROW = "profile_row"
TOTAL, OTHER = "_total", "_other"
# The words of each dimension; categories are the unit's own.
WORDS = {"channel": "channel", "category": "text"}
PLURAL = {"channel": "channels", "category": "categories"}
LABELS = {"age_band": "age", "gender": "gender", "loyalty_tier": "text",
          "acquisition_channel": "channel"}  # fmt: skip


def role_of(case: str) -> str:
    """Say what a sentence is: a paragraph, or the grey line of what the unit does not deliver."""
    return "gap" if case in ("none", "unknown") else "paragraph"


def name_lead(table: pd.DataFrame, dimension: str) -> dict[str, Value]:
    """Give the first named row of a table of groups as a word, where there is one."""
    named = [str(name) for name in table["name"] if not has_label(f"{ROW}.{name}")]
    return {f"{dimension}_name": _word(WORDS[dimension], named[0])} if named else {}


def _word(group: str, name: str) -> Value:
    if has_label(f"{ROW}.{name}"):
        return label_value(ROW, name)
    is_known = group != "text" and has_label(f"{group}.{name}")
    return label_value(group, name) if is_known else text_value("category", name)


def _named(frame: pd.DataFrame, group: str) -> pd.DataFrame:
    """Add the names in each language: our word for a group, or the unit's own."""
    words = {}
    for language in LANGUAGES:
        values = [_word(group, str(name)) for name in frame["name"]]
        words[f"name_{language}"] = [
            str(value.value) if value.unit == "text" else label(value.id, language)
            for value in values
        ]
    return frame.assign(**words)


def _name_column(head: str) -> Column:
    return Column("name", head, "label", "text", words=by_language("name"))


def group_table(
    table: pd.DataFrame, values: Values, *, dimension: str, currency: str
) -> TableSpec | None:
    """Give sales by channel or category; None of fewer than two groups.

    Parameters
    ----------
    table : one row per group, `_total` last: `name`, `n_customers`, `net`, `share_net`,
        `per_customer`, `return_rate`, `change`, `change_year`
    dimension : channel or category
    """
    shown = [name for name in table["name"] if not has_label(f"{ROW}.{name}")]
    if len(shown) < 2:
        return None
    columns = [
        _name_column(f"profiling.head.{dimension}"),
        Column("n_customers", "profiling.head.customers", "count", "customers"),
        Column("net", "profiling.head.net", "money", currency),
        Column("share_net", "profiling.head.share", "ratio", "share"),
        Column("per_customer", "profiling.head.per_customer", "money", currency),
        Column("return_rate", "profiling.head.return_rate", "ratio", "share"),
    ]
    columns += [
        Column(change, f"profiling.head.{change}", "ratio", "change", style="table signed")
        for change in ("change", "change_year")
        if table[change].notna().any()
    ]
    # The others put together have no number of customers; any that is missing besides is hidden.
    is_hidden = table["n_customers"].isna() & (table["name"] != OTHER)
    return TableSpec(
        id=f"profiling.{PLURAL[dimension]}",
        columns=tuple(columns),
        frame=_named(withhold(table, is_hidden, ["n_customers"]), WORDS[dimension]),
        title=Sentence(f"profiling.{PLURAL[dimension]}_title"),
        note=Sentence("profiling.table_note", dict(values)),
        strong=frozenset({len(table) - 1}),
    )


def group_figure(
    table: pd.DataFrame, values: Values, *, dimension: str, currency: str
) -> FigureSpec | None:
    """Give net sales by channel or category as ranked bars; None of fewer than two groups."""
    rows = table[table["name"] != TOTAL]
    rows = rows[rows["net"].notna()].rename(columns={"share_net": "share"})
    shown = [name for name in rows["name"] if not has_label(f"{ROW}.{name}")]
    if len(shown) < 2 or f"{dimension}_name" not in values:
        return None
    spec = ranked_bars(
        rows, id=f"profiling.{dimension}_sales", currency=currency,
        named=partial(_word, WORDS[dimension]),
        apart=[name for name in rows["name"] if has_label(f"{ROW}.{name}")],
    )  # fmt: skip
    is_first = str(rows["name"].iloc[0]) == shown[0]
    return spec.entitled(
        Sentence(f"profiling.{dimension}_bars_title", dict(values),
                 case="first" if is_first else "plain"),
        subtitle=Sentence("profiling.group_bars_subtitle", dict(values)),
    )  # fmt: skip


def mix_table(table: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give customers by main channel; None of fewer than two channels."""
    if len(table) < 2:
        return None
    columns = (
        _name_column("profiling.head.channel"),
        Column("n_customers", "profiling.head.customers", "count", "customers"),
        Column("share", "profiling.head.share_customers", "ratio", "share"),
        Column("interval", interval_head(confidence_of(values)), "ratio", "share", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id="profiling.channel_mix",
        columns=columns,
        frame=_named(table.assign(interval=table["share"]), "channel"),
        title=Sentence("profiling.mix_title"),
        note=Sentence("profiling.mix_note", dict(values)),
    )


def affinity_words(row: pd.Series | None, attribute: str | None) -> dict[str, Value]:
    """Give the strongest cell of affinity as words and numbers, where there is one."""
    words: dict[str, Value] = {}
    if attribute is not None:
        words["affinity_attribute"] = label_value("measure_name", attribute)
    if row is None or attribute is None:
        return words
    return words | {
        "affinity_name": group_value(LABELS[attribute], str(row["name"])),
        "affinity_category": text_value("category", str(row["category"])),
    }


def affinity_figure(cells: pd.DataFrame, values: Values, *, case: str) -> FigureSpec | None:
    """Give the grid of affinity; None where nothing can be compared."""
    if case == "none" or cells.empty:
        return None
    attribute = str(cells["attribute"].iloc[0])
    is_told = has_numbers(values, "affinity_lines", "affinity_others")
    told = "plain" if case == "clear" and not is_told else case
    spec = affinity_grid(cells, id="profiling.affinity", labels=LABELS[attribute])
    return spec.entitled(
        Sentence("profiling.affinity_title", dict(values), case=told),
        subtitle=Sentence("profiling.affinity_subtitle", dict(values)),
    )


def funnel_words(narrow: tuple[str, str] | None) -> dict[str, Value]:
    """Name the two steps between which least go on."""
    if narrow is None:
        return {}
    return {"funnel_from": step_value(narrow[0]), "funnel_to": step_value(narrow[1])}


def funnel_figure(steps: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give the bars of the funnel; None of fewer than two steps."""
    if len(steps) < 2:
        return None
    return funnel_bars(steps, id="profiling.funnel").entitled(
        Sentence("profiling.funnel_title", dict(values)),
        subtitle=Sentence("profiling.funnel_subtitle", dict(values)),
        caption=Sentence("profiling.funnel_caption", dict(values)),
    )


def discount_table(table: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give orders with a discount by how often customers order; None where there are none."""
    if table.empty:
        return None
    columns = (
        Column("band", "profiling.head.band", "label", "order_band"),
        Column("n_customers", "profiling.head.customers", "count", "customers"),
        Column("n_orders", "profiling.head.orders", "count", "orders"),
        Column("share_discounted", "profiling.head.discounted", "ratio", "share"),
        Column("interval", interval_head(confidence_of(values)), "ratio", "share", style="limits",
               limits=("low", "high")),
        Column("aov_with", "profiling.head.aov_with", "money", currency),
        Column("aov_without", "profiling.head.aov_without", "money", currency),
    )  # fmt: skip
    return TableSpec(
        id="profiling.discounts",
        columns=columns,
        frame=table.assign(interval=table["share_discounted"]),
        title=Sentence("profiling.discounts_title"),
        note=Sentence("profiling.discounts_note", dict(values)),
        strong=frozenset({len(table) - 1}),
    )
