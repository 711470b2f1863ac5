"""The one table that names people, and rows that may not stay."""

from datetime import date
from decimal import Decimal

import pytest

from rapport.errors import DataError, ParameterError
from rapport.ingest import find_sources, ingest
from rapport.privacy import SAMPLE_KEY, pseudonym
from rapport.privacy.erased import digest_pseudonym

HEAD = "order,customer,day,product,quantity,amount\n"
PEOPLE = """\
number,who,family,tel
ann,Ann,Wood,+44 7700 900123
bob,伟,张,
eve,Eve,Frost,020 7946 0991
"""


def ingest_without(shop, *customers, key=SAMPLE_KEY):
    unit = shop.params()
    digests = [digest_pseudonym(key, pseudonym(key, customer)) for customer in customers]
    return ingest(unit, find_sources(unit, shop.root, env={}), key=key, erased=digests)


@pytest.fixture
def people(shop):
    """Give the shop a list of people that its tables do not map."""
    shop.unit["sources"]["people"] = {"path": "people.csv", "format": "csv"}
    shop.unit["tables"]["customers"] = {"from": "people", "columns": {"customer_id": "number"}}
    shop.unit["privacy"] = {"identifiers": {"people": {"name": ["who", "family"], "phone": "tel"}}}
    shop.write("people.csv", PEOPLE)
    return shop


def listed(delivery, kind):
    rows = delivery.identifiers.to_pylist()
    return {row["value"]: row["customer_id"] for row in rows if row["kind"] == kind}


def test_declared_identifiers_stand_beside_the_tables_with_the_pseudonym_of_their_customer(people):
    delivery = people.ingest()

    assert "identifiers" not in delivery.tables
    assert listed(delivery, "name") == {
        "Ann Wood": pseudonym(SAMPLE_KEY, "ann"),
        "伟 张": pseudonym(SAMPLE_KEY, "bob"),
        "Eve Frost": pseudonym(SAMPLE_KEY, "eve"),
    }
    assert set(listed(delivery, "phone")) == {"+44 7700 900123", "020 7946 0991"}


def test_no_identifier_is_in_any_other_table(people):
    delivery = people.ingest()

    told = "\n".join(str(table.to_pylist()) for table in delivery.tables.values())
    for value in ("Wood", "张", "7700", "'ann'", "Frost"):
        assert value not in told


def test_identifiers_that_customers_map_are_taken_without_being_declared_again(people):
    people.unit["privacy"] = {}
    people.unit["tables"]["customers"]["columns"] |= {
        "given_name": "who", "family_name": "family", "phone": "tel",
    }  # fmt: skip

    delivery = people.ingest()

    assert set(listed(delivery, "name")) >= {"Ann Wood", "Wood Ann", "张 伟"}
    assert set(listed(delivery, "phone")) == {"+44 7700 900123", "020 7946 0991"}


def test_a_customers_number_is_an_identifier_of_every_unit(shop):
    assert listed(shop.ingest(), "customer_number") == {
        "ann": pseudonym(SAMPLE_KEY, "ann"),
        "bob": pseudonym(SAMPLE_KEY, "bob"),
    }


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"clients": {"name": "who"}}, "no source is called clients"),
        ({"people": {"name": "nom"}}, "identifiers.people: the source has no column nom"),
    ],
)
def test_identifiers_that_do_not_exist_are_named(people, declared, said):
    people.unit["privacy"] = {"identifiers": declared}

    with pytest.raises(ParameterError, match=said):
        people.ingest()


def test_another_key_moves_no_row_of_any_table(people):
    one, other = people.ingest(key=b"one"), people.ingest(key=b"other")

    for name, table in one.tables.items():
        persons = [c for c in table.column_names if c in ("customer_id", "source_id")]
        assert table.drop_columns(persons).equals(other.tables[name].drop_columns(persons)), name
    same = ["kind", "value", "source", "key"]
    assert one.identifiers.select(same).equals(other.identifiers.select(same))


def test_an_erased_customer_is_in_no_table_and_in_no_account_of_rows(people):
    whole, delivery = people.ingest(), ingest_without(people, "ann")

    name = pseudonym(SAMPLE_KEY, "ann")
    told = str([table.to_pylist() for table in delivery.tables.values()])
    assert name in str([table.to_pylist() for table in whole.tables.values()])
    assert name not in told
    assert name not in str(delivery.identifiers.to_pylist())
    assert "Ann Wood" not in listed(delivery, "name")
    read = delivery.quality.query("table == 'order_lines' and rule == 'read'")
    assert read["n_rows"].tolist() == [2]
    assert read["money"].tolist() == [Decimal("10.0000")]


def test_what_the_unit_expects_holds_though_a_customer_is_erased(people):
    people.unit["expect"] = {
        "rows": {"log": 4}, "money": {"order_lines": 22.50},
        "first_day": "2024-03-01", "last_day": "2024-03-04",
    }  # fmt: skip
    delivery = ingest_without(people, "ann")
    assert delivery.data_from == date(2024, 3, 2)

    people.unit["expect"]["rows"] = {"log": 5}
    with pytest.raises(DataError, match="log"):
        ingest_without(people, "ann")


def test_the_lines_of_an_erased_customers_order_go_with_it(shop):
    shop.unit["sources"]["orders"] = {
        "path": "orders.csv", "format": "csv", "types": {"amount": "decimal"},
    }  # fmt: skip
    shop.unit["tables"]["orders"] = {
        "from": "orders",
        "columns": {"order_id": "order", "customer_id": "customer", "amount": "amount"},
        "time": {"column": "day"},
    }
    del shop.lines["columns"]["customer_id"], shop.lines["time"]
    rows = "1,ann,2024-03-01,12.50\n2,bob,2024-03-02,2.50\n3,,2024-03-04,7.50\n"
    shop.write("orders.csv", "order,customer,day,amount\n" + rows)

    delivery = ingest_without(shop, "ann")

    assert delivery.tables["order_lines"]["order_id"].to_pylist() == ["2", "3"]
    assert "quarantined" not in set(delivery.quality["action"])


def test_rows_older_than_the_unit_keeps_them_leave_with_rows_and_money(shop):
    shop.unit["privacy"] = {"retention_days": {"orders": 2}}

    delivery = shop.ingest()

    assert delivery.tables["orders"]["order_id"].to_pylist() == ["2", "3"]
    left = delivery.quality.query("rule == 'retention'")
    assert left[["table", "action", "n_rows", "money"]].values.tolist() == [
        ["order_lines", "excluded", 2, Decimal("12.5000")]
    ]
    assert delivery.tables["customers"]["customer_id"].to_pylist() == [pseudonym(SAMPLE_KEY, "bob")]


def test_a_table_without_a_retention_keeps_its_old_rows(shop):
    shop.unit["privacy"] = {"retention_days": {"interactions": 1}}

    assert shop.ingest().tables["orders"].num_rows == 3


def test_nobody_and_products_have_no_retention(shop):
    shop.unit["privacy"] = {"retention_days": {"products": 30}}

    with pytest.raises(ValueError, match="products is none of orders, subscriptions"):
        shop.params()


def test_all_records_of_an_erased_customer_stay_out_so_that_none_becomes_a_new_one(people):
    people.unit["sources"]["web"] = {"path": "web.csv", "format": "csv"}
    people.unit["tables"]["customers"] = [
        {"from": name, "columns": {"customer_id": "number", "name": "who", "phone": "tel"}}
        for name in ("people", "web")
    ]
    people.unit["privacy"] = {}
    people.unit["identity"] = {"keys": ["phone"], "calling_code": "44"}
    people.write("web.csv", "number,who,tel\nw1,Ann,07700 900123\nw2,Zoe,07700 900777\n")
    whole = people.ingest()
    links = whole.tables["identity_links"].to_pylist()
    ann = {row["customer_id"] for row in links if row["source_id"] == name_of("w1", links)}
    records = {row["source_id"] for row in links if row["customer_id"] in ann}
    assert len(ann) == 1
    assert len(records) == 2

    unit = people.params()
    digests = [digest_pseudonym(SAMPLE_KEY, name) for name in sorted(ann | records)]
    sources = find_sources(unit, people.root, env={})
    delivery = ingest(unit, sources, key=SAMPLE_KEY, erased=digests)

    told = str([table.to_pylist() for table in delivery.tables.values()])
    assert not [name for name in ann | records if name in told]
    assert not {"Ann", "w1", "ann"} & set(delivery.identifiers["value"].to_pylist())
    assert delivery.tables["customers"].num_rows == whole.tables["customers"].num_rows - 1


def name_of(number, links):
    """Give the pseudonym of a record: of its number, with its source before it or without."""
    known = {row["source_id"] for row in links}
    return next(
        name for label in ("", "web:") if (name := pseudonym(SAMPLE_KEY, label + number)) in known
    )
