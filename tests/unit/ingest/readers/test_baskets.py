import gzip

import pytest

from rapport.ingest.readers.baskets import read_baskets
from rapport.params import Source


def read(folder, content, **options):
    path = folder / "baskets.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = Source.model_validate({"path": "baskets.csv", "format": "baskets", **options})
    return read_baskets("till", source, path)


def rows_of(file):
    return [(r["basket"], r["place"], r["item"]) for r in file.table.to_pylist() if r["item"]]


def test_every_item_of_a_line_is_a_row(tmp_path):
    file = read(tmp_path, "milk,bread\nbeer\n")

    assert file.faults == []
    assert rows_of(file) == [("1", "1", "milk"), ("1", "2", "bread"), ("2", "1", "beer")]


def test_blanks_around_an_item_are_no_part_of_it(tmp_path):
    assert rows_of(read(tmp_path, "cream cheese ,\u3000tea\n")) == [
        ("1", "1", "cream cheese"),
        ("1", "2", "tea"),
    ]


def test_an_empty_line_is_no_basket_and_keeps_its_number(tmp_path):
    assert rows_of(read(tmp_path, "milk\n\nbeer")) == [("1", "1", "milk"), ("3", "1", "beer")]


def test_an_item_without_a_name_is_put_aside(tmp_path):
    file = read(tmp_path, "milk,,bread,tea,beer\n")

    aside = [r["source_row"] for r in file.table.to_pylist() if r["source_rule"] == "broken_row"]
    assert aside == [2]
    assert len(rows_of(file)) == 4


def test_a_quoted_item_may_hold_the_delimiter(tmp_path):
    assert rows_of(read(tmp_path, '"milk, fresh";beer\n', delimiter=";")) == [
        ("1", "1", "milk, fresh"),
        ("1", "2", "beer"),
    ]


def test_packed_baskets_in_another_encoding_are_read(tmp_path):
    content = gzip.compress("牛奶,面包\n".encode("gb18030"))

    assert rows_of(read(tmp_path, content, encoding="gb18030"))[0] == ("1", "1", "牛奶")


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "holds no basket"), (b"\n\n", "holds no basket"), (b"\xff\xfe\xfd", "is not text")],
)
def test_a_file_without_a_basket_is_one_fault(tmp_path, content, found):
    file = read(tmp_path, content)

    assert file.table is None
    assert found in file.faults[0].found


def test_a_line_without_end_is_put_aside_and_bounded(tmp_path):
    long = "x" * 3_000
    file = read(tmp_path, f"milk\n{long}\nbeer\ntea\n", limits={"cell_kb": 1})

    assert [row[2] for row in rows_of(file)] == ["milk", "beer", "tea"]
