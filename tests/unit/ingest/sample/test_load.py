"""The unit for load: as many orders as asked for, the same bytes for the same seed."""

import shutil
from pathlib import Path

import pytest

from rapport.errors import ParameterError
from rapport.ingest import find_sources, ingest
from rapport.ingest.sample import write_load
from rapport.ingest.sample.load import BLOCK
from rapport.params import load_unit
from rapport.privacy import SAMPLE_KEY

ROOT = Path(__file__).parents[4]
N = 1_000


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path):
    one = write_load(tmp_path / "1", rows=N)
    again = write_load(tmp_path / "2", rows=N)
    other = write_load(tmp_path / "3", rows=N, seed=7)

    assert one == again
    assert {name for name in one if one[name] == other[name]} == {"sample-load/sample-load.yml"}


def test_customers_are_two_for_every_25_orders(tmp_path):
    write_load(tmp_path, rows=N)

    customers = (tmp_path / "sample-load/customers.csv").read_bytes().splitlines()
    orders = (tmp_path / "sample-load/orders.csv").read_bytes().splitlines()
    assert (len(customers), len(orders)) == (N * 2 // 25 + 1, N + 1)


def test_no_block_of_rows_repeats_another(tmp_path):
    write_load(tmp_path, rows=2 * BLOCK)

    with (tmp_path / "sample-load/orders.csv").open(encoding="utf-8") as file:
        rows = [line.split(",") for n, line in enumerate(file) if n % BLOCK in (1, 2)]
    assert [row[0] for row in rows] == ["o00000000", "o00000001", "o00250000", "o00250001"]
    assert rows[0][1:] != rows[2][1:]
    assert rows[1][1:] != rows[3][1:]


def test_its_parameters_stand_beside_it_and_count_it(tmp_path):
    write_load(tmp_path / "data/sample", rows=N)
    (tmp_path / "params").mkdir()
    shutil.copy(ROOT / "params/_defaults.yml", tmp_path / "params")
    shutil.copy(tmp_path / "data/sample/sample-load/sample-load.yml", tmp_path / "params")

    unit = load_unit(tmp_path, "sample-load")
    delivery = ingest(unit, find_sources(unit, tmp_path), key=SAMPLE_KEY)

    assert delivery.faults.empty
    assert delivery.facts["orders"] == N
    assert delivery.facts["customers"] <= N * 2 // 25
    assert delivery.facts["returns"] > 0


def test_a_load_of_next_to_nothing_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="rows: 999 orders are no load"):
        write_load(tmp_path, rows=999)
