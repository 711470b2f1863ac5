"""Which blocks of the appendix stand in which column of which page, from heights alone."""

import json
import re
import shutil
from io import BytesIO
from itertools import pairwise

import pytest
import typst
from pypdf import PdfReader

from rapport.assets.files import asset_path
from rapport.press.render.pdf.columns import Flowing, Pair, plan_columns
from rapport.press.render.pdf.texts import measured

HEAD = Flowing(15, 16, is_head=True)
LINE = 11.5


def text(lines: int) -> Flowing:
    return Flowing(lines * LINE, 6)


def test_short_parts_end_about_equally_high():
    pairs, end = plan_columns([HEAD, text(10), HEAD, text(10)], 700.0, 700.0)

    assert pairs == [Pair(0, 2, 4)]
    assert end == 15 + 6 + 10 * LINE


def test_columns_never_part_after_a_head():
    [pair], _ = plan_columns([text(2), HEAD, text(20)], 700.0, 700.0)

    assert pair.middle == 1


def test_one_block_is_not_parted():
    assert plan_columns([text(20)], 700.0, 700.0) == ([Pair(0, 1, 1)], 20 * LINE)


def test_pages_before_the_last_are_filled_and_the_last_is_even():
    blocks = [text(20) for _ in range(10)]  # 236 points each: two in a column of 700

    pairs, end = plan_columns(blocks, 700.0, 700.0)

    assert pairs == [Pair(0, 2, 4), Pair(4, 6, 8), Pair(8, 9, 10)]
    assert end == 20 * LINE


def test_a_head_goes_to_the_next_column_with_what_follows_it():
    pairs, _ = plan_columns([text(20), HEAD, text(40), text(40)], 300.0, 700.0)

    assert pairs[0] == Pair(0, 1, 1)


def test_columns_that_begin_low_on_a_page_end_on_the_same():
    pairs, end = plan_columns([text(5), text(5)], 200.0, 700.0)

    assert (pairs, end) == ([Pair(0, 1, 2)], 500 + 5 * LINE)


def test_columns_without_room_begin_on_the_next_page():
    assert plan_columns([text(5), text(5)], 40.0, 700.0) == ([Pair(0, 1, 2)], 5 * LINE)


def test_a_block_longer_than_a_page_is_torn_and_stands_alone():
    pairs, end = plan_columns([text(100), text(4)], 700.0, 700.0)

    assert pairs == [Pair(0, 1, 1, is_torn=True), Pair(1, 2, 2)]
    assert end == 100 * LINE - 700 + 4 * LINE


TEMPLATE = """
#import "chapters.typ": columns-of
#set page(width: 166mm, height: 200mm, margin: 0mm)
#set text(font: "Noto Sans")
#let parts = json("parts.json")
#block(height: 200mm - ROOM)[]
#columns-of(parts, ((left: LEFT, right: RIGHT, torn: TORN),), -1, (table: "Table"))
"""


@pytest.mark.parametrize(
    ("left", "right", "torn"),
    [("((0, 0),)", "((0, 1),)", "false"), ("((0, 0), (0, 1))", "()", "false"),
     ("((0, 1),)", "()", "true")],
)  # fmt: skip
@pytest.mark.parametrize("room", [60, 20])
def test_rows_of_a_table_in_a_column_are_never_set_one_upon_the_other(
    tmp_path, room, left, right, torn
):
    rows = [[f"Row {number}", "said"] for number in range(7)]
    heads = [{"head": head, "align": "left"} for head in ("Name", "What")]
    table = {
        "type": "table", "anchor": "a1", "number": "", "title": [], "subtitle": None, "note": None,
        "columns": measured(heads, rows), "whole": True,
        "rows": [{"cells": cells, "strong": False} for cells in rows],
    }  # fmt: skip
    part = {
        "number": "A", "topic": "Consent", "anchor": "a0", "headline": [], "finding": None,
        "running": "", "appendix": True, "groups": [table],
    }  # fmt: skip
    shutil.copytree(asset_path("typst"), tmp_path, dirs_exist_ok=True)
    (tmp_path / "parts.json").write_text(json.dumps([part]), encoding="utf-8")
    main = tmp_path / "main.typ"
    placed = {"ROOM": f"{room}mm", "LEFT": left, "RIGHT": right, "TORN": torn}
    told = re.sub("ROOM|LEFT|RIGHT|TORN", lambda word: placed[word[0]], TEMPLATE)
    main.write_text(told, encoding="utf-8")

    content = typst.compile(
        main, root=tmp_path, font_paths=[asset_path("fonts")], ignore_system_fonts=True
    )

    found = {}
    for number, page in enumerate(PdfReader(BytesIO(content)).pages):
        page.extract_text(
            visitor_text=lambda text, here, *_, number=number: found.setdefault(
                text.strip(), (number, here[4], here[5])
            )
        )
    places = sorted(at for text, at in found.items() if text.startswith("Row"))
    assert len(places) == len(rows)
    for (page, left_edge, low), (other, beside, high) in pairwise(places):
        assert (page, left_edge) != (other, beside) or high - low > 9
