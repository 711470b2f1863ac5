"""The sample with true persons: what its truth file says is what its records hold."""

import csv
import json
from collections import Counter
from decimal import Decimal

import pytest

from rapport.ingest.sample import write_sample

UNIT = "sample-people"
NUMBERS = {
    "crm": ("members.csv", "会员号"),
    "app": ("mini_program.csv", "openid"),
    "store": ("store_cards.csv", "卡号"),
}
MONTHS = ("2026-04", "2026-05", "2026-06")


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, units=[UNIT])
    return folder / UNIT


@pytest.fixture(scope="module")
def planted(people):
    return json.loads((people / "_truth.json").read_text(encoding="utf-8"))


def read(people, name, encoding="utf-8"):
    with (people / name).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def records_of(people, source):
    name, _ = NUMBERS[source]
    return read(people, name, "gb18030" if source == "crm" else "utf-8")


def orders_of(people, month):
    return read(people, f"orders-{month}.csv")


def test_every_record_has_one_true_person(people, planted):
    persons = read(people, "_persons.csv")

    told = {
        (source, row[number])
        for source, (_, number) in NUMBERS.items()
        for row in records_of(people, source)
    }
    listed = [(row["source"], row["source_id"]) for row in persons]
    assert len(listed) == len(set(listed)) == planted["records"]
    assert set(listed) == told


def test_true_pairs_are_those_of_equal_persons(people, planted):
    sizes = Counter(row["person"] for row in read(people, "_persons.csv"))

    assert sum(n * (n - 1) // 2 for n in sizes.values()) == planted["true_pairs"]
    assert max(sizes.values()) <= 4
    assert len(sizes) == planted["customers"]


def test_families_share_a_number_and_a_number_comes_to_a_stranger(people, planted):
    person = {(r["source"], r["source_id"]): r["person"] for r in read(people, "_persons.csv")}
    owners = {}
    for source, phone in (("crm", "手机"), ("app", "phone"), ("store", "电话")):
        for row in records_of(people, source):
            digits = "".join(str(int(c)) for c in row[phone] if c.isdigit())[-11:]
            if digits:
                owners.setdefault(digits, set()).add(person[source, row[NUMBERS[source][1]]])

    shared = [who for who in owners.values() if len(who) > 1]
    assert len(shared) > planted["numbers_recycled"] / 2
    assert planted["numbers_recycled"] > 20
    assert planted["records_with_family_phone"] > 200


def test_the_later_file_brings_orders_once_more_and_some_with_another_amount(people, planted):
    april = {row["order"]: row for row in orders_of(people, "2026-04")}
    may = {row["order"]: row for row in orders_of(people, "2026-05")}

    both = april.keys() & may.keys()
    assert len(both) == planted["orders_delivered_twice"]
    differ = [o for o in both if april[o]["amount"] != may[o]["amount"]]
    assert len(differ) == planted["orders_mended"]


def test_some_orders_of_april_and_may_come_with_junes_file_alone(people, planted):
    late = [row for row in orders_of(people, "2026-06") if row["at"] < "2026-06"]
    before = {row["order"] for month in MONTHS[:2] for row in orders_of(people, month)}

    assert len(late) == planted["orders_late"]
    assert before.isdisjoint(row["order"] for row in late)


def test_refunds_stand_in_a_later_month_than_their_order(people, planted):
    rows = [row for month in MONTHS for row in orders_of(people, month)]
    sold = {row["order"]: row["at"][:7] for row in rows if row["kind"] == "sale"}
    back = [row for row in rows if row["kind"] == "refund"]

    assert len(back) == planted["refunds"]
    assert all(sold[row["refund of"]] < row["at"][:7] for row in back)


def test_the_money_that_counts_is_that_of_the_latest_file(people, planted):
    latest = {row["order"]: row["amount"] for m in MONTHS for row in orders_of(people, m)}

    assert sum(map(Decimal, latest.values())) * 100 == planted["net_cents"]


def test_june_drifts_to_the_store_and_to_higher_amounts(people):
    def share_of_store(month):
        sales = [row for row in orders_of(people, month) if row["kind"] == "sale"]
        own = [row for row in sales if row["at"].startswith(month)]
        return sum(row["source"] == "store" for row in own) / len(own)

    assert share_of_store("2026-06") > share_of_store("2026-05") + 0.1


def test_more_persons_are_drawn_for_load(tmp_path):
    write_sample(tmp_path, units=[UNIT], rows=300)

    planted = json.loads((tmp_path / UNIT / "_truth.json").read_text(encoding="utf-8"))
    assert planted["customers"] == 300
    assert 300 < planted["records"] < 1_000
