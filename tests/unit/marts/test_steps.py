"""A statement in steps: what is read twice is made once, and the rows stay the same."""

import pyarrow as pa
import sqlglot
from sqlglot import exp

from rapport.marts.catalog import MARTS
from rapport.tables.elsewhere.dialect import write_select
from rapport.tables.elsewhere.steps import split_select
from rapport.tables.engine import select

NESTED = """
with once as (select a, b from t where a > 1),
twice as (select a, sum(b) as b from once group by a),
pairs as (select x.a, y.b from twice as x inner join twice as y on x.a = y.a),
four as (select p.a, q.b from pairs as p cross join pairs as q)
select a, b from four order by a, b
"""


def count_read(sql):
    """Count the tables that a statement reads where each name of its WITH is put in its place."""
    tree = sqlglot.parse_one(sql, read="spark")
    bodies = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}
    tree.set("with_", None)

    def count(part):
        names = [table.name for table in part.find_all(exp.Table)]
        return sum(count(bodies[name]) if name in bodies else 1 for name in names)

    return count(tree)


def test_what_is_read_twice_is_a_step_and_what_is_read_once_is_none():
    steps, left = split_select(NESTED, dialect="duckdb")

    first, second = steps
    assert "once AS (SELECT" in first.sql
    assert [first.sql.count(step.name) for step in steps] == [0, 0]
    assert second.sql == (
        f'SELECT x.a, y.b FROM "{first.name}" AS x INNER JOIN "{first.name}" AS y ON x.a = y.a'
    )
    assert left.startswith("WITH four AS (SELECT")
    assert left.count(second.name) == 2


def test_steps_give_the_rows_of_the_whole_statement():
    given = {"t": pa.table({"a": [1, 2, 2, 3], "b": [10, 20, 30, 40]})}
    whole = select(NESTED, given)

    steps, left = split_select(NESTED, dialect="duckdb")
    for step in steps:
        given[step.name] = select(step.sql, given)

    assert select(left, given).equals(whole)
    assert whole.num_rows == 4


def test_a_statement_without_a_with_stays_as_it_is():
    sql = "SELECT a FROM `t_1` AS t ORDER BY a"

    assert split_select(sql, dialect="spark") == ([], sql)


def test_a_step_is_named_by_what_it_says_and_reads():
    names = [
        step.name
        for table in ("t_1", "t_2", "t_1")
        for step in split_select(
            f"WITH a AS (SELECT b FROM {table}) SELECT 1 FROM a, a AS c", dialect="spark"
        )[0]
    ]

    assert names[0] == names[2] != names[1]


def test_no_statement_of_a_mart_on_spark_reads_a_table_over_and_over():
    mart = MARTS["basket_items"]
    names = {table: f"t_{table}" for table in (*mart.reads, *mart.uses)}
    written = write_select(mart.sql, dialect="spark", names=names)

    steps, left = split_select(written, dialect="spark")

    assert count_read(written) > 100
    assert max(count_read(sql) for sql in (*(step.sql for step in steps), left)) < 25
