"""Units that are made by name alone, through their parameter files."""

import json
from pathlib import Path

import pytest

from rapport.cli.work import make_sample
from rapport.ingest import find_sources, ingest
from rapport.ingest.sample import FURTHER_UNITS, SAMPLE_UNITS
from rapport.params import load_unit
from rapport.privacy import SAMPLE_KEY

PROJECT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A project whose sample files are made as a run makes them."""
    root = tmp_path_factory.mktemp("project")
    make_sample(root, [load_unit(PROJECT, name) for name in FURTHER_UNITS])
    return root


@pytest.fixture(scope="module")
def deliver(root):
    def deliver(name):
        unit = load_unit(PROJECT, name)
        delivery = ingest(unit, find_sources(unit, root), key=SAMPLE_KEY)
        truth = root / "data/sample" / name / "_truth.json"
        return delivery, json.loads(truth.read_text(encoding="utf-8"))

    return deliver


def test_a_run_of_them_makes_their_files_and_no_others(root):
    made = {path.name for path in (root / "data/sample").iterdir()}

    assert made == set(FURTHER_UNITS)
    assert made.isdisjoint(SAMPLE_UNITS)


def test_of_people_the_later_file_counts_once_to_the_cent(deliver):
    delivery, planted = deliver("sample-people")

    quality = delivery.quality
    overlap = quality[(quality["table"] == "orders") & (quality["rule"] == "overlap_of_files")]
    assert overlap["n_rows"].tolist() == [planted["orders_delivered_twice"]]
    assert delivery.facts["net"] * 100 == planted["net_cents"]
    assert delivery.facts["sales"] == planted["orders"]
    assert delivery.facts["returns"] == planted["refunds"]


def test_three_customers_have_their_few_orders(deliver):
    delivery, planted = deliver("sample-few")

    assert delivery.facts["customers"] == planted["customers"] == 3
    assert delivery.facts["orders"] == planted["orders"]
    assert delivery.facts["net"] * 100 == planted["net_cents"]


def test_nobody_has_nothing_and_no_day(deliver):
    delivery, _ = deliver("sample-empty")

    assert delivery.faults.empty
    assert (delivery.facts["customers"], delivery.facts["orders"]) == (0, 0)
    assert (delivery.data_from, delivery.data_until) == (None, None)
