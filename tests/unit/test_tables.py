"""Tables on disk and the engine."""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from rapport.errors import DataError, ParameterError
from rapport.tables import (
    Room,
    count_nulls,
    engine,
    from_rows,
    read_rows,
    read_table,
    to_frame,
    write_batches,
    write_table,
)
from rapport.tables.engine import Engine, EngineError, identifier, quote, select
from rapport.tables.shelf import _open_shelf, select_from, write_selected


@pytest.fixture
def orders():
    return pd.DataFrame(
        {
            "order_id": ["1", "2", "3"],
            "ordered_on": pd.to_datetime(["2024-03-01", "2024-03-02", "2024-03-03"]),
            "amount": [Decimal("1.1000"), Decimal("2.2000"), None],
        }
    )


def test_equal_tables_give_equal_bytes(orders, tmp_path):
    first = write_table(orders, tmp_path / "a.parquet")
    second = write_table(orders.copy(), tmp_path / "deeper" / "b.parquet")

    assert (first.digest, first.n_rows) == (second.digest, 3)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "deeper/b.parquet").read_bytes()


def test_how_a_table_lies_in_memory_does_not_show(orders, tmp_path):
    whole = pa.Table.from_pandas(orders, preserve_index=False)
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    large = whole.set_column(0, "order_id", whole["order_id"].cast(pa.large_string()))

    digests = {
        write_table(table, tmp_path / "a.parquet").digest
        for table in (orders, whole, pieces, to_frame(large))
    }

    assert len(digests) == 1


@pytest.mark.parametrize("n_rows", [0, 1, 131_072, 300_001])
def test_a_table_written_in_batches_has_the_bytes_of_one_written_whole(tmp_path, n_rows):
    numbers = pa.array(np.arange(n_rows))
    words = [None if n % 7 == 0 else f"w{n % 900}" for n in range(n_rows)]
    whole = pa.table({"n": numbers, "word": pa.array(words, pa.string())})
    whole = whole.replace_schema_metadata({"rapport.time": "n"})
    batches = pa.RecordBatchReader.from_batches(whole.schema, whole.to_batches(50_000))

    first = write_table(whole, tmp_path / "a.parquet")
    second = write_batches(batches, tmp_path / "b.parquet", whole.schema)

    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert (second.digest, second.n_rows) == (first.digest, n_rows)


def test_missing_cells_of_a_written_table_are_counted_as_those_of_one_in_memory(tmp_path):
    lists = pa.array([["a", None], None, [], ["b"]], pa.list_(pa.string()))
    made = pa.table({"words": lists, "n": pa.array([1, None, None, 4])})

    written = write_table(made, tmp_path / "a.parquet")

    assert count_nulls(written) == count_nulls(made) == {"words": 1, "n": 2}


def test_a_written_table_without_a_row_lacks_nothing(tmp_path):
    made = pa.table({"words": pa.array([], pa.list_(pa.string())), "n": pa.array([], pa.int64())})

    written = write_table(made, tmp_path / "t.parquet")

    assert count_nulls(written) == {"words": 0, "n": 0}


def test_another_value_gives_another_digest(orders, tmp_path):
    changed = orders.assign(order_id=["1", "2", "4"])

    digests = {write_table(t, tmp_path / "a.parquet").digest for t in (orders, changed)}

    assert len(digests) == 2


def test_what_was_written_is_read(orders, tmp_path):
    write_table(orders, tmp_path / "a.parquet")

    read = read_table(tmp_path / "a.parquet")

    assert read["amount"].tolist() == orders["amount"].tolist()
    assert read["ordered_on"].dtype == "datetime64[ns]"
    assert read["order_id"].tolist() == ["1", "2", "3"]


def test_decimals_stay_exact(tmp_path):
    money = pd.DataFrame({"amount": [Decimal("8832003.2740"), Decimal("0.0010")]})
    write_table(money, tmp_path / "a.parquet")

    assert sum(read_table(tmp_path / "a.parquet")["amount"]) == Decimal("8832003.2750")


def test_a_named_index_becomes_a_column(tmp_path):
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["a"], name="customer_id"))

    write_table(frame, tmp_path / "a.parquet")

    assert read_table(tmp_path / "a.parquet").columns.tolist() == ["customer_id", "n"]


def test_rows_are_read_up_to_and_with_a_day(orders, tmp_path):
    write_table(orders, tmp_path / "a.parquet", time="ordered_on")

    read = read_table(tmp_path / "a.parquet", until=date(2024, 3, 2))

    assert read["order_id"].tolist() == ["1", "2"]


def test_the_whole_of_the_last_day_is_read(tmp_path):
    visits = pd.DataFrame({"at": pd.to_datetime(["2024-03-01 23:59", "2024-03-02 00:00"])})
    write_table(visits, tmp_path / "a.parquet", time="at")

    assert len(read_table(tmp_path / "a.parquet", until=date(2024, 3, 1))) == 1


def test_the_day_cuts_also_where_its_column_is_not_asked_for(orders, tmp_path):
    write_table(orders, tmp_path / "a.parquet", time="ordered_on")

    read = read_table(tmp_path / "a.parquet", columns=["order_id"], until=date(2024, 3, 1))

    assert read.to_dict("list") == {"order_id": ["1"]}


def test_undated_rows_and_tables_are_read_whole(orders, tmp_path):
    undated = orders.assign(ordered_on=[None, *orders["ordered_on"][1:]])
    write_table(undated, tmp_path / "a.parquet", time="ordered_on")
    write_table(orders, tmp_path / "b.parquet")

    read = [read_table(tmp_path / f"{n}.parquet", until=date(2024, 1, 1)) for n in "ab"]

    assert [len(rows) for rows in read] == [1, 3]


def test_columns_come_in_the_order_asked_for(orders, tmp_path):
    write_table(orders, tmp_path / "a.parquet")

    read = read_table(tmp_path / "a.parquet", columns=["amount", "order_id"])

    assert read.columns.tolist() == ["amount", "order_id"]


def test_rows_come_as_plain_values(orders, tmp_path):
    undated = orders.assign(ordered_on=[*orders["ordered_on"][:2].dt.date, None])
    write_table(undated, tmp_path / "a.parquet")

    assert read_rows(tmp_path / "a.parquet")[1:] == [
        {"order_id": "2", "ordered_on": date(2024, 3, 2), "amount": Decimal("2.2000")},
        {"order_id": "3", "ordered_on": None, "amount": None},
    ]


def test_a_table_of_rows_is_the_one_that_arrow_makes():
    schema = pa.schema(
        [("name", pa.string()), ("on", pa.date32()), ("n", pa.int64()), ("x", pa.float64()),
         ("is_whole", pa.bool_())]
    )  # fmt: skip
    rows = [
        {"name": '2024-03-01 "键"\n', "on": date(2024, 3, 1), "n": 2**53 + 1, "x": 0.1 + 0.2,
         "is_whole": True},
        dict.fromkeys(schema.names),
        {"name": "", "on": date(1900, 1, 1), "n": -1, "x": 1.0, "is_whole": False},
    ]  # fmt: skip

    assert from_rows(rows, schema).equals(pa.Table.from_pylist(rows, schema=schema))


def test_rows_are_read_without_pandas_and_without_the_engine(orders, tmp_path):
    write_table(orders, tmp_path / "a.parquet")
    program = (
        "import sys; from pathlib import Path; from rapport import tables;"
        "tables.read_rows(Path(sys.argv[1]));"
        "print(sorted({'pandas', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "a.parquet"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip

    assert done.stdout.strip() == "['pyarrow']"


def test_writing_replaces_a_file_in_one_step(orders, tmp_path):
    write_table(orders, tmp_path / "a.parquet")
    write_table(orders.head(1), tmp_path / "a.parquet")

    assert len(read_table(tmp_path / "a.parquet")) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_the_frame_given_is_not_changed(orders, tmp_path):
    before = orders.copy()

    write_table(orders, tmp_path / "a.parquet")

    pd.testing.assert_frame_equal(orders, before)


def test_a_query_sees_files_and_tables_by_name(orders, tmp_path):
    file = write_table(orders, tmp_path / "it's.parquet")
    names = pa.table({"order_id": ["2"], "name": ["two"]})

    found = select(
        "select name, amount from orders join names using (order_id)",
        {"orders": file.path, "names": names},
    )

    assert found.to_pylist() == [{"name": "two", "amount": Decimal("2.2000")}]


def test_sums_of_whole_numbers_are_whole_numbers():
    found = select("select sum(n) as total from t", {"t": pa.table({"n": [1, 2]})})

    assert found.schema.field("total").type == pa.int64()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_change_no_row(threads, tmp_path):
    numbers = pa.table({"n": pa.array(np.arange(300_000) % 977), "m": pa.array(range(300_000))})

    found = select(
        "select n, sum(m) as m from t group by n order by n", {"t": numbers}, threads=threads
    )

    assert write_table(found, tmp_path / "a.parquet").digest == (
        write_table(
            select("select n, sum(m) as m from t group by n order by n", {"t": numbers}, threads=1),
            tmp_path / "b.parquet",
        ).digest
    )


def test_a_query_spills_into_the_folder_given(tmp_path):
    texts = pa.table({"t": [f"{n:06d}" * 20 for n in range(200_000)]})

    found = select(
        "select t from texts order by t desc limit 1", {"texts": texts},
        memory_limit="60MB", room=Room(tmp_path),
    )  # fmt: skip

    assert found.to_pylist() == [{"t": "199999" * 20}]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from glob('/*')",
        "set enable_external_access = true",
    ],
)
def test_a_query_reaches_no_other_file(sql):
    with pytest.raises(ParameterError):
        select(sql, {})


def test_an_engine_reaches_its_private_folder_and_nothing_that_is_kept(orders, tmp_path):
    room = Room(tmp_path / "private", tmp_path / "kept")
    mine = write_table(orders, room.folder / "a.parquet").path
    kept = write_table(orders, room.kept / "a.parquet").path

    with Engine({}, room=room) as engine:
        engine.add("mine", mine)
        found = engine.rows("SELECT count(*) AS n FROM mine")
        with pytest.raises(EngineError):
            engine.add("kept", kept)

    assert found == [{"n": 3}]


def test_a_query_reads_no_variable_of_its_caller():
    numbers = pa.table({"n": [1]})

    with pytest.raises(ParameterError, match="numbers does not exist"):
        select("select n from numbers", {"others": numbers})


def test_queries_over_one_folder_see_each_its_own_tables_and_share_one_engine(orders, tmp_path):
    path = write_table(orders, tmp_path / "of" / "orders.parquet").path
    one_row = pa.table({"x": [1]})
    _open_shelf.cache_clear()

    found = select_from(tmp_path, "SELECT count(*) AS n FROM a, b", {"a": path, "b": one_row})
    again = select_from(tmp_path, "SELECT count(*) AS n FROM a", {"a": one_row})

    assert (found["n"].to_pylist(), again["n"].to_pylist()) == ([len(orders)], [1])
    with pytest.raises(ParameterError, match="b does not exist"):
        select_from(tmp_path, "SELECT * FROM b", {"a": path})
    assert _open_shelf.cache_info().misses == 1


def count_names_given(work):
    added = []

    def note(frame, event, _):
        if event == "call" and frame.f_code is Engine.add.__code__:
            added.append(frame.f_locals["name"])

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return added


def test_files_of_several_units_that_are_read_in_turn_are_named_once_each(tmp_path):
    units = [
        {
            "orders": write_table(pa.table({"n": [unit]}), tmp_path / unit / "o.parquet").path,
            "customers": write_table(pa.table({"m": [1, 2]}), tmp_path / "c.parquet").path,
        }
        for unit in ("one", "two")
    ]
    both = "SELECT n, count(*) AS m FROM orders, customers GROUP BY n"
    _open_shelf.cache_clear()

    def read_in_turn():
        found.extend(select_from(tmp_path, both, unit).to_pylist() for unit in units * 3)

    found = []
    added = count_names_given(read_in_turn)

    assert found == [[{"n": "one", "m": 2}], [{"n": "two", "m": 2}]] * 3
    assert sorted(added) == ["customers", "customers", "orders", "orders"]


def test_a_file_that_is_written_again_is_read_as_it_is_now(tmp_path):
    path = tmp_path / "orders.parquet"
    write_table(pa.table({"n": [1]}), path)
    select_from(tmp_path, "SELECT n FROM orders", {"orders": path})

    write_table(pa.table({"m": ["a", "b"]}), path)
    found = select_from(tmp_path, "SELECT m FROM orders", {"orders": path})

    assert found["m"].to_pylist() == ["a", "b"]


def test_a_query_over_a_folder_reaches_no_file_outside_of_it(orders, tmp_path):
    inside = write_table(orders, tmp_path / "in" / "orders.parquet").path
    outside = write_table(orders, tmp_path / "out" / "orders.parquet").path

    with pytest.raises(ParameterError, match="disabled by configuration"):
        select_from(tmp_path / "in", f"SELECT * FROM read_parquet('{outside}')", {"a": inside})
    with pytest.raises(EngineError, match="disabled by configuration"):
        select_from(tmp_path / "in", "SELECT * FROM a", {"a": inside, "b": outside})
    assert select_from(tmp_path / "in", "SELECT * FROM a", {"a": inside}).num_rows == len(orders)


def test_a_query_that_is_not_valid_is_a_fault_of_parameters():
    with pytest.raises(ParameterError, match="query: "):
        select("select colour from t", {"t": pa.table({"n": [1]})})


def test_statements_share_an_open_engine():
    with Engine({"t": pa.table({"n": [1, 2]})}) as engine:
        engine.run("create temp table u as select n * 2 as m from t")

        assert engine.rows("select sum(m) as m from u") == [{"m": 6}]


def test_rows_of_a_file_are_numbered_from_one_where_asked(orders, tmp_path):
    file = write_table(orders, tmp_path / "a.parquet")
    with Engine({}, files=[file.path]) as engine:
        engine.add("numbered", file.path, row_number="place")

        assert engine.rows("select place from numbered") == [{"place": n} for n in (1, 2, 3)]


def test_the_engine_prints_no_bar_where_it_takes_its_caller_for_a_person():
    program = (
        "from rapport.tables.engine import Engine;"
        "print(Engine({}).rows(\"SELECT current_setting('enable_progress_bar') AS bar\"))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip

    assert done.stdout.strip() == "[{'bar': False}]"


def test_the_engine_opens_in_a_notebook_where_no_bar_can_be_drawn():
    program = "from rapport.tables.engine import Engine\nEngine({}).rows('SELECT 1 AS one')"
    notebook = new_notebook(cells=[new_code_cell(program)])
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    NotebookClient(notebook, kernel_name="python3", timeout=60).execute(env=paths)

    (output,) = notebook.cells[0].outputs
    assert output["data"]["text/plain"] == "[{'one': 1}]"


def test_a_refused_statement_says_so():
    with Engine({}) as engine, pytest.raises(EngineError):
        engine.run("select nothing from nowhere")


def test_names_and_texts_cannot_end_their_quotes():
    assert quote("it's") == "'it''s'"
    assert identifier('say "so"') == '"say ""so"""'
    with pytest.raises(DataError, match="zero byte"):
        identifier("a\x00b")


def test_rows_of_large_tables_are_written_as_those_of_small_ones(tmp_path, monkeypatch):
    numbers = pa.table({"n": pa.array(range(300_000), pa.int64())})
    paths = {"numbers": write_table(numbers, tmp_path / "numbers.parquet").path}
    sql = "SELECT n % 7 AS part, sum(n) AS m, 'x' || n AS name FROM numbers GROUP BY n ORDER BY 3"

    small = write_selected(sql, paths, tmp_path / "small.parquet", shelf=tmp_path)
    monkeypatch.setattr(engine, "BYTES_FOR_THREADS", 0)
    large = write_selected(sql, paths, tmp_path / "large.parquet", shelf=tmp_path)

    assert (large.digest, large.n_rows) == (small.digest, 300_000)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "large.parquet", "numbers.parquet", "small.parquet",
    ]  # fmt: skip


def test_a_statement_that_is_not_valid_over_large_tables_is_refused(tmp_path, monkeypatch):
    path = write_table(pa.table({"n": [1]}), tmp_path / "numbers.parquet").path
    monkeypatch.setattr(engine, "BYTES_FOR_THREADS", 0)

    with pytest.raises(ParameterError, match="query: "):
        write_selected("SELECT m FROM numbers", {"numbers": path}, tmp_path / "made.parquet")

    assert [file.name for file in tmp_path.iterdir()] == ["numbers.parquet"]


@pytest.mark.parametrize("wanted", [["current"], ["cut", "current"], ["none such"], []])
def test_rows_of_some_values_are_those_that_a_frame_of_all_would_give(tmp_path, wanted):
    drawn = pa.table({
        "window": ["current", "cut", "current"], "n": pa.array([1, None, 3]), "m": [4, 5, 6],
        "on": pa.array([date(2024, 1, 2), None, None], pa.date32()),
    })  # fmt: skip
    path = tmp_path / "measures.parquet"
    pq.write_table(drawn, path, row_group_size=1)

    found = read_table(path, only=("window", wanted))

    whole = read_table(path)
    kept = whole[whole["window"].isin(wanted)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, kept)
    assert found["n"].dtype == "float64"
