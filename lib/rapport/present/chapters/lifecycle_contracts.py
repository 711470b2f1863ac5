"""The lifecycle chapter's cohorts of contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rapport.present.figures.cohorts import cohort_triangle
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Sentence
from rapport.present.values import Suppressed, Value, has_numbers

Values = Mapping[str, Value]
SHORTEST = 2


def contract_cohort_figure(
    table: pd.DataFrame, values: Values, *, min_count: int, min_n: int
) -> FigureSpec | None:
    """Give the triangle of contracts still running; None of fewer than two quarters.

    Parameters
    ----------
    table : as `contract_cohorts.tabulate_contract_cohorts` gives it
    min_count : contracts, running or ended, below which a share is not told
    min_n : contracts below which a cohort has no share
    """
    rows = table[table["months_since"] > 0]
    if rows["months_since"].nunique() < SHORTEST:
        return None
    running, ended = rows["n_customers"], rows["size"] - rows["n_customers"]
    few = running.between(1, min_count - 1) | ended.between(1, min_count - 1)
    few |= rows["size"] < min_n
    sizes: list[Any] = [
        Suppressed(min_count) if 0 < n < min_count else int(n) for n in rows["size"]
    ]
    hidden = rows.assign(
        share=rows["share"].mask(few), size=pd.Series(sizes, rows.index, dtype=object)
    )
    if hidden["share"].isna().all():
        return None
    told = "told" if has_numbers(values, "contract_retention_4") else "plain"
    return cohort_triangle(hidden, id="lifecycle.contract_cohorts", of="contracts").entitled(
        Sentence("lifecycle.contract_cohorts_title", dict(values), case=told),
        caption=Sentence("lifecycle.contract_cohorts_caption"),
    )
