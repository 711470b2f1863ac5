"""A statement in steps: what it reads more than once is made once, by a statement of its own.

Spark puts the SELECT of a WITH wherever it is read. One that reads another twice, which reads
another twice, is in the plan a hundred times after seven, and planning takes longer than the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

# Of the digest that is a step's name, as of the names of tables.
LENGTH = 40


@dataclass(frozen=True)
class Step:
    """A statement, and the name under which those after it read what it gives."""

    name: str
    sql: str


def split_select(sql: str, *, dialect: str) -> tuple[list[Step], str]:
    """Give the steps of a statement, each after those that it reads, and what is left of it.

    Parameters
    ----------
    sql : one SELECT, as `dialect.write_select` wrote it
    dialect : for which it was written

    Examples
    --------
    >>> steps, left = split_select("WITH a AS (SELECT b FROM t) SELECT 1 FROM a, a AS c",
    ...                            dialect="spark")
    >>> [step.sql for step in steps], left.replace(steps[0].name, "s")
    (['SELECT b FROM t'], 'SELECT 1 FROM `s` AS a, `s` AS c')
    """
    tree = sqlglot.parse_one(sql, read=dialect)
    named = tree.args["with_"].expressions if tree.args.get("with_") else []
    tree.set("with_", None)
    bodies = {cte.alias: cte.this for cte in named}
    read = [name for part in (*bodies.values(), tree) for name in _list_read(part)]
    held: dict[str, str] = {}
    steps = []
    for name, body in bodies.items():
        if read.count(name) > 1:
            step = _write(body, bodies, held).sql(dialect=dialect)
            held[name] = f"s_{hashlib.sha256(step.encode()).hexdigest()[:LENGTH]}"
            steps.append(Step(held[name], step))
    return steps, _write(tree, bodies, held).sql(dialect=dialect)


def _list_read(part: exp.Expr) -> list[str]:
    return [table.name for table in part.find_all(exp.Table)]


def _write(part: exp.Expr, bodies: Mapping[str, exp.Expr], held: Mapping[str, str]) -> exp.Expr:
    """Give a part that stands alone: with what it alone reads, over the steps that are held."""
    needed: set[str] = set()
    look = _list_read(part)
    while look:
        name = look.pop()
        if name in bodies and name not in held:
            needed.add(name)
            look += _list_read(bodies[name])
    alone = part.copy()
    if needed:
        tables = [
            exp.CTE(this=body.copy(), alias=exp.TableAlias(this=exp.to_identifier(name)))
            for name, body in bodies.items() if name in needed
        ]  # fmt: skip
        alone.set("with_", exp.With(expressions=tables))
    for table in list(alone.find_all(exp.Table)):
        if table.name in held:
            place = exp.table_(held[table.name], quoted=True)
            table.replace(exp.alias_(place, table.alias or table.name, table=True))
    return alone
