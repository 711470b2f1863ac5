"""Which customers of two snapshots are no longer the same persons: joined, or parted.

A model that is fitted anew, a key that is declared or a record that is added may join two
customers who were two before, and with them their histories. Compared is customer by customer
number: a number that only one of the snapshots knows says nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rapport.tables.engine import select


class Moves(NamedTuple):
    """How many customers were several before, how many those were, and how many were parted."""

    n_joined: int
    n_before: int
    n_parted: int


def count_moves(before: Path, after: Path) -> Moves:
    """Compare two tables `identity_links` of one unit under one key of pseudonyms.

    Under another key no number is known any more, and nothing has moved.
    """
    (row,) = select(
        "WITH known AS (SELECT b.customer_id AS old, a.customer_id AS new FROM before AS b "
        "JOIN after AS a USING (source, source_id)), "
        "joined AS (SELECT count(DISTINCT old) AS n FROM known GROUP BY new), "
        "parted AS (SELECT count(DISTINCT new) AS n FROM known GROUP BY old) "
        "SELECT (SELECT count(*) FROM joined WHERE n > 1) AS n_joined, "
        "(SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM joined WHERE n > 1) AS n_before, "
        "(SELECT count(*) FROM parted WHERE n > 1) AS n_parted",
        {"before": before, "after": after},
    ).to_pylist()
    return Moves(**row)
