"""What the segmentation chapter shows of groups by interest: what each buys more than others."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.chapters.segmentation import hide_small, mark_hidden
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Suppressed, Value

Values = Mapping[str, Value]


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
