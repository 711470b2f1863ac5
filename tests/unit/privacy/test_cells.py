import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from rapport.privacy.cells import guard, spell_csv
from rapport.privacy.workbook import spell_workbook

FORMULAS = (
    "=1+1", "+1+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "\u200b=1+1", "\ufeff=1+1", "\u3000=1", "＝1+1", "＋cmd", "－cmd", "＠SUM(A1)",
    "﹦cmd", "\u2212cmd", "|cmd", "%cmd", "=HYPERLINK(\"http://x\")",
)  # fmt: skip
PLAIN = ("5", "-5", "+44 7700 900123", "(01632) 960001", "0086-16900010002", "12.50", "-0.05")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    assert guard(text).startswith("'")


@pytest.mark.parametrize("text", [*PLAIN, "O'Neill", "c1@example.com", "欧阳娜娜", "a=b", "𠮷"])
def test_numbers_telephones_and_names_stay_as_they_are(text):
    assert guard(text.strip()) == text.strip()


def test_signs_that_nobody_sees_are_taken_out():
    assert guard("Ann\x00\u202eLee\r\n=1") == "Ann  Lee  =1"


@pytest.mark.parametrize(("encoding", "start"), [("utf-8-sig", b"\xef\xbb\xbf"), ("gb18030", b'"')])
def test_a_text_file_comes_back_as_it_was_in_both_encodings(encoding, start):
    rows = [["㛃𠮷安", 'say "hi"; =1', 3, Decimal("-1.50"), None], ["=1", "a,b\n=2", -4, 1.5, ""]]

    content = spell_csv(["姓名", "say", "n", "m", "x"], rows, encoding=encoding)

    assert content.startswith(start)
    read = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    assert read == [
        ["姓名", "say", "n", "m", "x"],
        ["㛃𠮷安", 'say "hi"; =1', "3", "-1.50", ""],
        ["'=1", "a,b =2", "-4", "1.5", ""],
    ]


def test_numbers_of_a_text_file_stand_without_quotes_and_texts_within():
    content = spell_csv(["a", "b"], [["x", 5]], encoding="utf-8-sig").decode("utf-8-sig")

    assert content == '"a","b"\r\n"x",5\r\n'


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers():
    content = spell_workbook(["姓名", "n"], [["=1+1", 5], ["<b>&𠮷", Decimal("-1.50")], [None, 2]])

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells == [["姓名", "n"], ["'=1+1", 5], ["<b>&𠮷", -1.5], [None, 2]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}


def test_equal_tables_give_equal_workbooks():
    assert spell_workbook(["a"], [["x"]]) == spell_workbook(["a"], [["x"]])


def test_a_workbook_has_more_columns_than_letters():
    content = spell_workbook([f"h{n}" for n in range(30)], [])

    assert openpyxl.load_workbook(io.BytesIO(content)).active["AD1"].value == "h29"
