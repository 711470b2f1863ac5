"""Broken rows leave within declared limits, listed by place and reason; else everything stops."""

from decimal import Decimal

import pytest

from rapport.errors import DataError
from rapport.ingest.rules import LIMITED
from rapport.schema import SCHEMAS

HEAD = "id,customer,at,amount,kind\n"
BROKEN = (
    "1,ann,2024-03-01,5.00,sale\n2,bob,soon,seven,sale\n3,ann,2024-03-03,1.00,gift\n"
    "4,bob,9999-12-31,2.00,sale\n,ann,2024-03-05,3.00,sale\n6,王芳,2024-03-06,4.00,sale\n"
    "6,王芳,2024-03-07,4.50,sale\n7,ann,2024-03-08,-1.00,sale\n8,bob,2024-03-09,9.00,sale\n"
)


@pytest.fixture
def till(shop):
    """Give the shop one table of orders, nine rows of which seven are broken."""
    shop.unit["sources"] = {"till": {"path": "till.csv", "format": "csv"}}
    columns = {"order_id": "id", "customer_id": "customer", "ordered_at": "at",
               "amount": "amount", "kind": "kind"}  # fmt: skip
    shop.unit["tables"] = {"orders": {"from": "till", "columns": columns}}
    shop.unit["quarantine"] = {"share": 1.0}
    shop.write("till.csv", HEAD + BROKEN)
    return shop


def places(delivery):
    """Give row, rule and column of everything set aside."""
    rows = delivery.tables["quarantine"].to_pylist()
    return [(row["source_row"], row["rule"], row["column"]) for row in rows]


def test_every_fault_of_a_row_is_listed_with_its_place_and_column(till):
    assert sorted(places(till.ingest())) == [
        (2, "unreadable", "amount"),
        (2, "unreadable", "ordered_at"),
        (3, "unknown_word", "kind"),
        (4, "out_of_range", "ordered_at"),
        (5, "empty", "order_id"),
        (6, "key_twice", "order_id"),
        (7, "key_twice", "order_id"),
        (8, "sale_below_zero", "amount"),
    ]


def test_a_broken_row_leaves_once_with_what_of_its_money_can_be_read(till):
    quality = till.ingest().quality.set_index("rule")

    assert quality.loc["read", ["n_rows", "money"]].tolist() == [9, Decimal("27.5000")]
    assert quality.loc["unreadable", ["n_rows", "money"]].tolist() == [1, None]
    assert quality.loc["key_twice", ["n_rows", "money"]].tolist() == [2, Decimal("8.5000")]
    assert quality.loc["kept", ["n_rows", "money"]].tolist() == [2, Decimal("14.0000")]


def test_what_was_set_aside_is_summed_up_by_reason(till):
    found = till.ingest().quarantine.set_index(["rule", "column"])

    assert found.loc[("key_twice", "order_id"), ["n_rows", "rows"]].tolist() == [2, "6, 7"]


def test_no_value_of_a_row_is_in_the_list(till):
    text = str(till.ingest().tables["quarantine"].to_pylist())

    assert not any(word in text for word in ("ann", "bob", "王芳", "soon", "seven", "gift"))


def test_without_a_limit_every_broken_row_stops_the_run(till):
    del till.unit["quarantine"]

    with pytest.raises(DataError) as caught:
        till.ingest()

    told = str(caught.value)
    assert "in 6 faults" in told
    assert "soon" not in told
    assert "orders.ordered_at (source till): 1 row: is after 2100; row 4" in told


@pytest.mark.parametrize("limit", [{"rows": 6}, {"share": 0.7}, {"share": 1.0, "rows": 6}])
def test_above_a_limit_the_run_stops_with_the_reasons(till, limit):
    till.unit["quarantine"] = limit

    with pytest.raises(DataError) as caught:
        till.ingest()

    assert caught.value.exit_code == 3
    told = str(caught.value)
    assert "orders (source till): 7 of 9 rows are broken (empty 1, key_twice 2" in told
    assert "more than the 6 that `quarantine` allows" in told
    assert "orders.amount (source till): 1 row: cannot be read as a number; row 2" in told


@pytest.mark.parametrize("limit", [{"rows": 7}, {"share": 0.78}])
def test_at_a_limit_the_run_goes_on(till, limit):
    till.unit["quarantine"] = limit

    assert till.ingest().tables["orders"].num_rows == 2


def test_a_table_may_have_a_limit_of_its_own(till):
    till.unit["tables"]["orders"]["quarantine"] = {"rows": 0}

    with pytest.raises(DataError, match="more than the 0 that"):
        till.ingest()


def test_a_limit_names_a_share_or_rows(till):
    till.unit["quarantine"] = {}

    with pytest.raises(ValueError, match="needs `share`, `rows` or both"):
        till.params()


def test_a_share_is_taken_in_decimals(till):
    # As floats 0.29 of 100 are 28.999999999999996 rows.
    good = "".join(f"{n},ann,2024-03-01,1.00,sale\n" for n in range(71))
    bad = "".join(f"b{n},ann,2024-03-01,one,sale\n" for n in range(29))
    till.write("till.csv", HEAD + good + bad)
    till.unit["quarantine"] = {"share": 0.29}

    assert till.ingest().tables["orders"].num_rows == 71


def test_values_not_of_the_stated_type_are_set_aside_too(till):
    till.unit["sources"]["till"]["types"] = {"amount": "decimal"}
    till.unit["tables"]["orders"]["columns"]["amount"] = {"sql": "amount * 2"}

    delivery = till.ingest()

    assert (2, "unreadable", "amount") in places(delivery)
    assert delivery.facts["net"] == Decimal("28.0000")


def test_lines_of_orders_set_aside_leave_with_them(shop):
    shop.unit["quarantine"] = {"rows": 1}
    shop.unit["sources"] |= {"till": {"path": "till.csv", "format": "csv"}}
    columns = {"order_id": "id", "customer_id": "customer", "ordered_at": "at", "amount": "amount"}
    shop.unit["tables"]["orders"] = {"from": "till", "columns": columns}
    shop.write(
        "till.csv",
        "id,customer,at,amount\n1,ann,soon,12.5\n2,bob,2024-03-02,2.5\n3,,2024-03-04,7.5\n",
    )

    delivery = shop.ingest()

    assert places(delivery) == [
        (1, "order_left", "order_id"), (2, "order_left", "order_id"),
        (1, "unreadable", "ordered_at"),
    ]  # fmt: skip
    assert delivery.tables["order_lines"]["order_id"].to_pylist() == ["2", "3"]


def test_contacts_of_no_campaign_are_set_aside(shop):
    shop.unit["sources"] |= {
        "campaigns": {"path": "campaigns.csv", "format": "csv"},
        "contacts": {"path": "contacts.csv", "format": "csv"},
    }
    shop.unit["tables"] |= {
        "campaigns": {
            "from": "campaigns",
            "columns": {"campaign_id": "id", "name": "name", "started_at": "from",
                        "ended_at": "to", "design": "design"},
        },
        "campaign_contacts": {
            "from": "contacts",
            "columns": {"campaign_id": "id", "customer_id": "customer", "variant": "variant"},
        },
    }  # fmt: skip
    shop.write("campaigns.csv", "id,name,from,to,design\nc1,春节,2024-03-01,2024-03-09,broadcast\n")
    shop.write("contacts.csv", "id,customer,variant\nc1,ann,mail\nc2,bob,mail\n")

    delivery = shop.ingest()

    assert places(delivery) == [(2, "campaign_not_delivered", "campaign_id")]
    assert delivery.tables["campaign_contacts"].num_rows == 1


def test_an_empty_file_and_a_single_broken_row_are_taken(till):
    till.write("till.csv", HEAD)
    assert till.ingest().tables["quarantine"].num_rows == 0

    till.write("till.csv", HEAD + "1,ann,soon,5.00,sale\n")
    delivery = till.ingest()
    assert delivery.tables["orders"].num_rows == 0
    assert places(delivery) == [(1, "unreadable", "ordered_at")]
    assert delivery.tables["quarantine"].column_names == [
        column.name for column in SCHEMAS["quarantine"].columns
    ]


def test_rows_that_leave_with_others_count_towards_no_limit():
    assert "order_left" not in LIMITED
