"""Parts of canonical tables: which month and which customers differ between two snapshots."""

from __future__ import annotations

from rapport.ingest.parts import compare_parts
from unit.ingest.conftest import LINES


def test_every_row_stands_in_a_month_a_bucket_and_the_whole(shop):
    parts = shop.ingest().parts

    of_orders = parts[parts["table"] == "orders"]
    assert of_orders.groupby("kind")["n_rows"].sum().to_dict() == {
        "all": 3, "customers": 3, "month": 3,
    }  # fmt: skip
    assert of_orders.loc[of_orders["kind"] == "month", "part"].tolist() == ["2024-03"]


def test_guests_have_a_bucket_of_their_own(shop):
    parts = shop.ingest().parts

    guests = parts[(parts["table"] == "orders") & (parts["kind"] == "customers")].set_index("part")
    assert guests.loc["", "n_rows"] == 1


def test_where_rows_stand_and_how_many_threads_there_are_moves_no_part(shop):
    first = shop.ingest(threads=1).parts
    head, *rows = LINES.splitlines()
    shop.write("log.csv", "\n".join([head, *reversed(rows)]) + "\n")

    second = shop.ingest(threads=8).parts

    assert compare_parts(first, second).empty


def test_one_amount_moves_its_month_and_its_customer_and_no_other(shop):
    shop.write("log.csv", LINES + "4,cat,2024-04-01 10:00,cup,1,2.50\n")
    before = shop.ingest().parts
    shop.write("log.csv", LINES + "4,cat,2024-04-01 10:00,cup,1,2.60\n")

    moved = compare_parts(before, shop.ingest().parts)

    orders = moved[moved["table"] == "orders"]
    assert orders["kind"].tolist() == ["all", "customers", "month"]
    assert orders["part"].tolist()[2] == "2024-04"
    assert set(moved["table"]) == {"orders", "order_lines"}


def test_a_part_that_is_new_or_gone_differs(shop):
    before = shop.ingest().parts
    shop.write("log.csv", LINES + "4,cat,2024-04-01 10:00,cup,1,2.50\n")

    moved = compare_parts(before, shop.ingest().parts).set_index(["table", "kind", "part"])

    april = moved.loc[("orders", "month", "2024-04")]
    assert april.tolist() == [0, 1]
    assert ("orders", "month", "2024-03") not in moved.index
