"""Every mart speaks the part of SQL that means the same on DuckDB, Spark and PostgreSQL.

What is allowed is listed; anything else is refused. Left out on purpose: avg, stddev, division,
round, casts that cut, any_value, arg_max, quantiles, days of the week, series, time zones, and
differences in months or of time stamps: engines differ in them, most without saying so.
"""

from importlib import resources

import pytest
import sqlglot
from sqlglot import exp

from rapport.marts.catalog import MARTS

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
SQL = {name: mart.sql for name, mart in MARTS.items() if mart.sql is not None}


def cuts_nothing(cast: exp.Cast) -> bool:
    """Say whether a cast is of days that a unit sets, or of a median, which has halves at most."""
    of = cast.this
    if isinstance(of, exp.Median):
        return cast.to.this == exp.DType.DECIMAL
    is_days = isinstance(of, exp.Column) and of.table == "v" and of.name.endswith("_days")
    return is_days and cast.to.this == exp.DType.INT


def find_faults(sql: str) -> list[str]:
    statements = sqlglot.parse(sql, read="duckdb")
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        return ["not one SELECT"]
    nodes = list(statements[0].walk())
    faults = [type(node).__name__ for node in nodes if type(node) not in ALLOWED]
    faults += [
        f"date_diff of {node.unit}" for node in nodes
        if isinstance(node, exp.DateDiff) and str(node.unit).lower() != "day"
    ]  # fmt: skip
    faults += [
        f"extract of {node.this}" for node in nodes
        if isinstance(node, exp.Extract) and str(node.this).lower() not in {"year", "month"}
    ]  # fmt: skip
    faults += [
        f"cast to {node.to}" for node in nodes
        if isinstance(node, exp.Cast) and node.to.this not in {exp.DType.BIGINT, exp.DType.DATE}
        and not cuts_nothing(node)
    ]  # fmt: skip
    faults += [
        f"{type(node).__name__} with more than names" for node in nodes
        if (isinstance(node, exp.Group) and set(node.args) - {"expressions"})
        or (isinstance(node, exp.Star) and any(node.args.values()))
    ]  # fmt: skip
    return faults


@pytest.mark.parametrize("name", SQL)
def test_a_mart_is_one_select_of_the_common_dialect(name):
    assert find_faults(SQL[name]) == []


@pytest.mark.parametrize("name", SQL)
def test_a_mart_ends_with_an_order(name):
    assert sqlglot.parse_one(SQL[name], read="duckdb").args["order"] is not None


@pytest.mark.parametrize("name", SQL)
def test_a_mart_reads_the_tables_that_its_catalog_names(name):
    tree = sqlglot.parse_one(SQL[name], read="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}

    read = {table.name for table in tree.find_all(exp.Table)} - own

    assert read == {*MARTS[name].reads, *MARTS[name].uses}


@pytest.mark.parametrize("name", SQL)
def test_a_mart_opens_with_its_grain(name):
    assert SQL[name].startswith("-- one row per ")


@pytest.mark.parametrize("name", SQL)
@pytest.mark.parametrize("engine", ["spark", "postgres"])
def test_a_mart_can_be_written_for_other_engines(name, engine):
    (written,) = sqlglot.transpile(
        SQL[name], read="duckdb", write=engine, unsupported_level=sqlglot.ErrorLevel.RAISE
    )

    assert written.upper().startswith(("SELECT", "WITH", "/*"))


def test_every_sql_file_is_in_the_catalog():
    files = {
        path.name for path in resources.files("rapport.marts").iterdir() if path.suffix == ".sql"
    }

    assert files == {f"{name}.sql" for name in SQL}


@pytest.mark.parametrize(
    "sql",
    [
        "select avg(a) as a from t order by a",
        "select a / 2 as a from t order by a",
        "select round(a) as a from t order by a",
        "select cast(a as int) as a from t order by a",
        "select cast(a as double) as a from t order by a",
        "select any_value(a) as a from t order by a",
        "select arg_max(a, b) as a from t order by a",
        "select extract(dow from a) as a from t order by a",
        "select date_diff('month', a, b) as a from t order by a",
        "select quantile_cont(a, 0.5) as a from t order by a",
        "select stddev(a) as a from t order by a",
        "select a from generate_series(1, 3) as t(a) order by a",
        "select a at time zone 'UTC' as a from t order by a",
        "select a, count(*) from t group by all order by a",
        "select a from read_parquet('x') order by a",
        "select a from t; select a from t",
        "delete from t",
        "select list(a) as a from t order by a",
        "select random() as a from t order by a",
        "select * exclude (a) from t order by b",
        "select a from t qualify row_number() over (order by a) = 1 order by a",
        "select a from t limit 3",
    ],
)
def test_sql_that_engines_read_differently_is_refused(sql):
    assert find_faults(sql) != []
