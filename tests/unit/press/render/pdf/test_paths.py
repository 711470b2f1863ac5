import re
import xml.etree.ElementTree as ET

import pytest

from rapport.errors import RapportError
from rapport.press.render.pdf.glyphs import outline, shape
from rapport.press.render.pdf.paths import svg_to_paths

FAMILIES = "font-family: 'Noto Sans', 'Noto Sans SC'"


def svg(inside: str, *, size: str = 'width="100pt" height="50pt" viewBox="0 0 100 50"') -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE svg>'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f" {size}>{inside}</svg>"
    )


def text(words: str, style: str = "", at: str = 'x="50" y="20"') -> str:
    return svg(f'<text style="font-size: 10px; {FAMILIES}; {style}" {at}>{words}</text>')


def shift(picture: str) -> float:
    found = re.search(r"translate\(([-\d.]+) ", picture)
    assert found is not None
    return float(found[1])


def test_text_becomes_outlines_and_none_is_left():
    [picture] = svg_to_paths([text("£1.42m 销售额")])

    assert "<text" not in picture
    assert "font-family" not in picture
    assert len(re.findall("<use ", picture)) == 9  # ten characters, the blank has no outline


def test_size_and_view_box_stay():
    size = 'width="470.551181pt" height="127.5pt" viewBox="0 0 470.551181 127.5"'

    [picture] = svg_to_paths([svg('<path d="M 0 0 L 1 1"/>', size=size)])

    root = ET.fromstring(picture)
    assert root.get("viewBox") == "0 0 470.551181 127.5"
    assert float(root.get("width", "").removesuffix("pt")) == pytest.approx(470.55)


def test_centred_text_starts_half_its_width_to_the_left():
    width = shape("1,558", ("Noto Sans",), bold=False).advance * 10

    [start] = svg_to_paths([text("1,558", "text-anchor: start")])
    [middle] = svg_to_paths([text("1,558", "text-anchor: middle")])
    [end] = svg_to_paths([text("1,558", "text-anchor: end")])

    assert shift(start) == 50
    assert shift(middle) == pytest.approx(50 - width / 2, abs=0.01)
    assert shift(end) == pytest.approx(50 - width, abs=0.01)


def test_bold_text_has_other_outlines():
    [regular] = svg_to_paths([text("6")])
    [bold] = svg_to_paths([text("6", "font-weight: 700")])

    assert regular != bold


def test_a_character_comes_from_the_first_family_that_has_it():
    line = shape("A销", ("Noto Sans", "Noto Sans SC"), bold=False)

    assert [glyph.face for glyph in line.glyphs] == ["NotoSans-Regular", "NotoSansSC-Regular"]


def test_rare_characters_of_real_names_have_outlines():
    line = shape("堃喆镕赟祎玥", ("Noto Sans", "Noto Sans SC"), bold=True)

    assert all(outline(glyph.face, glyph.number)[0] for glyph in line.glyphs)


def test_a_character_without_a_font_is_an_error_that_names_it():
    with pytest.raises(RapportError, match=r"no font of the report has U\+0641"):
        svg_to_paths([text("ف")])


def test_a_figure_is_the_same_bytes_wherever_it_stands():
    one, other = text("one"), text("other")

    assert svg_to_paths([one, other])[0] == svg_to_paths([other, one, one])[1]


def test_references_follow_the_new_ids():
    [picture] = svg_to_paths(
        [
            svg(
                '<defs><path id="m1504cf" d="M 0 0 L 0 3.5"/><clipPath id="p5"><rect width="9" '
                'height="9"/></clipPath></defs><g id="axes_1"><use xlink:href="#m1504cf" x="1"/>'
                '<path d="M 1 2" clip-path="url(#p5)"/></g>'
            )
        ]
    )

    ids = re.findall(r'\bid="([^"]+)"', picture)
    assert sorted(re.findall(r"#([^\")]+)", picture)) == sorted(ids)
    assert "axes_1" not in picture


def test_comments_metadata_and_document_type_go():
    [picture] = svg_to_paths([svg("<!-- by a tool --><metadata>who</metadata><path d='M 0 0'/>")])

    assert "tool" not in picture
    assert "who" not in picture
    assert "DOCTYPE" not in picture


def test_numbers_are_rounded_to_hundredths_of_a_point():
    [picture] = svg_to_paths([svg('<path d="M 75.395132 -0.004 \nL 0.5 1.996\nz"/>')])

    assert 'd="M75.4,0L0.5,2z"' in picture


def test_markup_in_labels_stays_text_of_a_title():
    [picture] = svg_to_paths([svg("<title>a &lt;b&gt; &amp; c</title>")])

    assert "a &lt;b&gt; &amp; c" in picture


def test_empty_text_leaves_nothing():
    [picture] = svg_to_paths([text("  ")])

    assert "<g" not in picture


def test_text_that_figures_do_not_use_is_refused():
    with pytest.raises(ValueError, match="dominant-baseline"):
        svg_to_paths([text("x", "dominant-baseline: middle")])


def test_pieces_of_a_text_stand_at_their_own_places():
    pieces = '<tspan x="5" y="7">a</tspan><tspan x="9" y="0.5" style="fill: #0b5fa5">b</tspan>'

    [picture] = svg_to_paths([text(pieces)])

    assert re.findall(r"translate\(([^)]+)\)", picture) == ["5 7", "9 0.5"]
    assert "fill:#0b5fa5" in picture


def test_nothing_to_convert_gives_nothing():
    assert svg_to_paths([]) == []
