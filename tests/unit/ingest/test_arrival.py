"""How long rows took to arrive, and which came too late for their period."""

from datetime import date
from decimal import Decimal

import pytest

from rapport.errors import DataError
from rapport.ingest.arrival import _read_date

HEAD = "id,customer,at,amount,loaded\n"
ROWS = (
    "1,ann,2024-03-01,10.00,2024-03-02 06:00\n2,bob,2024-03-31,5.00,2024-04-01 06:00\n"
    "3,王芳,2024-03-30,2.50,2024-03-31 06:00\n4,ann,2024-04-02,1.00,\n"
    "5,ann,2024-04-03,1.00,2024-04-02 06:00\n"
)


@pytest.fixture
def till(shop):
    """Give the shop a table of orders that says when each was loaded."""
    shop.unit["sources"] = {"till": {"path": "till*.csv", "format": "csv"}}
    columns = {"order_id": "id", "customer_id": "customer", "ordered_at": "at", "amount": "amount"}
    shop.unit["tables"] = {
        "orders": {"from": "till", "columns": columns, "arrived": {"column": "loaded"}}
    }
    shop.write("till.csv", HEAD + ROWS)
    return shop


def test_lags_are_whole_days_in_the_zone_of_the_unit(till):
    till.unit["timezone"] = "Asia/Shanghai"

    lags = till.ingest().lags

    assert lags[["lag_days", "n_rows"]].to_numpy().tolist() == [[-1, 1], [1, 3]]


def test_rows_that_came_when_a_later_period_had_begun_are_counted_by_their_own(till):
    late = till.ingest().late

    assert late["period"].dt.date.tolist() == [date(2024, 3, 1), date(2024, 4, 1)]
    assert late[["n_rows", "n_late"]].to_numpy().tolist() == [[3, 1], [1, 0]]
    assert late["money_late"].tolist() == [Decimal("5.0000"), Decimal("0.0000")]


def test_periods_are_those_of_the_unit(till):
    till.unit["period_grain"] = "quarter"

    late = till.ingest().late

    assert late[["n_rows", "n_late"]].to_numpy().tolist() == [[3, 1], [1, 0]]


def test_files_may_carry_their_date_in_their_names(till):
    till.unit["tables"]["orders"]["arrived"] = {"file": "%Y%m%d"}
    (till.root / "data/raw/till.csv").unlink()
    till.write("till-20240302.csv", HEAD + "1,ann,2024-03-01,10.00,\n")
    till.write("till-20240405.csv", HEAD + "2,bob,2024-03-01,10.00,\n")

    assert till.ingest().lags["lag_days"].tolist() == [1, 35]


def test_a_row_that_is_delivered_again_came_when_it_came_first(till):
    till.unit["tables"]["orders"]["arrived"] = {"file": "%Y-%m"}
    (till.root / "data/raw/till.csv").unlink()
    till.write("till-2024-03.csv", HEAD + "1,ann,2024-03-30,10.00,\n")
    till.write("till-2024-04.csv", HEAD + "1,ann,2024-03-30,12.00,\n2,bob,2024-03-31,5.00,\n")

    late = till.ingest().late

    assert late[["n_rows", "n_late"]].to_numpy().tolist() == [[2, 1]]
    assert late["money_late"].tolist() == [Decimal("5.0000")]


def test_a_file_whose_name_holds_no_date_is_a_fault(till):
    till.unit["tables"]["orders"]["arrived"] = {"file": "%Y%m%d"}

    with pytest.raises(DataError, match="the names of files 1 hold no date of the form declared"):
        till.ingest()


@pytest.mark.parametrize(
    ("arrived", "told"),
    [({}, "needs either"), ({"column": "a", "file": "%Y%m%d"}, "needs either"),
     ({"file": "%m%d"}, "needs %Y and %m")],
)  # fmt: skip
def test_arrival_is_of_one_origin(till, arrived, told):
    till.unit["tables"]["orders"]["arrived"] = arrived

    with pytest.raises(ValueError, match=told):
        till.params()


@pytest.mark.parametrize(
    ("name", "form", "found"),
    [("till_2024-02-30.csv", "%Y-%m-%d", None),
        ("till-2024-02.csv", "%Y-%m", "2024-02-29 00:00:00"), ("2024.3.1.csv", "%Y.%m.%d", None),
     ("订单20240301.csv", "%Y%m%d", "2024-03-01 00:00:00"),
     ("a.20240301T0630.csv", "%Y%m%dT%H%M", "2024-03-01 06:30:00")],
)  # fmt: skip
def test_a_date_is_read_from_a_name_only_if_it_is_one(name, form, found):
    assert str(_read_date(name, form)) == str(found)


def test_without_a_declaration_nothing_is_asked(till):
    del till.unit["tables"]["orders"]["arrived"]

    delivery = till.ingest()

    assert (len(delivery.lags), len(delivery.late)) == (0, 0)


def test_orders_that_came_when_a_later_month_had_begun_are_listed(till):
    late = till.ingest().tables["late_orders"]

    assert late.to_pylist() == [{"order_id": "2", "arrived_on": date(2024, 4, 1)}]


def test_an_order_that_was_delivered_in_time_is_not_late_when_it_comes_again(till):
    till.unit["tables"]["orders"]["arrived"] = {"file": "%Y%m%d"}
    (till.root / "data/raw/till.csv").unlink()
    till.write("till-20240302.csv", HEAD + "1,ann,2024-03-01,10.00,\n")
    till.write("till-20240405.csv", HEAD + "1,ann,2024-03-01,10.00,\n2,bob,2024-03-31,5.00,\n")

    late = till.ingest().tables["late_orders"]

    assert late["order_id"].to_pylist() == ["2"]


def test_without_a_time_of_arrival_there_is_no_table_of_late_orders(till):
    del till.unit["tables"]["orders"]["arrived"]

    assert "late_orders" not in till.ingest().tables
