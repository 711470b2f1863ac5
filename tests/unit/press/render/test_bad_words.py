"""A customer's words from the frames of a chapter to page and paper: they act nowhere, and stay."""

import datetime as dt
import io
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pypdf
import pytest

from executed import code, notebook, opening, prose
from rapport.present.own_words import show_own
from rapport.present.pieces import describe_figure, describe_table
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.press.render.document import build_documents
from rapport.press.render.frame import Frame
from rapport.press.render.html import render_html
from rapport.press.render.notebook import ExecutedChapter
from rapport.press.render.pdf import render_pdf
from unit.present.figures.own_names import group_dots, segment_bars
from unit.present.hostile_words import HOSTILE

PROGRAM = re.compile(r"\b(nan|NaN|None|inf|NaT)\b")
UNSEEN = set("\u200f\u202e\u2066\u2060\ufeff\x00\x1b")
HEADS = [f"word.{name}" for name in ("other", "unknown")]


def tabled(names, counts):
    frame = pd.DataFrame({"name": names, "n": counts})
    columns = (Column("name", HEADS[0], "label", "text"), Column("n", HEADS[1], "count", "rows"))
    title = Sentence("figures.rate_by_month.title")
    return {"type": "table", **describe_table(TableSpec("bad.names", columns, frame, title))}


def drawn(spec):
    return {"type": "figure", **describe_figure(spec)}


CASES = {
    "hostile": lambda: [tabled(HOSTILE, range(len(HOSTILE))), drawn(segment_bars(HOSTILE[:8]))],
    "300 segments": lambda: [
        tabled(SEGMENTS, range(300)), drawn(segment_bars(SEGMENTS)),
    ],
    "all equal": lambda: [tabled(["a", "b"], [40, 40]), drawn(segment_bars(["a", "b"], low=0.4))],
    "one": lambda: [tabled(["only"], [1]), drawn(segment_bars(["only"]))],
    "missing": lambda: [
        tabled(["a", "b", "c"], [None, 2, None]), drawn(group_dots(["a", "b", "c"], low=np.nan)),
    ],
}  # fmt: skip
SEGMENTS = [f"Segment {number}" for number in range(300)]


class Page(HTMLParser):
    """What stands in a page, and which elements and attributes hold it."""

    def __init__(self):
        super().__init__()
        self.words, self.tags, self.attributes = [], set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.words.append(data)


def print_both(case):
    """Give the words of the page, its elements and attributes, and the words of the PDF."""
    first = prose("# Bad: what?", "# 坏：什么？")
    cells = notebook(first, opening("Bad: what?", "坏：什么？"), code(*CASES[case]()))
    names = {"en": "Shop", "zh": "店"}
    frame = Frame("shop", names, "2026-05", names, names, ("en", "zh"))
    document = build_documents([ExecutedChapter("bad", 2, cells)], frame)["en"]
    page = Page()
    page.feed(render_html(document, slot=None).decode())
    file = render_pdf(document, slot=None, date=dt.date(2026, 5, 31))
    return page, pypdf.PdfReader(io.BytesIO(file))


def squeeze(text):
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


@pytest.mark.parametrize("case", CASES)
def test_page_and_paper_hold_what_was_delivered_and_nothing_of_it_acts(case):
    page, pdf = print_both(case)

    html, paper = "".join(page.words), "".join(each.extract_text() for each in pdf.pages)
    names = [row["cells"][0]["en"] for row in CASES[case]()[0]["rows"]]
    for text in (html, paper):
        assert [name for name in names if squeeze(name) not in squeeze(text)] == []
        assert not PROGRAM.search(text)
        assert not UNSEEN & set(text)
    assert not page.tags & {"script", "iframe", "object", "embed", "svg", "form", "link"}
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not {"/OpenAction", "/AA"} & set(pdf.trailer["/Root"])
    assert "/JavaScript" not in pdf.trailer["/Root"].get("/Names", {})
    links = [note.get_object() for each in pdf.pages for note in each.get("/Annots", ())]
    assert {str(link.get("/A", {}).get("/S", "/GoTo")) for link in links} <= {"/GoTo"}


def test_hostile_words_are_shown_as_they_are_up_to_a_length():
    names = [row["cells"][0]["en"] for row in CASES["hostile"]()[0]["rows"]]

    assert names == [show_own(name) for name in HOSTILE]
    assert {"<script>alert(1)</script>", '#read("/etc/passwd")', "\\input{/etc/passwd}"} <= {*names}
    assert max(map(len, names)) == 160
