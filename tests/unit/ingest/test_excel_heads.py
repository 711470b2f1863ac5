"""Heads of sheets, merged cells, hidden rows and sheets: what is a row, and what it is called."""

import openpyxl
import pytest
from pydantic import ValidationError

from rapport.params import Source
from workbooks import fill, patch, read, rows_of, save, told

HEAD = ["订单号", "客户", "金额"]
ROWS = [["A1", "张三", 10], ["A2", "李四", 20.5]]


def make(path, rows, *merges, hidden=()):
    """Save one sheet with merged ranges and hidden rows."""
    book = openpyxl.Workbook()
    fill(book.active, rows)
    for merge in merges:
        book.active.merge_cells(merge)
    for row in hidden:
        book.active.row_dimensions[row].hidden = True
    book.save(path)
    return path


def names(path, **options):
    file = read(path, **options)
    assert file.table is not None, told(file)
    return file.table.column_names


def test_titles_above_the_head_are_no_head(tmp_path):
    titles = [["2024年1月销售明细"], [], ["制表人：王五", None, "单位：元"]]
    path = make(tmp_path / "a.xlsx", [*titles, HEAD, *ROWS], "A1:C1")

    assert names(path) == HEAD
    assert rows_of(read(path)) == [["A1", "张三", "10"], ["A2", "李四", "20.5"]]


def test_a_title_over_most_of_the_table_with_a_unit_beside_it_is_no_head(tmp_path):
    head = ["订单号", "日期", "客户", "数量", "金额"]
    rows = [["销售表", None, None, None, "单位：元"], head, ["A1", "2024-01-05", "张三", 1, 10]]
    path = make(tmp_path / "a.xlsx", rows, "A1:D1")

    assert names(path) == head


def test_groups_of_a_two_row_head_are_joined_with_the_names_below(tmp_path):
    rows = [
        ["订单", None, "金额", None, "备注"],
        ["编号", "日期", "含税", "不含税", None],
        ["A1", "2024-01-05", 11, 10, None],
    ]
    path = make(tmp_path / "a.xlsx", rows, "A1:B1", "C1:D1", "E1:E2")

    assert names(path) == ["订单/编号", "订单/日期", "金额/含税", "金额/不含税", "备注"]
    assert names(path, head_mark=" ")[3] == "金额 不含税"
    assert len(rows_of(read(path))) == 1


def test_a_head_of_three_rows_is_joined_from_top_to_bottom(tmp_path):
    rows = [["金额", None, "客户"], ["含税", None, None], ["元", "万元", None], [1, 2, "张三"]]
    path = make(tmp_path / "a.xlsx", rows, "A1:B1", "A2:B2", "C1:C3")

    assert names(path) == ["金额/含税/元", "金额/含税/万元", "客户"]


def test_a_declared_head_is_taken_where_it_stands(tmp_path):
    rows = [["订单", None, "额"], ["编号", "日期", "含税"], ["A1", "2024-01-05", 11]]
    path = make(tmp_path / "a.xlsx", rows)

    assert names(path, head=[1, 2]) == ["订单/编号", "日期", "额/含税"]
    assert names(path, head=2) == ["编号", "日期", "含税"]
    assert "has no head in row 9 of sheet 1" in told(read(path, head=9))[0]


def test_a_sheet_whose_first_whole_row_is_no_text_has_no_head(tmp_path):
    path = make(tmp_path / "a.xlsx", [["A1", "张三", 10], ["A2", "李四", 20]])

    (fault,) = told(read(path))

    assert "a sheet (1) whose head is not found" in fault
    assert "State its row as `head`" in fault


def test_names_with_line_breaks_and_wide_blanks_are_one_line(tmp_path):
    path = make(tmp_path / "a.xlsx", [["订单号", "金额\n(元)　", " 客 户 "], ["A1", 10, "张三"]])

    assert names(path) == ["订单号", "金额 (元)", "客 户"]


def test_two_columns_of_one_name_are_a_fault_that_tells_their_places(tmp_path):
    path = make(tmp_path / "a.xlsx", [["id", "额", "额"], ["A1", 1, 2]])

    assert "one name for columns 2 and 3" in told(read(path))[0]


def test_a_column_without_a_name_gets_its_letter(tmp_path):
    head = ["id", "客户", "日期", "数量", "金额"]
    path = make(
        tmp_path / "a.xlsx", [head, ["A1", "张三", "x", 1, 2, "催款"], ["A2", "李四", "x", 1, 2]]
    )

    assert names(path) == [*head, "column F"]
    assert [row[5] for row in rows_of(read(path))] == ["催款", None]


def test_empty_rows_and_columns_at_the_end_and_between_are_none(tmp_path):
    book = openpyxl.Workbook()
    fill(book.active, [HEAD, ROWS[0], [], ROWS[1]])
    book.active.cell(5000, 40).number_format = "0.00"
    book.active.cell(5001, 1).value = "   "
    book.save(tmp_path / "a.xlsx")

    assert names(tmp_path / "a.xlsx") == HEAD
    assert len(rows_of(read(tmp_path / "a.xlsx"))) == 2


def test_a_head_without_rows_is_a_table_without_rows(tmp_path):
    path = make(tmp_path / "a.xlsx", [["销售表"], HEAD], "A1:C1")

    assert names(path) == HEAD
    assert rows_of(read(path)) == []


def test_a_text_merged_over_rows_is_each_rows_and_an_empty_cell_stays_empty(tmp_path):
    rows = [HEAD, ["A1", "张三", 10], [None, "张三", 20], ["A2", None, 30], [None, "李四", 40]]
    path = make(tmp_path / "a.xlsx", rows, "A2:A3")

    assert [row[0] for row in rows_of(read(path))] == ["A1", "A1", "A2", None]


def test_a_number_merged_over_rows_is_a_fault_until_it_is_said_whose_it_is(tmp_path):
    rows = [HEAD, ["A1", "张三", 100], ["A1", "李四", None], ["A2", "王五", 7]]
    path = make(tmp_path / "a.xlsx", rows, "C2:C3")

    (fault,) = told(read(path))
    assert fault.startswith(
        "金额: 1: holds a number merged over several rows 1. Say under `merged`"
    )
    assert [r[2] for r in rows_of(read(path, merged={"金额": "first"}))] == ["100", None, "7"]
    assert [r[2] for r in rows_of(read(path, merged={"金额": "fill"}))] == ["100", "100", "7"]
    assert "no such column" in told(read(path, merged={"额": "fill", "金额": "first"}))[0]


def test_digits_kept_as_text_and_merged_are_an_id_of_every_row(tmp_path):
    rows = [HEAD, ["001", "张三", 1], [None, "李四", 2]]
    path = make(tmp_path / "a.xlsx", rows, "A2:A3")

    assert [row[0] for row in rows_of(read(path))] == ["001", "001"]


def test_merged_cells_that_overlap_are_refused(tmp_path):
    path = make(tmp_path / "a.xlsx", [HEAD, *ROWS, ["A3", "x", 1]], "A2:A3")
    patch(path, "xl/worksheets/sheet1.xml", ('<mergeCell ref="A2:A3"/>', (
        '<mergeCell ref="A2:A3"/><mergeCell ref="A3:A4"/>')))  # fmt: skip

    assert "merged cells that overlap on sheet 1" in told(read(path))[0]


def test_hidden_rows_are_put_aside_by_name_or_kept_when_declared(tmp_path):
    path = make(tmp_path / "a.xlsx", [HEAD, *ROWS, ["A3", "王五", 5]], hidden=[3])

    assert [row[-1] for row in rows_of(read(path))] == [None, "hidden_row", None]
    assert names(path, hidden_rows="keep") == HEAD


def test_a_head_that_stands_again_amid_the_rows_is_put_aside(tmp_path):
    path = make(tmp_path / "a.xlsx", [HEAD, ROWS[0], HEAD, ROWS[1]])

    assert [row[-1] for row in rows_of(read(path))] == [None, "repeated_head", None]


def test_titles_of_sections_and_notes_below_are_put_aside(tmp_path):
    rows = [
        HEAD,
        ["华东区"],
        ROWS[0],
        ["A9", "注：退货", 3],
        ["制表人：王五", None],
        ["备注: 内部"],
    ]
    path = make(tmp_path / "a.xlsx", rows, "A2:C2")

    assert [row[-1] for row in rows_of(read(path))] == [
        "note_row", None, None, "note_row", "note_row",
    ]  # fmt: skip


def test_several_sheets_with_rows_need_a_word(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEAD, ROWS[0]], [HEAD, ROWS[1]], [])

    (fault,) = told(read(path))

    assert "has 2 sheets with rows (1, 2)" in fault
    assert "`sheets: all`" in fault


def test_sheets_are_put_under_each_other_by_name_in_the_order_of_their_tabs(tmp_path):
    swapped = [["金额", "订单号", "客户"], [5, "B1", "王五"]]
    path = save(tmp_path / "a.xlsx", 一月=[HEAD, *ROWS], 二月=swapped, 说明=[["任何", "事"]])

    rows = rows_of(read(path, sheets=["二月", "一月"], sheet_column=True))

    assert rows == [
        ["A1", "张三", "10", "一月"], ["A2", "李四", "20.5", "一月"], ["B1", "王五", "5", "二月"],
    ]  # fmt: skip
    assert rows_of(read(path, sheets="?月")) == [row[:3] for row in rows]


def test_a_sheet_that_is_not_there_is_a_fault(tmp_path):
    path = save(tmp_path / "a.xlsx", 一月=[HEAD, *ROWS])

    assert "has no sheet called 三*" in told(read(path, sheets=["一月", "三*"]))[0]


def test_sheets_that_differ_in_their_columns_are_a_fault_of_letters(tmp_path):
    other = [["订单号", "客户", "数量"], ["B1", "王五", 5]]
    path = save(tmp_path / "a.xlsx", [HEAD, *ROWS], other)

    (fault,) = told(read(path, sheets="all"))

    assert "sheet 2 of a.xlsx lacks columns C of sheet 1 and has columns C that sheet 1" in fault


def test_a_hidden_sheet_is_put_aside_by_name_with_what_it_holds(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEAD, *ROWS], [HEAD, ["H1", "王五", 99]])
    patch(path, "xl/workbook.xml", ('name="Sheet2" sheetId="2" state="visible"', (
        'name="Sheet2" sheetId="2" state="hidden"')))  # fmt: skip

    rows = rows_of(read(path))

    assert rows[2] == ["H1", "王五", "99", "hidden_sheet"]
    assert [row[-1] for row in rows] == [None, None, "hidden_sheet"]
    assert len(rows_of(read(path, sheets="all", hidden_sheets="keep"))) == 3


def test_a_hidden_list_of_words_is_counted_and_no_part_of_the_table(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEAD, *ROWS], [["男"], ["女"]])
    patch(path, "xl/workbook.xml", ('name="Sheet2" sheetId="2" state="visible"', (
        'name="Sheet2" sheetId="2" state="veryHidden"')))  # fmt: skip

    rows = rows_of(read(path))

    assert rows[2:] == [[None, None, None, "hidden_sheet"]] * 2


def test_a_workbook_without_anything_is_a_fault(tmp_path):
    assert "has nothing on the sheets" in told(read(save(tmp_path / "a.xlsx", [])))[0]


def test_a_cell_beyond_all_measure_breaks_its_row(tmp_path):
    path = make(tmp_path / "a.xlsx", [HEAD, ROWS[0], ["A2", "x" * 2000, 1]])

    file = read(path, source={"limits": {"cell_kb": 1}})

    assert [row[-1] for row in rows_of(file)] == [None, "broken_row"]


def test_a_head_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValidationError, match="is a row, or its first and last row"):
        Source.model_validate({"path": "a.xlsx", "format": "excel", "excel": {"head": [4, 3]}})
