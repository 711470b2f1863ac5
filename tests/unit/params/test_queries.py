"""Which SELECTs a database is asked."""

import pytest

from rapport.params.queries import refuse_query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM orders",
        "with new as (select id, amount from t where day >= date '2026-01-01') select * from new",
        "SELECT o.id, coalesce(c.\"Name\", '无名') FROM s.orders AS o LEFT JOIN c USING (id)",
        "SELECT CAST(price AS numeric(18, 4)), count(*) FILTER (WHERE paid) FROM t GROUP BY price",
        "SELECT row_number() OVER (PARTITION BY a ORDER BY b) AS n FROM t WHERE a IN (1, 2)",
        "SELECT `order`, replace(name, 'a', 'b') FROM `shop`.`order`",
        "SELECT substring(name FROM 1 FOR 3), extract(year FROM day) FROM t",
        "SELECT 'it''s; drop -- this' AS words FROM t",
        'SELECT "update", "a;b" FROM t',
        "SELECT a FROM t UNION ALL (SELECT b FROM u)",
    ],
)
def test_a_plain_select_is_asked(query):
    assert refuse_query(query) == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "does not begin"),
        ("DELETE FROM t", "does not begin"),
        ("TABLE t", "does not begin"),
        ("SELECT 1; DROP TABLE t", "a semicolon"),
        ("SELECT 1 -- a", "a comment"),
        ("SELECT /*! SLEEP(1) */ 1", "a comment"),
        ("SELECT '/*' , sleep(9) , '*/'", "calls sleep"),
        ("SELECT 1 # a", "a comment"),
        (r"SELECT '\' OR sleep(1) -- '", "a text open"),
        ("SELECT \"a'b\" /*! x */ 'c'", "a comment"),
        (r"SELECT '\'' || sleep(1) || '\''", "a text open"),
        ("SELECT $$a$$", "a dollar sign"),
        ("SELECT @@version", "an at sign"),
        ("SELECT 'a", "a text open"),
        ("SELECT pg_sleep(9)", "calls pg_sleep"),
        ("SELECT pg_catalog.pg_read_file('/etc/passwd')", "calls pg_read_file"),
        ('SELECT "pg_sleep"(9)', "a quoted name"),
        ("SELECT LOAD_FILE ('/etc/passwd')", "calls load_file"),
        ("SELECT * FROM dblink('x', 'y')", "calls dblink"),
        ("SELECT nextval('s')", "calls nextval"),
        ("SELECT * INTO t2 FROM t", "the word INTO"),
        ("SELECT * FROM t INTO OUTFILE '/tmp/x'", "the word INTO"),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "the word DELETE"),
        ("SELECT * FROM t FOR UPDATE", "locks rows"),
        ("SELECT * FROM t FOR NO KEY UPDATE", "locks rows"),
        ("SELECT * FROM t LOCK IN SHARE MODE", "the word LOCK"),
    ],
)
def test_anything_more_is_refused(query, said):
    assert said in refuse_query(query)
