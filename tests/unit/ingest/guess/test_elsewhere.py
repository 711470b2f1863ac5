"""Parameters for what is no single file: SQLite, databases and objects, and no secret in any."""

from __future__ import annotations

import sqlite3

import pytest
import yaml

from rapport.errors import DataError, ParameterError
from rapport.ingest.excel.guard import OLE
from rapport.ingest.guess.elsewhere import Work, describe_source
from rapport.ingest.guess.tables import guess_tables
from rapport.ingest.guess.write import guess_unit, write_params
from rapport.params import UnitParams
from servers import PASSWORD
from unit.ingest.remote.conftest import create

ROWS = [(n, f"k{n % 4}", f"2024-03-{1 + n:02d} 10:00:00", f"{n}.50") for n in range(1, 9)]
SCHEMA = """
CREATE TABLE sales (order_no {id}, customer_id {text}, order_date {time}, amount {money});
CREATE TABLE members (customer_id {text}, city {text}, email {text});
CREATE TABLE jobs (started {text}, words {text});
INSERT INTO members VALUES ('k0', 'Bath', 'a@example.com'), ('k1', 'York', 'b@example.com');
INSERT INTO jobs VALUES ('a', 'b');
"""
INSERT = "INSERT INTO sales VALUES " + ", ".join(map(str, ROWS)) + ";"


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "samples"
    folder.mkdir()
    return Work(folder, {}, set())


def write(work, *asked):
    """Give the file that is written of sources, and what it says."""
    found = [file for one in asked for file in describe_source(one, work)]
    unit = guess_unit("shop", found, currency="GBP", timezone=None)
    text = write_params(unit, found, guess_tables(found))
    assert [*work.folder.iterdir()] == []
    said = yaml.safe_load(text)
    return text, UnitParams.model_validate({"name": "shop", **said})


def test_each_table_of_an_sqlite_file_is_a_source_if_something_is_made_of_it(work, tmp_path):
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        kinds = {"id": "integer", "text": "text", "time": "text", "money": "text"}
        connection.executescript(SCHEMA.format(**kinds) + INSERT)
    connection.close()

    text, unit = write(work, str(path))

    assert {name: source.table for name, source in unit.sources.items()} == {
        "shop_sales": "sales", "shop_members": "members",
    }  # fmt: skip
    assert {table: [m.from_ for m in maps] for table, maps in unit.tables.items()} == {
        "orders": ["shop_sales"], "customers": ["shop_members"],
    }  # fmt: skip
    assert unit.tables["orders"][0].columns["amount"] == "amount"
    assert "# shop_jobs: looks like no table; it is not among the sources." in text
    assert '#   "email" (e-mail)' in text
    assert "example.com" not in text


def test_tables_of_a_database_are_guessed_and_nothing_of_its_address_is_written(work, postgresql):
    name = create(postgresql)
    kinds = {"id": "integer", "text": "text", "time": "timestamptz", "money": "numeric(18, 2)"}
    postgresql.sql(SCHEMA.format(**kinds) + INSERT, name)
    url = postgresql.url(name)
    work.env["RAPPORT_DATABASE_TILL_URL"] = url

    text, unit = write(work, "postgresql:till?tls=none")

    assert unit.databases["till"].model_dump() == {
        "kind": "postgresql", "tls": "none", "seconds": 3600,
    }  # fmt: skip
    assert {(s.database, s.table) for s in unit.sources.values()} == {
        ("till", "sales"), ("till", "members"),
    }  # fmt: skip
    assert "  # 8 rows, 4 columns\n  till_sales:" in text
    for secret in (PASSWORD, url, name, "127.0.0.1", "example.com"):
        assert secret not in text
    _, one = write(Work(work.folder, work.env, set()), "postgresql:till/public.sales?tls=none")
    assert [source.table for source in one.sources.values()] == ["public.sales"]


@pytest.mark.parametrize(
    "asked",
    ["postgresql://ann:word-of-ann@host/shop", "mysql://host/shop", "postgresql:Till", "mysql:",
     "ftp://ann:word-of-ann@host/file.csv", "s3://Bucket", "s3://ann:word-of-ann@bucket/a.csv"],
)  # fmt: skip
def test_an_address_on_the_command_line_is_refused_and_not_repeated(work, asked):
    with pytest.raises(ParameterError) as told:
        describe_source(asked, work)

    assert str(told.value).startswith("--from: ")
    assert "word-of-ann" not in str(told.value)
    assert "host/" not in str(told.value)


def test_a_database_whose_address_nobody_gave_is_told_by_its_variable(work):
    with pytest.raises(ParameterError, match="RAPPORT_DATABASE_TILL_URL is not set"):
        describe_source("mysql:till", work)


def test_a_file_of_too_many_tables_is_refused(work, tmp_path):
    with sqlite3.connect(tmp_path / "many.db") as connection:
        connection.executescript("".join(f"CREATE TABLE t{n} (a);" for n in range(31)))
    connection.close()

    with pytest.raises(DataError, match=r"many\.db: holds 31 tables, more than the 30"):
        describe_source(str(tmp_path / "many.db"), work)


@pytest.mark.parametrize(
    ("content", "said"),
    [(OLE + bytes(600), r"old\.xls: is a workbook of before 2007 \(\.xls\)\. Open it and save it"),
     (b"<html><table>", r"old\.xls: is a web page or XML under a workbook's name")],
)  # fmt: skip
def test_an_old_workbook_is_told_by_its_content(work, tmp_path, content, said):
    (tmp_path / "old.xls").write_bytes(content)

    with pytest.raises(DataError, match=said):
        describe_source(str(tmp_path / "old.xls"), work)
