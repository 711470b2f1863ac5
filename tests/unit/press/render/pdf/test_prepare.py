import datetime as dt

import pytest

from document import example, runs
from rapport.press.render.pdf.prepare import prepare
from rapport.press.render.pdf.texts import measured, pieces

DATE = dt.date(2010, 11, 30)


def groups(*blocks: dict) -> list[dict]:
    document = example("en")
    document["chapters"] = [
        {"number": "1", "name": "a", "topic": "A", "anchor": "a", "blocks": list(blocks)}
    ]
    tree = prepare(document, date=DATE, has_slot=False)
    return tree["parts"][0]["groups"]


def paragraph(words: str = "Text.") -> dict:
    return {"type": "paragraph", "text": runs(words)}


def aside(words: str = "Note.") -> dict:
    return {"type": "aside", "title": None, "text": runs(words)}


def heading(level: int) -> dict:
    return {"type": "heading", "level": level, "text": runs("Heading")}


def figure(size: str) -> dict:
    template = example("en")["front"]["figure"]
    return {**template, "wide": f'<svg xmlns="http://www.w3.org/2000/svg" {size}></svg>'}


def test_notes_stand_beside_the_text_between_two_headings():
    made = groups(paragraph(), aside(), paragraph(), heading(2), paragraph())

    assert [group["type"] for group in made] == ["passage", "heading", "passage"]
    assert [len(made[0]["blocks"]), len(made[0]["asides"])] == [2, 1]
    assert made[2]["asides"] == []


def test_no_level_of_headings_is_left_out():
    made = groups(heading(3), heading(3), heading(2), heading(3))

    assert [group["level"] for group in made] == [2, 3, 2, 3]


def test_a_second_headline_is_a_heading_of_its_chapter():
    made = groups(
        {"type": "headline", "text": runs("First")}, {"type": "headline", "text": runs("Second")}
    )

    assert [(group["type"], group["level"]) for group in made] == [("heading", 2)]


@pytest.mark.parametrize(
    ("size", "width"),
    [
        ('width="166mm" height="60mm"', 470.55),
        ('width="340.16pt" height="100pt"', 340.16),
        ('width="800px" height="100px"', 470.55),
        ('width="470.55pt" height="1077.17pt"', 235.27),
        ("", 470.55),
    ],
)
def test_figures_keep_their_size_unless_the_page_is_too_small(size, width):
    [made] = groups(figure(size))

    assert made["width"] == pytest.approx(width, abs=0.01)


def test_names_of_anchors_are_the_templates_own():
    document = example("en")
    document["chapters"][1]["anchor"] = 'x") #eval("'

    tree = prepare(document, date=DATE, has_slot=False)

    names = [part["anchor"] for part in tree["parts"]]
    assert len(set(names)) == len(names)
    assert all(name[0] == "a" and name[1:].isdigit() for name in names)


def test_a_table_of_many_rows_is_set_closer():
    template = next(b for b in example("en")["chapters"][1]["blocks"] if b["type"] == "table")
    row = template["rows"][0]

    [short] = groups({**template, "rows": [row] * 16})
    [many] = groups({**template, "rows": [row] * 17})

    assert [short["whole"], many["whole"]] == [True, False]


def test_columns_know_their_widest_cell_and_the_widest_word_of_their_head():
    template = next(b for b in example("en")["chapters"][1]["blocks"] if b["type"] == "table")
    heads = [{"head": "Net sales", "align": "left"}]
    rows = [{"cells": [cell], "strong": False} for cell in ["abc", "四个汉字", "1234567"]]

    [made] = groups({**template, "columns": heads, "rows": rows})

    [column] = made["columns"]
    assert column["cell"] == pytest.approx(7 * 0.572)
    assert column["word"] < column["whole"] < 2 * column["word"]


def test_a_headline_without_places_to_break_is_one_loose_piece():
    [piece] = pieces([{"text": "November sales "}, {"text": "rose"}])

    assert piece["kept"] is False


def test_opening_and_closing_marks_stay_outside_of_kept_pieces():
    found = pieces([{"text": "“回购”，\u200b（九成）\u200b再来；"}])

    told = [("".join(run["text"] for run in piece["runs"]), piece["kept"]) for piece in found]
    assert told == [
        ("“", False),
        ("回购", True),
        ("”，", False),
        ("（", False),
        ("九成", True),
        ("）", False),
        ("再来", True),
        ("；", False),
    ]


def test_a_chinese_head_wraps_before_its_unit_and_nowhere_else():
    [column] = measured([{"head": "客均消费（英镑）", "align": "right"}], [["1"]])

    assert column["word"] == pytest.approx(column["whole"] / 2)
