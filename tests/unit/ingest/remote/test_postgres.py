"""PostgreSQL as a source: a real server on loopback, whole and broken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from proxies import cutting_proxy
from rapport.errors import DataError, ParameterError
from rapport.ingest import find_sources
from rapport.ingest.remote import databases
from servers import PASSWORD
from unit.ingest.remote.conftest import create

ORDERS = """
CREATE TABLE log (line integer PRIMARY KEY, "order" text, customer text, day timestamptz,
    product text, quantity integer, amount numeric(18, 4));
INSERT INTO log VALUES
    (1, '1', 'ann', '2024-03-01 10:00+00', '杯子', 2, 5.00),
    (2, '1', 'ann', '2024-03-01 10:00+00', 'pot', 1, 7.50),
    (3, '2', 'bob', '2024-03-02 23:30+00', '杯子', 1, 2.50),
    (4, '3', NULL, '2024-03-04 09:00+00', 'pot', 1, 7.50);
"""


@pytest.fixture
def database(postgresql):
    return create(postgresql)


@pytest.fixture
def asked(elsewhere, postgresql, database):
    """A shop whose lines lie in a table of a database."""
    elsewhere.ask("postgresql", postgresql.url(database))
    postgresql.sql(ORDERS, database)
    return elsewhere


def ask(asked, query):
    asked.shop.unit["sources"]["log"] = {"format": "database", "database": "till", "query": query}
    return asked.fetch()


def test_a_table_gives_the_tables_that_its_file_would(asked):
    files = dict(asked.shop.unit, sources={"log": {"path": "log.csv", "format": "csv"}})
    asked.fetch()
    from_database = asked.shop.ingest()
    asked.shop.unit = files
    text = (asked.shop.root / "data/raw/log.csv").read_text(encoding="utf-8")
    asked.shop.write("log.csv", text.replace("cup", "杯子"))

    from_file = asked.shop.ingest()

    assert from_database.facts["net"] == from_file.facts["net"] == Decimal("22.5000")
    for name in ("orders", "order_lines", "customers"):
        theirs = from_file.tables[name].to_pandas().drop(columns=["source"], errors="ignore")
        ours = from_database.tables[name].to_pandas().drop(columns=["source"], errors="ignore")
        assert ours.equals(theirs), name


def test_times_with_a_zone_fall_on_the_days_of_the_unit(asked):
    asked.shop.unit["timezone"] = "Asia/Shanghai"
    asked.fetch()

    orders = asked.shop.ingest().tables["orders"].to_pandas()

    assert sorted(map(str, orders["ordered_on"])) == ["2024-03-01", "2024-03-03", "2024-03-04"]


def test_every_kind_of_cell_keeps_its_value_or_is_said_to_be_text(asked, postgresql, database):
    postgresql.sql(
        """CREATE TYPE mood AS ENUM ('happy', '好');
        CREATE TABLE wide (id bigint PRIMARY KEY, small smallint, price numeric(12, 3),
            loose numeric, coins money, yes boolean, day date, at timestamp, zoned timestamptz,
            f float8, m mood, many integer[], words text[], j jsonb, photo bytea,
            u uuid, span interval, t time);
        INSERT INTO wide VALUES (9007199254740993, 3, 12345678.125, 0.1000000001, 12.34, true,
            '2024-02-29', '2024-02-29 23:59:59.999999', '2024-03-01 00:00+08', 0.1, '好', '{1,2}',
            '{a,"b c"}', '{"k": 1}', 'x', '550e8400-e29b-41d4-a716-446655440000', '1 day', '10:00'),
            (9007199254740994);
        """.replace("(9007199254740994)", "(9007199254740994" + ", NULL" * 17 + ")"),
        database,
    )
    asked.shop.unit["sources"]["log"]["table"] = "public.wide"

    said = asked.fetch().said

    first, second = asked.table().to_pylist()
    assert first == {
        "id": 9007199254740993, "small": 3, "price": Decimal("12345678.125"),
        "loose": Decimal("0.1000000001"), "coins": Decimal("12.3400"), "yes": True,
        "day": date(2024, 2, 29), "at": datetime.fromisoformat("2024-02-29T23:59:59.999999"),
        "zoned": datetime(2024, 2, 29, 16, tzinfo=UTC), "f": 0.1, "m": "好", "many": "{1,2}",
        "words": '{a,"b c"}', "j": '{"k": 1}', "u": "550e8400-e29b-41d4-a716-446655440000",
        "span": "1 day", "t": "10:00:00",
    }  # fmt: skip
    assert {name for name, cell in second.items() if cell is not None} == {"id"}
    assert "log: column photo (bytea) is left out" in said
    assert "log: column many (array of int4) is read as text" in said
    assert not any("price" in line or " m " in line for line in said)


def test_a_value_that_no_type_holds_is_told_by_its_column(asked):
    for query, column in (
        ("SELECT 1.00000000001 AS amount", "amount"),
        ("SELECT CAST('NaN' AS numeric) AS amount", "amount"),
    ):
        with pytest.raises(DataError, match=f"source log: database till: column {column} holds"):
            ask(asked, query)


@pytest.mark.parametrize("value", ["infinity", "-infinity"])
def test_a_time_without_end_is_refused(asked, value):
    with pytest.raises(DataError, match="column at holds a value that is no time"):
        ask(asked, f"SELECT CAST('{value}' AS timestamp) AS at")


def test_an_empty_table_keeps_its_columns(asked, postgresql, database):
    postgresql.sql("DELETE FROM log", database)

    asked.fetch()

    assert asked.table().num_rows == 0
    assert asked.table().column_names[0] == "line"


def test_a_thousand_columns_are_read(asked, postgresql, database):
    columns = ", ".join(f"c{n} integer" for n in range(1_000))
    postgresql.sql(f"CREATE TABLE broad ({columns}); INSERT INTO broad (c7) VALUES (7)", database)
    asked.shop.unit["sources"]["log"]["table"] = "broad"

    asked.fetch()

    assert asked.table()["c7"].to_pylist() == [7]
    assert asked.table().num_columns == 1_000


def test_equal_rows_give_an_equal_file_wherever_they_lie(asked, postgresql, database):
    asked.fetch()
    before = asked.digests()
    postgresql.sql("UPDATE log SET amount = amount WHERE line = 1", database)  # moves the row

    again = asked.fetch()

    assert asked.digests() == before
    assert again.changed == frozenset()


def test_tables_of_one_database_are_of_one_moment(asked, postgresql, database, monkeypatch):
    asked.shop.unit["sources"]["more"] = dict(asked.shop.unit["sources"]["log"])
    write = databases._write

    def write_and_sell(*given):
        write(*given)
        postgresql.sql("INSERT INTO log SELECT max(line) + 1, '9' FROM log", database)

    monkeypatch.setattr(databases, "_write", write_and_sell)

    asked.fetch()

    assert asked.table("log").num_rows == asked.table("more").num_rows == 4
    assert int(postgresql.sql("SELECT count(*) FROM log", database)) == 6


def test_what_was_read_is_read_no_more_until_it_is_asked_for(asked, postgresql, database):
    first = asked.fetch(anew=False)
    postgresql.sql("DELETE FROM log WHERE line = 4", database)
    second = asked.fetch(anew=False)
    rows_then = asked.table().num_rows

    third = asked.fetch()

    assert [r.source for r in first.readings] == ["log"]
    assert (second.readings, rows_then) == ((), 4)
    assert (third.changed, asked.table().num_rows) == ({"log"}, 3)


def test_another_word_of_delivery_reads_anew_and_the_older_word_gives_the_older_rows(
    asked, postgresql, database
):
    asked.shop.unit["sources"]["log"]["delivery"] = "may"
    asked.fetch(anew=False)
    postgresql.sql("DELETE FROM log WHERE line = 4", database)
    asked.shop.unit["sources"]["log"]["delivery"] = "june"
    asked.fetch(anew=False)
    june = asked.table().num_rows
    asked.shop.unit["sources"]["log"]["delivery"] = "may"

    assert (june, asked.table().num_rows) == (3, 4)


def test_a_line_that_is_cut_midway_leaves_what_was_read_before(asked, postgresql, database):
    asked.fetch()
    before, kept = asked.digests(), asked.kept()
    postgresql.sql(
        "INSERT INTO log SELECT n, n::text, 'ann', now(), repeat(md5(n::text), 8), 1, 1 "
        "FROM generate_series(10, 30000) AS n", database,
    )  # fmt: skip
    with cutting_proxy(postgresql.port, after=2_000_000) as port:
        through = asked.env["RAPPORT_DATABASE_TILL_URL"].replace(str(postgresql.port), str(port))
        asked.env["RAPPORT_DATABASE_TILL_URL"] = through

        with pytest.raises(DataError, match="went away before all was read") as caught:
            asked.fetch()

    assert caught.value.exit_code == 3
    assert asked.digests() == before
    assert asked.kept() == kept


def test_a_statement_that_takes_too_long_is_stopped(asked, postgresql, database):
    postgresql.sql("CREATE VIEW slow AS SELECT pg_sleep(30)::text AS nothing", database)
    asked.shop.unit["databases"]["till"]["seconds"] = 1
    asked.shop.unit["sources"]["log"]["table"] = "slow"

    with pytest.raises(DataError, match="took longer than `seconds` allows"):
        asked.fetch()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"table": "gone"}, "has no such table"),
        ({"table": "public.secret"}, "does not let the account read that"),
        ({"table": None, "query": "SELECT colour FROM log"}, "has no such column"),
        ({"table": None, "query": "SELECT FROM WHERE"}, "does not understand"),
        ({"table": None, "query": "SELECT 1 AS a, 2 AS a"}, "one name for columns 1 and 2"),
    ],
)
def test_what_cannot_be_read_is_told_without_the_servers_words(
    asked, postgresql, database, change, said
):
    postgresql.sql(
        "CREATE TABLE secret (a integer); CREATE USER clerk PASSWORD 'pen'; GRANT SELECT ON log "
        "TO clerk" if not postgresql.sql("SELECT 1 FROM pg_user WHERE usename = 'clerk'", database)
        else "CREATE TABLE secret (a integer); GRANT SELECT ON log TO clerk", database,
    )  # fmt: skip
    asked.env["RAPPORT_DATABASE_TILL_URL"] = postgresql.url(database, user="clerk", password="pen")
    source = asked.shop.unit["sources"]["log"] | change
    asked.shop.unit["sources"]["log"] = {k: v for k, v in source.items() if v is not None}

    with pytest.raises(DataError, match=said):
        asked.fetch()


def test_nothing_can_be_written_even_through_a_view(asked, postgresql, database):
    postgresql.sql(
        "CREATE FUNCTION sell() RETURNS integer LANGUAGE sql AS "
        "$$INSERT INTO log VALUES (99) RETURNING line$$; "
        "CREATE VIEW trap AS SELECT sell() AS line", database,
    )  # fmt: skip
    asked.shop.unit["sources"]["log"]["table"] = "trap"

    with pytest.raises(DataError, match="was asked to write"):
        asked.fetch()

    assert postgresql.sql("SELECT count(*) FROM log", database) == "4"


def test_a_server_that_says_the_password_is_not_quoted(asked, postgresql, database, capfd):
    words = PASSWORD.replace("'", "''")
    postgresql.sql(
        f"CREATE FUNCTION shout() RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', "
        f"'{words}'; RAISE EXCEPTION '%', '{words}'; END$$; "
        "CREATE VIEW loud AS SELECT shout() AS said", database,
    )  # fmt: skip
    asked.shop.unit["sources"]["log"]["table"] = "loud"

    with pytest.raises(DataError) as caught:
        asked.fetch()

    error = caught.value
    assert "cannot answer (code P0001)" in str(error)
    assert (error.__cause__, error.__suppress_context__) == (None, True)
    assert PASSWORD not in "".join([str(error), *capfd.readouterr()])
    assert not [path for path in asked.kept() if PASSWORD.encode() in path.read_bytes()]


def test_a_wrong_password_is_told_and_not_shown(asked, postgresql, database):
    asked.env["RAPPORT_DATABASE_TILL_PASSWORD"] = "not-this-one"

    with pytest.raises(DataError, match="does not let the account in") as caught:
        asked.fetch()

    assert "not-this-one" not in str(caught.value)


def test_a_server_that_is_not_there_is_told(asked, postgresql):
    url = asked.env["RAPPORT_DATABASE_TILL_URL"]
    asked.env["RAPPORT_DATABASE_TILL_URL"] = url.replace(f":{postgresql.port}/", ":1/")

    with pytest.raises(DataError, match="cannot be reached"):
        asked.fetch()


def test_tls_is_as_declared(asked, postgresql):
    if not postgresql.speaks_tls:
        pytest.skip("this PostgreSQL was built without TLS")
    asked.shop.unit["databases"]["till"]["tls"] = "verify"
    with pytest.raises(DataError, match="TLS"):
        asked.fetch()
    asked.env["RAPPORT_DATABASE_TILL_CA"] = str(postgresql.certificate)

    asked.fetch()

    assert asked.table().num_rows == 4


def test_without_an_address_the_variable_is_named(asked):
    asked.env.clear()

    with pytest.raises(ParameterError, match="RAPPORT_DATABASE_TILL_URL is not set"):
        asked.fetch()


def test_more_rows_than_the_limits_allow_are_refused(asked):
    asked.shop.unit["sources"]["log"]["limits"] = {"rows": 3}

    with pytest.raises(DataError, match="more than its limits allow"):
        asked.fetch()

    assert find_sources(asked.shop.params(), asked.shop.root, env={}).missing == ("log",)
