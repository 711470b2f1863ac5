"""Interests that customers named: lists of words, which SELECTs of the common dialect cannot open.

What is spelled alike but for capitals is one interest. Words are anybody's: they are compared and
handed on, never run, and whoever shows them makes them fit to be seen.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from rapport.tables.engine import select

MOST = 12
"""Interests that are told apart, those that most customers named; all others are one."""
DECLARED = pa.schema(
    [
        ("customer_id", pa.string()), ("order_key", pa.int64()), ("n_interests", pa.int64()),
        *((f"has_{place}", pa.bool_()) for place in range(1, MOST + 1)),
        *((f"name_{place}", pa.string()) for place in range(1, MOST + 1)),
    ]
)  # fmt: skip
_HAS = ", ".join(f"bool_or(r.place = {place}) AS has_{place}" for place in range(1, MOST + 1))
_NAMES = ", ".join(
    f"min(CASE WHEN place = {place} THEN name END) AS name_{place}" for place in range(1, MOST + 1)
)
_SQL = f"""
WITH told AS (
    SELECT order_key, trim(unnest(interests)) AS name FROM customers WHERE erased_at IS NULL
),
kept AS (
    SELECT order_key, lower(name) AS word, min(name) AS name
    FROM told WHERE name <> '' GROUP BY order_key, lower(name)
),
ranked AS (
    SELECT word, min(name) AS name, row_number() OVER (ORDER BY count(*) DESC, word) AS place
    FROM kept GROUP BY word
),
names AS (SELECT {_NAMES} FROM ranked),
summed AS (
    SELECT k.order_key, count(*) AS n_interests, {_HAS}
    FROM kept AS k INNER JOIN ranked AS r ON k.word = r.word GROUP BY k.order_key
)
SELECT c.customer_id, s.*, n.*
FROM summed AS s
INNER JOIN customers AS c ON c.order_key = s.order_key
CROSS JOIN names AS n
ORDER BY c.order_key
"""  # noqa: S608 - of numbers alone


def make_interests(customers: Path) -> pa.Table:
    """Say who named which interests.

    Parameters
    ----------
    customers : the canonical table

    Returns
    -------
    one row per customer who named any, by `order_key`
        `n_interests` named, `has_1` to `has_12` for the interests that most customers named, whose
        names are `name_1` to `name_12` on every row, empty where there are fewer
    """
    return select(_SQL, {"customers": customers}).cast(DECLARED)
