"""The appendix: what is wide over the page, the rest in columns, nothing printed over another."""

import datetime as dt
import io

import pypdf

from document import example, runs
from rapport.press.render.pdf import render_pdf
from rapport.press.render.pdf.segments import HEADLINE, cut_segments

WIDE, NARROW = {"narrow": 0}, {"narrow": 100.0}
TABLE, HEADING, PROSE = {"type": "table"}, {"type": "heading"}, {"type": "passage"}


def test_a_heading_goes_with_what_follows_it():
    parts = [{"groups": [PROSE, HEADING, TABLE, PROSE]}]
    sizes = [{"groups": [{}, {}, WIDE, {}]}]

    found = cut_segments(parts, sizes, [0])

    assert [segment.is_wide for segment in found] == [False, True, False]
    assert [segment.parts[0] for segment in found] == [[HEADLINE, 0], [1, 2], [3]]


def test_narrow_neighbours_of_two_parts_share_their_columns():
    parts = [{"groups": [PROSE, TABLE]}, {"groups": [PROSE]}]
    sizes = [{"groups": [{}, NARROW]}, {"groups": [{}]}]

    [found] = cut_segments(parts, sizes, [0, 1])

    assert found.parts == {0: [HEADLINE, 0, 1], 1: [HEADLINE, 0]}


def test_every_word_of_a_long_appendix_is_printed():
    document = example("en")
    prose = [
        {"type": "paragraph", "text": runs(f"Word{number} " + "and more of it " * 30)}
        for number in range(60)
    ]
    document["appendix"] = [
        {"number": "A", "name": "a", "topic": "Definitions", "anchor": "a", "blocks": prose},
        *document["appendix"],
    ]

    pdf = render_pdf(document, slot=None, date=dt.date(2010, 11, 30))

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert all(f"Word{number} " in " ".join(pages) for number in range(60))
    assert "How to check this report" in pages[-1]


def test_a_table_with_nothing_beside_it_stands_over_the_page():
    parts = [{"groups": [TABLE, HEADING, TABLE, TABLE]}]
    sizes = [{"groups": [WIDE, {}, NARROW, WIDE]}]

    found = cut_segments(parts, sizes, [0])

    assert [(segment.is_wide, segment.parts[0]) for segment in found] == [
        (True, [HEADLINE, 0, 1, 2, 3])
    ]
