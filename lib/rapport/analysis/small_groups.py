"""Groups of few customers, which go into `other` until nothing of one of them can be told.

What is hidden in this way is put together, so that neither a row nor its change tells what one
customer did.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

OTHER, UNKNOWN, GUESTS = "other", "unknown", "unidentified"
APART = (OTHER, UNKNOWN, GUESTS)


def find_small(rows: pd.DataFrame, min_count: int) -> list[str]:
    """Name the rows that would tell of too few customers, now or before.

    Parameters
    ----------
    rows : one row per group: `n_customers`, `n_before`, `net`, `net_before` (Decimal)
    """
    cells = zip(*(rows[name] for name in ("n_customers", "net", "n_before", "net_before")),
                strict=True)  # fmt: skip
    return [
        str(name)
        for name, (n, net, n_before, net_before) in zip(rows.index, cells, strict=True)
        if _is_told(name, n, net, min_count) or _is_told(name, n_before, net_before, min_count)
    ]


def _is_told(name: object, n: int, money: Decimal, min_count: int) -> bool:
    # Money of nobody who bought: one customer's returns. That of no customer may be told.
    is_only_returns = n == 0 and money != 0 and name != GUESTS
    return 0 < n < min_count or is_only_returns


def hide_small(sums: pd.DataFrame, min_count: int) -> list[str]:
    """Name the groups that go into `other`: small ones, and more until these can be shown.

    The next smallest go with them, the first of equals by name; those set apart never do.
    """
    hidden = find_small(sums, min_count)
    apart = [*hidden, *APART]
    sizes = sums["n_customers"].drop(apart, errors="ignore").sort_index()
    spare = [str(name) for name in sizes.sort_values(kind="stable").index]
    while hidden and spare and find_small(_put_together(sums.loc[hidden]), min_count):
        hidden.append(spare.pop(0))
    return hidden


def _put_together(rows: pd.DataFrame) -> pd.DataFrame:
    only = str(rows.index[0]) if len(rows) == 1 else OTHER
    sums: dict[str, list[Any]] = {
        name: [int(rows[name].sum())] for name in ("n_customers", "n_before")
    }
    sums |= {name: [sum(rows[name], Decimal(0))] for name in ("net", "net_before")}
    return pd.DataFrame(sums, index=[only], dtype=object)
