"""What a unit declares about empty values and foreign money, counted with rows and money."""

from decimal import Decimal

import pytest

from rapport.errors import DataError, ParameterError
from rapport.tables import to_frame

HEAD = "id,customer,at,amount,money,where\n"
ROWS = (
    "1,ann,2024-03-01,10.00,GBP,web\n2,bob,2024-03-02,10.00,USD,\n3,,2024-03-03,10.00,CNY,app\n"
    "4,ann,2024-03-04,3.3333,EUR,web\n"
)
RATES = "tag,code,rate\n2024-02-28,USD,0.80\n2024-03-02,USD,0.79\n2024-03-01,EUR,0.85\n"


@pytest.fixture
def till(shop):
    """Give the shop one table of orders in four currencies."""
    shop.unit["sources"] = {
        "till": {"path": "till.csv", "format": "csv"},
        "ecb": {"path": "ecb.csv", "format": "csv", "types": {"rate": "decimal"}},
    }
    columns = {"order_id": "id", "customer_id": "customer", "ordered_at": "at", "amount": "amount",
               "channel": "where"}  # fmt: skip
    shop.unit["tables"] = {"orders": {"from": "till", "columns": columns, "currency": "money"}}
    shop.unit["rates"] = {"fixed": {"USD": "0.8", "CNY": "0.11", "EUR": "0.85"}}
    shop.write("till.csv", HEAD + ROWS)
    shop.write("ecb.csv", RATES)
    return shop


def by_day(till, **more):
    till.unit["rates"] = {"source": "ecb", "day": "tag", "currency": "code", "rate": "rate"} | more
    till.unit["quarantine"] = {"rows": 2}
    return till


def amounts(delivery):
    """Give the amounts of orders kept, by order."""
    orders = to_frame(delivery.tables["orders"])
    return orders.set_index("order_id")["amount"].to_dict()


def step(delivery, rule):
    found = delivery.quality.set_index("rule").loc[rule]
    return found["action"], found["n_rows"], found["money"]


def test_foreign_money_is_converted_in_decimals_and_counted(till):
    delivery = till.ingest()

    assert amounts(delivery) == {
        "1": Decimal("10.0000"), "2": Decimal("8.0000"), "3": Decimal("1.1000"),
        "4": Decimal("2.8333"),
    }  # fmt: skip
    assert step(delivery, "currency_converted") == ("flagged", 3, Decimal("11.9333"))


def test_a_rate_by_day_is_that_of_the_day_or_the_newest_before_it(till):
    shop = by_day(till)
    shop.write("till.csv", HEAD + "1,ann,2024-03-01,1,USD,\n2,ann,2024-03-02,1,USD,\n")

    assert amounts(shop.ingest()) == {"1": Decimal("0.8000"), "2": Decimal("0.7900")}


def test_the_day_of_a_rate_is_cut_in_the_zone_of_the_unit(till):
    shop = by_day(till)
    shop.unit["timezone"] = "Asia/Shanghai"
    shop.write("till.csv", HEAD + "1,ann,2024-03-02 00:30,1,USD,\n")

    assert amounts(shop.ingest()) == {"1": Decimal("0.7900")}


def test_a_row_without_a_rate_is_quarantined(till):
    delivery = by_day(till, max_age_days=2).ingest()

    assert sorted(amounts(delivery)) == ["1", "2"]
    assert step(delivery, "no_rate") == ("quarantined", 2, None)


def test_a_row_without_a_rate_stops_a_unit_that_declares_no_limit(till):
    shop = by_day(till)
    del shop.unit["quarantine"]

    with pytest.raises(DataError, match=r"currency .* there is no rate for this currency .* row 3"):
        shop.ingest()


def test_two_rates_for_one_day_are_a_fault(till):
    by_day(till).write("ecb.csv", RATES + "2024-03-02,USD,0.81\n")

    with pytest.raises(DataError, match=r"ecb: 2 rows: has another rate for the same currency"):
        till.ingest()


def test_a_rate_may_be_computed(till):
    shop = by_day(till, rate={"sql": "1 / rate"})
    shop.write("till.csv", HEAD + "1,ann,2024-03-01,1,USD,\n")

    assert amounts(shop.ingest()) == {"1": Decimal("1.2500")}


def test_a_rate_is_an_expression_over_its_source_and_nothing_else(till):
    with pytest.raises(ParameterError, match=r"rates.rate: the expression"):
        by_day(till, rate={"sql": "(select 1)"}).ingest()


def test_rates_are_fixed_or_of_a_source(till):
    till.unit["rates"]["source"] = "ecb"

    with pytest.raises(ValueError, match="needs `fixed`, or `source` with"):
        till.params()


def test_empty_values_are_kept_unless_the_unit_says_else(till):
    delivery = till.ingest()

    assert to_frame(delivery.tables["orders"])["customer_id"].isna().sum() == 1
    assert "missing_customer_id" not in set(delivery.quality["rule"])


def test_rows_with_an_empty_value_leave_where_the_unit_drops_them(till):
    till.unit["tables"]["orders"]["missing"] = {"customer_id": "drop"}

    delivery = till.ingest()

    assert step(delivery, "missing_customer_id") == ("excluded", 1, Decimal("1.1000"))
    assert sorted(amounts(delivery)) == ["1", "2", "4"]


def test_empty_values_become_unknown_and_are_counted(till):
    till.unit["sources"]["crm"] = {"path": "crm.csv", "format": "csv"}
    till.unit["tables"]["customers"] = {
        "from": "crm",
        "columns": {"customer_id": "id", "city": "town", "gender": "sex"},
        "missing": {"city": "unknown", "gender": "unknown"},
    }
    till.write("crm.csv", "id,town,sex\nann,,female\n王芳,广州,\n")

    delivery = till.ingest()

    customers = to_frame(delivery.tables["customers"])
    assert sorted(customers["city"].dropna()) == ["unknown", "广州"]
    assert step(delivery, "missing_city") == ("flagged", 1, None)
    assert step(delivery, "missing_gender") == ("flagged", 1, None)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({"channel": "unknown"}, "channel takes no word `unknown`"),
        ({"order_id": "unknown"}, "order_id takes no word `unknown`"),
        ({"customer_id": "unknown"}, "customer_id takes no word `unknown`"),
        ({"store_id": "drop"}, "nothing fills store_id"),
    ],
)
def test_only_words_that_a_column_may_hold_stand_for_empty_values(till, missing, told):
    till.unit["tables"]["orders"]["missing"] = missing

    with pytest.raises(ParameterError, match=told):
        till.ingest()


@pytest.mark.parametrize("name", ["unreadable", "kept", "missing_city", "broken_row"])
def test_a_rule_may_not_bear_a_name_of_the_ingestions_own(till, name):
    till.unit["tables"]["orders"]["exclude"] = {name: "id = '1'"}

    with pytest.raises(ParameterError, match=rf"{name} is a name of the ingestion's own"):
        till.ingest()


def test_of_two_deliveries_of_an_invoice_the_later_files_rows_count_once(till):
    till.unit["sources"]["till"]["path"] = "till-*.csv"
    till.write("till-1.csv", HEAD + ROWS)
    till.write("till-2.csv", HEAD + "2,bob,2024-03-02,20.00,GBP,web\n5,ann,2024-03-05,1,GBP,\n")

    delivery = till.ingest()

    assert amounts(delivery)["2"] == Decimal("20.0000")
    assert step(delivery, "overlap_of_files") == ("merged", 1, Decimal("8.0000"))
    assert step(delivery, "kept")[1] == 5
