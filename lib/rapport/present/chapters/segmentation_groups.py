"""The segmentation chapter's figures and tables of groups, their rules, and other views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.present.chapters.segmentation import hide_rates, hide_small, mark_hidden
from rapport.present.figures.dots import cluster_profile
from rapport.present.figures.groups import Measured, group_dots, name_ends
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import unit_name
from rapport.present.labels import has_label, label
from rapport.present.numbers import Layout, as_decimal, write
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec, interval_head, join_unit, withhold
from rapport.present.values import Suppressed, Value, label_value, parameter_value

Values = Mapping[str, Value]
# The measures of RFM in the words of tables; days and order days are whole numbers.
MEASURES = {"rfm_days_since": "days", "rfm_order_days": "order_days", "rfm_spend": "spend"}

OF_MONEY = ("gross", "total_spend", "mean_order")


def group_profile(points: pd.DataFrame, values: Values) -> FigureSpec | None:
    """Give where the median customer of each group stands; None without groups to show."""
    if points.empty:
        return None
    if _is_rest_hidden(values):
        points = points[~points["cluster"].isin(_list_smallest(points))]
    if points.empty:
        return None
    spec = cluster_profile(points.astype({"cluster": str}), id="segmentation.groups")
    return spec.entitled(Sentence("segmentation.groups_title", dict(values)))


def group_table(
    profile: pd.DataFrame, values: Values, *, currency: str, min_count: int
) -> TableSpec | None:
    """Give the table of groups: size, share of spend, medians; None without groups to show.

    Parameters
    ----------
    profile : `cluster`, `n`, `share`, `share_of_spend`, `median_<measure>`
    """
    if profile.empty:
        return None
    named = profile.assign(cluster=profile["cluster"].astype(str)).set_index("cluster")
    frame = hide_small(named, min_count=min_count, counts=("n",))
    if _is_rest_hidden(values) and not frame["n"].isna().any():
        frame.loc[_list_smallest(frame.reset_index())] = None
    if frame["n"].isna().all():
        return None
    more = _list_more(profile)
    medians = [f"median_{name}" for name in (*MEASURES, *more)]
    frame = mark_hidden(frame.reset_index(), "n", ["share", "share_of_spend", *medians])
    return TableSpec(
        id="segmentation.group_table",
        columns=_group_columns(more, currency),
        frame=frame,
        title=Sentence("segmentation.group_table_title", dict(values)),
        note=Sentence("segmentation.group_table_note", dict(values)) if more else None,
    )


def _group_columns(more: Sequence[str], currency: str) -> tuple[Column, ...]:
    def days(name: str, head: str) -> Column:
        return Column(f"median_{name}", head, "count", "days", style="table whole")

    return (
        Column("cluster", "segmentation.head.group", "label", "cluster"),
        Column("n", "segmentation.head.customers", "count", "customers"),
        Column("share", "segmentation.head.share_customers", "ratio", "share"),
        Column("share_of_spend", "segmentation.head.share_spend", "ratio", "share"),
        days("rfm_days_since", "segmentation.head.median_days"),
        days("rfm_order_days", "segmentation.head.median_order_days"),
        Column("median_rfm_spend", "segmentation.head.median_spend", "money", currency),
        *(_median_column(name, currency) for name in more),
    )


def _list_more(profile: pd.DataFrame) -> list[str]:
    """Name the measures that groups were sought by beside those of RFM."""
    names = [str(name) for name in profile.columns]
    medians = [name.removeprefix("median_") for name in names if name.startswith("median_")]
    return [name for name in medians if name not in MEASURES]


def _median_column(name: str, currency: str) -> Column:
    head = f"measure_name.{name}"
    if name in OF_MONEY:
        return Column(f"median_{name}", head, "money", currency)
    if name == "share_discounted":
        return Column(f"median_{name}", head, "ratio", "share")
    unit = "days" if name.endswith("_days") else "count"
    return Column(f"median_{name}", head, "count", unit, style="table whole")


def say_measures(case: str, names: Sequence[str]) -> tuple[str, Listing]:
    """Give the measures of which something is said, as parts of one sentence."""
    items = (
        Sentence("segmentation.measure_item", {"measure": label_value("measure_name", name)})
        for name in names
    )
    return case, Listing(tuple(items))


def _is_rest_hidden(values: Values) -> bool:
    """Say whether so few are in no group that the sum of all groups would tell them."""
    grouped = values["groups_n"].value if "groups_n" in values else None
    return isinstance(grouped, Suppressed) and grouped.is_rest


def _list_smallest(groups: pd.DataFrame) -> list[str]:
    """Name the two smallest groups: one alone is known but for the few who are in no group."""
    sizes = groups.drop_duplicates("cluster").sort_values(["n", "cluster"], kind="stable")
    return list(sizes["cluster"].head(2))


def rule_table(rules: pd.DataFrame, values: Values, *, currency: str) -> TableSpec | None:
    """Give the rules that retell the groups, one row each; None without rules.

    Nor where few customers are in no group: the sum of the rows would tell how many.

    Parameters
    ----------
    rules : `cluster`, `n`, `share`, `above_<measure>`, `at_most_<measure>`
    """
    if rules.empty or _is_rest_hidden(values):
        return None
    frame = rules.assign(cluster=rules["cluster"].astype(str))
    names = [str(name) for name in rules.columns]
    bounded = [name.removeprefix("above_") for name in names if name.startswith("above_")]
    more = [name for name in bounded if name not in MEASURES]
    for name, short in {**MEASURES, **{name: name for name in more}}.items():
        is_fine = short == "spend" or name in (*OF_MONEY, "share_discounted")
        decimals = 2 if is_fine else 0
        bounds = zip(rules[f"above_{name}"], rules[f"at_most_{name}"], strict=True)
        frame[short] = [_range(above, at_most, decimals) for above, at_most in bounds]
    columns = (
        Column("cluster", "segmentation.head.group", "label", "cluster"),
        Column("days", "segmentation.head.rule_days", "label", "text"),
        Column("order_days", "segmentation.head.rule_order_days", "label", "text"),
        Column("spend", _spend_head(currency), "label", "text"),
        *(Column(name, f"measure_name.{name}", "label", "text") for name in more),
        Column("n", "segmentation.head.customers", "count", "customers"),
        Column("share", "segmentation.head.of_rule", "estimator", "share"),
    )
    return TableSpec(
        id="segmentation.rules",
        columns=columns,
        frame=frame,
        title=Sentence("segmentation.rules_title", dict(values)),
        note=Sentence("segmentation.rules_note", dict(values)),
    )


def _range(above: Any, at_most: Any, decimals: int) -> str:
    """Write the bounds of a measure in signs that both languages read; empty without bounds."""
    low = None if pd.isna(above) else write(as_decimal(float(above)), Layout(decimals=decimals))
    high = (
        None if pd.isna(at_most) else write(as_decimal(float(at_most)), Layout(decimals=decimals))
    )
    parts = [f"> {low}" if low else "", f"≤ {high}" if high else ""]
    return ", ".join(part for part in parts if part).replace(" ", "\u00a0", 1)


def _spend_head(currency: str) -> dict[str, str]:
    none = Value("spend", Decimal(0), "money", currency)
    names = {language: label("segmentation.head.spend", language) for language in ("en", "zh")}
    return {
        "en": f"{names['en']}, {unit_name(none, 'en')}",
        "zh": join_unit(names["zh"], unit_name(none, "zh")),
    }


def choice_table(diagnostics: pd.DataFrame, values: Values, *, min_count: int) -> TableSpec | None:
    """Give how firm each number of groups is, and which was kept; None where none was tried."""
    if diagnostics.empty:
        return None
    few = diagnostics["n_smallest"] < min_count
    frame = withhold(diagnostics, few, ["share_smallest"])
    kept = [
        "chosen" if row.is_chosen else row.reason or "eligible"
        for row in diagnostics.itertuples(index=False)
    ]
    columns = (
        Column("k", "segmentation.head.k", "count", "groups"),
        Column("silhouette", "segmentation.head.silhouette", "iterative", "ratio"),
        Column("null_silhouette", "segmentation.head.null", "iterative", "ratio"),
        Column("rand", "segmentation.head.rand", "iterative", "ratio"),
        Column("jaccard", "segmentation.head.jaccard", "iterative", "ratio"),
        Column("share_smallest", "segmentation.head.smallest", "iterative", "share"),
        Column("outcome", "segmentation.head.outcome", "label", "k_outcome"),
    )
    return TableSpec(
        id="segmentation.choice",
        columns=columns,
        frame=frame.assign(outcome=kept),
        title=Sentence("segmentation.choice_title", dict(values)),
        note=Sentence("segmentation.choice_note", dict(values)),
        strong=frozenset(place for place, name in enumerate(kept) if name == "chosen"),
    )


def view_tables(
    views: Mapping[str, pd.DataFrame], values: Values, *, min_count: int
) -> list[TableSpec]:
    """Give the high-value customers by place, age and gender, as far as the unit knows them."""
    return [_view_table(view, rows, values, min_count=min_count) for view, rows in views.items()]


def view_figure(
    views: Mapping[str, pd.DataFrame], values: Values, *, min_count: int
) -> FigureSpec | None:
    """Give the share of high-value customers by each view, with intervals; None without views."""
    heads, parts = {}, []
    for view, rows in views.items():
        group, shown = _hide_view(view, rows, min_count=min_count)
        heads[view] = (label_value("segmentation.head", view), group)
        told = {"value": "share_best", "n": "n_customers"}
        parts.append(shown.rename(columns={old: new for new, old in told.items()}).assign(
            attribute=view))  # fmt: skip
    told_of = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"value": []})
    if told_of["value"].notna().sum() < 2 or "best_share" not in values:
        return None
    whole = float(str(values["best_share"].value))
    spec = group_dots(told_of, id="segmentation.views", heads=heads,
                      measured=Measured("share", whole, is_hidden=True))  # fmt: skip
    ends = name_ends(spec, heads, unit="share")
    sure = {"confidence": parameter_value("confidence", _confidence(values), "share")}
    return spec.entitled(
        Sentence("segmentation.views_title", {**values, **ends}),
        subtitle=Sentence("segmentation.views_subtitle", {**values, **sure}),
        caption=Sentence("segmentation.views_caption", dict(values)),
    )


def _hide_view(view: str, rows: pd.DataFrame, *, min_count: int) -> tuple[str, pd.DataFrame]:
    """Give the rows of a view without what is hidden, and the group that names them."""
    group, named = view, rows
    if not all(has_label(f"{group}.{name}") for name in rows["name"]):
        # Values of the unit's own are printed as they are, and have no words for the rest.
        group, named = "text", rows[~rows["name"].isin(["other", "unknown"])]
    shown = hide_small(named.set_index("name"), min_count=min_count)
    for rate in ("share_best", "low", "high"):
        shown = hide_rates(shown, rate, shown["n_best"], min_count=min_count)
    return group, shown.reset_index()


def _view_table(view: str, rows: pd.DataFrame, values: Values, *, min_count: int) -> TableSpec:
    group, shown = _hide_view(view, rows, min_count=min_count)
    frame = mark_hidden(shown, "n_customers", ["share_customers", "share_spend"])
    frame = withhold(frame, shown["share_best"].isna(), ["share_best"])
    columns = (
        Column("name", f"segmentation.head.{view}", "label", group),
        Column("n_customers", "segmentation.head.customers", "count", "customers"),
        Column("share_customers", "segmentation.head.share_customers", "ratio", "share"),
        Column("share_spend", "segmentation.head.share_spend", "ratio", "share"),
        Column("share_best", "segmentation.head.best", "ratio", "share"),
        Column("interval", interval_head(_confidence(values)), "ratio", "share", style="limits",
               limits=("low", "high")),
    )  # fmt: skip
    return TableSpec(
        id=f"segmentation.by_{view}",
        columns=columns,
        frame=frame.assign(interval=frame["share_best"]),
        title=Sentence("segmentation.view_title", dict(values), case=view),
        note=Sentence("segmentation.view_note", dict(values)),
    )


def missing_views(names: Sequence[str]) -> Listing:
    """Name the views that are not measured here, as parts of one sentence."""
    items = (
        Sentence("segmentation.gap_item", {"view": label_value("view", name)}) for name in names
    )
    return Listing(tuple(items))


def _confidence(values: Values) -> float:
    return values["best_share"].confidence if "best_share" in values else 0.95
