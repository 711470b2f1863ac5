"""What the sample unit's run drew: every figure in both languages and shapes, and its words."""

import re

import pytest
import sample_project as sample

from pictures import find_all, find_faults

TALLEST = 160.0
"""Millimetres of a narrow figure: a phone shows less than that at once."""


@pytest.fixture(scope="module")
def figures(pressed):
    return [one for stem in pressed for one in sample.bundles_of(pressed[stem].notebook, "figure")]


def test_every_chapter_draws(figures):
    chapters = {figure["id"].partition(".")[0] for figure in figures}

    assert {stem.partition("_")[2] for stem in sample.CHAPTERS} == chapters


def test_no_text_is_small_over_the_edge_or_on_another(figures):
    assert [fault for figure in figures for fault in find_all(figure)] == []


def test_the_check_finds_each_fault():
    text = '<text style="font-size: {}px; text-anchor: {}" x="{}" y="{}">{}</text>'
    places = [(7, "start", 1, 20, "small"), (9, "end", 5, 40, "outside")]
    places += [(9, "start", 50, 60, "one"), (9, "middle", 55, 62, "two")]
    said = [text.format(*place) for place in places]
    svg = f'<svg width="100pt" height="80pt">{"".join(said)}</svg>'

    assert find_faults(svg) == [
        "'small' is 7 pt", "'outside' is over the edge", "'two' lies on 'one'",
    ]  # fmt: skip


def test_figures_are_as_wide_as_their_shapes_and_no_higher_than_a_page_allows(figures):
    for figure in figures:
        for shapes in figure["shapes"].values():
            for shape, width in (("wide", 166), ("narrow", 92)):
                sides = re.match(r'<svg [^>]*width="([\d.]+)pt" height="([\d.]+)pt"', shapes[shape])
                across, up = (float(side) / 72 * 25.4 for side in sides.groups())

                assert across == pytest.approx(width, abs=0.1), figure["id"]
                assert up <= (100 if shape == "wide" else TALLEST), figure["id"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_has_a_title_a_subtitle_and_an_alt_text_with_a_number(figures, language):
    for figure in figures:
        for part in ("title", "subtitle"):
            assert "".join(run["text"] for run in figure[part][language]), figure["id"]
        assert re.search(r"\d", figure["alt"][language]), figure["id"]


def test_every_chapter_opens_with_the_figure_of_its_finding(pressed):
    for stem in sample.CHAPTERS[:-1]:
        shown = sample.bundles_of(pressed[stem].notebook, "figure", "table")

        assert shown[0]["type"] == "figure", stem
        assert "table" in [one["type"] for one in shown[1:5]], stem
