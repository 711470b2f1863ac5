"""Words take up what matplotlib's own texts take up, and are measured once."""

import io

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from rapport.present.ink import measure_em
from rapport.present.labels import LANGUAGES, all_labels
from rapport.present.lettering import Words, measure
from rapport.present.theme import FAMILIES, register_fonts, settings

TEXTS = ("0", "+£1,422.7k", "yg", "销售额（净）", "Sep\n2025", "一月\n2026年", "a\n\nb", "−3.2 △")


# matplotlib rounds every step of the pen to a 64th of a pixel, at a hundred pixels an em.
ROUNDED = 0.02


@pytest.fixture(autouse=True)
def theme():
    with mpl.rc_context(settings()):
        yield


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("ha", "va"), [("left", "top"), ("center", "center"), ("right", "bottom")])
@pytest.mark.parametrize(("weight", "leading"), [("normal", 0.9), ("bold", 1.2)])
def test_a_box_is_that_of_matplotlibs_text(text, ha, va, weight, leading):
    figure = Figure(figsize=(4, 2), dpi=72)
    renderer = RendererSVG(288, 144, io.StringIO(), image_dpi=72)
    theirs = figure.text(0.5, 0.5, text, ha=ha, va=va, weight=weight, linespacing=leading, size=8.5)

    box = Words(text, (144, 72), ha=ha, va=va, weight=weight, leading=leading).box()

    assert box == pytest.approx(theirs.get_window_extent(renderer).extents, abs=ROUNDED)


@pytest.mark.parametrize("text", [text for text in TEXTS if "\n" not in text])
def test_one_line_is_as_high_as_its_font(text):
    figure = Figure(figsize=(4, 2), dpi=72)
    renderer = RendererSVG(288, 144, io.StringIO(), image_dpi=72)
    theirs = figure.text(0.5, 0.5, text, va="center", size=8.5)

    box = Words(text, (144, 72)).box()

    assert box == pytest.approx(theirs.get_window_extent(renderer).extents, abs=ROUNDED)


def test_a_place_is_taken_through_its_frame_and_then_shifted():
    frame = Affine2D().scale(10, 2).translate(5, 1)

    assert Words("a", (3, 4), shift=(-1, 2), frame=frame).place == (34.0, 11.0)
    assert Words("a", (3, 4), shift=(-1, 2)).place == (2.0, 6.0)


def test_a_line_is_measured_once_for_all_drawings():
    measure_em.cache_clear()

    sizes = [measure("a line of its own", 8.5, "normal") for _ in range(3)]

    assert measure_em.cache_info().misses == 1
    assert len(set(sizes)) == 1
    assert measure("a line of its own", 17.0, "normal")[0] == pytest.approx(2 * sizes[0][0])


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_labels_are_as_wide_as_matplotlib_draws_them(weight):
    font = FontProperties(family=list(FAMILIES), size=100, weight=weight)
    register_fonts()
    labels = [forms[language] for forms in all_labels().values() for language in LANGUAGES][::40]

    for text in labels:
        theirs = text_to_path.get_text_width_height_descent(text, font, ismath=False)
        assert measure(text, 100, weight) == pytest.approx(theirs, abs=0.5), text


def test_nothing_and_what_no_font_draws_have_a_size_of_their_own():
    assert measure("", 8.5, "normal") == (0, 0, 0)
    assert measure(" ", 8.5, "normal")[1:] == (0, 0)
    assert measure("\U0001f600", 8.5, "normal")[0] > 0
