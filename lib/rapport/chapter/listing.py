"""The unit's lists of customers to contact, made of what chapters published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.params.lists import TargetList, find_needs
from rapport.tables import to_frame


def hold_lists(
    lists: Mapping[str, TargetList], standing: Mapping[str, pd.DataFrame | None]
) -> tuple[pd.DataFrame, Mapping[str, tuple[str, ...]]]:
    """Say who is on which list, and which lists cannot be made for want of which tables.

    Parameters
    ----------
    lists : of the unit
    standing : published tables by name, one row per customer; None where there is none
    """
    # The engine is not every chapter's need.
    from rapport.marts.lists import Rule, make_lists  # noqa: PLC0415

    rules = {name: Rule(one.when, find_needs(one.when), one.money) for name, one in lists.items()}
    made = make_lists(
        {name: _to_arrow(rows) for name, rows in standing.items() if rows is not None}, rules
    )
    return to_frame(made.rows), made.lacking


def _to_arrow(rows: pd.DataFrame) -> pa.Table:
    plain: Any = rows if "customer_id" in rows.columns else rows.reset_index()
    return pa.Table.from_pandas(plain, preserve_index=False)
