"""Where tables lie: Parquet files written, read and digested; `engine` queries them.

Importing this loads pyarrow alone: pandas comes with the first frame, DuckDB with
`rapport.tables.engine`, so that a look at a small table costs little.
"""

from rapport.tables.arrow import ARROW_TYPES, arrow_schema, from_rows
from rapport.tables.files import TableFile, read_rows, read_table, to_frame, write_table

__all__ = [
    "ARROW_TYPES",
    "TableFile",
    "arrow_schema",
    "from_rows",
    "read_rows",
    "read_table",
    "to_frame",
    "write_table",
]
