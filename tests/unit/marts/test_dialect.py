"""Every mart speaks the part of SQL that means the same on DuckDB, Spark and PostgreSQL."""

from importlib import resources

import pytest
import sqlglot
from sqlglot import exp

from rapport.errors import ParameterError
from rapport.marts.catalog import MARTS
from rapport.tables.elsewhere.dialect import (
    find_faults,
    list_starred,
    list_words,
    write_select,
)

SQL = {name: mart.sql for name, mart in MARTS.items() if mart.sql is not None}
# What sqlglot itself says that it cannot write (docs/engines.md tells of what it writes amiss).
REFUSED: dict[str, set[str]] = {
    "bigquery": {"profile_funnel"}, "clickhouse": set(), "snowflake": set(), "trino": set(),
}  # fmt: skip


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


@pytest.mark.parametrize("dialect", ["spark", "postgres"])
def test_every_mart_is_written_for_other_engines_over_the_tables_that_they_hold(dialect):
    for name, sql in SQL.items():
        names = {table: f"t_{table}" for table in (*MARTS[name].reads, *MARTS[name].uses)}

        written = write_select(sql, dialect=dialect, names=names, schema="held")

        read = {
            table.name for table in sqlglot.parse_one(written, read=dialect).find_all(exp.Table)
            if table.db
        }  # fmt: skip
        assert read == set(names.values()), name


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake", "trino", "clickhouse"])
def test_marts_can_be_written_for_warehouses_but_for_the_medians(dialect):
    refused = set()
    for name, sql in SQL.items():
        try:
            sqlglot.transpile(
                sql, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE
            )
        except sqlglot.errors.UnsupportedError:
            refused.add(name)

    assert refused == REFUSED[dialect]


def test_words_of_ours_sort_by_their_bytes_on_postgresql():
    sql = "select case when a = 1 then 'b' else c end as d from t order by d"

    written = write_select(sql, dialect="postgres", names={"t": "t_1"})

    assert """WHEN a = 1 THEN 'b' COLLATE "C" ELSE c""" in written


def test_what_a_statement_reads_is_named_by_its_words_and_stars():
    sql = """with k as (select u.b from u where u.c = 1), n as (select * from w)
        select k.*, t.a from t cross join k cross join n order by a"""

    assert {"a", "b", "c"} <= list_words(sql)
    assert list_starred(sql) == {"k", "w"}


def test_a_statement_beyond_the_dialect_is_not_carried():
    with pytest.raises(ParameterError, match=r"do not read alike \(Avg\)"):
        write_select("select avg(a) as b from t order by b", dialect="spark", names={"t": "u"})


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
