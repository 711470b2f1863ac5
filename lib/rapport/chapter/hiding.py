"""What a chapter does not get to see, and what it does not get to show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from rapport import tables
from rapport.errors import DisclosureError
from rapport.present.tables import TableSpec, withhold
from rapport.present.values import Suppressed, Withheld, hide_count
from rapport.privacy import PRIVATE, protect_cells, suppress_small
from rapport.privacy.disclosed import COUNTED, SHARE, adds_up, count_hits, is_rate, is_small

LISTED = "tables.json"
Spec = TypeVar("Spec")
Table = TypeVar("Table", bound=TableSpec)


def refuse_private(table: str, chapter: str) -> None:
    """Refuse a table that names people.

    Raises
    ------
    DisclosureError
        It is one of them.
    """
    if table in PRIVATE:
        raise DisclosureError(
            f"chapter {chapter}: the table {table} holds names and addresses, which no chapter "
            "reads. Work with `customer_id`; `rapport access` shows one customer's data to those "
            "entitled."
        )


def keep_apart(table: str, rows: pa.Table, folder: Path) -> None:
    """Write a table into the private folder, and its digest beside it for the press."""
    assert table in PRIVATE
    file = tables.write_table(rows, folder / f"{table}.parquet")
    file.path.chmod(0o600)
    listed = {table: {"digest": file.digest, "n_rows": file.n_rows}}
    (folder / LISTED).write_text(json.dumps(listed), encoding="ascii")


def hide_counts(spec: Spec, min_count: int) -> Spec:
    """Give a table of which no cell of customers is too small, or had by subtraction.

    Of a table whose rows say more than counts, the other numbers of a row go with its count: a
    share of a known total would tell it. A share that tells, by its denominator, of too few goes,
    and so does the next smallest where it stands alone. Anything but a table comes back as it is,
    and so does a table of which the chapter hid cells itself: the gate looks at it before it is
    printed.
    """
    if not isinstance(spec, TableSpec):
        return spec
    table = _hide_rates(spec, min_count)
    names = [c.key for c in table.columns if (c.kind, c.unit) == ("count", COUNTED)]
    counts = _read_counts(table.frame, names)
    if counts is None:
        return table
    hidden = protect_cells(
        counts, min_count, row_totals=adds_up(counts), has_total_row=_has_total_row(counts)
    )
    if not any(map(any, hidden)):
        return table
    return replace(table, frame=_hide(table, names, counts, hidden, min_count))


def hide_few(rows: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Empty the shares of a table of values (`value`, `n`, `low`, `high`) that tell of too few."""
    if not {"value", "n"} <= set(rows.columns):
        return rows
    pairs = zip(_read_numbers(rows["value"]), _read_numbers(rows["n"]), strict=True)
    few = [value is not None and 0 < value < 1 and is_small(count_hits(value, n), min_count)
           for value, n in pairs]  # fmt: skip
    told = [name for name in ("value", "low", "high") if name in rows]
    return rows.assign(**{name: rows[name].mask(np.array(few, bool)) for name in told})


def _read_numbers(column: pd.Series[Any]) -> list[int | float | None]:
    cells = [cell.item() if isinstance(cell, np.generic) else cell for cell in column]
    return [cell if isinstance(cell, int | float) and cell == cell else None for cell in cells]  # noqa: PLR0124 - NaN


def _hide_rates(spec: Table, min_count: int) -> Table:
    counted = [c.key for c in spec.columns if (c.kind, c.unit) == ("count", COUNTED)]
    shares = [c for c in spec.columns if c.is_number and c.unit == SHARE]
    frame = spec.frame
    for column in shares:
        rates = _read_numbers(spec.frame[column.key])
        for whole in (_read_numbers(spec.frame[name]) for name in counted):
            if is_rate(rates, whole):
                hits = [count_hits(*pair) or 0 for pair in zip(rates, whole, strict=True)]
                hidden = np.array(suppress_small(hits, min_count), bool)
                limits = {name: frame[name].mask(hidden) for name in column.limits or ()}
                frame = withhold(frame.assign(**limits), hidden, [column.key])
    return spec if frame is spec.frame else replace(spec, frame=frame)


def _read_counts(frame: pd.DataFrame, names: Sequence[str]) -> list[list[int]] | None:
    """Give the counts row by row; None where there are none, or not all are known."""
    if not names or not len(frame) or frame[list(names)].isna().any(axis=None):
        return None
    cells = frame[list(names)].to_numpy(dtype=object)
    if any(isinstance(cell, Suppressed | Withheld) or cell < 0 for row in cells for cell in row):
        return None
    return [[int(cell) for cell in row] for row in cells]


def _has_total_row(counts: Sequence[Sequence[int]]) -> bool:
    above = [sum(column[:-1]) for column in zip(*counts, strict=True)]
    return len(counts) > 2 and above == list(counts[-1])


def _hide(
    spec: TableSpec,
    names: Sequence[str],
    counts: Sequence[Sequence[int]],
    hidden: Sequence[Sequence[bool]],
    min_count: int,
) -> pd.DataFrame:
    touched = np.array([any(row) for row in hidden])
    numbers = [c.key for c in spec.columns if c.is_number and c.key not in names]
    limits = [name for c in spec.columns for name in c.limits or ()]
    shown = withhold(spec.frame, touched, numbers)
    shown = shown.assign(
        **{name: spec.frame[name].astype(object).mask(touched, None) for name in limits}
    )
    for at, name in enumerate(names):
        column = zip((row[at] for row in counts), (row[at] for row in hidden), strict=True)
        cells: list[Any] = [hide_count(n, min_count) if is_hidden else n for n, is_hidden in column]
        shown[name] = pd.Series(cells, index=shown.index, dtype=object)
    return shown
