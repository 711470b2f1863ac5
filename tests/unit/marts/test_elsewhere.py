"""Marts made on PostgreSQL: DuckDB's bytes, tables held once, and nothing told that is secret."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drawn_tables import write_drawn
from rapport import tables
from rapport.errors import DataError, ParameterError
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS, list_buildable
from rapport.marts.elsewhere import build_elsewhere, run_task
from rapport.marts.lineage import is_select, list_fetched, list_leaves
from rapport.params import ChapterParams
from rapport.schema import SCHEMAS
from rapport.tables.elsewhere import ServerError, open_engine
from rapport.tables.elsewhere.typed import give_types
from unit.marts.test_segment_months import draw as draw_shop
from unit.marts.test_segment_months import make as make_shop

pytest.importorskip("adbc_driver_postgresql", reason="the extra `postgresql` is not installed")
from rapport.tables.elsewhere.postgresql import PostgreSQL

SETTINGS = ChapterParams(min_pairs=5).model_dump(mode="json") | {
    "period": "2010-11",
    "min_pairs": 1,
    "profiling": "given",
}
# Sorts a before B, and _ nowhere: what its owner chose for a database must move no row.
LANGUAGE = "CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Every mart of drawn tables, made on DuckDB, and the files that they are made of."""
    into = tmp_path_factory.mktemp("drawn")
    paths = write_drawn(into)
    for name in list_buildable(paths):
        made = build_mart(name, paths, settings=SETTINGS, into=into / "marts", shelf=into)
        paths[name] = made.path
    return paths


@pytest.fixture
def database(postgresql, request, monkeypatch):
    """An empty database whose own language sorts otherwise than bytes, if the server knows one."""
    name = f"d{abs(hash(request.node.name))}"
    has_language = postgresql.sql(
        "SELECT count(*) FROM pg_collation WHERE collprovider = 'i'", "postgres"
    )
    make = LANGUAGE if has_language != "0" else "CREATE DATABASE {}"
    postgresql.sql(make.format(name), "postgres")
    monkeypatch.setenv("RAPPORT_ENGINE_URL", postgresql.url(name))
    return name


def files_of(name, made):
    needed, used = list_leaves(name)
    return {table: made[table] for table in needed | used}


def build_there(name, made, into, **other):
    files = files_of(name, made) | other
    return build_elsewhere(name, files, into=into, engine="postgresql")


def list_held(postgresql, database):
    return postgresql.sql(
        "SELECT relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE nspname = 'rapport' AND relkind = 'r' ORDER BY 1", database,
    ).split()  # fmt: skip


def test_every_mart_made_on_postgresql_has_the_bytes_of_duckdb(made, database, tmp_path):
    different = {}
    for name in filter(is_select, MARTS):
        there = build_elsewhere(
            name, files_of(name, made), into=tmp_path, engine="postgresql", shelf=tmp_path
        )
        if there.path.read_bytes() != made[name].read_bytes():
            different[name] = pq.read_table(there.path).equals(pq.read_table(made[name]))

    assert different == {}


def test_sizes_of_segments_are_the_same_where_there_is_a_day_of_cut_points(database, tmp_path):
    paths = make_shop(tmp_path / "here", draw_shop(n=60))

    there = build_elsewhere(
        "segment_months", files_of("segment_months", paths), into=tmp_path, engine="postgresql"
    )

    assert there.n_rows > 50
    assert there.path.read_bytes() == paths["segment_months"].read_bytes()


def test_a_unit_without_a_row_gets_the_same_marts(database, tmp_path):
    paths = {
        name: build_mart(name, {}, settings={}, into=tmp_path / "empty").path
        for name in ("orders", "customers", "surveys", "snapshot")
    }
    paths["periods"] = build_mart(
        "periods", {"snapshot": _one_snapshot(tmp_path)}, settings=SETTINGS, into=tmp_path
    ).path
    paths["snapshot"] = _one_snapshot(tmp_path)
    paths["settings"] = build_mart("settings", {}, settings=SETTINGS, into=tmp_path).path
    for name in ("charged_orders", "order_spells", "repurchase", "survey_waves"):
        paths[name] = build_mart(name, paths, settings={}, into=tmp_path / "here").path

        there = build_elsewhere(name, paths, into=tmp_path / "there", engine="postgresql")

        assert there.path.read_bytes() == paths[name].read_bytes(), name


def _one_snapshot(into):
    row = {"data_from": dt.date(2009, 12, 1), "data_until": dt.date(2010, 12, 9)}
    row |= {"n_customers": 0, "n_orders": 0}
    table = pa.Table.from_pylist([row], schema=tables.arrow_schema(SCHEMAS["snapshot"]))
    return tables.write_table(table, into / "one" / "snapshot.parquet").path


def test_tables_are_held_once_and_only_columns_that_marts_read(
    made, postgresql, database, tmp_path
):
    files = files_of("repurchase", made)

    build_elsewhere("repurchase", files, into=tmp_path / "1", engine="postgresql")
    first = list_held(postgresql, database)
    build_there("next_orders", made, tmp_path)
    both = list_held(postgresql, database)

    columns = postgresql.sql(
        "SELECT string_agg(column_name, ' ') FROM information_schema.columns "
        "WHERE table_schema = 'rapport'", database,
    ).split()  # fmt: skip
    # Four files, and the two marts that only others read.
    assert [name[0] for name in first] == ["m", "m", "t", "t", "t", "t"]
    assert set(first) <= set(both)
    assert len(both) == len(first) + 1  # settings; orders, customers and periods are there
    assert {"customer_id", "ordered_on"} <= set(columns)
    assert not {"occupation", "income_band", "store_id", "interests"} & set(columns)


def _build(files, into, barrier):
    barrier.wait()
    build_elsewhere("repurchase", files, into=into, engine="postgresql")


def test_two_processes_at_once_hold_the_same_tables(made, postgresql, database, tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier, files = context.Barrier(2), files_of("repurchase", made)
    both = [context.Process(target=_build, args=(files, tmp_path / side, barrier)) for side in "ab"]

    for process in both:
        process.start()
    for process in both:
        process.join(timeout=120)

    assert [process.exitcode for process in both] == [0, 0]
    assert len(list_held(postgresql, database)) == 6
    for side in "ab":
        assert (tmp_path / side / "repurchase.parquet").read_bytes() == (
            made["repurchase"].read_bytes()
        )


WAITED = "SELECT oid FROM pg_class WHERE relname = 't_waited'"


class Watched(PostgreSQL):
    """Makes a table only once somebody else waits to make it."""

    def __init__(self, url, begin):
        super().__init__(url)
        self._begin = begin
        self.made = None

    def _ingest(self, name, file, kept):
        self._begin()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while self._rows(waiting) == [(0,)]:
            time.sleep(0.01)
        super()._ingest(name, file, kept)
        ((self.made,),) = self._rows(WAITED)


def test_who_waited_for_a_table_leaves_it_as_it_was_made(made, postgresql, database):
    url, given = os.environ["RAPPORT_ENGINE_URL"], ("t_waited", made["orders"], ["order_id"], ["a"])
    later = threading.Thread(target=PostgreSQL(url).load, args=given)
    first = Watched(url, later.start)

    first.load(*given)
    later.join(60)

    assert int(postgresql.sql(WAITED, database)) == first.made
    rows = postgresql.sql("SELECT count(*) FROM rapport.t_waited", database)
    assert int(rows) == pq.read_metadata(made["orders"]).num_rows


def test_who_waited_for_the_schema_finds_it_made(postgresql, database):
    url, opened = os.environ["RAPPORT_ENGINE_URL"], []
    first = PostgreSQL(url)
    first._run("DROP SCHEMA rapport CASCADE")
    later = threading.Thread(target=lambda: opened.append(PostgreSQL(url)), daemon=True)
    with first._alone(PostgreSQL.schema):
        first._run("CREATE SCHEMA rapport")
        later.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        ends = time.monotonic() + 30
        while first._rows(waiting) == [(0,)] and time.monotonic() < ends:
            time.sleep(0.01)
    later.join(30)

    assert len(opened) == 1


def test_a_table_that_lost_rows_on_the_server_is_made_anew(made, postgresql, database, tmp_path):
    files = files_of("repurchase", made)
    build_elsewhere("repurchase", files, into=tmp_path, engine="postgresql")
    for name in list_held(postgresql, database):
        postgresql.sql(f"DELETE FROM rapport.{name}", database)
    # As a process that starts later: this one has counted the rows.
    os.environ["RAPPORT_ENGINE_URL"] += "?application_name=later"

    again = build_elsewhere("repurchase", files, into=tmp_path, engine="postgresql")

    assert again.path.read_bytes() == made["repurchase"].read_bytes()


def test_what_no_file_needs_is_dropped_and_the_rest_stays(made, postgresql, database, tmp_path):
    build_there("repurchase", made, tmp_path)
    build_there("survey_reach", made, tmp_path)
    surveys = hashlib.sha256(made["surveys"].read_bytes()).hexdigest()
    before = list_held(postgresql, database)

    n_gone = open_engine("postgresql").forget(lambda digest: digest != surveys)

    assert n_gone == 1
    assert len(list_held(postgresql, database)) == len(before) - 1


def test_a_wrong_password_is_refused_without_being_told(made, postgresql, tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_ENGINE_URL", postgresql.url("postgres", password="pass/w:1"))

    with pytest.raises(ServerError, match="or lets nobody in") as told:
        build_there("repurchase", made, tmp_path)

    assert "pass" not in str(told.value).replace("password", "")
    assert told.value.__cause__ is None
    assert told.value.exit_code == 1


def test_a_server_that_is_not_there_is_told_by_what_to_do(made, tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_ENGINE_URL", "postgresql://zoe:secret@127.0.0.1:9/shop")

    with pytest.raises(ServerError, match=r"cannot be reached, or lets nobody in\. Look") as told:
        build_there("repurchase", made, tmp_path)

    assert "secret" not in str(told.value)
    assert "zoe" not in str(told.value)


@pytest.mark.parametrize("url", ["", "mysql://a:b@c/d", "postgresql:///nowhere", "//x:secret@y"])
def test_an_address_that_is_none_is_refused_before_anything_is_asked(
    url, monkeypatch, made, tmp_path
):
    monkeypatch.setenv("RAPPORT_ENGINE_URL", url)

    with pytest.raises(ParameterError, match="Set it to postgresql://user:password@host") as told:
        build_there("repurchase", made, tmp_path)

    assert "secret" not in str(told.value)


def test_a_text_that_postgresql_cannot_hold_is_an_error_and_no_table_is_left(
    made, postgresql, database, tmp_path
):
    surveys = pq.read_table(made["surveys"])
    texts = pa.array([f"a\0{n}" for n in range(surveys.num_rows)])
    place = surveys.schema.get_field_index("text")
    bad = tables.write_table(surveys.set_column(place, "text", texts), tmp_path / "surveys.parquet")
    files = files_of("survey_latest", made) | {"surveys": bad.path}

    with pytest.raises(ServerError, match="zero byte") as told:
        build_elsewhere("survey_latest", files, into=tmp_path, engine="postgresql")

    assert "a\0" not in str(told.value)
    held = list_held(postgresql, database)
    assert all(postgresql.sql(f"SELECT count(*) FROM rapport.{t}", database) != "0" for t in held)


def test_a_value_that_has_no_place_in_its_column_is_an_error_and_never_rounded():
    given = pa.record_batch([pa.array(["1.00005"])], names=["amount"])
    wanted = pa.schema([("amount", pa.decimal128(18, 4))])

    with pytest.raises(DataError, match="column amount holds a value that is no decimal") as told:
        give_types(pa.RecordBatchReader.from_batches(given.schema, [given]), wanted).read_all()

    assert "1.00005" not in str(told.value)


def test_numbers_come_back_in_the_types_of_duckdb():
    given = pa.record_batch([pa.array(["12.000", None, "-3"])], names=["n"])
    wanted = pa.schema([("n", pa.int64())])

    rows = give_types(pa.RecordBatchReader.from_batches(given.schema, [given]), wanted).read_all()

    assert rows["n"].to_pylist() == [12, None, -3]


def test_a_mart_without_its_files_names_them(tmp_path):
    with pytest.raises(DataError, match="mart repurchase: needs orders, periods, snapshot"):
        build_elsewhere("repurchase", {}, into=tmp_path, engine="postgresql")


def test_a_table_task_gives_what_the_press_expects(made, database, tmp_path):
    files = {name: str(path) for name, path in files_of("repurchase", made).items()}

    told = run_task({"name": "repurchase", "tables": files, "into": str(tmp_path),
                     "engine": "postgresql", "store": str(tmp_path)})  # fmt: skip

    here = made["repurchase"]
    assert told["repurchase"]["n_rows"] == pq.ParquetFile(here).metadata.num_rows
    assert Path(told["repurchase"]["path"]).read_bytes() == here.read_bytes()


def test_marts_that_python_makes_come_back_with_what_they_read():
    fetched = list_fetched(list(MARTS), [])

    assert {"tags_held", "customer_measures", "feedback_texts", "feedback_said"} <= fetched
    assert not {"charged_orders", "order_spells", "contact_outcomes"} & fetched
