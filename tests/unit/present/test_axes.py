"""A field draws what matplotlib's own Axes draw, and only what is asked for."""

import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from rapport.present.axes import Axes
from rapport.present.compact import compact
from rapport.present.draw import texts_of, to_svg
from rapport.present.lettering import Words
from rapport.present.theme import RULE, settings

# Powers of two, so that shares of the sheet are exact and ids made of places are the same.
SIZE = (256.0, 128.0)


@pytest.fixture(autouse=True)
def theme():
    with mpl.rc_context(settings()):
        yield


@pytest.fixture
def axes():
    axes = Axes(64, 32, 224, 112)
    axes.set_xlim(0, 8)
    axes.set_ylim(4, -1)
    return axes


@pytest.fixture
def theirs():
    figure = Figure(figsize=(SIZE[0] / 72, SIZE[1] / 72), dpi=72)
    figure.patch.set_visible(False)
    axes = figure.add_axes((64 / 256, 32 / 128, 160 / 256, 80 / 128))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set(xlim=(0, 8), ylim=(4, -1), xticks=[], yticks=[])
    return axes


def drawn(axes):
    return to_svg(SIZE, [axes])


def drawn_by_them(axes):
    target = io.StringIO()
    none = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    FigureCanvasSVG(axes.figure).print_svg(target, metadata=none)
    return compact(target.getvalue())


def test_lines_dots_and_bands_are_those_of_matplotlib(axes, theirs):
    xs, ys = [0, 1, 2, 5, 9], [0.5, 1.25, np.nan, 3, 3.5]
    low, high = np.array(ys) - 0.25, np.array(ys) + 0.5
    axes.fill_between(xs, low, high, color="#0b5fa5", alpha=0.2, linewidth=0)
    axes.line(xs, ys, color="#0b5fa5", linewidth=1.8, linestyle=(0, (3, 2)))
    axes.step(xs[:2], ys[:2], color="#b4441f")
    axes.dots(1, 1.25, color="#b4441f", markersize=6, markeredgewidth=0)
    axes.axvline(3, color="#52606d", linewidth=0.8, zorder=1)
    axes.vlines([4, 6], [0, 1], [2, 3], color="#0b5fa5", linewidth=1.2)

    theirs.fill_between(xs, low, high, color="#0b5fa5", alpha=0.2, linewidth=0)
    theirs.plot(xs, ys, color="#0b5fa5", linewidth=1.8, linestyle=(0, (3, 2)))
    theirs.step(xs[:2], ys[:2], where="post", color="#b4441f")
    theirs.plot(1, 1.25, "o", color="#b4441f", markersize=6, markeredgewidth=0)
    theirs.axvline(3, color="#52606d", linewidth=0.8, zorder=1)
    theirs.vlines([4, 6], [0, 1], [2, 3], color="#0b5fa5", linewidth=1.2)

    assert drawn(axes) == drawn_by_them(theirs)


def test_bars_and_words_are_those_of_matplotlib(axes, theirs):
    axes.rect((1, 1.7), 4, 0.6, facecolor="#0b5fa5", zorder=2)
    axes.rect((5, 0.7), -2, 0.6, facecolor="#b4441f", edgecolor="#ffffff", linewidth=0.5)
    axes.text(3, 2, "+£74.3k <10", ha="center", color="#ffffff")
    axes.text(5, 1, "销售额", shift=(4, 0), weight="bold")

    theirs.barh(2, 4, 0.6, left=1, color="#0b5fa5", zorder=2)
    theirs.barh(1, -2, 0.6, left=5, color="#b4441f", edgecolor="#ffffff", linewidth=0.5)
    theirs.text(3, 2, "+£74.3k <10", ha="center", va="center", color="#ffffff")
    theirs.annotate("销售额", (5, 1), (4, 0), textcoords="offset points", va="center",
                    weight="bold", annotation_clip=False)  # fmt: skip

    assert drawn(axes) == drawn_by_them(theirs)


def test_ticks_and_rules_are_those_of_matplotlib(axes, theirs):
    axes.set_xticks([0, 4, 8], ["0", "4", "8 weeks"])
    axes.set_yticks([0, 1, 2, 3], ["new", "two\nlines", "bold", "last"], rules="whole",
                    color="#1f2933", leading=0.9, strong=frozenset({2}))  # fmt: skip

    theirs.set_xticks([0, 4, 8], ["0", "4", "8 weeks"])
    theirs.set_yticks([0, 1, 2, 3], ["new", "two\nlines", "bold", "last"])
    theirs.yaxis.grid(visible=True, color=RULE, linewidth=0.6, clip_on=False)
    theirs.tick_params(axis="y", labelcolor="#1f2933")
    for text in theirs.get_yticklabels():
        text.set_linespacing(0.9)
    theirs.get_yticklabels()[2].set_fontweight("bold")

    assert drawn(axes) == drawn_by_them(theirs)


def test_ticks_at_the_top_are_those_of_matplotlib(axes, theirs):
    axes.set_xticks([0, 4], ["orders", "order\nlines"], is_far=True, length=0.0, leading=0.9)

    theirs.set_xticks([0, 4], ["orders", "order\nlines"])
    theirs.xaxis.tick_top()
    theirs.tick_params(axis="x", length=0)
    for text in theirs.get_xticklabels():
        text.set_linespacing(0.9)

    assert drawn(axes) == drawn_by_them(theirs)


def test_a_logarithmic_scale_is_that_of_matplotlib(theirs):
    axes = Axes(64, 32, 224, 112, "log")
    axes.set_xlim(0.1, 10)
    axes.set_ylim(4, -1)
    axes.set_xticks([0.5, 1, 2], ["0.5", "1", "2"], rules="clipped", length=0.0)
    axes.line([0.2, 4], [1, 1], color="#0b5fa5")

    theirs.set_xscale("log")
    theirs.set_xlim(0.1, 10)
    theirs.minorticks_off()
    theirs.set_xticks([0.5, 1, 2], ["0.5", "1", "2"])
    theirs.xaxis.grid(visible=True, color=RULE, linewidth=0.6)
    theirs.tick_params(axis="x", length=0)
    theirs.plot([0.2, 4], [1, 1], color="#0b5fa5")

    assert drawn(axes) == drawn_by_them(theirs)


def test_a_tick_outside_the_limits_is_neither_drawn_nor_a_text(axes):
    axes.set_xticks([-1, 0, 8, 8.5], ["before", "first", "last", "after"])

    assert [words.text for words in axes.all_words()] == ["first", "last"]
    assert texts_of(drawn(axes)) == ["first", "last"]


def test_limits_that_are_set_late_move_what_was_drawn_before():
    early, late = Axes(64, 32, 224, 112), Axes(64, 32, 224, 112)
    early.set_xlim(0, 8)
    for axes in (early, late):
        axes.line([1, 2], [0.2, 0.4], color="#0b5fa5")
        axes.text(1, 0.5, "name")
    late.set_xlim(0, 8)

    assert drawn(early) == drawn(late)


def test_a_bare_field_has_neither_ticks_nor_a_ground():
    axes = Axes(0, 0, *SIZE, "bare")
    axes.set_xticks([0.5], ["middle"])

    assert axes.all_words() == []
    assert drawn(axes).count("<path") == 0


def test_words_that_are_not_shown_are_not_drawn(axes):
    words = axes.text(1, 1, "dropped")
    words.is_shown = False

    assert texts_of(to_svg(SIZE, [axes], [Words("", (9, 9)), Words("kept", (9, 9))])) == ["kept"]
