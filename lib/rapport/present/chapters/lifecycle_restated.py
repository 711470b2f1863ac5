"""The lifecycle chapter's table of what late orders changed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, withhold
from rapport.present.values import Value, hide_count
from rapport.privacy import suppress_small


def restated_table(
    months: pd.DataFrame | None, values: Mapping[str, Value], *, min_count: int
) -> TableSpec | None:
    """Give the customers moved by month end; None where too few were moved to be told.

    Parameters
    ----------
    months : as `restated_study.Restated` has them; None where it is not known when orders arrived
    """
    if months is None or "restated_moved" not in values:
        return None
    counts = [int(n) for n in months["n_moved"]]
    hidden = suppress_small(counts, min_count)
    cells = [
        hide_count(n, min_count) if hide else n for n, hide in zip(counts, hidden, strict=True)
    ]
    columns = (
        Column("period", "lifecycle.head.month_end", "label", "period"),
        Column("n_placed", "lifecycle.head.placed", "count", "customers"),
        Column("n_moved", "lifecycle.head.moved", "count", "customers"),
        Column("share", "lifecycle.head.share", "ratio", "share"),
    )
    frame = withhold(months, hidden, ["share"])
    return TableSpec(
        id="lifecycle.restated",
        columns=columns,
        frame=frame.assign(n_moved=pd.Series(cells, months.index, dtype=object)),
        title=Sentence("lifecycle.restated_title", dict(values)),
        note=Sentence("lifecycle.restated_note", dict(values)),
    )
