"""What a workbook shows and its values do not: hidden columns, and money in number formats."""

from decimal import Decimal

import openpyxl
import pytest

from rapport.ingest.excel import describe_looks
from rapport.ingest.excel.cells import read_currency
from rapport.params import Source
from workbooks import fill, read, rows_of, told

ROWS = [["id", "net", "note"], ["a", 10, "x"], ["b", 20, "y"]]


def save(path, *forms, hidden=(), rows=ROWS):
    """Save rows, the numbers of the second column in these formats, with hidden columns."""
    book = openpyxl.Workbook()
    fill(book.active, rows)
    for number, form in enumerate(forms, start=2):
        book.active.cell(number, 2).number_format = form
    for letter in hidden:
        book.active.column_dimensions[letter].hidden = True
    book.save(path)
    return path


def look(path, **options):
    source = {"path": path.name, "format": "excel", "excel": options or None}
    return describe_looks(Source.model_validate(source), path)


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ('"¥"#,##0.00', "CNY"), ("\\¥#,##0", "CNY"), ("[$¥-804]#,##0.00", "CNY"),
        ("[$¥-411]#,##0", "JPY"), ("[$￥-411]#,##0", "JPY"), ('#,##0.00"元"', "CNY"),
        ('0.00"万元"', "CNY"), ('0.00"美元"', "USD"), ('0.00"加元"', ""), ('"$"#,##0.00', "USD"),
        ("[$$-409]#,##0.00", "USD"), ("[$$-1009]#,##0.00", "$"), ("[$HK$-C04]#,##0", "HKD"),
        ("#,##0.00 [$€-407]", "EUR"), ('#,##0.00 "€"', "EUR"), ("[$EUR] #,##0", "EUR"),
        ("[$-804]#,##0.00", ""), ("#,##0.00", ""), ("0.00%", ""), ("0\\d", ""),
    ],
)  # fmt: skip
def test_a_number_format_shows_its_currency(code, currency):
    assert read_currency(code) == currency


def test_a_built_in_format_shows_the_currency_of_whoever_opens_the_file(tmp_path):
    path = save(tmp_path / "a.xlsx", '"$"#,##0_);("$"#,##0)')

    assert look(path) == []


def test_currencies_of_formats_are_said_and_become_a_column_where_that_is_asked(tmp_path):
    path = save(tmp_path / "a.xlsx", '"¥"#,##0.00', "General")

    assert look(path) == ["a.xlsx, sheet 1: column B is shown in CNY"]
    assert rows_of(read(path)) == [["a", "10", "x"], ["b", "20", "y"]]
    made = read(path, currencies=True).table.to_pylist()
    assert [row["net currency"] for row in made] == ["CNY", None]
    assert "id currency" not in made[0]


def test_a_column_of_several_currencies_is_a_fault_until_they_are_a_column(tmp_path):
    path = save(tmp_path / "a.xlsx", '"¥"#,##0.00', "#,##0.00 [$€-407]")

    (fault,) = told(read(path))
    assert "shows several currencies in its number formats (CNY, EUR)" in fault
    made = read(path, currencies=True).table.to_pylist()
    assert [row["net currency"] for row in made] == ["CNY", "EUR"]


def test_a_total_in_another_currency_is_no_row_of_the_column(tmp_path):
    rows = [*ROWS, ["合计", 30, None]]
    path = save(tmp_path / "a.xlsx", *['"¥"#,##0.00'] * 2, '"$"#,##0.00', rows=rows)

    assert read(path).faults == []
    assert look(path) == ["a.xlsx, sheet 1: column B is shown in CNY"]


def test_a_hidden_column_is_read_and_said_or_left_out_and_said(tmp_path):
    path = save(tmp_path / "a.xlsx", hidden="CG")

    assert rows_of(read(path)) == [["a", "10", "x"], ["b", "20", "y"]]
    assert look(path) == ["a.xlsx, sheet 1: column C is hidden and read like the others"]
    assert rows_of(read(path, hidden_columns="aside")) == [["a", "10"], ["b", "20"]]
    assert look(path, hidden_columns="aside") == [
        "a.xlsx, sheet 1: column C is hidden and left out"
    ]


def test_money_of_several_currencies_is_converted_by_its_formats(shop):
    head = ["order", "customer", "product", "quantity", "amount", "day"]
    rows = [
        head,
        ["1", "ann", "cup", 1, 10, "2024-03-01"],
        ["2", "bob", "cup", 1, 20, "2024-03-02"],
    ]
    book = openpyxl.Workbook()
    fill(book.active, rows)
    book.active.cell(2, 5).number_format = "[$$-409]#,##0.00"
    book.active.cell(3, 5).number_format = '"£"#,##0.00'
    book.save(shop.root / "data" / "raw" / "log.xlsx")
    shop.unit["sources"]["log"] = {
        "path": "log.xlsx", "format": "excel", "excel": {"currencies": True},
    }  # fmt: skip
    shop.unit["rates"] = {"fixed": {"USD": "0.8"}}
    shop.lines["currency"] = "amount currency"

    assert shop.ingest().facts["net"] == Decimal("28.0000")
