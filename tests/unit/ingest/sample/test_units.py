"""The sample's files through their unit files: what a run of the sample units starts from."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pytest

from rapport.ingest import find_sources, ingest
from rapport.ingest.sample import SAMPLE_UNITS, write_sample
from rapport.params import load_unit
from rapport.privacy import SAMPLE_KEY

PROJECT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    write_sample(root / "data/sample")
    made = {}
    for name in SAMPLE_UNITS:
        unit = load_unit(PROJECT, name)
        made[name] = ingest(unit, find_sources(unit, root), key=SAMPLE_KEY)
    return made


def test_every_unit_is_taken_in_without_a_fault(deliveries):
    for delivery in deliveries.values():
        assert delivery.faults.empty
        found = delivery.quality[delivery.quality["action"] == "counted"]
        assert set(found.loc[found["n_rows"] > 0, "rule"]) <= {"returns"}


def test_the_newest_whole_month_is_june_2026(deliveries):
    assert {delivery.data_until for delivery in deliveries.values()} == {date(2026, 6, 30)}


def test_the_data_reach_back_far_enough_to_compare_a_year(deliveries):
    assert {name: delivery.data_from for name, delivery in deliveries.items()} == {
        "sample-retail": date(2024, 1, 1),
        "sample-mall": date(2024, 1, 1),
        "sample-saas": date(2023, 7, 3),
    }


def test_only_declared_rows_leave(deliveries):
    left = {
        (name, row.table, row.rule): row.n_rows
        for name, delivery in deliveries.items()
        for row in delivery.quality.itertuples()
        if row.action in {"excluded", "merged"}
    }

    assert left == {
        ("sample-retail", "orders", "training_till"): 14,
        ("sample-retail", "order_lines", "training_till"): 14,
        ("sample-mall", "orders", "exact_duplicates"): 9,
        ("sample-mall", "order_lines", "exact_duplicates"): 9,
    }


@pytest.mark.parametrize(
    ("unit", "low", "high"),
    [("sample-retail", 0.12, 0.18), ("sample-mall", 0.10, 0.16), ("sample-saas", 0, 0)],
)
def test_sales_without_a_customer_are_about_the_planted_share(deliveries, unit, low, high):
    orders = deliveries[unit].tables["orders"]
    sold = orders.filter(
        pc.and_(pc.equal(orders["kind"], "sale"), pc.equal(orders["status"], "completed"))
    )
    guests = sold.filter(pc.is_null(sold["customer_id"]))

    share = Decimal(pc.sum(guests["amount"]).as_py() or 0) / pc.sum(sold["amount"]).as_py()

    assert low <= share <= high


def test_returns_fall_into_later_months_too(deliveries):
    for unit in ("sample-retail", "sample-mall"):
        orders = deliveries[unit].tables["orders"].to_pandas().set_index("order_id")
        returns = orders[orders["kind"] == "return"]
        sold = orders.loc[returns["original_order_id"]]

        assert (returns["ordered_on"].to_numpy() > sold["ordered_on"].to_numpy()).all()
        assert 0.3 < (returns["month_no"].to_numpy() > sold["month_no"].to_numpy()).mean() < 0.9


def test_every_mapped_column_of_customers_is_filled(deliveries):
    for delivery in deliveries.values():
        customers = delivery.tables["customers"].to_pandas()

        assert customers[["region", "city", "created_at", "acquisition_channel"]].notna().all(None)


def test_no_name_phone_or_mail_leaves_the_ingestion(deliveries):
    for delivery in deliveries.values():
        assert not {"name", "phone", "email"} & set(delivery.tables["customers"].column_names)
