"""What a customer's data may hold, in every figure that prints a word of it.

Geometry is checked by `draw` itself: a text over the edge, on another text or on a highlighted
line raises.
"""

import re
from xml.etree import ElementTree as ET

import pytest

from rapport.present.draw import draw, texts_of
from unit.present.figures import figure_samples
from unit.present.figures.own_names import GAPS, MISSING, OWN
from unit.present.hostile_words import HOSTILE

SIDES = [(language, shape) for language in ("en", "zh") for shape in ("wide", "narrow")]
BATCHES = [HOSTILE[at : at + 5] for at in range(0, len(HOSTILE), 5)]
PLAIN = {"svg", "defs", "style", "g", "path", "text", "use", "clipPath", "rect"}


def elements(svg):
    return list(ET.fromstring(svg).iter())


def unseen(text):
    return set(text) & set("\u200b\u200f\u202e\u2060\u2066\ufeff\x00\x1b\r\n\t")


@pytest.mark.parametrize("names", BATCHES, ids=range(len(BATCHES)))
@pytest.mark.parametrize("figure", OWN, ids=lambda figure: figure.__name__)
def test_hostile_names_are_words_of_the_figure_and_nothing_else(figure, names):
    spec = figure([f"{name}{at}" for at, name in enumerate(names)])

    for language, shape in SIDES:
        svg = draw(spec, language, shape)

        assert {each.tag.rpartition("}")[2] for each in elements(svg)} <= PLAIN
        assert not any(name.startswith("on") for each in elements(svg) for name in each.attrib)
        assert not any(map(unseen, texts_of(svg)))
        assert not unseen(spec.alt.text(language))
        assert len(spec.alt.text(language)) < 4000


@pytest.mark.parametrize("figure", OWN, ids=lambda figure: figure.__name__)
def test_three_hundred_groups_are_drawn_as_far_as_they_can_be_read_and_counted(figure):
    spec = figure([f"group {number}" for number in range(300)])

    for language, shape in SIDES:
        texts = texts_of(draw(spec, language, shape))

        assert spec.heights[shape] <= 240
        assert len(texts) < 250
        named = figure.__name__ in ("radar_of", "funnel_bars", "pair_dots", "completeness_heat")
        assert named or any(word in " ".join(texts) for word in ("Not drawn", "未画出"))


@pytest.mark.parametrize("figure", OWN, ids=lambda figure: figure.__name__)
def test_one_group_makes_a_figure(figure):
    for language, shape in SIDES:
        assert texts_of(draw(figure(["only"]), language, shape))


@pytest.mark.parametrize("figure", OWN, ids=lambda figure: figure.__name__)
def test_names_that_are_all_alike_and_long_are_cut_and_never_lie_on_each_other(figure):
    names = [
        f"一个很长的商品名称，长到没有任何一张图能把它放下，还有{number}" * 4 for number in range(6)
    ]

    for language, shape in SIDES:
        draw(figure(names), language, shape)


@pytest.mark.parametrize("figure", GAPS, ids=lambda figure: figure.__name__)
def test_a_number_that_is_missing_leaves_a_gap_and_no_word_of_a_program(figure):
    spec = figure(["one", "two", "three"], low=MISSING)

    for language, shape in SIDES:
        texts = " ".join(texts_of(draw(spec, language, shape))) + spec.alt.text(language)

        assert not re.search(r"\b(nan|NaN|None|inf|NaT)\b", texts)


@pytest.mark.parametrize("figure", figure_samples.SAMPLES, ids=lambda figure: figure.__name__)
def test_no_figure_says_a_word_of_a_program(figure):
    spec = figure()

    texts = " ".join(texts_of(draw(spec, "en", "wide"))) + spec.alt.text("en")

    assert not re.search(r"\b(nan|NaN|None|inf|NaT)\b", texts)
