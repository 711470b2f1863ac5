"""One SELECT of the common dialect, written for another engine.

What is allowed is listed and anything else refused. Left out on purpose: avg, stddev, division,
round, casts that cut, any_value, arg_max, quantiles, days of the week, series, time zones, and
differences in months or of time stamps: engines differ in them, most without saying so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp

from rapport.errors import ParameterError

STRUCTURE = {
    exp.Select, exp.From, exp.Join, exp.With, exp.CTE, exp.Subquery, exp.Union, exp.Table,
    exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Where, exp.Group,
    exp.Having, exp.Order, exp.Ordered, exp.Distinct, exp.Window, exp.Filter, exp.Paren, exp.Tuple,
}  # fmt: skip
CONDITIONS = {
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In,
    exp.Between, exp.Case, exp.If, exp.Boolean, exp.Null, exp.Coalesce,
}  # fmt: skip
VALUES = {
    exp.Literal, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Cast, exp.DataType, exp.DataTypeParam,
    exp.Var, exp.Interval, exp.DateTrunc, exp.DateDiff, exp.Extract, exp.Min, exp.Max, exp.Count,
    exp.Sum, exp.Median, exp.RowNumber, exp.DenseRank, exp.Lag, exp.Lead,
}  # fmt: skip
ALLOWED = STRUCTURE | CONDITIONS | VALUES
PARTS_OF_DAYS = {"year", "month"}


def find_faults(sql: str) -> list[str]:
    """Say what in a statement engines would read differently; nothing of one that can be carried.

    Examples
    --------
    >>> find_faults("select a / 2 as a from t order by a")
    ['Div']
    """
    statements = sqlglot.parse(sql, read="duckdb")
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        return ["not one SELECT"]
    return [fault for node in statements[0].walk() for fault in _look(node)]


def _look(node: exp.Expr) -> Iterator[str]:
    if type(node) not in ALLOWED:
        yield type(node).__name__
    if isinstance(node, exp.DateDiff) and str(node.unit).lower() != "day":
        yield f"date_diff of {node.unit}"
    if isinstance(node, exp.Extract) and str(node.this).lower() not in PARTS_OF_DAYS:
        yield f"extract of {node.this}"
    if isinstance(node, exp.Cast) and not _cuts_nothing(node):
        yield f"cast to {node.to}"
    is_open = isinstance(node, exp.Group) and set(node.args) - {"expressions"}
    if is_open or (isinstance(node, exp.Star) and any(node.args.values())):
        yield f"{type(node).__name__} with more than names"


def _cuts_nothing(cast: exp.Cast) -> bool:
    """Say whether a cast is to whole numbers or days, or of a median, which has halves at most."""
    of = cast.this
    if cast.to.this in {exp.DType.BIGINT, exp.DType.DATE}:
        return True
    if isinstance(of, exp.Median):
        return bool(cast.to.this == exp.DType.DECIMAL)
    is_days = isinstance(of, exp.Column) and of.table == "v" and of.name.endswith("_days")
    return bool(is_days and cast.to.this == exp.DType.INT)


@lru_cache(maxsize=256)
def read_select(sql: str) -> exp.Select:
    """Parse a statement once; what it gives is never changed.

    Raises
    ------
    ParameterError
        It is not one SELECT of what engines read alike.
    """
    faults = find_faults(sql)
    if faults:
        told = ", ".join(sorted(set(faults)))
        raise ParameterError(
            f"engine: a mart says what engines do not read alike ({told}). "
            "Say it otherwise, or make the report on DuckDB."
        )
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert isinstance(tree, exp.Select)
    return tree


def list_words(sql: str) -> frozenset[str]:
    """Name every identifier of a statement: no column is read that is not among them, or starred.

    Examples
    --------
    >>> sorted(list_words("select k.a from t as k order by a"))
    ['a', 'k', 't']
    """
    return frozenset(word.name.lower() for word in read_select(sql).find_all(exp.Identifier))


def list_starred(sql: str) -> frozenset[str]:
    """Name the tables of which a statement takes every column.

    Examples
    --------
    >>> sorted(list_starred("select t.a, u.* from one as t cross join two as u order by a"))
    ['two']
    """
    stars = read_select(sql).find_all(exp.Star)
    return frozenset(name for star in stars for name in _find_starred(star))


def _find_starred(star: exp.Star) -> Iterator[str]:
    if isinstance(star.parent, exp.Count):
        return
    of = star.parent.table if isinstance(star.parent, exp.Column) else ""
    around = star.find_ancestor(exp.Select)
    assert around is not None
    joined = [join.this for join in around.args.get("joins") or []]
    for source in [around.args["from_"].this, *joined]:
        if isinstance(source, exp.Table) and of in ("", source.alias_or_name):
            yield source.name


def write_select(sql: str, *, dialect: str, names: Mapping[str, str], schema: str = "") -> str:
    """Write a statement for another engine, over the tables that it calls otherwise.

    Parameters
    ----------
    sql : one SELECT of the common dialect
    dialect : as sqlglot calls it: postgres, spark
    names : every table that the statement reads: what the engine calls it
    schema : in which they all lie there

    Raises
    ------
    ParameterError
        The statement is none of the common dialect.
    """
    tree = read_select(sql).copy()
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert not own & names.keys()
    for table in list(tree.find_all(exp.Table)):
        if table.name not in own:
            place = exp.table_(names[table.name], db=schema or None, quoted=True)
            table.replace(exp.alias_(place, table.alias or table.name, table=True))
    if dialect == "postgres":
        _suit_postgres(tree)
    return tree.sql(dialect=dialect, comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)


def _suit_postgres(tree: exp.Select) -> None:
    # A part of a day is a numeric there; months are whole numbers.
    for part in list(tree.find_all(exp.Extract)):
        part.replace(exp.cast(part.copy(), exp.DType.BIGINT))
    # A word of ours would sort by the database's own language, unlike the columns beside it.
    for word in list(tree.find_all(exp.Literal)):
        if word.is_string and not isinstance(word.parent, exp.Interval):
            name = exp.Identifier(this="C", quoted=True)
            word.replace(exp.Collate(this=word.copy(), expression=name))
