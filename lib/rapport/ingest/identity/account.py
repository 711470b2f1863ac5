"""What joined records and what kept them apart, counted: for the report, and for whoever mends."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from rapport.ingest.identity.closure import DECLARED
from rapport.ingest.identity.keys import JOINED, VALUES
from rapport.ingest.identity.resolve import Resolution
from rapport.params.identity import Identity
from rapport.tables.engine import Engine

OVERRIDE, MODEL, CLOSURE, ALONE = "override", "model", "closure", "declared_id"
CUSTOMERS = '"identity customers"'
# Why records that something joins are two customers, or wait for a person.
SHARED, APART, REVIEW, UNKNOWN = "shared_key", "names_differ", "review", "unknown_record"
UNFITTED = "unfitted"


@dataclass(frozen=True)
class Account:
    """How records became customers.

    `rules` has one row per rule that joined two records: `rule`, `n_pairs` (pairs of records of
    one customer that it is the first to join), `n_records` in them. `cases` has one row per
    reason and rule: `reason`, `rule`, `n_cases`, `n_records` (missing where a case is a pair).
    `review` are the pairs left to a person, by the numbers of their sources: `source`,
    `source_id`, `other_source`, `other_id`, `probability`. It names people and is no chapter's.
    """

    n_records: int
    n_customers: int
    rules: pd.DataFrame
    cases: pd.DataFrame
    review: pa.Table


def name_steps(rules: Identity) -> Mapping[int, str]:
    """Give the rule of each step of `Resolution.step`."""
    named = {-1: ALONE, DECLARED: OVERRIDE}
    named |= dict(enumerate(rules.keys, start=1))
    return named | dict.fromkeys(range(len(rules.keys) + 1, len(rules.keys) + 4), MODEL)


def count_account(engine: Engine, rules: Identity, found: Resolution, *, n_unknown: int) -> Account:
    """Count what joined and what parted records, over the relations that `resolve` leaves."""
    cases = [*_values(engine, rules), *_left(rules, found)]
    if len(found.review.a):
        cases.append((REVIEW, MODEL, len(found.review.a), None))
    if not found.is_fitted:
        cases.append((UNFITTED, MODEL, 1, len(found.customer)))
    if n_unknown:
        cases.append((UNKNOWN, OVERRIDE, n_unknown, None))
    frame = pd.DataFrame(cases, columns=["reason", "rule", "n_cases", "n_records"])
    return Account(
        n_records=len(found.customer),
        n_customers=len(np.unique(found.customer)),
        rules=_pairs(engine, rules, found),
        cases=frame.astype({"n_cases": "int64", "n_records": "Int64"}),
        review=_list_review(engine, found),
    )


def _list_review(engine: Engine, found: Resolution) -> pa.Table:
    """List the pairs that a person decides, the likeliest first."""
    names = ("a", "b", "probability")
    pairs = {name: pa.array(column) for name, column in zip(names, found.review, strict=True)}
    engine.add("identity review", pa.table(pairs))
    return engine.fetch(
        "SELECT x.source, x.source_id, y.source AS other_source, y.source_id AS other_id, "
        f'p.probability FROM "identity review" AS p JOIN {CUSTOMERS} AS x ON p.a = x.record '
        f"JOIN {CUSTOMERS} AS y ON p.b = y.record ORDER BY p.probability DESC, p.a, p.b"
    )


def _values(engine: Engine, rules: Identity) -> list[tuple[str, str, int, int | None]]:
    rows = engine.rows(
        f"SELECT CASE WHEN is_shared THEN '{SHARED}' ELSE '{APART}' END AS reason, step, "
        f"count(*) AS n, CAST(sum(n_records) AS BIGINT) AS n_records FROM {VALUES} "
        "WHERE is_shared OR is_split GROUP BY ALL ORDER BY reason DESC, step"
    )
    names = name_steps(rules)
    return [(row["reason"], names[row["step"]], row["n"], row["n_records"]) for row in rows]


def _left(rules: Identity, found: Resolution) -> list[tuple[str, str, int, int | None]]:
    """Count links left out whose records are two customers in the end."""
    names, counted = name_steps(rules), Counter[tuple[str, str]]()
    for link, reason in found.left:
        if found.customer[link.a] != found.customer[link.b]:
            counted[reason, names[link.step]] += 1
    return [(*key, n, None) for key, n in sorted(counted.items())]


def _pairs(engine: Engine, rules: Identity, found: Resolution) -> pd.DataFrame:
    """Count pairs of records of one customer by the first rule that joins the two directly."""
    edges = found.edges
    columns = {
        "step": pa.array(edges.step), "a": pa.array(edges.a + 1), "b": pa.array(edges.b + 1),
    }  # fmt: skip
    engine.add("identity edges", pa.table(columns))
    rows = engine.fetch(
        f"WITH pairs AS (SELECT x.record AS a, y.record AS b FROM {CUSTOMERS} AS x "
        f"JOIN {CUSTOMERS} AS y USING (place) WHERE x.record < y.record), "
        f"held AS (SELECT j.step, j.grp, j.record, c.place FROM {JOINED} AS j "
        f"JOIN {CUSTOMERS} AS c USING (record)), "
        "direct AS (SELECT x.step, x.record AS a, y.record AS b FROM held AS x JOIN held AS y "
        "USING (step, grp, place) WHERE x.record < y.record UNION ALL "
        'SELECT step, least(a, b), greatest(a, b) FROM "identity edges"), '
        "first AS (SELECT a, b, min(step) AS step FROM direct GROUP BY a, b), "
        "told AS (SELECT coalesce(f.step, 999) AS step, p.a, p.b FROM pairs AS p "
        "LEFT JOIN first AS f ON p.a = f.a AND p.b = f.b) "
        "SELECT step, count(*) AS n_pairs, "
        "len(list_distinct(flatten(list([a, b])))) AS n_records FROM told GROUP BY step "
        "ORDER BY step"
    ).to_pandas()
    named = rows["step"].map({**name_steps(rules), 999: CLOSURE})
    return _add_up(named, rows)


def _add_up(named: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    # The model's three steps are one rule to a reader.
    sums = rows.assign(rule=named).groupby("rule", sort=False)[["n_pairs", "n_records"]].sum()
    return sums.astype("int64").reset_index()
