"""Workbooks of a unit, from file to canonical tables, with counts and money to the cent."""

import copy
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from rapport.errors import DataError
from rapport.tables import write_table
from workbooks import fill, save

# These tell of files and their rows.
ACCOUNT = {"data_quality", "quarantine"}
HEAD = ["订单号", "会员号", "商品", "数量", "金额", "日期"]
JANUARY = [
    ["2024年1月销售明细", None, None, None, None, "单位：元"],
    HEAD,
    ["A001", 138000001, "茶杯", 2, 25.5, "2024年1月5日"],
    ["A001", 138000001, "茶壶", 1, "¥1,200.00", "2024年1月5日"],
    ["A002", 138000002, "茶杯", 1, 12.75, "2024.1.6"],
    ["小计", None, None, 4, 1238.25, None],
    ["A003", 138000001, "茶盘", 1, "0.03万", "2024/1/31"],
    ["A004", 138000003, "茶壶", -1, "(￥600)", 45322],
    ["小计", None, None, 0, -300, None],
    ["合　计", None, None, 4, 938.25, None],
    ["制表人：王五"],
]
FEBRUARY = [
    ["2024年2月销售明细", None, None, None, None, "单位：元"],
    HEAD,
    ["A005", 138000002, "茶杯", "１０", 127.5, "2024年2月1日"],
    ["A006", 138000004, "茶盘", 1, 300, "2024年2月3日"],
    [None, None, None, 11, 427.5, None],
]


@pytest.fixture
def tea(shop):
    """Give the shop two months of a Chinese teashop, on two sheets with totals."""
    path = shop.root / "data" / "raw" / "销售.xlsx"
    save(path, 一月=JANUARY, 二月=FEBRUARY)
    shop.unit |= {"currency": "CNY", "timezone": "Asia/Shanghai"}
    shop.unit["sources"] = {
        "sales": {
            "path": "销售.xlsx", "format": "excel", "excel": {"sheets": "all"},
            "types": {"数量": "integer", "金额": "decimal", "日期": "date"},
            "numbers": "chinese", "dates": ["chinese", "serial"],
        }
    }  # fmt: skip
    columns = {"order_id": "订单号", "customer_id": "会员号", "product_id": "商品"}
    shop.unit["tables"] = {
        "order_lines": {
            "from": "sales",
            "columns": columns | {
                "quantity": "数量", "amount": "金额",
                "kind": {"sql": "case when 金额 < 0 then 'return' else 'sale' end"},
            },
            "time": {"column": "日期"},
        },
        "orders": {"from_lines": True},
        "customers": {"from_orders": True},
        "products": {"from_lines": True, "columns": {"name": "商品"}},
    }  # fmt: skip
    return shop


def steps(delivery):
    lines = delivery.quality[delivery.quality["table"] == "order_lines"]
    return {row.rule: (row.n_rows, row.money) for row in lines.itertuples()}


def test_two_sheets_with_totals_become_tables_with_exact_counts_and_money(tea):
    delivery = tea.ingest()
    tables = delivery.tables

    counted = ("orders", "order_lines", "customers", "products")
    assert [tables[name].num_rows for name in counted] == [6, 7, 4, 3]
    amounts = dict(
        zip(*(tables["orders"][c].to_pylist() for c in ("order_id", "amount")), strict=True)
    )
    assert amounts == {
        "A001": Decimal("1225.5"), "A002": Decimal("12.75"), "A003": Decimal(300),
        "A004": Decimal(-600), "A005": Decimal("127.5"), "A006": Decimal(300),
    }  # fmt: skip
    days = sorted(tables["orders"]["ordered_on"].to_pylist())
    assert days == [date(2024, 1, d) for d in (5, 6, 31, 31)] + [date(2024, 2, d) for d in (1, 3)]
    assert delivery.facts["net"] == Decimal("1365.75")


def test_what_left_is_counted_by_name_with_its_money(tea):
    found = steps(tea.ingest())

    assert found["read"][0] == 12
    assert found["total_row"] == (4, Decimal("2304.0000"))
    assert found["note_row"] == (1, None)
    assert found["kept"] == (7, Decimal("1365.7500"))


def test_the_same_orders_as_csv_and_as_a_workbook_are_the_same_bytes(tea, tmp_path):
    def digest(delivery, name):
        return {
            table: write_table(rows, tmp_path / f"{name}-{table}.parquet").digest
            for table, rows in delivery.tables.items() if table not in ACCOUNT
        }  # fmt: skip

    book = digest(tea.ingest(), "book")
    rows = [row for row in JANUARY + FEBRUARY if str(row[0]).startswith("A0")]
    quoted = [",".join(f'"{cell}"' for cell in row) for row in [HEAD, *rows]]
    source = {"path": "sales.csv", "format": "csv", "encoding": "gb18030"}
    tea.unit["sources"]["sales"] |= source
    del tea.unit["sources"]["sales"]["excel"]
    tea.write("sales.csv", "\n".join(quoted) + "\n", "gb18030")

    assert digest(tea.ingest(), "text") == book


def test_a_value_that_cannot_be_read_is_a_fault_but_not_in_a_row_of_totals(tea):
    rows = copy.deepcopy(JANUARY)
    rows[4][4], rows[5][5] = "十二元", "见附表"
    save(tea.root / "data" / "raw" / "销售.xlsx", 一月=rows, 二月=FEBRUARY)

    with pytest.raises(DataError) as error:
        tea.ingest()

    assert "sales.金额: 1 row: cannot be read as decimal; row 3." in str(error.value)
    assert "sales.日期" not in str(error.value)


def test_an_id_that_excel_has_cut_is_a_fault_and_one_that_it_shows_so_is_not(tea):
    rows = copy.deepcopy(JANUARY)
    rows[2][1] = rows[3][1] = 13812345678
    rows[4][1] = 13812345678901234567.0
    save(tea.root / "data" / "raw" / "销售.xlsx", 一月=rows, 二月=FEBRUARY)

    with pytest.raises(DataError, match=r"customer_id .*: 1 row: cannot be read as an id.*row 3"):
        tea.ingest()


def test_rows_with_error_cells_stay_and_are_counted(tea):
    rows = copy.deepcopy(JANUARY)
    rows[2][1] = "#N/A"
    rows[3][1] = "#N/A"
    save(tea.root / "data" / "raw" / "销售.xlsx", 一月=rows, 二月=FEBRUARY)

    found = steps(tea.ingest())

    assert found["error_cell"] == (2, Decimal("1225.5000"))
    assert found["kept"][0] == 7


def test_hidden_rows_and_sheets_are_counted_with_their_money(tea):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in {"一月": JANUARY, "二月": FEBRUARY, "旧": FEBRUARY}.items():
        fill(book.create_sheet(name), rows)
    book["一月"].row_dimensions[5].hidden = True
    book["旧"].sheet_state = "hidden"
    book.save(tea.root / "data" / "raw" / "销售.xlsx")

    delivery = tea.ingest()

    assert steps(delivery)["hidden_row"] == (1, Decimal("12.7500"))
    assert steps(delivery)["hidden_sheet"] == (3, Decimal("855.0000"))
    assert steps(delivery)["total_row"][0] == 4
    assert delivery.facts["net"] == Decimal("1353.0")


def test_a_sheets_name_is_a_column_if_asked_for(tea):
    tea.unit["sources"]["sales"]["excel"]["sheet_column"] = True
    tea.unit["tables"]["order_lines"]["exclude"] = {"february": "source_sheet = '二月'"}

    assert steps(tea.ingest())["february"] == (2, Decimal("427.5000"))


def test_every_fault_of_a_workbook_is_told_at_once(tea):
    rows = copy.deepcopy(FEBRUARY)
    rows[1] = [*HEAD[:4], "金 额", "日期"]
    rows[2][4] = "=1+1"
    save(tea.root / "data" / "raw" / "销售.xlsx", 一月=JANUARY, 二月=rows)

    with pytest.raises(DataError) as error:
        tea.ingest()

    assert "sheet 2 of 销售.xlsx lacks columns E of sheet 1" in str(error.value)
    assert "holds a formula without a value; row 10" in str(error.value)
