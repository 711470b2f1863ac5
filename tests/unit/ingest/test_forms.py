"""Numbers and dates as people write them, read by the form that a unit declares."""

from datetime import datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from rapport.errors import DataError
from rapport.ingest.forms import plain_date, plain_number
from rapport.params import Source
from rapport.tables.engine import Engine, quote

HEAD = "order,customer,day,product,quantity,amount\n"


def read(shape, text):
    """Give what a form makes of a text, the mark of the unreadable cut to "?"."""
    with Engine({}) as engine:
        (row,) = engine.rows(f"SELECT {shape(f'CAST({quote(text)} AS VARCHAR)')} AS plain")
    return "?" if row["plain"] and row["plain"].startswith("?") else row["plain"]


def number(form, text):
    return read(lambda sql: plain_number(sql, form), text)


def day(text, *forms):
    return read(lambda sql: plain_date(sql, forms), text)


@pytest.mark.parametrize(
    ("form", "text", "plain"),
    [
        ("chinese", "¥1,234.50", "1234.5"),
        ("chinese", "￥ 1，234", "1234"),
        ("chinese", "１２３４．５０", "1234.5"),
        ("chinese", "1.2万", "12000"),
        ("chinese", "人民币1.2万元", "12000"),
        ("chinese", "0.3亿", "30000000"),
        ("chinese", "5百万", "5000000"),
        ("chinese", "（300.5）", "-300.5"),
        ("chinese", "(¥300)", "-300"),
        ("chinese", "300-", "-300"),
        ("chinese", "−300", "-300"),
        ("chinese", "¥-300", "-300"),
        ("chinese", "12.5%", "0.125"),
        ("chinese", "0.00", "0"),
        ("chinese", "-0", "0"),
        ("chinese", "100", "100"),
        ("english", "$1,234.50", "1234.5"),
        ("english", "USD 1,234", "1234"),
        ("english", "(1,234.50)", "-1234.5"),
        ("german", "1.234,56 €", "1234.56"),
        ("german", "1.234", "1234"),
        ("german", "1,234", "1.234"),
        ("french", "1\u202f234,56 €", "1234.56"),
        ("french", "-1\u00a0000", "-1000"),
        ("swiss", "1'234.50", "1234.5"),
        ("swiss", "CHF 1’234", "1234"),
    ],
)
def test_a_number_is_read_by_the_form_that_is_declared(form, text, plain):
    assert number(form, text) == plain


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("chinese", "1,23"),
        ("chinese", "1,2345"),
        ("chinese", "(-5)"),
        ("chinese", "-5-"),
        ("chinese", "(5"),
        ("chinese", "1.2.3"),
        ("chinese", "12万3"),
        ("chinese", "1.38E+10"),
        ("chinese", "999999999999999万亿"),
        ("chinese", "abc"),
        ("english", "1.234,5"),
        ("english", "1.2万"),
        ("german", "12.34"),
        ("french", "12 34"),
        ("swiss", "1'2"),
    ],
)
def test_what_the_declared_form_does_not_allow_is_no_number(form, text):
    assert number(form, text) == "?"


def test_nothing_stays_nothing():
    assert number("chinese", "　 ") is None
    assert day("", "chinese") is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("2024年1月5日", "2024-01-05 00:00:00"),
        ("2024年01月05号", "2024-01-05 00:00:00"),
        ("２０２４年１月５日", "2024-01-05 00:00:00"),
        ("2024.1.5", "2024-01-05 00:00:00"),
        ("2024/1/5", "2024-01-05 00:00:00"),
        ("2024-1-5", "2024-01-05 00:00:00"),
        ("2024年1月5日 星期五", "2024-01-05 00:00:00"),
        ("2024年1月5日 10:30", "2024-01-05 10:30:00"),
        ("2024年1月5日10时30分15秒", "2024-01-05 10:30:15"),
        ("2024/1/5 下午 3:05", "2024-01-05 15:05:00"),
        ("2024/1/5 上午12:05", "2024-01-05 00:05:00"),
        ("2024年2月30日", "?"),
        ("2024.1-5", "?"),
        ("24年1月5日", "?"),
        ("2024-01-05 25:00", "2024-01-05 25:00"),  # ISO in form: its cast refuses it
    ],
)
def test_a_chinese_date_is_year_month_and_day_with_marks_that_belong_together(text, plain):
    assert day(text, "chinese") == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1", "1900-01-01 00:00:00"),
        ("59", "1900-02-28 00:00:00"),
        ("60", "?"),
        ("60.5", "?"),
        ("61", "1900-03-01 00:00:00"),
        ("45296", "2024-01-05 00:00:00"),
        ("45296.438194444447", "2024-01-05 10:31:00"),
        ("2958465", "9999-12-31 00:00:00"),
        ("2958466", "?"),
        ("0", "?"),
        ("-1", "?"),
    ],
)
def test_a_serial_counts_days_and_29_february_1900_never_was(text, plain):
    assert day(text, "serial") == plain


def test_a_serial_of_the_system_of_1904_begins_there():
    assert day("0", "serial1904") == "1904-01-01 00:00:00"
    assert day("43834", "serial1904") == "2024-01-05 00:00:00"


def test_several_forms_are_tried_and_what_two_read_as_two_days_is_unread():
    assert day("13/02/2024", "%d/%m/%Y", "chinese") == "2024-02-13 00:00:00"
    assert day("2024年2月13日", "%d/%m/%Y", "chinese") == "2024-02-13 00:00:00"
    assert day("240105", "%y%m%d", "%d%m%y") == "?"
    assert day("240131", "%y%m%d", "%m%d%y") == "2024-01-31 00:00:00"
    assert day("1/2/24", "%d/%m/%Y") == "?"


def test_amounts_and_days_of_a_csv_file_are_read_as_declared(shop):
    shop.unit["sources"]["log"] |= {
        "types": {"quantity": "integer", "amount": "decimal", "day": "date"},
        "numbers": "chinese",
        "dates": ["chinese", "serial"],
    }
    rows = ['1,ann,2024年1月5日,cup,２,"¥1,234.50"', "2,bob,45297,pot,1,1.2万"]
    shop.write("log.csv", HEAD + "\n".join(rows) + "\n")

    lines = shop.ingest().tables["order_lines"].to_pylist()

    assert [line["amount"] for line in lines] == [Decimal("1234.5"), Decimal(12000)]
    assert [line["quantity"] for line in lines] == [2, 1]
    assert [str(line["ordered_on"]) for line in lines] == ["2024-01-05", "2024-01-06"]


def test_a_form_may_be_declared_for_a_column_without_a_type(shop):
    shop.unit["sources"]["log"] = {
        "path": "log.csv", "format": "csv",
        "numbers": {"amount": "german"}, "dates": {"day": "%d.%m.%Y"},
    }  # fmt: skip
    shop.write("log.csv", HEAD + '1,ann,5.1.2024,cup,1,"1.234,50"\n')

    (line,) = shop.ingest().tables["order_lines"].to_pylist()

    assert line["amount"] == Decimal("1234.5")
    assert line["ordered_at"] == datetime.fromisoformat("2024-01-05")


def test_a_value_that_its_form_does_not_allow_is_a_fault_with_its_row(shop):
    shop.unit["sources"]["log"] |= {"numbers": {"amount": "german"}}
    shop.write("log.csv", HEAD + '1,a,2024-01-05,c,1,"1,5"\n2,b,2024-01-05,c,1,12.34\n')

    with pytest.raises(DataError, match=r"log.amount: 1 row: cannot be read as decimal; row 2"):
        shop.ingest()


def test_a_column_with_two_currencies_is_a_fault_and_names_no_amount(shop):
    shop.unit["sources"]["log"] |= {"numbers": {"amount": "chinese"}}
    rows = ["1,a,2024-01-05,c,1,￥5", "2,b,2024-01-05,c,1,5元", "3,b,2024-01-05,c,1,$5"]
    shop.write("log.csv", HEAD + "\n".join(rows) + "\n")

    with pytest.raises(DataError, match=r"1 row: another currency than .*; row 3. Deliver"):
        shop.ingest()


def test_a_form_of_no_column_is_a_fault(shop):
    shop.unit["sources"]["log"]["numbers"] = {"colour": "chinese"}

    with pytest.raises(DataError, match=r"log.colour: the file has no such column. Mend `numbers`"):
        shop.ingest()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"numbers": "chinese"}, "`numbers` needs columns"),
        ({"dates": "serial"}, "`dates` needs columns"),
        ({"dates": {"day": ["%d/%m/%Y", "%m/%d/%Y"]}}, "read one text as two days"),
        ({"dates": {"day": ["serial", "serial1904"]}}, "read one text as two days"),
        ({"dates": {"day": "klingon"}}, "a form of dates is one of chinese, serial, serial1904"),
        ({"numbers": {"day": "swiss"}, "dates": {"day": "serial"}}, "numbers or dates, not both"),
    ],
)
def test_a_declaration_that_cannot_hold_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Source.model_validate({"path": "log.csv", "format": "csv"} | given)
