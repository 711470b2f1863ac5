"""What is kept of former ingestions changes no byte of the next, whatever was delivered since."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rapport.ingest import canonical, delivery, kept
from rapport.ingest.drift import count_drift
from rapport.ingest.past import drift as past_drift
from rapport.tables import list_groups
from unit.ingest.past.till import (
    ALONE,
    OF_LINES,
    OF_LINES_ALONE,
    OF_LINES_LISTED,
    UNIT,
    Shelf,
    Till,
    describe,
)

# Of the random courses of deliveries: another seed, and more of them, where tests run whole.
SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
N_COURSES = 24 if os.environ.get("RAPPORT_TEST_SHARE") == "1" else 2


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few orders be many, so that their past is kept."""
    monkeypatch.setattr(canonical, "MONTHLY_FROM", 1)
    monkeypatch.setattr(kept, "KEPT_FROM", 0)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Give a list that grows by every attempt to ingest: whether it had a past."""
    found: list[bool] = []
    prepare = delivery.prepare

    def spy(*given: object, past: object) -> object:
        found.append(past is not None)
        return prepare(*given, past=past)

    monkeypatch.setattr(delivery, "prepare", spy)
    return found


@pytest.fixture
def till(tmp_path: Path) -> Till:
    made = Till(tmp_path, random.Random(5))
    made.files["till-01.csv"] = made.sell(150, days=70)
    made.files["web-01.csv"] = made.sell(60, since=made.now - timedelta(days=60), days=60)
    made.files["web-02.csv"] = made.sell(9, days=5)
    return made


@pytest.fixture
def begun(till: Till) -> Till:
    """Give a till whose files were ingested once."""
    till.write()
    till.ingest(kept=True)
    return till


def add_lines_to_an_order(till: Till, number: int) -> None:
    last = max(name for name in till.files if name.startswith("till"))
    till.files[f"till-{number:02d}.csv"] = [till.files[last][-1].splitlines(True)[0], *till.sell(9)]


def check(till: Till, threads: int = 1) -> None:
    """Compare what is made with what is kept and what is made without."""
    till.write()
    assert describe(till.ingest(kept=True, threads=threads)) == describe(till.ingest(kept=False))


def test_a_file_more_is_joined_with_the_past(begun, ways):
    till = begun
    till.files["till-02.csv"] = till.sell(20)
    ways.clear()

    check(till)

    assert ways == [True, False]


def test_new_files_of_both_sources_are_joined_with_the_past(begun, ways):
    till = begun
    till.files["till-02.csv"] = till.sell(15)
    till.files["web-03.csv"] = till.sell(15)
    till.files["web-04.csv"] = till.sell(15)
    ways.clear()

    check(till, threads=8)

    assert ways == [True, False]


def test_the_past_grows_when_there_is_much_that_is_recent(begun, ways):
    till = begun
    for number in range(2, 6):
        till.files[f"till-{number:02d}.csv"] = till.sell(60, days=35)
        ways.clear()
        check(till, threads=1 + number % 2)
        assert ways == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda till: till.files["till-01.csv"].pop(), id="a row less in an old file"),
        pytest.param(lambda till: till.files.pop("web-02.csv"), id="a file less"),
        pytest.param(
            lambda till: till.files.update({"till-00.csv": till.sell(9)}), id="a file before"
        ),
        pytest.param(
            lambda till: till.files.update(
                {"till-02.csv": till.sell(9, since=till.now - timedelta(days=60))}
            ),
            id="rows of an old month",
        ),
        pytest.param(
            lambda till: till.files.update({"till-02.csv": till.files["till-01.csv"][-40:]}),
            id="orders delivered twice",
        ),
        pytest.param(
            lambda till: till.files.update({"till-02.csv": till.files["till-01.csv"][:2]}),
            id="old orders delivered twice",
        ),
    ],
)
def test_what_is_no_addition_to_the_past_begins_anew(
    begun: Till, ways: list[bool], change: Callable[[Till], object]
):
    change(begun)
    ways.clear()

    check(begun)

    assert ways[-2:] == [False, False]


@pytest.mark.parametrize("harm", [lambda kept: kept[:-9], lambda kept: b"x" + kept[1:]])
def test_a_past_that_is_damaged_is_none(begun, ways, tmp_path, harm):
    for path in (tmp_path / "kept").iterdir():
        path.write_bytes(harm(path.read_bytes()))
    ways.clear()

    check(begun)

    assert ways == [False, False]


def test_a_past_of_which_a_file_is_lost_is_none(begun, ways, tmp_path):
    for path in (tmp_path / "kept").iterdir():
        if path.read_bytes()[:1] != b"{":
            path.unlink()
    ways.clear()

    check(begun)

    assert ways == [False, False]


def test_a_past_made_by_other_rules_is_none(begun, ways):
    begun.unit = {**begun.unit, "timezone": "Europe/London"}
    ways.clear()

    check(begun)

    assert ways == [False, False]


def test_a_past_that_is_out_of_use_goes(begun, tmp_path):
    till = begun
    n_kept = len(list((tmp_path / "kept").iterdir()))

    till.files["web-02.csv"][0] = till.order(till.now)
    till.write()
    till.ingest(kept=True)
    till.ingest(kept=True)

    assert len(list((tmp_path / "kept").iterdir())) == n_kept


def test_what_is_made_beside_the_past_is_told_of_all_rows(till, ways):
    """Lines, arrivals, what orders say of customers, and returns of orders, are of both."""
    mapping = till.unit["tables"]["orders"][0]
    columns = {**mapping["columns"], "original_order_id": {"sql": "'till-' || \"order\""}}
    lines = {
        "from": "lines", "columns": {"order_id": "order", "product_id": "product",
                                     "quantity": "n", "amount": "amount"},
    }  # fmt: skip
    till.unit = {
        **till.unit,
        "sources": {**till.unit["sources"], "lines": {"path": "lines.csv", "format": "csv"}},
        "tables": {
            "orders": {**mapping, "columns": columns, "arrived": {"column": "at"}},
            "order_lines": lines,
            "customers": {"from_orders": True, "columns": {"acquisition_channel": "channel"}},
        },
    }
    del till.unit["sources"]["web"], till.unit["sources"]["people"]
    till.lines = "order,product,n,amount\n" + "".join(
        f"till-{number},p{number % 5},1,{number % 7}.50\n" for number in range(1, 250)
    )
    till.write()
    till.ingest(kept=True)
    till.files["till-02.csv"] = till.sell(20)
    ways.clear()

    check(till)

    assert ways == [True, False]


def test_customers_known_of_orders_alone_are_joined_with_those_of_the_past(tmp_path, ways):
    till = Till(tmp_path, random.Random(7), unit=ALONE)
    till.files["till-01.csv"] = till.sell(150, days=70)
    till.write()
    till.ingest(kept=True)
    till.files["till-02.csv"] = [*till.sell(20), till.order(till.now).replace(",k", ",new k")]
    till.write()
    ways.clear()

    made = till.ingest(kept=True)

    assert ways == [True]
    assert describe(made) == describe(till.ingest(kept=False))
    new = [
        pq.read_table(made.tables[name].tail).num_rows for name in ("customers", "identity_links")
    ]
    assert new[0] == new[1] < made.tables["customers"].n_rows


def test_customers_of_orders_alone_lie_by_the_month_in_which_they_came(tmp_path):
    till = Till(tmp_path, random.Random(7), unit=ALONE)
    till.files["till-01.csv"] = till.sell(60, days=70)
    till.write()

    tables = till.ingest(kept=False).tables

    customers, links = (pq.ParquetFile(tables[n].path) for n in ("customers", "identity_links"))
    days = list_groups(tables["customers"].path, "first_seen_on")
    assert [str(day)[:7] for day in days] == ["2024-01", "2024-02", "2024-03"]
    rows = [file.metadata.row_group(n).num_rows for file in (customers, links) for n in range(3)]
    assert rows[:3] == rows[3:]


def test_drift_is_counted_again_only_where_a_row_of_its_periods_comes(tmp_path, monkeypatch):
    found: list[object] = []

    def spy(*given: object) -> object:
        found.append(count_drift(*given))
        return found[-1]

    monkeypatch.setattr(past_drift, "count_drift", spy)
    till = Till(tmp_path, random.Random(7), unit=ALONE)
    till.files["till-01.csv"] = till.sell(150, days=75, since=till.now - timedelta(days=9))
    till.now = max(till.now, datetime(2024, 3, 9))  # noqa: DTZ001 - in the unit's zone
    till.write()
    till.ingest(kept=True)
    counted = []
    for number, (since, days) in enumerate([(None, 5), (None, 20), (till.now, 3)], start=2):
        till.files[f"till-{number:02d}.csv"] = till.sell(20, since=since, days=days)
        till.write()
        found.clear()
        told = till.ingest(kept=True)
        counted.append(len(found))
        assert describe(told) == describe(till.ingest(kept=False))

    # A few days of a month that has begun; that month ends; rows of it come late.
    assert counted == [0, 1, 1]


@pytest.fixture
def shelf(tmp_path: Path, request: pytest.FixtureRequest) -> Shelf:
    """Give one whose orders are made of their lines, and that was ingested once."""
    made = Shelf(tmp_path, random.Random(5), unit=getattr(request, "param", OF_LINES))
    made.files["till-01.csv"] = made.sell(60, days=70)
    made.files["web-01.csv"] = made.sell(9, days=5)
    made.write()
    made.ingest(kept=True)
    return made


@pytest.mark.parametrize(
    ("shelf", "made"),
    [(OF_LINES_LISTED, {"orders", "order_lines"}),
     (OF_LINES_ALONE, {"orders", "order_lines", "customers", "identity_links"})],
    ids=["people and goods are listed", "one source alone"], indirect=["shelf"],
)  # fmt: skip
def test_lines_of_a_file_more_are_joined_with_those_of_the_past(shelf, ways, made):
    lines = "".join(shelf.sell(30)).splitlines(keepends=True)
    shelf.draw.shuffle(lines)
    shelf.files["till-02.csv"] = lines
    shelf.write()
    ways.clear()

    delivery = shelf.ingest(kept=True, threads=2)

    assert ways == [True]
    assert describe(delivery) == describe(shelf.ingest(kept=False))
    joined = {name for name, table in delivery.tables.items() if getattr(table, "tail", None)}
    assert joined == made
    tail = delivery.tables["order_lines"].tail
    assert 0 < pq.read_table(tail).num_rows < delivery.tables["order_lines"].n_rows


def test_lines_lie_by_the_month_of_their_order_whatever_their_own_day(tmp_path):
    shelf = Shelf(tmp_path, random.Random(5), unit=OF_LINES_ALONE)
    rows = ["1,k01,2024-01-31 23:58,p1", "2,k01,2024-02-01 09:00,p2", "1,k01,2024-02-01 00:05,p3",
            "3,k02,2024-01-31 23:59,p1"]  # fmt: skip
    shelf.files["till-01.csv"] = [f"{row},a,,1,2.00,,,\n" for row in rows]
    shelf.write()

    lines = shelf.ingest(kept=False).tables["order_lines"]

    table = pq.read_table(lines.path).to_pylist()
    assert [(row["order_id"], row["product_id"], str(row["ordered_on"])) for row in table] == [
        ("till-1", "p1", "2024-01-31"), ("till-1", "p3", "2024-01-31"),
        ("till-3", "p1", "2024-01-31"), ("till-2", "p2", "2024-02-01"),
    ]  # fmt: skip
    assert list_groups(lines.path, "month_no") == [2024 * 12, 2024 * 12 + 1]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(add_lines_to_an_order, "an order of a new file is in an old one",
                     id="an order whose lines come in two files"),
        pytest.param(
            lambda shelf, _: shelf.files.update(
                {"till-02.csv": shelf.sell(9, since=shelf.now - timedelta(days=60))}
            ),
            "of days that were closed", id="lines of an old month",
        ),
],
)  # fmt: skip
def test_lines_that_are_no_addition_to_the_past_begin_anew_and_the_log_says_why(
    shelf, ways, caplog, change, why
):
    change(shelf, 2)
    ways.clear()

    check(shelf)

    assert ways[-2:] == [False, False]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("unit till: every file is read again: ")
    assert why in caplog.messages[0]


@pytest.mark.parametrize(
    "line",
    [pytest.param("990,k01,{},p1,good,9.50,1.23456,8.00,,,\n", id="a quantity that is rounded"),
     pytest.param(",k01,{},p1,good,9.50,1,0.01,,,\n", id="a line of no order that is left out")],
)  # fmt: skip
def test_lines_that_only_all_rows_can_tell_of_are_joined_and_become_no_past(shelf, ways, line):
    shelf.files["till-02.csv"] = [line.format(f"{shelf.now:%Y-%m-%d %H:%M}")]
    ways.clear()

    check(shelf)

    assert ways == [True, False]
    contents = [path.read_bytes() for path in (shelf.root / "kept").iterdir()]
    notes = [json.loads(content) for content in contents if content[:1] == b"{"]
    assert [len(note["files"]["till"]) for note in notes] == [1]


@pytest.mark.parametrize("seed", range(N_COURSES))
def test_any_course_of_deliveries_ends_as_one_delivery_does(tmp_path, seed, ways):
    # People are listed, or known of orders alone; orders are given, or made of their lines.
    kind, unit = KINDS[(SEED + seed) % len(KINDS)]
    till = kind(tmp_path, random.Random(SEED + seed), unit=unit)
    draw = random.Random(100 + SEED + seed)
    till.files["till-01.csv"] = till.sell(120, days=80)
    till.files["web-01.csv"] = till.sell(40, since=till.now - timedelta(days=40), days=40)
    for number in range(2, 8):
        check(till, threads=draw.choice([1, 2, 8]))
        draw.choice(STEPS)(till, number)
    # Whatever was drawn, more than a month leaves a past, which one file more is joined with.
    till.files["till-08.csv"] = till.sell(40, days=45)
    check(till)
    add_file(till, 9)
    ways.clear()
    check(till)
    assert ways[0]


def add_file(till: Till, number: int) -> None:
    till.files[f"{till.draw.choice(['till', 'web'])}-{number:02d}.csv"] = till.sell(25, days=17)


def add_late_rows(till: Till, number: int) -> None:
    since = till.now - timedelta(days=till.draw.randrange(5, 80))
    till.files[f"till-{number:02d}.csv"] = [*till.sell(6, since=since, days=4), *till.sell(20)]


def add_overlap(till: Till, number: int) -> None:
    last = max(name for name in till.files if name.startswith("till"))
    till.files[f"till-{number:02d}.csv"] = [*till.files[last][-7:], *till.sell(20)]


def replace_file(till: Till, number: int) -> None:
    name = till.draw.choice(sorted(till.files))
    till.files[name] = till.files[name][1:] or till.sell(5)


def remove_file(till: Till, number: int) -> None:
    # A source whose last file goes is a fault, not a course of deliveries.
    spare = [name for name in sorted(till.files) if sum(name[:3] == n[:3] for n in till.files) > 1]
    if spare:
        till.files.pop(till.draw.choice(spare))


def add_customer_who_sorts_first(till: Till, number: int) -> None:
    lines = till.sell(10)
    till.files[f"till-{number:02d}.csv"] = [
        line.replace(",k", ",a") if at % 2 else line for at, line in enumerate(lines)
    ]


def copy_rows(till: Till, number: int) -> None:
    lines = till.sell(12)
    kept_out = [line.split(",") for line in lines[:3]]
    tests = [",".join([*cells[:3], "0.01", *cells[4:]]) for cells in kept_out]
    till.files[f"web-{number:02d}.csv"] = [*lines[3:], *tests, *tests[:1]]


STEPS = [add_file, add_file, add_file, add_late_rows, add_overlap, replace_file, remove_file,
         add_customer_who_sorts_first, copy_rows, add_lines_to_an_order]  # fmt: skip
KINDS = [(Till, UNIT), (Shelf, OF_LINES), (Till, ALONE), (Shelf, OF_LINES_ALONE),
         (Shelf, OF_LINES_LISTED)]  # fmt: skip
