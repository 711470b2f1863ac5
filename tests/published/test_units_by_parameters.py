"""Data sets that are units by their parameters alone: counts as their publishers give them.

IBM's Telco (7,043 customers, 1,869 left), UCI's bank marketing (5,289 of 45,211 said yes), the
complete journey's sample (47,243 baskets, redemptions by type of campaign), retentioneering's
clicks (users by step), arules' groceries (9,835 baskets of 169 items). Rows and means stand in
the pages of each; redemptions and steps were counted by hand from the files.
"""

from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pytest

from published.reference_data import find
from rapport.ingest import find_sources, ingest
from rapport.params import find_root, load_unit

ROOT = find_root(Path(__file__))
KEY = b"a key for tests, of 32 bytes....."
NEEDED = {
    "telco": "telco_churn/telco_customer_churn.csv.gz",
    "bank": "bank_marketing/bank_full.csv.gz",
    "completejourney": "completejourney/transactions_sample.parquet",
    "ecom-funnel": "clickstream/retentioneering_ecom.csv.gz",
    "groceries": "groceries/groceries.csv.gz",
}


@pytest.fixture(scope="module")
def deliver():
    made = {}

    def deliver(name):
        find(NEEDED[name])
        if name not in made:
            unit = load_unit(ROOT, name)
            made[name] = ingest(unit, find_sources(unit, ROOT), key=KEY)
        return made[name]

    return deliver


def flagged(delivery, rule):
    quality = delivery.quality
    rows = quality[(quality["rule"] == rule) & (quality["action"] == "flagged")]
    return int(rows["n_rows"].iloc[0])


def test_telco_has_its_customers_and_those_who_left(deliver):
    contracts = deliver("telco").tables["subscriptions"].to_pandas()

    assert len(contracts) == 7_043
    assert contracts["ended_on"].notna().sum() == 1_869
    assert contracts["plan"].value_counts().to_dict() == {
        "Month-to-month": 3_875,
        "Two year": 1_695,
        "One year": 1_473,
    }


def test_telcos_durations_are_the_months_that_its_file_tells(deliver):
    contracts = deliver("telco").tables["subscriptions"].to_pandas()
    until = deliver("telco").data_until
    started = contracts["started_on"]
    months = started.map(lambda day: 12 * (until.year - day.year) + until.month - day.month)

    assert round(months.mean(), 4) == 32.3711


def test_bank_has_as_many_who_said_yes(deliver):
    delivery = deliver("bank")

    assert delivery.tables["customers"].num_rows == 45_211
    assert flagged(delivery, "subscribed") == 5_289
    assert (delivery.data_from, delivery.data_until) == (None, None)


@pytest.mark.parametrize(
    ("kind", "redeemed", "contacted"),
    [("a", 604, 3_647), ("b", 154, 2_368), ("c", 34, 574)],
)
def test_redemptions_of_the_household_panel(deliver, kind, redeemed, contacted):
    delivery = deliver("completejourney")

    assert flagged(delivery, f"redeemed_type_{kind}") == redeemed
    assert flagged(delivery, f"contacted_type_{kind}") == contacted


def test_baskets_and_sales_of_the_household_panel(deliver):
    delivery = deliver("completejourney")

    assert delivery.facts["orders"] == 47_243
    assert delivery.facts["net"] == Decimal("233935.24")
    assert delivery.facts["customers_charged"] == 2_377
    assert delivery.tables["order_lines"].num_rows == 75_000
    assert flagged(delivery, "no_quantity") == 416
    assert delivery.tables["campaigns"].num_rows == 27


@pytest.mark.parametrize(
    ("page", "users"),
    [
        ("product_view", 598),
        ("add_to_cart", 522),
        ("cart", 489),
        ("shipping_details", 441),
        ("payment_details", 390),
        ("purchase", 328),
    ],
)
def test_users_who_reached_a_step(deliver, page, users):
    clicks = deliver("ecom-funnel").tables["interactions"].to_pandas()

    assert clicks.loc[clicks["page"] == page, "customer_id"].nunique() == users


def test_clicks_users_and_sessions(deliver):
    clicks = deliver("ecom-funnel").tables["interactions"].to_pandas()

    assert len(clicks) == 31_106
    assert clicks["customer_id"].nunique() == 600
    assert clicks["session_id"].nunique() == 3_605


def test_baskets_of_groceries(deliver):
    tables = deliver("groceries").tables

    assert tables["orders"].num_rows == 9_835
    assert tables["products"].num_rows == 169
    assert tables["order_lines"].num_rows == 43_367
    sizes = tables["order_lines"].to_pandas().groupby("order_id").size()
    assert sizes.value_counts().loc[[1, 2, 3]].tolist() == [2_159, 1_643, 1_299]
    assert sizes.max() == 32
    counted = pc.value_counts(tables["order_lines"]["product_id"]).to_pylist()
    counts = {row["values"]: row["counts"] for row in counted}
    assert counts["whole milk"] == 2_513
    assert counts["other vegetables"] == 1_903
