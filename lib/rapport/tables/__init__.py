"""Where tables lie: Parquet files written, read and digested; `engine` queries them.

Importing this loads pyarrow alone: pandas comes with the first frame, DuckDB with
`rapport.tables.engine`, so that a look at a small table costs little.
"""

from rapport.tables.arrow import ARROW_TYPES, arrow_schema, from_rows
from rapport.tables.files import (
    TableFile,
    count_nulls,
    join_tables,
    list_groups,
    measure_length,
    read_column,
    read_rows,
    read_table,
    read_whole,
    to_frame,
    write_batches,
    write_table,
)
from rapport.tables.groups import join_groups
from rapport.tables.room import Room

__all__ = [
    "ARROW_TYPES",
    "Room",
    "TableFile",
    "arrow_schema",
    "count_nulls",
    "from_rows",
    "join_groups",
    "join_tables",
    "list_groups",
    "measure_length",
    "read_column",
    "read_rows",
    "read_table",
    "read_whole",
    "to_frame",
    "write_batches",
    "write_table",
]
