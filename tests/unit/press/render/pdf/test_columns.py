"""Where two columns of the appendix part, from heights alone."""

import json
import re
import shutil
from io import BytesIO
from itertools import pairwise

import pytest
import typst
from pypdf import PdfReader

from rapport.assets.files import asset_path
from rapport.press.render.pdf.columns import LINE, Flowing, plan_columns
from rapport.press.render.pdf.texts import measured

HEAD = Flowing(15, 16, is_head=True)


def text(lines: int) -> Flowing:
    return Flowing(lines * LINE, 6)


def test_short_parts_end_about_equally_high():
    parting, end = plan_columns([HEAD, text(10), HEAD, text(10)], 700.0, 700.0)

    assert parting == 2
    assert end == 15 + 6 + 10 * LINE


def test_columns_never_part_after_a_head():
    blocks = [text(2), HEAD, text(20)]

    parting, _ = plan_columns(blocks, 700.0, 700.0)

    assert parting != 2


def test_one_block_is_not_parted():
    assert plan_columns([text(20)], 700.0, 700.0) == (None, 20 * LINE)


def test_of_many_pages_only_the_last_is_parted():
    blocks = [text(20) for _ in range(14)]  # 236 points each: five in two columns of 700

    parting, end = plan_columns(blocks, 700.0, 700.0)

    assert parting is not None
    assert parting > 11
    assert end < 700


def test_columns_that_begin_low_on_a_page_end_on_the_same():
    parting, end = plan_columns([text(5), text(5)], 200.0, 700.0)

    assert (parting, end) == (1, 500 + 5 * LINE)


def test_a_block_longer_than_a_column_flows_on():
    parting, end = plan_columns([text(100)], 700.0, 700.0)

    assert parting is None
    assert end <= 700


TEMPLATE = """
#import "chapters.typ": columns-of
#set page(width: 166mm, height: 200mm, margin: 0mm)
#set text(font: "Noto Sans")
#let parts = json("parts.json")
#block(height: 200mm - ROOM)[]
#columns-of(parts, (needs: 0, blocks: (BLOCKS), parting: PARTING), -1, (table: "Table"))
"""


@pytest.mark.parametrize(
    ("blocks", "parting"),
    [("(0, 0), (0, 1)", "(0, 1)"), ("(0, 0), (0, 1)", "none"), ("(0, 1),", "none")],
)
@pytest.mark.parametrize("room", [60, 45, 30, 20])
def test_rows_of_a_table_that_begins_a_column_are_never_set_one_upon_the_other(
    tmp_path, room, blocks, parting
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
    placed = {"ROOM": f"{room}mm", "BLOCKS": blocks, "PARTING": parting}
    told = re.sub("ROOM|BLOCKS|PARTING", lambda word: placed[word[0]], TEMPLATE)
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
    for (page, left, low), (other, beside, high) in pairwise(places):
        assert (page, left) != (other, beside) or high - low > 9
