"""Rows of totals leave by name; no row of data is taken for one."""

from decimal import Decimal

import pytest

from rapport.ingest.excel.totals import read_money
from workbooks import patch, read, rows_of, save

HEAD = ["订单号", "客户", "日期", "数量", "金额"]


def rules(path, *rows, head=HEAD, **options):
    """Give the rule of every row below the head."""
    file = read(save(path / "a.xlsx", [head, *rows]), **options)
    found = file.table.to_pylist() if file.table else file.faults
    return [row.get("source_rule") for row in found]


A = ["A1", "张三", "2024-01-05", 2, 10.1]
B = ["A2", "李四", "2024-01-06", 1, 20.2]
C = ["A3", "王五", "2024-01-07", 4, 0.3]


@pytest.mark.parametrize(
    "word",
    ["合计", "小计", "总计", "共计", "合 计", "合　计：", "本页合计", "本月小计", "合计（元）",
     "Total", "TOTAL", "Subtotal", "Sub-total:", "Grand Total", "累计"],
)  # fmt: skip
def test_a_total_is_found_by_its_word(tmp_path, word):
    assert rules(tmp_path, A, B, [word, None, None, 3, 30.3]) == [None, None, "total_row"]


@pytest.mark.parametrize(
    "word", ["华东小计", "1月合计", "Total for north", "North total", "张三 小计"]
)
def test_a_total_of_something_is_found_where_what_rows_have_is_empty(tmp_path, word):
    assert rules(tmp_path, A, B, [None, word, None, 3, 30.3]) == [None, None, "total_row"]


def test_subtotals_and_the_grand_total_over_them_are_totals(tmp_path):
    rows = [A, B, ["小计", None, None, 3, 30.3], C, ["小计", None, None, 4, 0.3]]

    found = rules(tmp_path, *rows, ["总计", None, None, 7, 30.6])

    assert found == [None, None, "total_row", None, "total_row", "total_row"]


def test_a_total_of_several_subtotals_in_the_middle_is_a_total(tmp_path):
    rows = [A, ["小计", None, None, 2, 10.1], B, ["小计", None, None, 1, 20.2]]
    rows += [["华东合计", None, None, 3, 30.3], C, ["小计", None, None, 4, 0.3]]

    found = rules(tmp_path, *rows, ["华南合计", None, None, 4, 0.3])

    assert [n for n, rule in enumerate(found) if rule] == [1, 3, 4, 6, 7]
    assert set(found) == {None, "total_row"}


def test_a_total_above_its_rows_is_one(tmp_path):
    assert rules(tmp_path, ["合计", None, None, 3, 30.3], A, B) == ["total_row", None, None]


def test_a_total_that_no_rows_add_up_to_says_so(tmp_path):
    assert rules(tmp_path, A, B, ["合计", None, None, 3, 40]) == [None, None, "total_row_differs"]


def test_a_total_without_a_number_is_one(tmp_path):
    assert rules(tmp_path, A, B, ["合计"]) == [None, None, "total_row"]


def test_a_row_without_a_word_leaves_if_it_is_the_sum_and_nothing_else(tmp_path):
    assert rules(tmp_path, A, B, [None, None, None, 3, 30.3]) == [None, None, "total_row"]
    assert rules(tmp_path, A, B, C, [None, None, None, None, 30.6])[-1] == "total_row"


def test_a_row_without_a_word_that_differs_in_one_number_stays(tmp_path):
    assert rules(tmp_path, A, B, [None, None, None, 3, 30.31]) == [None] * 3
    assert rules(tmp_path, A, B, [None, None, None, 4, 30.3]) == [None] * 3


def test_a_row_that_equals_the_sum_and_has_an_id_is_data(tmp_path):
    assert rules(tmp_path, A, B, ["A3", "王五", "2024-01-07", 3, 30.3]) == [None] * 3
    assert rules(tmp_path, A, B, ["A3", None, None, 3, 30.3]) == [None] * 3


def test_a_row_that_equals_the_only_row_above_is_no_sum(tmp_path):
    assert rules(tmp_path, A, [None, None, None, 2, 10.1]) == [None] * 2


def test_zeros_are_no_sum(tmp_path):
    free = ["A1", "张三", "2024-01-05", 0, 0]

    assert rules(tmp_path, free, free, [None, None, None, 0, 0]) == [None] * 3


def test_a_customer_that_is_called_total_stays(tmp_path):
    firm = ["A3", "Total", "2024-01-07", 5, 99]

    assert rules(tmp_path, A, B, firm) == [None] * 3


def test_a_product_whose_name_ends_in_a_word_stays(tmp_path):
    assert rules(tmp_path, A, ["A2", "早餐合计", "2024-01-06", 1, 2]) == [None] * 2


def test_a_table_of_two_columns_has_totals_too(tmp_path):
    rows = [["张三", 10], ["李四", 20]]

    assert rules(tmp_path, *rows, ["合计", 30], head=["客户", "金额"])[-1] == "total_row"
    assert rules(tmp_path, *rows, ["合计", 31], head=["客户", "金额"])[-1] == "total_row_differs"


def test_numbers_as_order_ids_are_no_part_of_a_total(tmp_path):
    rows = [[1001, 5, 10], [1002, 6, 20]]

    assert rules(tmp_path, *rows, [None, 11, 30], head=["单号", "数量", "金额"])[-1] == "total_row"
    assert rules(tmp_path, *rows, [2003, 11, 30], head=["单号", "数量", "金额"])[-1] is None


def test_amounts_that_are_text_are_added_up_as_people_write_them(tmp_path):
    rows = [["A1", "张三", "x", 1, "¥1,200.50"], ["A2", "李四", "x", 1, "1.2万"]]

    assert rules(tmp_path, *rows, ["合计", None, None, 2, "￥13,200.5元"])[-1] == "total_row"


def test_noise_of_adding_in_binary_is_no_difference(tmp_path):
    rows = [["A1", "a", "x", 1, 0.1], ["A2", "b", "x", 1, 0.2]] * 50
    path = save(tmp_path / "a.xlsx", [HEAD, *rows, ["合计", None, None, 100, 1]])
    noise = ("<v>1</v></c></row></sheetData>", "<v>14.999999999999993</v></c></row></sheetData>")
    patch(path, "xl/worksheets/sheet1.xml", noise)

    assert rows_of(read(path))[-1][-1] == "total_row"


def test_a_total_over_visible_rows_alone_is_one(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEAD, A, B, C, ["合计", None, None, 6, 10.4]])
    patch(path, "xl/worksheets/sheet1.xml", ('<row r="3"', '<row hidden="1" r="3"'))

    assert [row[-1] for row in rows_of(read(path))] == [None, "hidden_row", None, "total_row"]


def test_a_total_whose_formula_was_never_computed_is_found_by_its_word(tmp_path):
    assert rules(tmp_path, A, B, ["合计", None, None, None, "=SUM(E2:E3)"])[-1] == "total_row"


def test_words_of_a_units_own_are_words(tmp_path):
    row = ["汇 总 数", None, None, 3, 30.3]

    assert rules(tmp_path, A, B, row)[-1] is None
    assert rules(tmp_path, A, B, row, total_words=["汇总数"])[-1] == "total_row"


def test_totals_stay_where_they_are_declared_to(tmp_path):
    assert rules(tmp_path, A, B, ["合计", None, None, 3, 30.3], totals="keep") == [None] * 3


def test_a_footer_does_not_hide_the_total_of_a_small_table(tmp_path):
    rows = [A, ["合计", None, None, 2, 10.1], ["制表人：王五"], ["内部资料"], ["第 1 页"]]

    assert rules(tmp_path, *rows)[:3] == [None, "total_row", "note_row"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("¥1,234.50", "1234.50"), ("(1.2万)", "-12000.0"), ("-3", "-3"), ("１２", "12"),
     ("0.5亿元", "50000000.0")],
)  # fmt: skip
def test_money_is_read_for_sums(text, amount):
    assert read_money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "cup", "1-2", "(5", "1.2.3", "2024-01-05", "9" * 50])
def test_what_is_no_money_adds_nothing(text):
    assert read_money(text) is None
