"""Tags: who meets which of the conditions that a unit's file declares.

A condition is one SQL expression over `customer_measures` and `customer_habits`, checked as every
expression of a unit's file is; what runs is not its text but the tree that was checked. It sees one
customer at a time: nothing in it can depend on others, on chance or on the clock.
"""

# ruff: noqa: S608 - SQL is built of quoted names and of a checked tree
from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from rapport.errors import ParameterError
from rapport.tables.engine import Engine, EngineError, identifier, quote
from rapport.tables.expressions import check_expression

HELD = pa.schema(
    [
        ("window", pa.string()), ("customer_id", pa.string()), ("order_key", pa.int64()),
        ("tag", pa.string()),
    ]
)  # fmt: skip
KEYS = ("window", "customer_id", "order_key")
# What it takes a division to say, which marts leave to those who read them.
SHARES = {
    "mean_order": "gross / nullif(n_orders, 0)",
    "share_discounted": "n_discounted_orders / nullif(n_orders, 0)",
}


def make_tags(paths: Mapping[str, Path], tags: Mapping[str, str]) -> pa.Table:
    """Say of every customer which tags hold, at the end of the period and of the one before.

    Parameters
    ----------
    paths : of `customer_measures` and `customer_habits`
    tags : condition by tag

    Returns
    -------
    one row per window (current, previous), customer and tag that holds, in this order
        `window`, `customer_id`, `order_key`, `tag`. A condition of which a part is not known
        for a customer does not hold.

    Raises
    ------
    ParameterError
        A condition is no checked expression, reads no column, gives no truth value, or fails on
        some customer: all such conditions at once, without a value of anybody.
    """
    if not tags:
        return pa.Table.from_batches([], schema=HELD)
    with Engine(paths) as engine:
        _measure(engine)
        columns = [row["column_name"] for row in engine.rows("DESCRIBE measured")]
        known = sorted(set(columns) - set(KEYS))
        faults = [fault for name in sorted(tags) for fault in _check(engine, name, tags, known)]
        if faults:
            raise ParameterError("\n".join(faults))
        parts = [
            f'SELECT "window", customer_id, order_key, {quote(name)} AS tag FROM measured '
            f"WHERE ({read_checked(engine, when)})"
            for name, when in sorted(tags.items())
        ]
        return _fetch(engine, " UNION ALL ".join(parts)).cast(HELD)


def _measure(engine: Engine) -> None:
    # A relation of its own: a condition sees these columns and no other table.
    added = ", ".join(f"{sql} AS {name}" for name, sql in SHARES.items())
    engine.run(
        f"CREATE TEMP TABLE measured AS SELECT *, {added} FROM customer_measures "
        'INNER JOIN customer_habits USING ("window", customer_id, order_key)'
    )


def _check(engine: Engine, name: str, tags: Mapping[str, str], known: list[str]) -> Iterator[str]:
    checked = check_expression(engine, tags[name])
    if checked.refusal:
        yield f"tags.{name}: the condition {checked.refusal}. Use one expression over columns."
        return
    absent = [column for column in checked.columns if column.lower() not in known]
    for column in absent:
        near = difflib.get_close_matches(column.lower(), known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Columns: {', '.join(known)}."
        yield f"tags.{name}: no measure of customers is called {column[:40]}. {hint}"
    if not absent:
        yield from _check_type(engine, name, tags[name])


def _check_type(engine: Engine, name: str, when: str) -> Iterator[str]:
    try:
        sql = f"SELECT ({read_checked(engine, when)}) AS held FROM measured"
        (column,) = engine.rows(f"DESCRIBE {sql}")
        is_truth = column["column_type"] == "BOOLEAN"
        engine.run(f"CREATE OR REPLACE TEMP TABLE tried AS {sql}")
    except EngineError:
        yield f"tags.{name}: the condition does not fit its columns. Mend types and brackets."
        return
    if not is_truth:
        yield f"tags.{name}: the condition is no yes or no. Compare it with something."


def read_checked(engine: Engine, when: str) -> str:
    """Write the expression out again from its tree: no comment or closing bracket gets through."""
    tree = engine.parse(f"SELECT {when}")
    part = tree["statements"][0]["node"]["select_list"][0]
    part["alias"] = ""
    return engine.unparse(tree).removeprefix("SELECT ")


def _fetch(engine: Engine, sql: str) -> pa.Table:
    try:
        return engine.fetch(
            f'SELECT * FROM ({sql}) ORDER BY "window", order_key, {identifier("tag")}'
        )
    except EngineError as error:
        # Every condition was tried before; what can still fail is memory.
        raise ParameterError("tags: the conditions cannot be taken together.") from error
