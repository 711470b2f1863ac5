"""Nothing outside the sheet, no text on text; labels move or go before anything fails."""

import matplotlib as mpl
import pytest

from rapport.errors import ChapterError
from rapport.present.canvas import ABOVE, BELOW, Canvas, Look
from rapport.present.geometry import settle, spread
from rapport.present.theme import settings
from rapport.present.values import Value, text_value


@pytest.fixture
def canvas():
    with mpl.rc_context(settings()):
        yield Canvas("en", "wide", 40)


@pytest.fixture
def axes(canvas):
    axes = canvas.axes(left=10, right=10, top=10, bottom=10)
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    return axes


def named(name):
    return [text_value("a.b", name)]


def test_names_are_moved_apart_and_stay_inside():
    assert spread([5.0, 5.0], 4.0, 0.0, 10.0) == [3.0, 7.0]
    assert spread([0.0, 0.0, 9.0], 4.0, 0.0, 10.0) == [0.0, 4.0, 9.0]
    assert spread([9.0, 9.5], 4.0, 0.0, 10.0) == [6.0, 10.0]
    assert spread([], 4.0, 0.0, 10.0) == []


def test_text_over_the_edge_is_refused(canvas):
    canvas.write(160, 20, "far too long for this place")

    with pytest.raises(ChapterError, match="reaches over the edge"):
        settle(canvas)


def test_text_on_text_is_refused(canvas):
    canvas.write(20, 20, "one word")
    canvas.write(22, 20, "another")

    with pytest.raises(ChapterError, match="'another' lies on 'one word'"):
        settle(canvas)


def test_ticks_are_texts_too(canvas, axes):
    axes.set_xticks([5.0, 5.1], ["five", "and a bit"])

    with pytest.raises(ChapterError, match="lies on"):
        settle(canvas)


def test_text_smaller_than_eight_points_is_refused(canvas):
    canvas.write(20, 20, "tiny", size=7)

    with pytest.raises(ChapterError, match="'tiny' is 7 pt"):
        settle(canvas)


def test_the_more_important_label_stays_and_the_other_moves(canvas, axes):
    small = canvas.label(axes, (5, 5), named("small"), look=Look(rank=1))
    large = canvas.label(axes, (5, 5), named("large"), look=Look(rank=2))

    settle(canvas)

    assert large.va == "bottom"
    assert small.va == "top"


def test_a_label_without_any_place_is_dropped(canvas, axes):
    for rank in range(3):
        canvas.label(axes, (5, 5), named(f"label {rank}"), look=Look(rank=rank))

    settle(canvas)

    shown = [label.text.text for label in canvas.labels if label.text.is_shown]
    assert shown == ["label 1", "label 2"]


def test_a_label_that_must_stand_is_never_dropped(canvas, axes):
    for rank in range(3):
        look = Look(rank=rank, is_required=True)
        canvas.label(axes, (5, 5), named(f"label {rank}"), look=look)

    with pytest.raises(ChapterError, match="no room for 'label 0'"):
        settle(canvas)


def test_no_label_lies_on_a_highlighted_line(canvas, axes):
    line = axes.line([0, 10], [6.2, 6.2])
    canvas.highlight(line)
    label = canvas.label(axes, (5, 5), named("name"), places=(ABOVE, BELOW))

    settle(canvas)

    assert label.va == "top"


@pytest.mark.parametrize("bare", ["5.3%", 5, 0.05])
def test_a_direct_label_holds_values_only(canvas, axes, bare):
    with pytest.raises(TypeError, match="a direct label holds"):
        canvas.label(axes, (5, 5), [bare])


def test_a_long_row_name_takes_two_lines_of_equal_width(canvas):
    long = "Gross spend in the last ninety days, order days and days since"
    chinese = "距上次购买的天数与窗口内的购买天数以及近九十天内的销售总额之和"

    wrapped = canvas.wrapped([long, "short", chinese], beside=10)

    assert wrapped[0].split("\n") == [
        "Gross spend in the last ninety",
        "days, order days and days since",
    ]
    assert wrapped[1] == "short"
    assert len(wrapped[2].split("\n")) == 2


def test_a_row_name_that_would_fill_the_sheet_is_cut(canvas):
    wrapped = canvas.wrapped(["word " * 60, "x" * 400, "y" * 90], beside=0)
    in_low_rows = canvas.wrapped(["word " * 60] * 9, beside=0)

    assert all(canvas.widest([name]) <= 83 for name in wrapped + in_low_rows)
    assert wrapped[0].count("…") == 2
    assert in_low_rows[0].count("\n") == 0


def test_a_label_shows_its_parts_side_by_side(canvas):
    rate = Value("a.b", 0.37, "ratio", "share")

    assert canvas.join([(rate, "whole"), *named("1st order")]) == "37%\u00a0\u00a01st order"
