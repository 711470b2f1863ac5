"""Lists of customers to contact: who meets which of the conditions that a unit's file declares.

A condition is one SQL expression over what the chapters published of one customer, checked as
every expression of a unit's file is; what runs is the tree that was checked. A table that no
chapter published leaves the lists that need it unmade, which is told and no fault.
"""

# ruff: noqa: S608 - SQL is built of quoted names and of checked trees
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from rapport.errors import ParameterError
from rapport.marts.tags import SHARES, read_checked
from rapport.tables.engine import Engine, EngineError, identifier, quote
from rapport.tables.expressions import check_expression

ROWS = pa.schema(
    [
        ("list", pa.string()), ("rank", pa.int64()), ("customer_id", pa.string()),
        ("order_key", pa.int64()), ("money", pa.float64()),
    ]
)  # fmt: skip
BASE = ("customer_measures", "customer_habits")
# What each further table gives a condition, one row a customer.
TAKEN = {
    "segments": "segment, cluster, r_score, f_score, m_score",
    "lifecycle_stages": "stage",
    "customer_value": "clv, p_alive, expected_orders",
    "churn_scores": "risk, band, expected_loss",
    "satisfaction": "nps, csat",
    "recommendations": "count(*) AS n_recommended",
}
MONEY = {"spend": "rfm_net", "clv": "clv", "expected_loss": "expected_loss"}
_HOME = {"rfm_net": BASE[0], "clv": "customer_value", "expected_loss": "churn_scores"}


@dataclass(frozen=True)
class Rule:
    """A list's condition, the table of each column that it needs, and by what it is ordered."""

    when: str
    needs: Mapping[str, str]
    money: str = "spend"


@dataclass(frozen=True)
class Lists:
    """`rows` : one row per list and customer; `lacking`: unmade list -> tables that it lacks."""

    rows: pa.Table
    lacking: Mapping[str, tuple[str, ...]]


def make_lists(tables: Mapping[str, pa.Table], rules: Mapping[str, Rule]) -> Lists:
    """Make every list that the tables allow.

    Parameters
    ----------
    tables : those published, one row per customer: `customer_measures`, `customer_habits` (rows
        of the period's last day alone), and of `TAKEN` what there is
    rules : by the list's name

    Returns
    -------
    one row per list and customer: `list`, `rank` (from 1: most money first, then `order_key`),
        `customer_id`, `order_key`, `money` (net spend in `rfm_days`, value or expected loss, in the
        unit's currency; missing where it is not known, those rank last)

    Raises
    ------
    ParameterError
        A condition is no checked expression, or does not fit its columns: all such at once.
    """
    base = tuple(name for name in BASE if name not in tables)
    if base or not rules:
        return Lists(pa.Table.from_batches([], schema=ROWS), dict.fromkeys(rules, base))
    with Engine(dict(tables)) as engine:
        known = _join(engine, tables)
        lacking = {name: _find_lacking(rule, known) for name, rule in sorted(rules.items())}
        asked = {name: rules[name] for name, absent in lacking.items() if not absent}
        faults = [fault for name in asked for fault in _check(engine, name, asked[name], known)]
        if faults:
            raise ParameterError("\n".join(faults))
        found = _fetch(engine, [_select(engine, name, rule) for name, rule in asked.items()])
    return Lists(found, {name: absent for name, absent in lacking.items() if absent})


def _find_lacking(rule: Rule, known: set[str]) -> tuple[str, ...]:
    """Name the tables that are not there, or lack a column because their chapter withheld it."""
    money = MONEY[rule.money]
    needs = {**rule.needs, money: rule.needs.get(money, _HOME[money])}
    return tuple(dict.fromkeys(table for column, table in needs.items() if column not in known))


def _fetch(engine: Engine, parts: list[str]) -> pa.Table:
    if not parts:
        return pa.Table.from_batches([], schema=ROWS)
    return engine.fetch(
        f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY {identifier('list')}, rank"
    ).cast(ROWS)


def _join(engine: Engine, tables: Mapping[str, pa.Table]) -> set[str]:
    """Make the relation `standing`, one row per customer, and name its columns."""
    added = ", ".join(f"{sql} AS {name}" for name, sql in SHARES.items())
    joined = f"SELECT *, {added} FROM customer_measures JOIN customer_habits "
    joined += "USING (customer_id, order_key)"
    for name, columns in TAKEN.items():
        if name not in tables:
            continue
        held = [part for part in columns.split(", ") if part in tables[name].column_names]
        if name == "recommendations":
            held = [columns]
        by = " GROUP BY customer_id" if name == "recommendations" else ""
        rows = f"SELECT customer_id, {', '.join(held)} FROM {identifier(name)}{by}"
        joined = f"SELECT * FROM ({joined}) LEFT JOIN ({rows}) USING (customer_id)"
    engine.run(f"CREATE TEMP TABLE standing AS {joined}")
    return {row["column_name"] for row in engine.rows("DESCRIBE standing")}


def _check(engine: Engine, name: str, rule: Rule, known: set[str]) -> Iterator[str]:
    checked = check_expression(engine, rule.when)
    if checked.refusal:
        yield f"lists.{name}: the condition {checked.refusal}. Use one expression over columns."
        return
    absent = [column for column in checked.columns if column.lower() not in known]
    if absent:
        yield f"lists.{name}: nothing published is called {absent[0][:40]}. Mend the condition."
        return
    try:
        sql = f"SELECT ({read_checked(engine, rule.when)}) AS held FROM standing"
        (column,) = engine.rows(f"DESCRIBE {sql}")
        engine.run(f"CREATE OR REPLACE TEMP TABLE tried AS {sql}")
    except EngineError:
        yield f"lists.{name}: the condition does not fit its columns. Mend types and brackets."
        return
    if column["column_type"] != "BOOLEAN":
        yield f"lists.{name}: the condition is no yes or no. Compare it with something."


def _select(engine: Engine, name: str, rule: Rule) -> str:
    money = f"CAST({MONEY[rule.money]} AS DOUBLE)"
    return (
        f"SELECT {quote(name)} AS {identifier('list')}, "
        f"row_number() OVER (ORDER BY {money} DESC NULLS LAST, order_key) AS rank, "
        f"customer_id, order_key, {money} AS money FROM standing "
        f"WHERE ({read_checked(engine, rule.when)})"
    )
