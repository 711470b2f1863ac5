"""Engines beside DuckDB: the same SELECTs, written for them, over tables that they hold.

`open_engine` opens one by its name; `dialect` carries a statement over. Only what a SELECT gives
comes back, in the types that DuckDB gives it.
"""

from rapport.tables.elsewhere.opening import ENGINES, ServerError, open_engine

__all__ = ["ENGINES", "ServerError", "open_engine"]
