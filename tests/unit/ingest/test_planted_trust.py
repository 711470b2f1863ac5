"""What the sample of people has planted in its deliveries is found, to the row and to the cent."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from rapport.analysis.ingestion_trust import list_balance, list_shifts
from rapport.ingest import find_sources, ingest
from rapport.ingest.sample import write_sample
from rapport.params import find_root, load_unit
from rapport.privacy import SAMPLE_KEY

UNIT = "sample-people"


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    write_sample(root / "data" / "sample", units=[UNIT])
    unit = load_unit(find_root(Path(__file__)), UNIT)
    return unit, root, ingest(unit, find_sources(unit, root, env={}), key=SAMPLE_KEY)


@pytest.fixture(scope="module")
def planted(people):
    _, root, _ = people
    return json.loads((root / "data/sample" / UNIT / "_truth.json").read_text("utf-8"))


def test_orders_delivered_twice_count_once(people, planted):
    _, _, delivery = people

    merged = delivery.quality.set_index("rule").loc["overlap_of_files", "n_rows"]
    assert merged == planted["orders_delivered_twice"]
    assert delivery.facts["net"] == Decimal(planted["net_cents"]) / 100
    assert list_balance(delivery.quality)["money"].eq(0).all()


def test_orders_that_came_with_a_later_month_are_late(people, planted):
    _, _, delivery = people

    assert delivery.late["n_late"].sum() == planted["orders_late"]


def test_the_month_in_which_prices_rose_and_sales_moved_is_seen(people):
    unit, _, delivery = people

    shifts = list_shifts(delivery.drift, min_n=unit.min_n, min_count=unit.min_count, fdr=unit.fdr)

    grades = shifts.set_index("column")["grade"].to_dict()
    assert (grades["amount"], grades["channel"]) == ("alarm", "watch")
    assert grades["kind"] == "steady"
