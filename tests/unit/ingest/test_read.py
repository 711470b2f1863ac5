"""Several files of one source as one relation."""

import pytest

from rapport.errors import DataError
from rapport.ingest.read import open_source
from rapport.params import Source
from rapport.tables.engine import Engine

HEAD = "order,customer,day,product,quantity,amount\n"


def write(shop, *texts):
    shop.unit["sources"]["log"]["path"] = "part-*.csv"
    for number, text in enumerate(texts):
        shop.write(f"part-{number}.csv", text)


def row(number, amount="1.00"):
    return f"{number},ann,2024-03-01,cup,1,{amount}\n"


def test_files_of_the_same_columns_are_one_part_for_the_engine(tmp_path):
    paths = tuple(tmp_path / f"{n}.csv" for n in range(30))
    for number, path in enumerate(paths):
        path.write_text(f"a,b\n{number},x\n", encoding="utf-8")

    with Engine({}) as engine:
        open_source(engine, "log", Source(path="*.csv", format="csv"), paths)
        (view,) = engine.rows("SELECT sql FROM duckdb_views() WHERE view_name = 'source log'")
        rows = engine.rows('SELECT source_file, source_row, a FROM "source log"')

    assert "UNION" not in view["sql"]
    assert [tuple(found.values()) for found in rows] == [(n + 1, 1, str(n)) for n in range(30)]


def test_columns_are_put_together_by_name_whatever_their_order(shop):
    other = "amount,quantity,product,day,customer,order\n2.00,1,pot,2024-03-02,bob,2\n"
    write(shop, HEAD + row(1), other, HEAD + row(3))

    delivery = shop.ingest()

    assert str(delivery.facts["net"]) == "4.0000"
    assert delivery.tables["order_lines"]["product_id"].to_pylist() == ["cup", "cup", "pot"]


def test_a_row_is_named_by_its_file_and_its_place_in_it(shop):
    write(shop, HEAD + row(1), HEAD + row(2) + row(3, "much"), HEAD + row(4, "more"))

    with pytest.raises(DataError, match=r"amount.*2 rows: .*; rows 2:2, 3:1\."):
        shop.ingest()


def test_a_broken_row_of_one_file_is_named_by_that_file(shop):
    write(shop, HEAD + row(1), HEAD + row(2) + "3,ann\n" + row(4), HEAD + row(5))

    with pytest.raises(DataError, match=r"1 row: .*; row 2:2\."):
        shop.ingest()


def test_fixed_widths_of_several_files_keep_their_places(shop):
    shop.unit["sources"]["log"] = {
        "path": "part-*.txt", "format": "fixed",
        "fields": {"order": [1, 2], "customer": [3, 6], "day": [7, 16], "amount": [17, 22]},
    }  # fmt: skip
    shop.unit["tables"] = {
        "orders": {
            "from": "log",
            "columns": {"order_id": "order", "customer_id": "customer", "amount": "amount"},
            "time": {"column": "day"},
        }
    }
    shop.write("part-1.txt", "1 ann 2024-03-01  1.00\n2 nan 2024-03-02  2.00\n")
    shop.write("part-2.txt", "3 bob 2024-03-03  4.00\n")

    delivery = shop.ingest()

    assert str(delivery.facts["net"]) == "7.0000"
    assert delivery.facts["customers"] == 2
