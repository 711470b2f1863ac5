"""Tables that are a SELECT over the unit's sources."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.errors import DataError, ParameterError
from rapport.ingest.selects import check_query
from rapport.tables.engine import Engine

ORDERS = "no,who,day\n1,ann,2024-03-01\n2,bob,2024-03-02\n3,ann,2024-03-03\n"
ITEMS = "no,what,n,price\n1,cup,2,2.50\n1,pot,1,7.50\n2,cup,1,2.50\n3,pot,1,7.50\n9,pot,1,7.50\n"
JOINED = (
    "SELECT i.no, o.who, o.day, i.what, i.n, CAST(i.n AS INTEGER) * CAST(i.price AS DECIMAL(18, 4))"
    " AS amount FROM items AS i JOIN heads AS o USING (no)"
)
TOTALS = (
    "WITH sums AS (SELECT no, sum(CAST(n AS INTEGER) * CAST(price AS DECIMAL(18, 4))) AS amount "
    "FROM items GROUP BY no) SELECT heads.*, sums.amount FROM heads JOIN sums USING (no)"
)


@pytest.fixture
def two(shop):
    """Give the shop its heads and items in two files, joined by a SELECT."""
    shop.write("heads.csv", ORDERS)
    shop.write("items.csv", ITEMS)
    shop.unit["sources"] = {
        name: {"path": f"{name}.csv", "format": "csv"} for name in ("heads", "items")
    }
    shop.lines["from"] = JOINED
    shop.lines["columns"] = {
        "order_id": "no", "customer_id": "who", "product_id": "what", "quantity": "n",
        "amount": "amount",
    }  # fmt: skip
    return shop


def test_a_table_may_be_a_select_over_two_sources(two):
    delivery = two.ingest()

    assert delivery.facts["net"] == Decimal("22.5000")
    assert sorted(delivery.tables["orders"]["order_id"].to_pylist()) == ["1", "2", "3"]
    assert delivery.facts["customers"] == 2


def test_a_select_may_be_a_source_by_its_own_name(two):
    two.unit["sources"]["sales"] = {"format": "select", "query": TOTALS}
    two.unit["tables"] = {
        "orders": {
            "from": "sales",
            "columns": {"order_id": "no", "customer_id": "who", "amount": "amount"},
            "time": {"column": "day"},
        }
    }

    delivery = two.ingest()

    assert delivery.facts["net"] == Decimal("22.5000")
    described = delivery.sources.set_index("source")
    assert described.loc["sales", ["form", "n_rows", "tables"]].tolist() == ["select", 3, "orders"]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_neither_threads_nor_the_order_of_rows_show_in_a_select(two, threads):
    two.lines["columns"]["order_id"] = {"sql": "source_row"}
    expected = two.ingest(threads=1).tables
    head, *lines = ITEMS.splitlines()
    two.write("items.csv", "\n".join([head, *reversed(lines), ""]))

    assert two.ingest(threads=threads).tables == expected


def test_rows_that_a_source_puts_aside_are_counted_under_the_select(two):
    two.unit["quarantine"] = {"rows": 1}
    two.write("items.csv", ITEMS + "2,cup\n")

    delivery = two.ingest()

    lines = delivery.quality[delivery.quality["table"] == "order_lines"].set_index("rule")
    assert lines.loc[["read", "broken_row", "kept"], "n_rows"].tolist() == [5, 1, 4]


def test_types_of_a_select_are_stated_as_of_any_source(two):
    two.unit["sources"]["sales"] = {
        "format": "select", "query": JOINED, "types": {"n": "integer", "day": "date"},
    }  # fmt: skip
    two.lines["from"] = "sales"
    two.lines["columns"]["quantity"] = {"sql": "n + 1"}

    lines = two.ingest().tables["order_lines"]

    assert sorted(map(int, lines["quantity"].to_pylist())) == [2, 2, 2, 3]


def test_a_select_over_a_source_with_faults_is_told_beside_them(two):
    two.write("items.csv", "")

    with pytest.raises(DataError, match=r"(?s)items.csv has no head.*reads the source items"):
        two.ingest()


def test_a_select_that_names_no_column_of_its_sources_is_a_fault(two):
    two.lines["from"] = "SELECT colour FROM items"

    with pytest.raises(DataError, match="select_order_lines: the SELECT does not fit its sources"):
        two.ingest()


def test_a_select_that_fails_on_a_row_is_a_fault_without_the_row(two):
    two.lines["from"] = JOINED.replace("i.n,", "CAST(i.what AS INTEGER) AS n,")

    with pytest.raises(DataError, match="select_order_lines: the SELECT fails") as refused:
        two.ingest()

    assert "cup" not in str(refused.value)


def test_a_sum_of_floating_point_numbers_is_refused(two):
    table = pa.table({"no": ["1"], "price": [0.1]})
    pq.write_table(table, two.root / "data/raw/items.parquet")
    two.unit["sources"]["items"] = {"path": "items.parquet", "format": "parquet"}
    two.lines["from"] = "SELECT no, sum(price) AS amount FROM items GROUP BY no"

    with pytest.raises(DataError, match="adds up floating-point numbers"):
        two.ingest()


def test_every_select_that_cannot_be_taken_is_told_before_a_row_is_read(two):
    two.lines["from"] = "SELECT * FROM itmes"
    two.unit["sources"]["bad"] = {"format": "select", "query": "SELECT * FROM items LIMIT 3"}

    with pytest.raises(ParameterError) as refused:
        two.ingest()

    assert "sources.bad: the SELECT picks rows" in str(refused.value)
    assert "reads itmes, which is no source with files; did you mean items" in str(refused.value)


REFUSED = {
    "SELECT * FROM '/etc/passwd'": "no source",
    "SELECT * FROM read_csv('/etc/passwd')": "table function",
    "SELECT * FROM items, read_text('x')": "table function",
    "SELECT * FROM duckdb_settings()": "table function",
    "SELECT * FROM information_schema.tables": "schema",
    "SELECT * FROM main.items": "schema",
    'SELECT * FROM "source items"': "no source",
    "SELECT getenv('HOME') AS x FROM items": "not among the functions",
    "SELECT random() AS x FROM items": "not among the functions",
    "SELECT current_date AS x FROM items": "clock",
    "SELECT row_number() OVER () AS x FROM items": "window",
    "SELECT * FROM items LIMIT 1": "picks rows",
    "SELECT DISTINCT ON (no) * FROM items": "picks rows",
    "SELECT * FROM items TABLESAMPLE 10%": "base table",
    "SELECT * FROM items NATURAL JOIN heads": "joins by",
    "SELECT * FROM items POSITIONAL JOIN heads": "joins by",
    "SELECT * FROM items QUALIFY row_number() OVER (ORDER BY no) = 1": "SELECT|window",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT * FROM r": "SELECT",
    "WITH items AS (SELECT 1 AS n) SELECT * FROM items": "like a source",
    "WITH x AS (SELECT * FROM read_csv('y')) SELECT * FROM x": "table function",
    "SELECT (SELECT max(content) FROM read_text('x')) AS y FROM items": "table function",
    "SELECT * FROM (VALUES (1)) AS t": "expression list",
    "SELECT 1 AS x": "reads no source",
    "SELECT 1; SELECT 2": "not one SELECT",
    "COPY items TO 'x'": "not one SELECT",
    "ATTACH 'x'": "not one SELECT",
    "PRAGMA database_list": "not one SELECT|reads",
    "SHOW TABLES": "show ref",
    "SELECT": "not one SELECT",
    "": "not one SELECT",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_reaches_beyond_the_declared_sources_is_refused(sql):
    with Engine({}) as engine:
        checked = check_query(engine, sql, ["items", "heads"])

    assert checked.refusal
    assert any(part in checked.refusal for part in REFUSED[sql].split("|")), checked.refusal
    assert not checked.sql


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM items", "SELECT no FROM items UNION ALL SELECT no FROM heads",
     "SELECT * EXCLUDE (no) FROM Items ORDER BY 1",
     "SELECT no, count(*) AS n FROM items WHERE n > '1' GROUP BY no HAVING count(*) > 1",
     "SELECT * FROM items WHERE no IN (SELECT no FROM heads)",
     "SELECT a.no FROM items AS a LEFT JOIN (SELECT no FROM heads) AS b ON a.no = b.no"],
)  # fmt: skip
def test_plain_selects_are_taken_and_read_declared_tables_alone(sql):
    with Engine({}) as engine:
        checked = check_query(engine, sql, ["items", "heads"])

    assert checked.refusal == ""
    assert "declared." in checked.sql
    assert set(checked.reads) <= {"items", "heads"}
