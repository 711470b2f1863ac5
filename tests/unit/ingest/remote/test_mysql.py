"""MySQL and MariaDB as sources: a real MariaDB on loopback, whole and broken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from proxies import cutting_proxy
from rapport.errors import DataError
from rapport.ingest.remote import databases
from servers import PASSWORD
from unit.ingest.remote.conftest import create

ORDERS = """
CREATE TABLE log (line integer PRIMARY KEY, `order` varchar(20), customer varchar(20), day timestamp
    NULL, product varchar(20), quantity integer, amount decimal(18, 4));
SET time_zone = '+08:00';
INSERT INTO log VALUES
    (1, '1', 'ann', '2024-03-01 18:00', '杯子', 2, 5.00),
    (2, '1', 'ann', '2024-03-01 18:00', 'pot', 1, 7.50),
    (3, '2', 'bob', '2024-03-03 07:30', '杯子', 1, 2.50),
    (4, '3', NULL, '2024-03-04 17:00', 'pot', 1, 7.50);
"""


@pytest.fixture
def database(mariadb):
    return create(mariadb)


@pytest.fixture
def asked(elsewhere, mariadb, database):
    """A shop whose lines lie in a table of a database."""
    elsewhere.ask("mysql", mariadb.url(database))
    mariadb.sql(ORDERS, database)
    return elsewhere


def test_a_table_gives_exact_money_and_days_of_the_units_zone(asked):
    asked.shop.unit["timezone"] = "Asia/Shanghai"
    asked.fetch()

    delivery = asked.shop.ingest()

    assert delivery.facts["net"] == Decimal("22.5000")
    days = delivery.tables["orders"].to_pandas()["ordered_on"]
    assert sorted(map(str, days)) == ["2024-03-01", "2024-03-03", "2024-03-04"]


def test_every_kind_of_cell_keeps_its_value_or_is_said_to_be_text(asked, mariadb, database):
    mariadb.sql(
        """SET sql_mode = '', time_zone = '+00:00';
        CREATE TABLE wide (id bigint unsigned PRIMARY KEY, price decimal(12, 3),
            most decimal(38, 0), yes boolean, day date, none date, at datetime(6),
            zoned timestamp NULL, f double, m enum('happy', '好'), st set('a', 'b'), words text,
            photo blob, bits bit(10), y year, t time);
        INSERT INTO wide VALUES (18446744073709551615, 12345678.125, repeat('9', 38), true,
            '2024-02-29', '0000-00-00', '2024-02-29 23:59:59.999999', '2024-02-29 16:00', 0.1, '好',
            'a,b', '', x'00ff', b'1000000001', 2024, '-10:00:00');
        INSERT INTO wide (id) VALUES (1);""", database,
    )  # fmt: skip
    asked.shop.unit["sources"]["log"]["table"] = f"{database}.wide"

    said = asked.fetch().said

    empty, full = asked.table().to_pylist()
    assert full == {
        "id": Decimal(18446744073709551615), "price": Decimal("12345678.125"),
        "most": Decimal("9" * 38), "yes": 1, "day": date(2024, 2, 29), "none": None,
        "at": datetime.fromisoformat("2024-02-29T23:59:59.999999"),
        "zoned": datetime(2024, 2, 29, 16, tzinfo=UTC), "f": 0.1, "m": "好", "st": "a,b",
        "words": "", "bits": Decimal(513), "y": 2024, "t": "-10:00:00",
    }  # fmt: skip
    assert {name for name, cell in empty.items() if cell is not None} == {"id"}
    assert set(said) == {
        "log: column photo (bytes) is left out", "log: column t (time) is read as text",
    }  # fmt: skip


def test_an_empty_table_keeps_its_columns_and_types(asked, mariadb, database):
    asked.fetch()
    filled = asked.table().schema
    mariadb.sql("DELETE FROM log", database)

    asked.fetch()

    assert asked.table().num_rows == 0
    assert asked.table().schema == filled


def test_a_number_of_too_many_digits_is_refused(asked, mariadb, database):
    mariadb.sql(
        "CREATE TABLE vast (a decimal(39, 0)); INSERT INTO vast VALUES (repeat('9', 39))", database
    )
    asked.shop.unit["sources"]["log"]["table"] = "vast"

    with pytest.raises(DataError, match="column a holds a value that is no number"):
        asked.fetch()


def test_a_select_is_asked_in_the_words_of_the_database(asked):
    asked.shop.unit["sources"]["log"] = {
        "format": "database", "database": "till",
        "query": "SELECT `order`, sum(amount) AS amount FROM log GROUP BY `order` ORDER BY `order`",
    }  # fmt: skip

    asked.fetch()

    assert asked.table()["amount"].to_pylist() == [
        Decimal("12.5"),
        Decimal("2.5"),
        Decimal("7.5"),
    ]


def test_tables_of_one_database_are_of_one_moment(asked, mariadb, database, monkeypatch):
    asked.shop.unit["sources"]["more"] = dict(asked.shop.unit["sources"]["log"])
    write = databases._write

    def write_and_sell(*given):
        write(*given)
        mariadb.sql("INSERT INTO log (line) SELECT max(line) + 1 FROM log", database)

    monkeypatch.setattr(databases, "_write", write_and_sell)

    asked.fetch()

    assert asked.table("log").num_rows == asked.table("more").num_rows == 4
    assert int(mariadb.sql("SELECT count(*) FROM log", database)) == 6


def test_a_line_that_is_cut_midway_leaves_what_was_read_before(asked, mariadb, database):
    asked.fetch()
    before, kept = asked.digests(), asked.kept()
    mariadb.sql(
        "INSERT INTO log (line, product) SELECT seq, left(md5(seq), 20) FROM seq_10_to_50000",
        database,
    )
    with cutting_proxy(mariadb.port, after=1_000_000) as port:
        through = asked.env["RAPPORT_DATABASE_TILL_URL"].replace(str(mariadb.port), str(port))
        asked.env["RAPPORT_DATABASE_TILL_URL"] = through

        with pytest.raises(DataError, match="went away before all was read") as caught:
            asked.fetch()

    assert caught.value.exit_code == 3
    assert (asked.digests(), asked.kept()) == (before, kept)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"table": "gone"}, "has no such table"),
        ({"query": "SELECT colour FROM log"}, "has no such column"),
        ({"query": "SELECT FROM WHERE"}, "does not understand"),
        ({"table": "trap"}, "was asked to write"),
        ({"table": "loud"}, "code 1644"),
        ({"table": "slow"}, "took longer than"),
    ],
)
def test_what_cannot_be_read_is_told_without_the_servers_words(
    asked, mariadb, database, source, said, capfd
):
    words = PASSWORD.replace("'", "''")
    mariadb.sql(
        f"""DELIMITER //
        CREATE FUNCTION sell() RETURNS integer BEGIN
            INSERT INTO log (line) VALUES (9); RETURN 1; END//
        CREATE FUNCTION shout() RETURNS integer BEGIN SIGNAL SQLSTATE '45000'
            SET MESSAGE_TEXT = '{words}'; RETURN 1; END//
        DELIMITER ;
        CREATE VIEW trap AS SELECT sell() AS a; CREATE VIEW loud AS SELECT shout() AS a;
        CREATE VIEW slow AS SELECT sleep(30) AS a FROM log;""", database,
    )  # fmt: skip
    asked.shop.unit["databases"]["till"]["seconds"] = 1
    asked.shop.unit["sources"]["log"] = {"format": "database", "database": "till", **source}

    with pytest.raises(DataError, match=said) as caught:
        asked.fetch()

    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert PASSWORD not in "".join([str(caught.value), *capfd.readouterr()])


def test_a_wrong_password_is_told_and_not_shown(asked):
    asked.env["RAPPORT_DATABASE_TILL_PASSWORD"] = "not-this-one"

    with pytest.raises(DataError, match="does not let the account in") as caught:
        asked.fetch()

    assert "not-this-one" not in str(caught.value)


def test_tls_is_as_declared(asked, mariadb):
    asked.shop.unit["databases"]["till"]["tls"] = "verify"
    with pytest.raises(DataError, match="TLS"):
        asked.fetch()
    asked.env["RAPPORT_DATABASE_TILL_CA"] = str(mariadb.certificate)

    asked.fetch()

    assert asked.table().num_rows == 4
