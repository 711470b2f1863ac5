"""What two periods hold, counted by value."""

from datetime import date

import pytest

HEAD = "id,customer,at,amount,via,shop\n"


def rows(month, n, via, start=0, amount=10):
    return "".join(
        f"{month}-{start + i},c{i},2024-{month:02d}-{1 + i % 28:02d},{amount + i},{via},s{i}\n"
        for i in range(n)
    )


@pytest.fixture
def till(shop):
    """Give the shop orders of February, March and a few days of April."""
    shop.unit["sources"] = {"till": {"path": "till.csv", "format": "csv"}}
    columns = {"order_id": "id", "customer_id": "customer", "ordered_at": "at", "amount": "amount",
               "channel": "via", "store_id": "shop"}  # fmt: skip
    shop.unit["tables"] = {"orders": {"from": "till", "columns": columns}}
    early = "0,c0,2024-01-31,10,web,s0\n" + rows(2, 20, "web") + rows(2, 5, "store", 20)
    shop.write("till.csv", HEAD + early + rows(3, 30, "web") + rows(4, 3, "app"))
    return shop


def test_the_newest_whole_period_stands_beside_the_one_before(till):
    delivery = till.ingest()

    assert delivery.periods == (date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1))
    channels = delivery.drift[delivery.drift["column"] == "channel"].set_index("value")
    assert channels[["n_before", "n_now"]].to_dict("index") == {
        "store": {"n_before": 5, "n_now": 0}, "web": {"n_before": 20, "n_now": 30},
    }  # fmt: skip
    assert channels["people_before"].to_dict() == {"store": 5, "web": 20}


def test_amounts_are_counted_in_the_tenths_of_the_period_before(till):
    drift = till.ingest().drift

    tenths = drift[drift["column"] == "amount"]
    assert tenths["n_before"].sum() == 25
    assert tenths["n_now"].sum() == 30
    assert len(tenths) == 10


def test_numbers_of_things_are_no_categories(till):
    assert set(till.ingest().drift["column"]) == {"amount", "channel"}


def test_a_column_of_too_many_words_is_no_category(till):
    till.unit["tables"]["customers"] = {
        "from": "crm", "columns": {"customer_id": "id", "city": "town", "created_at": "on"},
    }  # fmt: skip
    till.unit["sources"]["crm"] = {"path": "crm.csv", "format": "csv"}
    people = "".join(f"p{n},城{n},2024-03-01\n" for n in range(51))
    till.write("crm.csv", "id,town,on\n" + people)

    assert "city" not in set(till.ingest().drift["column"])

    till.write("crm.csv", "id,town,on\n" + people.replace("城50", "城49"))
    assert "city" in set(till.ingest().drift["column"])


def test_nothing_is_compared_where_the_period_before_began_before_the_data(till):
    till.write("till.csv", HEAD + rows(2, 20, "web") + rows(3, 3, "web"))

    delivery = till.ingest()

    assert delivery.periods is None
    assert delivery.drift.empty


def test_a_file_without_rows_has_no_drift(till):
    till.write("till.csv", HEAD)

    assert till.ingest().drift.empty
