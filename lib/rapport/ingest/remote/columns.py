"""What becomes of a database's columns: types that keep every value, or text, or a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from rapport.errors import DataError
from rapport.ingest.faults import raise_faults
from rapport.ingest.readers.heads import check_columns, name_columns
from rapport.params import Source

# Of numbers whose type says no places: more than these and a value is refused, not rounded.
LOOSE = (38, 10)
MOST_DIGITS = 38
# Of the years 1 to 9999, from 1970, and microseconds of a day.
FIRST_DAY, LAST_DAY, DAY = -719_162, 2_932_896, 86_400_000_000


@dataclass(frozen=True)
class Taken:
    """A column as it is stored, and what there is to say of it."""

    name: str
    type: pa.DataType
    said: str = ""


class RefusedReadError(DataError):
    """A database was asked and what came cannot be taken, or nothing came."""


def check_names(where: str, source: Source, names: Sequence[str]) -> list[str]:
    """Give the names of columns as heads of files get them; two alike are a fault.

    Raises
    ------
    DataError
        Two columns have one name, or there are too many.
    """
    made = name_columns(names)
    raise_faults(where, check_columns(where, "the answer", made, most=source.limits.columns))
    return made


def decimal_of(precision: int, scale: int) -> pa.DataType:
    """Give a decimal type that holds these digits, a short one where they fit."""
    return pa.decimal128(18 if precision <= 18 else MOST_DIGITS, scale)


def take(
    where: str, source: Source, columns: Sequence[Taken], cells: Sequence[pa.Array]
) -> pa.Table:
    """Turn a batch of a database's cells into columns as they are stored.

    Raises
    ------
    RefusedReadError
        A cell is no value of its column's type, or longer than the limits allow: told by its
        column, never by what it holds.
    """
    made = [_take(where, source, c, array) for c, array in zip(columns, cells, strict=True)]
    return pa.table(made, schema=schema_of(columns))


def schema_of(columns: Sequence[Taken]) -> pa.Schema:
    """Give the schema of the file that is stored."""
    return pa.schema([(column.name, column.type) for column in columns])


def _take(where: str, source: Source, column: Taken, cells: pa.Array) -> pa.Array:
    if isinstance(cells, pa.ExtensionArray):
        cells = cells.storage
    try:
        if pa.types.is_timestamp(column.type) and column.type.tz and pa.types.is_string(cells.type):
            return pc.assume_timezone(cells.cast(pa.timestamp("us")), "UTC")
        made = _widen(column, cells).cast(column.type)
    except pa.ArrowInvalid:
        raise _no_value(where, column) from None
    if pa.types.is_temporal(column.type):
        _check_time(where, column, made)
    if pa.types.is_string(column.type):
        _check_text(where, source, column, made)
    return made


def _widen(column: Taken, cells: pa.Array) -> pa.Array:
    """Give long numbers as a wide type first: a text of 39 digits wraps around in a short one."""
    if not pa.types.is_decimal(column.type) or not pa.types.is_string(cells.type):
        return cells
    longest = pc.max(pc.binary_length(cells)).as_py() or 0
    # pyarrow 26 checks the digits, and not whether they fit into 128 bits.
    return cells.cast(pa.decimal256(76, column.type.scale)) if longest >= MOST_DIGITS else cells


def _no_value(where: str, column: Taken) -> RefusedReadError:
    return RefusedReadError(
        f"{where}: column {column.name} holds a value that is no {_told(column.type)}. Leave such "
        "rows out by a `query`, or CAST the column there."
    )


def _check_time(where: str, column: Taken, cells: pa.Array) -> None:
    # PostgreSQL's infinity comes as the largest number there is.
    unit = 1 if pa.types.is_date(column.type) else DAY
    ends = pc.min_max(cells.view(pa.int32() if unit == 1 else pa.int64())).as_py()
    if ends["min"] is not None and (
        ends["min"] < FIRST_DAY * unit or ends["max"] >= (LAST_DAY + 1) * unit
    ):
        raise _no_value(where, column)


def _check_text(where: str, source: Source, column: Taken, cells: pa.Array) -> None:
    longest = pc.max(pc.binary_length(cells)).as_py() or 0
    if longest > source.limits.cell_kb << 10:
        raise RefusedReadError(
            f"{where}: column {column.name} has a cell of more than {source.limits.cell_kb:,} kB. "
            "Leave it out by a `query`, or raise `limits` of the source."
        )
    if pc.any(pc.match_substring(cells, "\x00")).as_py():
        raise RefusedReadError(
            f"{where}: column {column.name} has a text with a zero byte. Leave it out by a `query`."
        )


def _told(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"number of at most {kind.scale} places and {kind.precision} digits"
    if pa.types.is_temporal(kind):
        return "time between the years 1 and 9999"
    return str(kind)


def say_columns(columns: Sequence[Taken]) -> Iterator[str]:
    """Say which columns are not what they are in the database."""
    yield from (f"column {column.name} {column.said}" for column in columns if column.said)
