"""Cells of workbooks: each is the text of its value, exact, whatever Excel shows."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest

from workbooks import patch, read, rows_of, save, told

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/sharedStrings.xml"
STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def write(path, *cells, epoch=None):
    """Save one column of cells under a head; a cell is a value, or a value and its format."""
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    sheet = book.active
    sheet.append(["id", "value"])
    for number, cell in enumerate(cells, start=2):
        value, form = cell if isinstance(cell, tuple) else (cell, None)
        sheet.cell(number, 1).value = f"r{number}"
        sheet.cell(number, 2).value = value
        if form:
            sheet.cell(number, 2).number_format = form
    book.save(path)
    return path


def values(path, **options):
    """Give the second column of what is read."""
    return [row[1] for row in rows_of(read(path, **options))]


def test_a_number_is_written_with_the_digits_that_excel_keeps(tmp_path):
    path = write(tmp_path / "a.xlsx", 13812345678, 12.5, 0.1 + 0.2, -3, 1e-7, 0.075, 1e14)

    assert values(path) == [
        "13812345678", "12.5", "0.3", "-3", "0.0000001", "0.075", "100000000000000",
    ]  # fmt: skip


def test_noise_behind_the_fifteenth_digit_is_none_of_the_number(tmp_path):
    path = write(tmp_path / "a.xlsx", 1, 2)
    patch(path, SHEET, ("<v>1</v>", "<v>7.4999999999999997E-2</v>"), ("<v>2</v>", "<v>1.38E10</v>"))

    assert values(path) == ["0.075", "13800000000"]


def test_an_id_keeps_the_zeros_that_its_format_shows(tmp_path):
    path = write(tmp_path / "a.xlsx", (123, "000000"), (45, "00000;@"), (1.5, "000"), (-7, "000"))

    assert values(path) == ["000123", "00045", "1.5", "-7"]


def test_a_number_whose_last_digits_excel_has_dropped_is_marked(tmp_path):
    path = write(tmp_path / "a.xlsx", 1, 2)
    long = "<v>1.1010119900101101E+17</v>"
    patch(path, SHEET, ("<v>1</v>", long), ("<v>2</v>", "<v>1234567890123450</v>"))

    assert values(path) == ["1.10101199001011E+17", "1.234567890123450E+15"]


def test_long_numbers_that_a_program_wrote_in_full_stay(tmp_path):
    path = write(tmp_path / "a.xlsx", 1234567890123456, 1234567890123450)

    assert values(path) == ["1234567890123456", "1234567890123450"]


def test_a_day_and_a_time_are_written_in_iso_form(tmp_path):
    path = write(
        tmp_path / "a.xlsx",
        dt.date(2024, 1, 5),
        dt.datetime.fromisoformat("2024-01-05 10:30:15"),
        dt.time(10, 30),
        dt.timedelta(hours=36),
        (45296, 'yyyy"年"m"月"d"日"'),
        (45296, "[$-804]aaaa yyyy/m/d;@"),
        (45296.4375, "m/d/yy h:mm"),
    )

    assert values(path) == [
        "2024-01-05", "2024-01-05 10:30:15", "10:30:00", "36:00:00", "2024-01-05",
        "2024-01-05", "2024-01-05 10:30:00",
    ]  # fmt: skip


def test_a_number_with_a_currency_or_a_unit_in_its_format_is_no_day(tmp_path):
    forms = ('#,##0.00"元"', '"CNY" 0.00', "[$¥-804]#,##0", "0.00%", "0.00E+00", "@", "0\\d")
    path = write(tmp_path / "a.xlsx", *[(45296.5, form) for form in forms])

    assert values(path) == ["45296.5"] * 7


@pytest.mark.parametrize("number", [27, 31, 36, 50, 57, 58])
def test_the_built_in_dates_of_a_chinese_excel_are_dates(tmp_path, number):
    path = write(tmp_path / "a.xlsx", (45296, "yyyy-mm-dd"))
    patch(path, "xl/styles.xml", (r'numFmtId="164" fontId', f'numFmtId="{number}" fontId'))

    assert values(path) == ["2024-01-05"]


def test_a_workbook_that_counts_from_1904_does_so(tmp_path):
    epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    path = write(tmp_path / "a.xlsx", (43834, "yyyy-mm-dd"), (0, "yyyy-mm-dd"), epoch=epoch)

    assert values(path) == ["2024-01-05", "1904-01-01"]


def test_29_february_1900_never_was_and_days_before_it_are_counted_from_a_day_later(tmp_path):
    cells = [(serial, "yyyy-mm-dd") for serial in (1, 59, 60, 61, 2958465, 2958466, -1)]
    path = write(tmp_path / "a.xlsx", *cells)

    assert values(path) == [
        "1900-01-01", "1900-02-28", "60", "1900-03-01", "9999-12-31", "2958466", "-1",
    ]  # fmt: skip


def test_a_bare_serial_is_a_number_unless_its_column_is_declared_a_date(tmp_path):
    path = write(tmp_path / "a.xlsx", 45296, 45296.4375)
    epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    mac = write(tmp_path / "mac.xlsx", 43834, epoch=epoch)

    assert values(path) == ["45296", "45296.4375"]
    dates = {"dates": {"value": "serial"}}
    assert values(path, source=dates) == ["2024-01-05", "2024-01-05 10:30:00"]
    assert values(mac, source=dates) == ["2024-01-05"]


def test_truth_values_are_words(tmp_path):
    assert values(write(tmp_path / "a.xlsx", True, False)) == ["true", "false"]


def test_an_error_is_missing_and_its_row_is_flagged(tmp_path):
    path = write(tmp_path / "a.xlsx", "#N/A", 3, "#DIV/0!")

    assert rows_of(read(path)) == [
        ["r2", None, "error_cell"], ["r3", "3", None], ["r4", None, "error_cell"],
    ]  # fmt: skip


def test_a_formula_counts_with_the_value_that_was_computed_and_is_never_computed(tmp_path):
    path = write(tmp_path / "a.xlsx", "=1+1", '="x"')
    patch(
        path, SHEET,
        (r"<f>1\+1</f><v></v>", "<f>1+1</f><v>7</v>"),
        (r'<c r="B3">(.*?)<v></v>', '<c r="B3" t="str"><f>x</f><v>text</v>'),
    )  # fmt: skip

    assert values(path) == ["7", "text"]


def test_a_formula_without_a_value_is_a_fault_with_its_rows(tmp_path):
    path = write(tmp_path / "a.xlsx", 1, "=1+1", "=SUM(B2:B3)")

    (fault,) = told(read(path))

    assert fault.startswith(
        "value: 2: holds a formula without a value 2,3. Open it, let it compute"
    )


def test_shared_and_rich_text_is_read_without_its_guide_to_pronunciation(tmp_path):
    path = write(tmp_path / "a.xlsx", "one", "two")
    rich = (
        '<is><r><t>王</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 五</t></r>'
        '<rPh sb="0" eb="1"><t>wang</t></rPh></is>'
    )
    patch(path, SHEET, ("<is><t>one</t></is>", rich), ("two", "a_x000D_b"))

    assert values(path) == ["王 五", "a\rb"]


def test_escapes_of_what_no_text_holds_stay_as_they_are_written(tmp_path):
    path = write(tmp_path / "a.xlsx", "a_x0000_b", "_xD83D_", "茶_x0041_")

    assert values(path) == ["a_x0000_b", "_xD83D_", "茶A"]


def test_strings_that_cells_share_are_found_by_their_number(tmp_path):
    path = write(tmp_path / "a.xlsx", "one")
    patch(path, SHEET, (r'<c r="B2" t="inlineStr"><is><t>one</t></is>', '<c r="B2" t="s"><v>1</v>'))
    patch(
        path, "[Content_Types].xml",
        ("</Types>", f'<Override PartName="/{TABLE}" ContentType="{STRINGS}"/></Types>'),
    )  # fmt: skip
    patch(path, TABLE, ("", (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>zero</t></si><si><t>一</t></si></sst>"
    )))  # fmt: skip

    assert values(path) == ["一"]


def test_blank_cells_and_words_for_nothing_are_missing(tmp_path):
    path = write(tmp_path / "a.xlsx", "   ", "NaN", "x")

    assert values(path) == [None, None, "x"]


def test_numbers_of_a_column_with_a_decimal_comma_are_not_read_as_thousands(tmp_path, shop):
    path = shop.root / "data" / "raw" / "log.xlsx"
    head = ["order", "customer", "day", "product", "quantity", "amount"]
    save(
        path,
        [
            head,
            ["1", "a", "2024-01-05", "c", 1, 1.234],
            ["2", "a", "2024-01-06", "c", 1, "1.234,5"],
        ],
    )
    shop.unit["sources"]["log"] = {
        "path": "log.xlsx", "format": "excel", "numbers": {"amount": "german"},
    }  # fmt: skip

    amounts = shop.ingest().tables["order_lines"]["amount"].to_pylist()

    assert amounts == [Decimal("1.234"), Decimal("1234.5")]
