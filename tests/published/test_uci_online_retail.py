"""Online Retail II, sheet 2009-2010: what the ingestion counts and keeps.

Chen, D. (2019), Online Retail II, UCI Machine Learning Repository 502. Rows are UCI's own count;
the other figures were computed from the file with exact decimals (docs/methods.md, section 4).
"""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from rapport.ingest import find_sources, ingest
from rapport.params import load_unit
from rapport.privacy import SAMPLE_KEY
from rapport.tables import read_table, write_table
from rapport.tables.engine import select

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def delivery():
    unit = load_unit(ROOT, "online-retail")
    sources = find_sources(unit, ROOT)
    if sources.missing:
        pytest.skip(
            "Online Retail II is not at hand: RAPPORT_DATA_PATH names no folder with it "
            f"({'set' if os.environ.get('RAPPORT_DATA_PATH') else 'not set'})"
        )
    return ingest(unit, sources, key=SAMPLE_KEY)


@pytest.fixture(scope="module")
def steps(delivery):
    return delivery.quality.set_index("rule")


@pytest.mark.parametrize(
    ("rule", "n_rows"),
    [
        ("read", 525_461),
        ("exact_duplicates", 6_865),
        ("guest", 107_927),
        ("credit_note", 10_206),
        ("bad_debt", 3),
        ("no_price", 3_687),
        ("positive_credit_note", 1),
    ],
)
def test_rows_of_a_rule(steps, rule, n_rows):
    assert steps.loc[rule, "n_rows"] == n_rows


@pytest.mark.parametrize(
    ("rule", "money"),
    [
        ("read", "9539484.634"),
        ("bad_debt", "-136552.02"),
        ("positive_credit_note", "373.57"),
        ("no_price", "0"),
    ],
)
def test_money_of_a_rule(steps, rule, money):
    assert steps.loc[rule, "money"] == Decimal(money)


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("customers", 4_383),
        ("customers_charged", 4_381),
        ("customers_buying", 4_312),
        ("net_identified", Decimal("8348208.574")),
        ("gross_identified", Decimal("8832003.274")),
        ("gross", Decimal("10305892.024")),
    ],
)
def test_single_figures(delivery, name, figure):
    assert delivery.facts[name] == figure


def test_sale_lines_of_known_customers(delivery):
    (row,) = select(
        "select count(*) as n_lines, count(distinct customer_id) as n_customers, "
        "count(distinct order_id) as n_orders, sum(amount) as amount from order_lines "
        "where kind = 'sale' and customer_id is not null and quantity > 0 and amount > 0",
        {"order_lines": delivery.tables["order_lines"]},
    ).to_pylist()

    assert row == {
        "n_lines": 407_664,
        "n_customers": 4_312,
        "n_orders": 19_213,
        "amount": Decimal("8832003.2740"),
    }


def test_lines_of_guests(delivery):
    (row,) = select(
        "select count(*) as n, sum(amount) as amount from order_lines "
        "where kind = 'sale' and customer_id is null",
        {"order_lines": delivery.tables["order_lines"]},
    ).to_pylist()

    assert (row["n"], row["amount"]) == (103_901, Decimal("1473888.75"))


@pytest.mark.parametrize(
    ("first", "last", "net"),
    [
        ("2010-12-01", "2010-12-09", "377488.45"),
        ("2009-12-01", "2009-12-09", "386973.03"),
        ("2010-11-01", "2010-11-30", "1422654.642"),
        ("2010-10-01", "2010-10-31", "1084094.22"),
    ],
)
def test_net_revenue(delivery, first, last, net):
    (row,) = select(
        f"select sum(amount) as net from orders where ordered_on between '{first}' and '{last}'",
        {"orders": delivery.tables["orders"]},
    ).to_pylist()

    assert row["net"] == Decimal(net)


def test_days_from_first_to_last(delivery):
    assert (delivery.data_from, delivery.data_until) == (date(2009, 12, 1), date(2010, 12, 9))


def test_trading_days_of_december(delivery):
    days = delivery.coverage.set_index("day")["n_rows"] > 0

    assert (days["2010-12-01":"2010-12-09"].sum(), days["2009-12-01":"2009-12-09"].sum()) == (8, 9)


def test_an_order_is_the_exact_sum_of_its_lines(delivery):
    differing = select(
        "select order_id from order_lines join orders using (order_id) "
        "group by order_id having sum(order_lines.amount) <> min(orders.amount)",
        {name: delivery.tables[name] for name in ("order_lines", "orders")},
    )

    assert differing.num_rows == 0


def test_postage_and_fees_are_services_and_goods_are_not(delivery):
    products = delivery.tables["products"].to_pandas().set_index("product_id")["is_service"]

    assert products[["POST", "DOT", "M", "BANK CHARGES", "TEST001"]].all()
    assert not products[["85123A", "22423", "DCGS0058"]].any()


def test_a_month_is_read_without_what_came_after(delivery, tmp_path):
    file = write_table(delivery.tables["orders"], tmp_path / "orders.parquet")

    orders = read_table(file.path, columns=["ordered_on"], until=date(2010, 11, 30))

    assert str(orders["ordered_on"].max().date()) == "2010-11-30"
