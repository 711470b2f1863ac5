"""Text files as channels deliver them."""

import gzip

import pytest

from rapport.errors import DataError
from rapport.ingest.text import read_text

HEAD = "order,customer,day,product,quantity,amount\n"
ROW = "1,ann,2024-03-01 10:00,茶杯,2,5.00\n"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("log.csv", "utf-8"),
        ("log.csv", "utf-8-sig"),
        ("log.csv", "gb18030"),
        ("log.csv.gz", "gb18030"),
        ("log.csv.gz", "utf-8-sig"),
        ("log.csv", "utf-16"),
    ],
)
def test_encoding_mark_and_packing_do_not_show(shop, name, encoding):
    shop.unit["sources"]["log"] |= {"path": name, "encoding": encoding}
    shop.write(name, HEAD + ROW, encoding)

    (line,) = shop.ingest().tables["order_lines"].to_pylist()

    assert line["product_id"] == "茶杯"


def test_a_mark_before_utf_8_is_no_part_of_the_first_name(shop):
    shop.write("log.csv", "\ufeff" + HEAD + ROW)

    assert shop.ingest().tables["orders"]["order_id"].to_pylist() == ["1"]


def test_a_mark_before_gb18030_is_no_part_of_the_first_name(shop):
    shop.unit["sources"]["log"]["encoding"] = "gb18030"
    shop.write("log.csv", "\ufeff" + HEAD + ROW, "gb18030")

    assert shop.ingest().tables["orders"]["order_id"].to_pylist() == ["1"]


def test_names_of_columns_are_trimmed(shop):
    shop.write("log.csv", " order , customer,day,product,quantity,amount\n" + ROW)

    assert shop.ingest().tables["orders"].num_rows == 1


def test_text_in_another_encoding_than_stated_is_a_fault(shop):
    shop.write("log.csv", HEAD + ROW, "gb18030")

    with pytest.raises(DataError, match=r"is not text in utf-8 in line 2, .*State its `encoding`"):
        shop.ingest()


def test_an_unknown_encoding_is_a_fault(shop):
    shop.unit["sources"]["log"]["encoding"] = "klingon"

    with pytest.raises(DataError, match=r"is not text in klingon"):
        shop.ingest()


def test_rows_with_more_or_fewer_fields_are_numbered(shop):
    shop.write("log.csv", HEAD + ROW + "1,ann\n" + ROW + ROW.strip() + ",more\n")

    with pytest.raises(DataError, match=r"2 rows: .* cannot be taken apart .* rows 2, 4"):
        shop.ingest()


def test_a_quoted_field_may_hold_the_delimiter_and_a_line_end(shop):
    shop.write("log.csv", HEAD + '1,ann,2024-03-01,"a, b\nc",1,1\n')

    (line,) = shop.ingest().tables["order_lines"].to_pylist()

    assert line["product_id"] == "a, b\nc"


def test_another_delimiter_is_declared(shop):
    shop.unit["sources"]["log"]["delimiter"] = ";"
    shop.write("log.csv", (HEAD + ROW).replace(",", ";"))

    assert shop.ingest().tables["orders"].num_rows == 1


def test_a_file_without_a_head_and_one_with_a_name_twice_are_faults(shop):
    shop.write("log.csv", "")
    with pytest.raises(DataError, match=r"log.csv has no head"):
        shop.ingest()
    shop.write("log.csv", "day,day\n")

    with pytest.raises(DataError, match=r"log.csv has one name for columns 1 and 2"):
        shop.ingest()


def test_a_damaged_gzip_file_is_a_fault(shop):
    shop.unit["sources"]["log"]["path"] = "log.csv.gz"
    path = shop.root / "data" / "raw" / "log.csv.gz"
    path.write_bytes(gzip.compress((HEAD + ROW * 500).encode())[:-30])

    with pytest.raises(DataError, match=r"log.csv.gz is damaged"):
        shop.ingest()


def test_a_file_that_is_no_parquet_is_a_fault(shop):
    shop.unit["sources"]["log"] = {"path": "log.csv", "format": "parquet"}

    with pytest.raises(DataError, match=r"log.csv is no Parquet file"):
        shop.ingest()


def test_a_value_that_is_not_of_its_declared_type_is_numbered(shop):
    shop.write("log.csv", HEAD + ROW + ROW.replace(",2,", ",two,"))

    with pytest.raises(DataError, match=r"log.quantity: 1 row: cannot be read as integer; row 2"):
        shop.ingest()


def test_a_declared_type_of_no_column_is_a_fault(shop):
    shop.unit["sources"]["log"]["types"] = {"colour": "integer"}

    with pytest.raises(DataError, match=r"log.colour: the file has no such column"):
        shop.ingest()


def test_full_width_digits_are_digits(shop):
    shop.write("log.csv", HEAD + "1,ann,２０２４-０３-０１,cup,２,５．５０\n")

    (line,) = shop.ingest().tables["order_lines"].to_pylist()

    assert (float(line["amount"]), str(line["ordered_on"])) == (5.5, "2024-03-01")


def test_fixed_width_lines_are_cut_by_position_and_blank_lines_are_none(shop):
    shop.unit["sources"]["log"] = {
        "path": "log.txt.gz",
        "format": "fixed",
        "fields": {"customer": [1, 4], "day": [5, 13], "amount": [14, 20]},
    }
    shop.unit["tables"] = {
        "orders": {
            "from": "log",
            "columns": {
                "order_id": {"sql": "source_row"}, "customer_id": "customer", "amount": "amount",
            },
            "time": {"column": "day", "format": "%Y%m%d"},
        }
    }  # fmt: skip
    shop.write("log.txt.gz", "ann  20240301   5.50\r\n\r\nbob  20240302   7.00\r\n")

    orders = shop.ingest().tables["orders"].to_pylist()

    assert [(o["order_id"], float(o["amount"])) for o in orders] == [("1", 5.5), ("3", 7.0)]


@pytest.mark.parametrize("written", ["２", " 2", "2\t", "\u30002\u00a0", '"2 "'])
@pytest.mark.parametrize("types", [{}, {"quantity": "integer", "amount": "decimal"}])
def test_a_column_is_read_alike_whether_its_texts_need_cleaning_or_not(shop, written, types):
    shop.unit["sources"]["log"]["types"] = types
    other = "2,bob,2024-03-02 10:00,cup,1,2.50\n"
    shop.write("log.csv", HEAD + ROW.replace("茶杯", "pot") + other)
    clean = shop.ingest()
    untidy = f"1 , ann,2024-03-01 10:00\u3000, pot,{written},５．00\n"

    shop.write("log.csv", HEAD + untidy + other)

    assert shop.ingest().tables == clean.tables


def test_columns_of_filled_ascii_texts_without_blanks_at_their_ends_are_clean(shop):
    shop.write("a.csv", "key,name,said,none,full\n1,茶杯,ab ,,９\n2,cup,a b,,9\n")
    source = shop.params().sources["log"]

    file = read_text("log", source, shop.root / "data/raw/a.csv")

    assert file.clean == {"key", "none"}


def test_names_that_the_engine_takes_for_one_are_a_fault(shop):
    shop.write("log.csv", "day,Day\n1,2\n")

    with pytest.raises(DataError, match=r"has one name for columns 1 and 2 \(case apart\)"):
        shop.ingest()


def test_a_column_is_cleaned_where_one_of_several_files_needs_it(shop):
    shop.unit["sources"]["log"]["path"] = "part-*.csv"
    shop.write("part-1.csv", HEAD + ROW)
    shop.write("part-2.csv", HEAD + "2, ann ,2024-03-02,cup,1,2.50\n")

    assert shop.ingest().facts["customers"] == 1


WIDTHS = {"customer": [1, 8], "day": [9, 16], "amount": [17, 23]}


def fixed(shop, **options):
    shop.unit["sources"]["log"] = {
        "path": "log.txt", "format": "fixed", "fields": WIDTHS, **options
    }  # fmt: skip
    shop.unit["tables"] = {
        "orders": {
            "from": "log",
            "columns": {
                "order_id": {"sql": "source_row"}, "customer_id": "customer", "amount": "amount",
            },
            "time": {"column": "day", "format": "%Y%m%d"},
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "filled"), [("gb18030", "王国强  "), ("big5", "王國強  "), ("utf-8", "王国")]
)
def test_fixed_widths_are_cut_by_bytes_where_that_is_declared(shop, encoding, filled):
    fixed(shop, positions="bytes", encoding=encoding)
    padded = filled + " " * (8 - len(filled.encode(encoding)))
    text = f"{padded}20240301   5.50\nbob     20240302   7.00\n"
    shop.write("log.txt", text, encoding)

    orders = shop.ingest().tables["orders"].to_pylist()

    assert [(str(o["ordered_on"]), float(o["amount"])) for o in orders] == [
        ("2024-03-01", 5.5), ("2024-03-02", 7.0),
    ]  # fmt: skip
    assert len({o["customer_id"] for o in orders}) == 2


def test_a_character_that_stands_in_two_fields_breaks_its_row(shop):
    fixed(shop, positions="bytes", encoding="gb18030")
    shop.unit["quarantine"] = {"rows": 1}
    # Seven bytes, then one of two bytes across the border.
    lines = ["bob     20240302   7.00", "ann     20240302   7.00", "abcdefg王0240301   5.50"]
    shop.write("log.txt", "\n".join(lines), "gb18030")

    delivery = shop.ingest()

    assert str(delivery.facts["net"]) == "14.0000"
    (row,) = delivery.quarantine.to_dict("records")
    assert (row["rule"], row["rows"]) == ("broken_row", "3")


def test_in_an_encoding_of_two_bytes_a_character_what_is_counted_must_be_said(shop):
    fixed(shop, encoding="gb18030")

    with pytest.raises(ValueError, match="in gb18030 `fields` need `positions: bytes` or"):
        shop.params()


def test_where_characters_are_of_no_fixed_number_of_bytes_none_are_counted(shop):
    fixed(shop, positions="bytes", encoding="utf-16")

    with pytest.raises(ValueError, match="`positions: bytes` cannot be counted in utf-16"):
        shop.params()


def test_characters_are_counted_where_that_is_declared(shop):
    fixed(shop, positions="characters", encoding="gb18030")
    shop.write("log.txt", "王国强     20240301   5.50\n", "gb18030")

    (order,) = shop.ingest().tables["orders"].to_pylist()

    assert (str(order["ordered_on"]), float(order["amount"])) == ("2024-03-01", 5.5)
