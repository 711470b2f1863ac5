"""From files to canonical tables."""

import json
import os
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from rapport.errors import DataError, ParameterError
from rapport.privacy import pseudonym
from rapport.schema import SCHEMAS
from rapport.tables import to_frame, write_table
from rapport.tables.engine import Engine

HEAD = "order,customer,day,product,quantity,amount\n"


def digests(delivery, folder):
    """Write every table and give the digests by name."""
    return {
        name: write_table(table, folder / f"{name}.parquet").digest
        for name, table in delivery.tables.items()
    }


def test_an_order_is_the_sum_of_its_lines_dated_by_the_earliest(shop):
    shop.write(
        "log.csv",
        HEAD + "1,ann,2024-03-01 10:05,cup,2,5.00\n1,ann,2024-03-01 10:00,pot,1,7.505\n",
    )

    (order,) = shop.ingest().tables["orders"].to_pylist()

    assert order["amount"] == Decimal("12.5050")
    assert order["ordered_at"] == datetime.fromisoformat("2024-03-01T10:00")
    assert (order["kind"], order["status"]) == ("sale", "completed")


def test_every_table_holds_every_column_of_its_schema(shop):
    for name, table in shop.ingest().tables.items():
        assert table.column_names == [column.name for column in SCHEMAS[name].columns]


def test_days_and_months_are_cut_in_the_zone_of_the_unit(shop):
    shop.unit["timezone"] = "Asia/Shanghai"
    shop.write("log.csv", HEAD + "1,ann,2024-04-01 00:30,cup,1,5.00\n")

    (order,) = shop.ingest().tables["orders"].to_pylist()

    assert order["ordered_at"] == datetime.fromisoformat("2024-03-31T16:30")
    assert order["ordered_on"] == date(2024, 4, 1)
    assert order["month_no"] == 2024 * 12 + 3


def test_a_time_with_its_own_offset_is_read_with_it(shop):
    shop.unit["timezone"] = "Asia/Shanghai"
    shop.write("log.csv", HEAD + "1,ann,2024-03-31T16:30:00Z,cup,1,5.00\n")

    (order,) = shop.ingest().tables["orders"].to_pylist()

    assert order["ordered_on"] == date(2024, 4, 1)


def test_a_source_in_another_zone_than_the_unit_says_so(shop):
    shop.unit["timezone"] = "Europe/London"
    shop.lines["time"]["zone"] = "UTC"
    shop.write("log.csv", HEAD + "1,ann,2024-06-30 23:30,cup,1,5.00\n")

    (order,) = shop.ingest().tables["orders"].to_pylist()

    assert order["ordered_on"] == date(2024, 7, 1)


def test_customers_appear_by_pseudonym_only(shop):
    delivery = shop.ingest(key=b"k" * 32)

    customers = delivery.tables["customers"]["customer_id"].to_pylist()

    assert customers == [pseudonym(b"k" * 32, name) for name in ("ann", "bob")]
    for table in delivery.tables.values():
        assert not {"ann", "bob"} & set(to_frame(table).astype(str).to_numpy().ravel())


def test_another_key_changes_pseudonyms_and_nothing_else(shop):
    first, second = (shop.ingest(key=key) for key in (b"a" * 32, b"b" * 32))

    for name, table in first.tables.items():
        others = [c for c in table.column_names if c not in {"customer_id", "source_id"}]
        assert table.select(others).equals(second.tables[name].select(others))
    assert first.tables["customers"]["customer_id"] != second.tables["customers"]["customer_id"]


def test_shuffled_rows_and_threads_change_no_byte(shop, tmp_path):
    expected = digests(shop.ingest(threads=1), tmp_path / "one")
    head, *rows = (shop.root / "data/raw/log.csv").read_text("utf-8").splitlines()
    shop.write("log.csv", "\n".join([head, *reversed(rows)]) + "\n")

    found = digests(shop.ingest(threads=3), tmp_path / "two")

    assert found == expected


def test_zone_language_and_hash_seed_of_the_machine_change_no_byte(shop, tmp_path):
    expected = digests(shop.ingest(), tmp_path / "one")
    program = (
        "import json, sys; from pathlib import Path; from rapport.params import UnitParams;"
        "from rapport.ingest import find_sources, ingest; from rapport.privacy import SAMPLE_KEY;"
        "from rapport.tables import write_table;"
        "unit = UnitParams.model_validate_json(sys.argv[1]);"
        "made = ingest(unit, find_sources(unit, Path(sys.argv[2]), env={}), key=SAMPLE_KEY);"
        "print(json.dumps({n: write_table(t, Path(sys.argv[3]) / n).digest"
        " for n, t in made.tables.items()}))"
    )
    odd = {"TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "zh_CN.UTF-8", "PYTHONHASHSEED": "7"}

    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(shop.unit), shop.root, tmp_path / "two"],
        env={**os.environ, **odd, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip

    assert json.loads(done.stdout) == expected


def test_rows_of_an_exclude_rule_leave_with_their_money(shop):
    shop.lines["exclude"] = {"pots": "product = 'pot'"}

    delivery = shop.ingest()

    step = delivery.quality.set_index("rule").loc["pots"]
    assert step[["action", "n_rows", "money"]].tolist() == ["excluded", 2, Decimal("15.0000")]
    assert step[["rows_before", "rows_after"]].tolist() == [4, 2]
    assert delivery.tables["order_lines"].num_rows == 2
    assert delivery.tables["orders"]["order_id"].to_pylist() == ["1", "2"]


def test_a_row_leaves_under_the_first_rule_that_holds(shop):
    shop.lines["exclude"] = {"pots": "product = 'pot'", "guests": "customer is null"}

    rows = shop.ingest().quality.set_index("rule")["n_rows"]

    assert (rows["pots"], rows["guests"], rows["kept"]) == (2, 0, 2)


def test_rows_of_a_flag_stay_and_are_counted(shop):
    shop.lines["flag"] = {"guest": "customer is null"}

    delivery = shop.ingest()

    step = delivery.quality.set_index("rule").loc["guest"]
    assert step[["action", "n_rows", "money"]].tolist() == ["flagged", 1, Decimal("7.5000")]
    assert delivery.tables["order_lines"].num_rows == 4


def test_a_customer_all_of_whose_rows_leave_is_still_counted(shop):
    shop.lines["exclude"] = {"cheap": "amount = 2.5"}

    delivery = shop.ingest()

    assert delivery.facts["customers"] == 2
    assert delivery.facts["customers_charged"] == 1
    assert delivery.tables["customers"].num_rows == 2
    assert delivery.tables["snapshot"].to_pylist()[0]["n_customers"] == 2


def test_exact_copies_are_counted_and_kept_unless_the_unit_drops_them(shop):
    row = "1,ann,2024-03-01 10:00,cup,2,5.00\n"
    shop.write("log.csv", HEAD + row * 3)
    kept = shop.ingest()
    shop.lines["exact_duplicates"] = "drop"
    dropped = shop.ingest()

    counts = [d.quality.set_index("rule").loc["exact_duplicates"] for d in (kept, dropped)]

    assert [c["n_rows"] for c in counts] == [2, 2]
    assert [c["money"] for c in counts] == [Decimal(10), Decimal(10)]
    assert [c["action"] for c in counts] == ["flagged", "merged"]
    assert [d.facts["net"] for d in (kept, dropped)] == [Decimal(15), Decimal(5)]


def test_rows_that_differ_in_one_column_are_no_copies(shop):
    shop.write("log.csv", HEAD + "".join(f"{n},ann,2024-03-01,cup,1,5.00\n" for n in range(9)))

    step = shop.ingest().quality.set_index("rule").loc["exact_duplicates"]

    assert step[["n_rows", "money"]].tolist() == [0, Decimal(0)]


def test_a_flag_and_a_rule_may_have_one_name(shop):
    shop.lines["exclude"] = {"pots": "product = 'pot'"}
    shop.lines["flag"] = {"pots": "product <> 'pot'", "exact_duplicates": "quantity = 1"}

    steps = shop.ingest().quality.query("table == 'order_lines'")

    counted = steps.groupby(["rule", "action"])["n_rows"].sum().to_dict()
    assert counted == {
        ("read", "read"): 4, ("exact_duplicates", "flagged"): 3, ("pots", "excluded"): 2,
        ("pots", "flagged"): 2, ("kept", "kept"): 2,
    }  # fmt: skip


def test_further_columns_rules_and_flags_cost_no_further_statement(shop, monkeypatch):
    asked = []
    for name in ("run", "fetch", "rows"):
        call = getattr(Engine, name)
        monkeypatch.setattr(
            Engine, name, lambda self, sql, call=call: asked.append(sql) or call(self, sql)
        )
    shop.lines["flag"] = {"guest": "customer is null"}
    shop.ingest()
    few = len(asked)
    shop.lines["exclude"] = {"pots": "product = 'pot'", "cups": "product = 'mug'"}
    shop.lines["flag"] |= {"one": "quantity = 1", "two": "quantity = 2"}
    shop.lines["columns"]["discount"] = {"sql": "amount * 0"}

    shop.ingest()

    assert len(asked) == 2 * few


def test_of_files_that_overlap_the_later_brings_an_order_whole(shop):
    shop.unit["sources"]["log"]["path"] = "part-*.csv"
    shop.write("part-1.csv", HEAD + "1,ann,2024-03-01,cup,1,5.00\n2,bob,2024-03-02,cup,1,5.00\n")
    shop.write("part-2.csv", HEAD + "2,bob,2024-03-02,pot,1,9.00\n3,bob,2024-03-03,cup,1,5.00\n")

    delivery = shop.ingest()

    assert delivery.tables["orders"]["amount"].to_pylist() == [5, 9, 5]
    step = delivery.quality.set_index("rule").loc["overlap_of_files"]
    assert (step["action"], step["n_rows"], step["money"]) == ("merged", 1, 5)


def test_a_sale_below_zero_and_a_return_above_are_quarantined(shop):
    shop.lines["columns"]["kind"] = {"sql": "case when amount = 5 then 'return' else 'sale' end"}
    shop.write(
        "log.csv",
        HEAD + "1,ann,2024-03-01,cup,1,5.00\n2,ann,2024-03-01,cup,-1,-2.00\n"
        "3,ann,2024-03-02,cup,1,9.00\n",
    )

    delivery = shop.ingest()

    rows = delivery.quality.set_index("rule")["n_rows"]
    assert (rows["return_above_zero"], rows["sale_below_zero"], rows["kept"]) == (1, 1, 1)
    assert delivery.tables["orders"]["order_id"].to_pylist() == ["3"]


def test_order_keys_follow_time_then_the_number_of_the_order(shop):
    shop.write(
        "log.csv",
        HEAD + "10,ann,2024-03-01,cup,1,1\n9,bob,2024-03-01,cup,1,1\n2,bob,2024-03-02,cup,1,1\n",
    )

    orders = to_frame(shop.ingest().tables["orders"]).set_index("order_id")

    assert orders["order_key"].to_dict() == {"9": 1, "10": 2, "2": 3}


def test_rows_are_sorted_by_customer_then_time_with_guests_last(shop):
    shop.write(
        "log.csv",
        HEAD + "1,,2024-03-01,cup,1,1\n2,zoe,2024-03-02,cup,1,1\n3,ann,2024-03-03,cup,1,1\n"
        "4,zoe,2024-03-04,cup,1,1\n",
    )

    orders = shop.ingest().tables["orders"]["order_id"].to_pylist()

    assert orders == ["2", "4", "3", "1"]


def test_what_orders_say_of_a_customer_is_the_latest_word(shop):
    shop.unit["tables"]["customers"] = {"from_orders": True, "columns": {"city": "product"}}
    shop.write(
        "log.csv",
        HEAD + "2,ann,2024-03-02,Leeds,1,1\n1,ann,2024-03-01,York,1,1\n3,ann,2024-03-03,,1,1\n",
    )
    shop.lines["columns"]["product_id"] = {"sql": "'x'"}

    (customer,) = shop.ingest().tables["customers"].to_pylist()

    assert customer["city"] == "Leeds"
    assert customer["first_seen_on"] == date(2024, 3, 1)


def test_a_product_has_the_name_of_most_of_its_lines(shop):
    shop.unit["tables"]["products"] = {"from_lines": True, "columns": {"name": "customer"}}
    shop.write(
        "log.csv",
        HEAD + "1,Mug,2024-03-02,m,1,1\n2,Cup,2024-03-01,m,1,1\n3,Mug,2024-03-03,m,1,1\n"
        "4,Jug,2024-03-03,j,1,1\n",
    )
    shop.unit["service_products"] = ["j"]

    products = shop.ingest().tables["products"].to_pylist()

    assert [(p["product_id"], p["name"], p["is_service"]) for p in products] == [
        ("j", "Jug", True),
        ("m", "Mug", False),
    ]


def test_no_rows_give_typed_empty_tables(shop):
    shop.write("log.csv", HEAD)

    delivery = shop.ingest()

    assert delivery.tables["orders"].num_rows == 0
    assert delivery.tables["orders"].schema.field("amount").type == pa.decimal128(18, 4)
    assert (delivery.data_from, delivery.data_until) == (None, None)
    assert delivery.tables["snapshot"].to_pylist() == [
        {"data_from": None, "data_until": None, "n_customers": 0, "n_orders": 0}
    ]


def test_one_row_gives_one_customer_and_one_day(shop):
    shop.write("log.csv", HEAD + "1,ann,2024-03-01,cup,1,1\n")

    delivery = shop.ingest()

    assert (delivery.data_from, delivery.data_until) == (date(2024, 3, 1), date(2024, 3, 1))
    assert delivery.facts["customers"] == 1


def test_coverage_lists_every_day_from_the_first_to_the_last(shop):
    coverage = shop.ingest().coverage

    assert coverage["n_rows"].tolist() == [2, 1, 0, 1]


def test_a_source_is_described_by_digest_rows_and_days(shop):
    (source,) = shop.ingest().sources.to_dict("records")

    assert (source["form"], source["n_rows"], len(source["digest"])) == ("csv", 4, 64)
    assert (source["n_days"], source["n_days_expected"]) == (3, 4)


def test_completeness_counts_cells_and_their_money(shop):
    rows = shop.ingest().completeness.set_index(["table", "column"])

    cells = rows.loc[("order_lines", "customer_id")]

    assert cells.tolist() == [4, 3, Decimal("22.5000"), Decimal("15.0000")]


def test_flows_go_from_read_to_kept(shop):
    shop.lines["exclude"] = {"pots": "product = 'pot'"}

    flows = shop.ingest().flows

    assert flows["rule"].tolist() == ["read", "pots", "kept"]
    assert flows["n_rows"].tolist() == [4, 2, 2]


def test_the_account_is_also_a_table(shop):
    delivery = shop.ingest()

    assert delivery.tables["data_quality"]["rule"].to_pylist() == delivery.quality["rule"].tolist()


def test_identified_money_stands_beside_all(shop):
    facts = shop.ingest().facts

    assert (facts["net"], facts["net_identified"]) == (Decimal("22.5000"), Decimal("15.0000"))


def test_a_check_gives_the_account_without_tables(shop):
    checked = shop.check()

    assert checked.faults.empty
    assert checked.tables == {}
    assert checked.quality["n_rows"].tolist()[0] == 4


def test_a_check_gives_faults_instead_of_raising(shop):
    shop.write("log.csv", HEAD + "1,ann,never,cup,1,1\n")

    faults = shop.check().faults

    assert faults[["table", "column", "n_rows", "rows"]].to_numpy().tolist() == [
        ["order_lines", "ordered_at", 1, "1"]
    ]


def test_a_missing_file_is_named_with_where_to_put_it(shop):
    shop.unit["sources"]["log"]["path"] = "other.csv"

    with pytest.raises(DataError, match=r"log: the file other.csv is absent. Put it into data/raw"):
        shop.ingest()


def test_a_column_that_the_file_lacks_is_told_with_the_nearest(shop):
    shop.lines["columns"]["product_id"] = "prodct"

    with pytest.raises(
        DataError, match=r"order_lines.product_id \(source log\): the source has no column prodct. "
        "Did you mean product?",
    ):  # fmt: skip
        shop.ingest()


def test_a_negative_price_that_no_rule_declares_is_a_fault(shop):
    shop.write("log.csv", HEAD + "1,ann,2024-03-01,cup,1,-5.00\n")
    with pytest.raises(DataError, match=r"amount .* 1 row: the price is negative; row 1"):
        shop.ingest()

    shop.lines["exclude"] = {"debt": "amount < 0"}

    assert shop.ingest().tables["orders"].num_rows == 0


def test_a_second_currency_is_a_fault(shop):
    shop.lines["currency"] = "product"
    shop.write("log.csv", HEAD + "1,ann,2024-03-01,GBP,1,1\n1,ann,2024-03-01,USD,1,1\n")

    with pytest.raises(DataError, match=r"currency .* 1 row: another currency than GBP; row 2"):
        shop.ingest()


def test_every_fault_is_told_at_once_and_no_customer_is(shop):
    shop.write(
        "log.csv",
        HEAD + "1,alice,31/12/2024,cup,1,1\n,bob,2024-03-01,cup,1,1\n3,zoe,2024-03-01,cup,1,-1\n"
        "4,alice,2024-03-01,cup,1,1\n4,bob,2024-03-01,cup,1,1\n",
    )

    with pytest.raises(DataError) as caught:
        shop.ingest()

    told = str(caught.value)
    assert told.splitlines()[0].startswith(
        "unit shop: the sources break their contract in 4 faults"
    )
    assert "order_lines.ordered_at (source log): 1 row: cannot be read as a time; row 1" in told
    assert "order_lines.order_id (source log): 1 row: is empty; row 2" in told
    assert "order_lines.amount (source log): 1 row: the price is negative; row 3" in told
    assert "order_lines.customer_id (source log): 1 row: lines of one order differ" in told
    assert not any(name in told for name in ("alice", "bob", "zoe", "31/12"))


def test_rows_of_a_later_file_are_named_with_its_place(shop):
    shop.unit["sources"]["log"]["path"] = "part-*.csv"
    shop.write("part-1.csv", HEAD + "1,ann,2024-03-01,cup,1,5.00\n")
    shop.write("part-2.csv", HEAD + "2,bob,2024-03-02,cup,1,5.00\n3,bob,soon,cup,1,5.00\n")

    with pytest.raises(DataError, match=r"cannot be read as a time; row 2:2\."):
        shop.ingest()


def test_a_delivery_that_differs_from_its_fingerprint_is_a_fault(shop):
    shop.unit["expect"] = {
        "rows": {"log": 5}, "money": {"order_lines": 22.5}, "last_day": "2024-03-05",
    }  # fmt: skip

    with pytest.raises(DataError) as caught:
        shop.ingest()

    assert "expect.rows.log: 4 was found where 5 is declared" in str(caught.value)
    assert "expect.last_day: 2024-03-04 was found where 2024-03-05" in str(caught.value)
    assert "money" not in str(caught.value)


def test_a_mapping_of_what_does_not_exist_is_a_fault_of_parameters(shop):
    shop.lines["from"] = "logg"
    shop.lines["columns"] |= {"colour": "product", "line": {"sql": "random()"}}
    del shop.lines["columns"]["amount"]

    with pytest.raises(ParameterError) as caught:
        shop.ingest()

    told = str(caught.value)
    assert "no source is called logg. Did you mean log?" in told
    assert "order_lines has no such column to fill" in told
    assert "calls random, which is not among the functions allowed" in told
    assert "needs a column amount" in told
