"""What the segmentation chapter shows of groups by interest: what each buys more than others."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.attributes import name_attribute, translate
from rapport.present.chapters.segmentation import hide_small, mark_hidden
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import Column, TableSpec, interval_head
from rapport.present.values import Suppressed, Value, text_value

Values = Mapping[str, Value]
OTHER = "other"


def interest_table(groups: pd.DataFrame, values: Values, *, min_count: int) -> TableSpec | None:
    """Give the table of groups by interest; None without groups to show.

    Nor where few customers are in no group: the sum of the rows would tell how many.

    Parameters
    ----------
    groups : `cluster`, `n`, `share`, `share_of_spend`, `category`, `share_in`, `share_of_all`
    values : `interests_n`
    """
    if groups.empty or isinstance(values["interests_n"].value, Suppressed):
        return None
    named = groups.assign(cluster=groups["cluster"].astype(str)).set_index("cluster")
    shown = hide_small(named, min_count=min_count, counts=("n",)).reset_index()
    frame = mark_hidden(shown, "n", ["share", "share_of_spend", "share_in", "share_of_all"])
    head = "segmentation.head"
    return TableSpec(
        id="segmentation.interest_groups",
        columns=(
            Column("cluster", f"{head}.group", "label", "cluster"),
            Column("n", f"{head}.customers", "count", "customers"),
            Column("share", f"{head}.share_customers", "ratio", "share"),
            Column("share_of_spend", f"{head}.share_spend", "ratio", "share"),
            Column("category", f"{head}.leans", "label", "text"),
            Column("share_in", f"{head}.share_in", "ratio", "share"),
            Column("share_of_all", f"{head}.share_of_all", "ratio", "share"),
        ),
        frame=frame,
        title=Sentence("segmentation.interests_title", dict(values)),
        note=Sentence("segmentation.interests_note", dict(values)),
    )


def name_first(interests: pd.DataFrame) -> dict[str, Value]:
    """Give the interest that most customers named as a word, in their own spelling."""
    named = interests.loc[interests["name"] != OTHER, "name"]
    if named.empty:
        return {}
    return {"declared_name": text_value("declared.name", str(named.iloc[0]))}


def name_marks(names: str) -> Listing:
    """Give the columns of marks that the unit says are attitudes, as parts of one sentence."""
    items = (
        Sentence("segmentation.gap_item", {"view": text_value(name, name_attribute(name))})
        for name in names.replace(" ", "").split(",")
        if name
    )
    return Listing(tuple(items))


def declared_table(interests: pd.DataFrame, values: Values) -> TableSpec | None:
    """Give the interests that customers named, most named first; None without.

    Parameters
    ----------
    interests : `name`, `n_customers`, `share`, `low`, `high`, `index`, `index_low`, `index_high`
    values : `declared_n`
    """
    if interests.empty or isinstance(values["declared_n"].value, Suppressed):
        return None
    head = "segmentation.head"
    sure = interval_head(values["declared_n"].confidence)
    names = [
        translate("Other", "word.other") if name == OTHER else name for name in interests["name"]
    ]
    told = interests.assign(name=names, interval=interests["share"], span=interests["index"])
    return TableSpec(
        id="segmentation.declared",
        columns=(
            Column("name", f"{head}.interest", "label", "text"),
            Column("n_customers", f"{head}.customers", "count", "customers"),
            Column("share", f"{head}.of_named", "ratio", "share"),
            Column("interval", sure, "ratio", "share", style="limits", limits=("low", "high")),
            Column("index", f"{head}.spend_index", "estimator", "index"),
            Column("span", sure, "estimator", "index", style="limits",
                   limits=("index_low", "index_high")),
        ),
        frame=told,
        title=Sentence("segmentation.declared_title", dict(values)),
        note=Sentence("segmentation.declared_note", dict(values)),
    )  # fmt: skip


def lean_table(
    groups: pd.DataFrame, values: Values, *, kind: str, min_count: int
) -> TableSpec | None:
    """Give the groups by what customers named (`declared`) or marked (`attitudes`); None without.

    Nor where few customers are in no group: the sum of the rows would tell how many.

    Parameters
    ----------
    groups : `cluster`, `n`, `share`, `share_of_spend`, `leans_to`, `inside`, `overall`
    """
    if groups.empty or _is_rest_hidden(values, kind):
        return None
    named = groups.assign(cluster=groups["cluster"].astype(str)).set_index("cluster")
    shown = hide_small(named, min_count=min_count, counts=("n",)).reset_index()
    hidden = ["share", "share_of_spend", "inside", "overall"]
    frame = mark_hidden(shown, "n", hidden)
    if kind == "attitudes":
        # A row that is hidden leans to nothing.
        leans = [None if pd.isna(name) else name_attribute(str(name)) for name in frame["leans_to"]]
        frame = frame.assign(leans_to=pd.Series(leans, frame.index, dtype=object))
    head, unit = "segmentation.head", "share" if kind == "declared" else "points"
    return TableSpec(
        id=f"segmentation.{kind}_groups",
        columns=(
            Column("cluster", f"{head}.group", "label", "cluster"),
            Column("n", f"{head}.customers", "count", "customers"),
            Column("share", f"{head}.share_customers", "ratio", "share"),
            Column("share_of_spend", f"{head}.share_spend", "ratio", "share"),
            Column("leans_to", f"{head}.{kind}_leans", "label", "text"),
            Column("inside", f"{head}.{kind}_inside", "estimator", unit),
            Column("overall", f"{head}.{kind}_overall", "estimator", unit),
        ),
        frame=frame,
        title=Sentence(f"segmentation.{kind}_groups_title", dict(values)),
        note=Sentence(f"segmentation.{kind}_groups_note", dict(values)),
    )


def _is_rest_hidden(values: Values, kind: str) -> bool:
    names = [name for name in (f"{kind}_n", f"{kind}_n_grouped") if name in values]
    return any(isinstance(values[name].value, Suppressed) for name in names)
