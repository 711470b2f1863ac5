"""The digest of a frame, so that a figure's or table's data can be compared cell by cell."""

import hashlib
import json
import math
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.present.rows import cells_of
from rapport.present.values import Kind, Suppressed, Withheld


def digest_frame(frame: pd.DataFrame) -> str:
    """Give the sha256 of a frame's columns and cells, in order, independent of how it is held.

    Numbers are written by their shortest exact spelling, missing ones as null, so the same
    rows give the same digest whatever dtypes pandas chose.

    Examples
    --------
    >>> one = pd.DataFrame({"n": [1, 2]})
    >>> digest_frame(one) == digest_frame(one.astype("Int64"))
    True
    """
    cells = zip(*cells_of(frame), strict=True)
    rows = [[plain_cell(cell) for cell in row] for row in cells]
    content = [[str(name) for name in frame.columns], rows]
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plain_cell(cell: Any) -> Any:
    """Give a cell as JSON holds it: decimals and dates as text, missing as null."""
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return None if math.isnan(cell) else float(cell)
    if isinstance(cell, Suppressed | Withheld):
        return f"<{cell.below}" if isinstance(cell, Suppressed) else None
    # pandas is asked of the rare cells only: it takes longer than all other questions.
    if cell is pd.NaT or (not isinstance(cell, date) and pd.isna(cell)):
        return None
    if isinstance(cell, date | Decimal):
        return cell.isoformat() if isinstance(cell, date) else format(cell, "f")
    return plain_cell(cell.item()) if hasattr(cell, "item") else cell


def column_kinds(schema: pa.Schema) -> dict[str, Kind]:
    """Guess the kind of each column of a table that is written: it sets the tolerance.

    Whole numbers are counts, decimals money, dates dates, text and truth values labels; a
    float may come from a fit, so it is an estimator.
    """
    return {field.name: _kind_of(field.type) for field in schema}


def _kind_of(column: pa.DataType) -> Kind:
    if pa.types.is_integer(column):
        return "count"
    if pa.types.is_floating(column):
        return "estimator"
    if pa.types.is_decimal(column):
        return "money"
    return "date" if pa.types.is_date(column) or pa.types.is_timestamp(column) else "label"
