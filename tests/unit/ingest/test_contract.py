"""Tables from several sources, and what each must hold."""

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.errors import DataError
from rapport.ingest import keys
from rapport.tables import to_frame

MAPPINGS: dict[str, Any] = {
    "customers": {
        "columns": {
            "customer_id": "id", "birth_year": "born", "gender": "sex", "created_at": "since",
            "loyalty_points": "points",
        },
    },
    "orders": {
        "columns": {
            "order_id": "id", "customer_id": "customer", "ordered_at": "at", "amount": "amount",
            "kind": "kind",
        },
    },
    "order_lines": {
        "columns": {
            "order_id": "order", "product_id": "product", "quantity": "n", "amount": "amount",
        },
    },
    "products": {"columns": {"product_id": "id", "name": "name"}},
    "surveys": {
        "columns": {
            "survey_id": "id", "customer_id": "customer", "answered_at": "at", "nps": "nps",
            "s_price": "price",
        },
    },
    "subscriptions": {
        "columns": {
            "customer_id": "customer", "plan": "plan", "started_on": "starts",
            "ended_on": "ends", "a_seats": "seats",
        },
    },
}  # fmt: skip
FILES = {
    "customers": "id,born,sex,since,points\nann,1980,female,2024-01-01,3\nbob,,,2024-01-05,\n",
    "orders": (
        "id,customer,at,amount,kind\n1,ann,2024-03-01,5.00,sale\n2,bob,2024-03-02,7.00,sale\n"
        "3,ann,2024-03-03,-5.00,return\n"
    ),
    "order_lines": (
        "order,product,n,amount\n1,cup,2,5.00\n2,pot,1,4.50\n2,cup,1,2.50\n3,cup,-2,-5.00\n"
    ),
    "products": "id,name\ncup,Cup\npot,Pot\n",
    "surveys": "id,customer,at,nps,price\ns1,ann,2024-03-09,9,4\ns2,zoe,2024-03-10,,\n",
    "subscriptions": "customer,plan,starts,ends,seats\nann,basic,2024-01-31,2024-02-29,4\n",
}


@pytest.fixture
def give(shop):
    """Give the shop one CSV file per table named, some with other text."""

    def fill(*tables, **texts):
        shop.unit["sources"] = {t: {"path": f"{t}.csv", "format": "csv"} for t in tables}
        shop.unit["tables"] = {t: {"from": t} | MAPPINGS[t] for t in tables}
        for table in tables:
            shop.write(f"{table}.csv", texts.get(table, FILES[table]))
        return shop

    return fill


def counted(delivery, rule):
    return delivery.quality.set_index("rule").loc[rule, "n_rows"]


def test_orders_lines_and_customers_of_their_own_sources_are_joined(give):
    delivery = give("customers", "orders", "order_lines", "products").ingest()

    lines = to_frame(delivery.tables["order_lines"])
    assert lines["order_id"].tolist() == ["1", "3", "2", "2"]
    assert lines["kind"].tolist() == ["sale", "return", "sale", "sale"]
    assert lines["line"].tolist() == [1, 1, 1, 2]
    assert lines["ordered_on"].dt.day.tolist() == [1, 3, 2, 2]
    assert counted(delivery, "lines_differ_from_order") == 0


def test_only_bands_of_age_leave_the_ingestion(give):
    delivery = give("customers", "orders").ingest()

    assert delivery.tables["customers"]["age_band"].to_pylist() == ["35-44", None]
    assert "birth_year" not in delivery.tables["customers"].column_names


def test_years_of_birth_of_small_children_are_counted_and_stay(give):
    text = FILES["customers"].replace("ann,1980", "ann,2015").replace("bob,,", "bob,2014,")

    delivery = give("customers", "orders", customers=text).ingest()

    assert counted(delivery, "younger_than_ten") == 1
    assert delivery.tables["customers"].num_rows == 2


def test_customers_that_no_list_has_are_added_and_counted(give):
    delivery = give("customers", "orders", customers="id,born,sex,since,points\nann,,,,\n").ingest()

    assert delivery.tables["customers"].num_rows == 2
    assert counted(delivery, "customer_id_not_listed") == 1


def test_products_that_no_list_has_are_added_and_counted(give):
    delivery = give("orders", "order_lines", "products", products="id,name\ncup,Cup\n").ingest()

    assert delivery.tables["products"]["name"].to_pylist() == ["Cup", None]
    assert counted(delivery, "product_id_not_listed") == 1


def test_customers_known_from_a_survey_alone_come_after_all_others(give):
    delivery = give("orders", "surveys").ingest()

    customers = to_frame(delivery.tables["customers"])
    assert customers["order_key"].tolist() == [1, 2, 4]
    assert customers["first_seen_on"].dt.day.tolist() == [1, 2, 10]


def test_lines_of_no_order_are_quarantined(give):
    text = FILES["order_lines"] + "99,cup,1,3.00\n"

    delivery = give("orders", "order_lines", order_lines=text).ingest()

    assert counted(delivery, "order_not_delivered") == 1
    assert delivery.tables["order_lines"].num_rows == 4


def test_lines_of_an_order_that_left_leave_too(give):
    shop = give("orders", "order_lines")
    shop.unit["tables"]["orders"]["exclude"] = {"bobs": "customer = 'bob'"}

    delivery = shop.ingest()

    assert counted(delivery, "order_left") == 2
    assert delivery.tables["order_lines"].num_rows == 2


def test_lines_that_do_not_add_up_to_their_order_are_counted_with_money(give):
    text = FILES["order_lines"].replace("2.50", "2.52")

    delivery = give("orders", "order_lines", order_lines=text).ingest()

    step = delivery.quality.set_index("rule").loc["lines_differ_from_order"]
    assert (step["n_rows"], step["money"]) == (1, Decimal("7.0000"))
    (place,) = delivery.quarantine.to_dict("records")
    assert (place["action"], place["n_rows"], place["rows"]) == ("counted", 1, "2")


def test_returns_are_counted_and_those_of_more_than_was_sold(give):
    text = FILES["orders"].replace("kind\n", "kind,of\n").replace("sale\n", "sale,\n")
    text = text.replace("return\n", "return,1\n") + "4,ann,2024-03-04,-0.01,return,1\n"
    shop = give(
        "orders", orders=text + "5,bob,2024-03-04,-7.00,return,2\n6,,2024-03-05,-1,return,9\n"
    )
    columns = MAPPINGS["orders"]["columns"] | {"original_order_id": "of"}
    shop.unit["tables"]["orders"]["columns"] = columns

    steps = shop.ingest().quality.set_index("rule")

    assert steps.loc["returns", ["n_rows", "money"]].tolist() == [4, Decimal("-13.0100")]
    assert steps.loc["returns_above_their_order", ["n_rows", "money"]].tolist() == [
        1, Decimal("-5.0100"),
    ]  # fmt: skip
    assert steps.loc["original_order_id_not_listed", "n_rows"] == 1


def test_times_of_contacts_keep_their_order_though_some_are_empty(shop):
    shop.unit["sources"] |= {"contacts": {"path": "contacts.csv", "format": "csv"}}
    columns = {"campaign_id": "id", "customer_id": "customer", "variant": "variant",
               "assigned_at": "assigned", "sent_at": "sent", "opened_at": "opened"}  # fmt: skip
    shop.unit["tables"]["campaign_contacts"] = {"from": "contacts", "columns": columns}
    shop.write(
        "contacts.csv",
        "id,customer,variant,assigned,sent,opened\nc,ann,a,2024-03-02,,2024-03-01\n"
        "c,bob,a,2024-03-01,,2024-03-01\n",
    )

    with pytest.raises(DataError, match=r"opened_at .* is before assigned_at or sent_at; row 1"):
        shop.ingest()


def test_a_customer_in_two_variants_stands_in_both_and_twice_in_one_is_a_fault(shop):
    shop.unit["sources"] |= {"contacts": {"path": "contacts.csv", "format": "csv"}}
    columns = {"campaign_id": "id", "customer_id": "customer", "variant": "variant"}
    shop.unit["tables"]["campaign_contacts"] = {"from": "contacts", "columns": columns}
    campaign = "id,name,starts,ends,design\nc,Letter,2024-03-01,2024-03-09,experiment\n"
    shop.unit["sources"] |= {"campaigns": {"path": "campaigns.csv", "format": "csv"}}
    names = {"campaign_id": "id", "name": "name", "started_at": "starts", "ended_at": "ends",
             "design": "design"}  # fmt: skip
    shop.unit["tables"]["campaigns"] = {"from": "campaigns", "columns": names}
    shop.write("campaigns.csv", campaign)
    both = "id,customer,variant\nc,ann,mail\nc,ann,control\n"
    shop.write("contacts.csv", both)

    assert shop.ingest().tables["campaign_contacts"].num_rows == 2

    shop.write("contacts.csv", f"{both}c,ann,mail\n")
    with pytest.raises(DataError, match="the key occurs before"):
        shop.ingest()


def test_customers_registered_after_their_first_order_are_counted(give):
    text = FILES["customers"].replace("2024-01-05", "2024-03-03")

    delivery = give("customers", "orders", customers=text).ingest()

    assert counted(delivery, "registered_after_first_order") == 1


def test_outliers_are_counted_and_stay(give):
    usual = "".join(f"u{n},ann,2024-03-01,{n},sale\n" for n in range(10, 20))
    text = "id,customer,at,amount,kind\n" + usual + "big,ann,2024-03-01,100000,sale\n"

    delivery = give("orders", orders=text).ingest()

    step = delivery.quality.set_index("rule").loc["amount_outliers"]
    assert (step["n_rows"], step["money"]) == (1, Decimal("100000.0000"))
    assert delivery.tables["orders"].num_rows == 11


def test_equal_amounts_have_no_outliers(give):
    text = FILES["orders"].replace("7.00", "5.00")

    assert counted(give("orders", orders=text).ingest(), "amount_outliers") == 0


def test_without_a_kind_the_sign_of_the_amount_decides(give):
    shop = give("orders")
    del shop.unit["tables"]["orders"]["columns"]["kind"]

    kinds = to_frame(shop.ingest().tables["orders"]).set_index("order_id")["kind"]

    assert kinds.to_dict() == {"1": "sale", "2": "sale", "3": "return"}


def test_one_table_may_have_several_sources(give):
    shop = give("orders")
    shop.unit["sources"]["till"] = {"path": "till.csv", "format": "csv"}
    mapping = {"from": "orders", "source": "web"} | MAPPINGS["orders"]
    till = {
        "from": "till", "source": "store",
        "columns": {"order_id": {"sql": "'T' || no"}, "ordered_at": "at", "amount": "sum"},
    }  # fmt: skip
    shop.unit["tables"]["orders"] = [mapping, till]
    shop.write("till.csv", "no,at,sum\n1,2024-03-01 08:00,3.00\n")

    orders = to_frame(shop.ingest().tables["orders"]).set_index("order_id")

    assert orders["channel"].to_dict() == {"1": "web", "2": "web", "3": "web", "T1": "store"}
    assert orders.loc["T1", "order_key"] == 2


def test_a_key_that_occurs_twice_is_a_fault(give):
    text = FILES["orders"] + "1,bob,2024-03-09,1.00,sale\n"

    with pytest.raises(DataError, match=r"orders.order_id .* 1 row: the key occurs before; row 4"):
        give("orders", orders=text).ingest()


def test_of_many_keys_too_one_that_occurs_twice_is_a_fault(give, monkeypatch):
    monkeypatch.setattr(keys, "SORTED_FROM", 1)
    text = FILES["orders"] + "1,bob,2024-03-09,1.00,sale\n"

    with pytest.raises(DataError, match=r"orders.order_id .* 1 row: the key occurs before; row 4"):
        give("orders", orders=text).ingest()


def test_one_order_from_two_sources_is_a_fault(shop):
    shop.unit["sources"]["more"] = shop.unit["sources"]["log"] | {"path": "more.csv"}
    shop.unit["tables"]["order_lines"] = [shop.lines, shop.lines | {"from": "more"}]
    shop.write("more.csv", "order,customer,day,product,quantity,amount\n2,bob,2024-03-02,pot,1,1\n")

    with pytest.raises(DataError, match=r"order_lines.order_id: 1 order comes from two sources"):
        shop.ingest()


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("surveys", "03-09,9,", "03-09,11,", r"surveys.nps .* is above 10; row 1"),
        ("surveys", "03-09,9,", "03-09,8.5,", r"surveys.nps .* cannot be read as a whole number"),
        ("surveys", ",4\n", ",0\n", r"surveys.s_price .* is below 1; row 1"),
        ("customers", "female", "woman", r"customers.gender .* is none of female, male, other"),
        ("customers", "1980", "1880", r"customers.birth_year .* is below 1900"),
        ("customers", ",3\n", ",-3\n", r"customers.loyalty_points .* is below 0"),
        ("orders", "7.00", "7,00", r"fields than its head"),
        ("orders", "7.00", "GBP 7", r"orders.amount .* cannot be read as a number; row 2"),
        ("orders", "2024-03-02", "02.03.2024", r"orders.ordered_at .* cannot be read as a time"),
        ("orders", "2024-03-02", "2024-02-30", r"orders.ordered_at .* cannot be read as a time"),
        ("subscriptions", "2024-02-29", "2024-01-30", r"ended_on .* is before started_on; row 1"),
    ],
)  # fmt: skip
def test_a_value_that_breaks_the_contract_is_a_fault(give, table, old, new, told):
    shop = give(table, **{table: FILES[table].replace(old, new)})

    with pytest.raises(DataError, match=told):
        shop.ingest()


def test_an_absent_file_an_absent_column_and_a_bad_value_are_told_in_one_message(give):
    shop = give("customers", "orders", "surveys", orders=FILES["orders"].replace("7.00", "seven"))
    (shop.root / "data" / "raw" / "surveys.csv").unlink()
    shop.unit["tables"]["orders"]["columns"]["discount"] = "rebate"

    with pytest.raises(DataError) as caught:
        shop.ingest()

    told = str(caught.value)
    assert "in 3 faults" in told
    assert "the file surveys.csv is absent" in told
    assert "the source has no column rebate" in told
    assert "orders.amount (source orders): 1 row: cannot be read as a number; row 2" in told


def test_a_rule_over_an_absent_column_hides_the_rows_it_may_explain(give):
    shop = give("orders", orders=FILES["orders"].replace("7.00", "seven"))
    shop.unit["tables"]["orders"]["exclude"] = {"tests": "is_test = '1'"}

    with pytest.raises(DataError) as caught:
        shop.ingest()

    assert "orders.tests (source orders): the source has no column is_test" in str(caught.value)
    assert "seven" not in str(caught.value)
    assert "cannot be read" not in str(caught.value)


def test_a_word_that_is_not_listed_is_a_fault(give):
    shop = give("customers")
    recoded = {"column": "sex", "values": {"male": "male"}}
    shop.unit["tables"]["customers"]["columns"]["gender"] = recoded

    with pytest.raises(DataError, match=r"gender .* as a listed word; row 1. List every word"):
        shop.ingest()


def test_words_are_recoded_and_null_empties_them(give):
    shop = give("customers")
    recoded = {"column": "sex", "values": {"female": None}}
    shop.unit["tables"]["customers"]["columns"]["gender"] = recoded

    assert shop.ingest().tables["customers"]["gender"].to_pylist() == [None, None]


def test_an_expression_that_fails_on_a_row_is_told_by_row(give):
    shop = give("orders", orders=FILES["orders"].replace("7.00", "seven"))
    amount = {"sql": "cast(amount as decimal(18, 4)) * 2"}
    shop.unit["tables"]["orders"]["columns"]["amount"] = amount

    with pytest.raises(DataError) as caught:
        shop.ingest()

    assert "orders.amount (source orders): 1 row: the expression fails; row 2" in str(caught.value)
    assert "seven" not in str(caught.value)


def test_an_expression_over_text_asks_for_types(give):
    shop = give("orders")
    shop.unit["tables"]["orders"]["columns"]["amount"] = {"sql": "amount * 2"}
    shop.unit["tables"]["orders"]["exclude"] = {"free": "amount + kind > 1"}

    with pytest.raises(DataError, match="state `types`"):
        shop.ingest()


def test_attributes_of_a_prefix_are_kept(give):
    delivery = give("subscriptions", "surveys").ingest()

    assert delivery.tables["subscriptions"]["a_seats"].to_pylist() == ["4"]
    assert delivery.tables["surveys"]["s_price"].to_pylist() == [4, None]
    assert (delivery.data_from, delivery.data_until) == (date(2024, 1, 31), date(2024, 3, 10))


def test_contracts_alone_reach_to_their_last_end(give):
    delivery = give("subscriptions").ingest()

    assert (delivery.data_from, delivery.data_until) == (date(2024, 1, 31), date(2024, 2, 29))
    assert delivery.tables["snapshot"].to_pylist()[0]["n_customers"] == 1


def test_baskets_need_neither_customer_nor_day_nor_amount(shop):
    shop.unit["baskets_only"] = True
    shop.lines["columns"] = {"order_id": "order", "product_id": "product"}
    del shop.lines["time"]

    delivery = shop.ingest()

    assert delivery.tables["order_lines"].num_rows == 4
    assert delivery.tables["orders"]["order_key"].to_pylist() == [1, 2, 3]
    assert (delivery.data_from, delivery.facts["customers"]) == (None, 0)


def test_a_parquet_source_keeps_its_types_and_ids_of_spreadsheets_lose_their_point(shop, tmp_path):
    shop.unit["sources"]["log"] = {"path": "log.parquet", "format": "parquet"}
    shop.lines["columns"]["quantity"] = {"sql": "1"}
    rows = {
        "order": pa.array([489434, 489435]),
        "customer": pa.array([13085.0, None]),
        "day": pa.array([0, 1], pa.timestamp("ms", "UTC")),
        "product": pa.array(["cup", "pot"]),
        "amount": pa.array([6.95, 2.1]),
    }
    pq.write_table(pa.table(rows), shop.root / "data" / "raw" / "log.parquet")
    shop.unit["expect"] = {"money": {"order_lines": "9.05"}}
    shop.lines["flag"] = {"known": "customer = 13085"}

    delivery = shop.ingest()

    assert delivery.tables["orders"]["order_id"].to_pylist() == ["489434", "489435"]
    assert counted(delivery, "known") == 1
    assert delivery.facts["customers"] == 1
