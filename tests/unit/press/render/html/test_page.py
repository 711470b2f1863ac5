import re
import time
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import pytest

from document import example
from rapport.errors import ChapterError
from rapport.press.render.html import SLOT_CLOSE, SLOT_OPEN, render_html

HOSTILE = "<script>document.title='x'</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}&lt;"
VOID = {"meta", "img", "source", "wbr"}


class Page(HTMLParser):
    """What stands in a page: tags with attributes in order, and text by tag."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.texts, self._open = [], [], []
        self.feed(content.decode("utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("style", "template"):
            self.texts.append((self._open[-1], data))

    def named(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]

    @property
    def text(self):
        return "".join(text for _, text in self.texts)


@pytest.fixture(scope="module")
def pages():
    return {language: render_html(example(language), slot=None) for language in ("en", "zh")}


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, pages):
    return Page(pages[request.param])


def test_a_page_holds_no_script_and_no_address_outside_it(pages):
    page = Page(pages["en"])

    assert not page.named("script", "iframe", "object", "embed", "link", "form", "base")
    for _, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "srcset"):
            assert attrs.get(name, "data:").startswith("data:")
        assert attrs.get("href", "#").startswith("#")
    style = pages["en"].partition(b"<style>")[2].partition(b"</style>")[0]
    assert set(re.findall(rb"url\((.{16})", style)) == {b"data:font/woff2;"}
    assert b"@import" not in style


def test_the_policy_allows_nothing_but_data(page):
    (policy,) = [m for m in page.named("meta") if m.get("http-equiv")]

    assert policy["content"] == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_language_is_said(pages):
    assert Page(pages["en"]).named("html") == [{"lang": "en"}]
    assert Page(pages["zh"]).named("html") == [{"lang": "zh-Hans"}]


def test_headings_are_in_order_under_one_first(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_picture_has_alternative_text_and_a_size(page):
    pictures = page.named("img")

    assert len(pictures) == 6 + 3
    for picture in pictures:
        assert len(picture["alt"]) > 10
        assert int(picture["width"]) > 0
        assert int(picture["height"]) > 0


def test_a_sparkline_says_its_key_figure(pages):
    alts = [picture["alt"] for picture in Page(pages["en"]).named("img")]

    assert alts[0] == "Net sales over the periods up to November 2010, most recently £1.42m"


def test_figures_come_in_two_shapes_as_outlines(page):
    drawings = [picture for picture in page.named("img") if picture.get("class") == "drawing"]

    assert len(drawings) == 3
    for drawing in drawings:
        kind, _, spelt = drawing["src"].partition(",")
        assert kind == "data:image/svg+xml"
        assert not re.search(r"[\s\"<>#&]", spelt)
        picture = unquote(spelt)
        assert "<text" not in picture
        assert re.findall(r"<svg id='(.)' viewBox='0 0 (\d+)", picture) == [
            ("w", "470"),
            ("n", "260"),
        ]
        assert "@media(max-width:544.5px){#w{display:none}}" in picture
        assert re.fullmatch(r"--w:470[\d.]*/[\d.]+;--n:260[\d.]*/[\d.]+", drawing["style"])


def test_outlines_of_both_shapes_stand_in_a_drawing_once(page):
    for drawing in (each for each in page.named("img") if each.get("class") == "drawing"):
        outlines = re.findall(r"<path id='(g\d+)' d='([^']+)'", unquote(drawing["src"]))

        assert len({path for _, path in outlines}) == len(outlines) > 10


def test_heads_of_tables_say_what_they_head(page):
    heads = page.named("th")

    assert {head["scope"] for head in heads} == {"col", "row"}


def test_every_link_leads_to_an_anchor_and_anchors_occur_once(page):
    anchors = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    links = [attrs["href"].removeprefix("#") for attrs in page.named("a")]

    assert len(anchors) == len(set(anchors))
    assert set(links) <= set(anchors)


def test_values_carry_their_id(pages):
    ids = [attrs["data-v"] for attrs in Page(pages["en"]).named("span") if "data-v" in attrs]

    assert "churn.rate.month" in ids


def test_chinese_headlines_break_between_clauses_first(pages):
    page = pages["zh"].decode()

    assert page.count('<span class="clause">') >= 5
    assert "\u200b" not in page.partition("</head>")[2]


def test_every_text_of_the_tree_stands_on_the_page(page, pages):
    for document in (example("en"), example("zh")):
        text = Page(pages[document["language"]]).text
        for block in document["chapters"][1]["blocks"]:
            if block["type"] == "table":
                cells = [cell for row in block["rows"] for cell in row["cells"]]
                assert all(cell in text for cell in cells)
            if "text" in block:
                whole = "".join(run["text"] for run in block["text"]).replace("\u200b", "")
                assert whole in text


def spoil(node):
    """Put hostile text into every text of a tree that a customer's words could reach."""
    if isinstance(node, list):
        return [spoil(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: spoil(each) for key, each in node.items()}
    for key in ("text", "name", "value", "head", "title", "topic", "alt", "label"):
        if isinstance(made.get(key), str) and "source" not in key:
            made[key] += HOSTILE
    for row in made.get("rows", []):
        if isinstance(row, dict) and "cells" in row:
            row["cells"] = [cell + HOSTILE for cell in row["cells"]]
    return made


def test_hostile_text_stays_text(pages):
    document = spoil(example("en"))
    document["chapters"][0]["name"] = "summary"

    page = Page(render_html(document, slot=None))

    plain = Page(pages["en"])
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert [sorted(attrs) for _, attrs in page.tags] == [sorted(a) for _, a in plain.tags]
    assert page.text.count(HOSTILE) > 100
    assert HOSTILE in page.named("img")[0]["alt"]


def test_a_hostile_label_of_a_figure_is_drawn_and_not_run():
    document = example("en")
    figure = document["front"]["figure"]
    label = "&lt;script&gt;alert(1)&lt;/script&gt;"
    for shape in ("wide", "narrow"):
        figure[shape] = figure[shape].replace("More customers", label)

    page = Page(render_html(document, slot=None))

    for drawing in page.named("img"):
        assert "script" not in unquote(drawing["src"])


def test_equal_trees_give_equal_bytes(pages):
    assert render_html(example("zh"), slot=None) == pages["zh"]


def test_the_slot_stands_once_as_given_and_nothing_else_moves(pages):
    slot = b'{"slot":"rapport/1 032768","block":"' + b"aZ09!#$%()*+,./:;=?@[]^_{|}" * 1000 + b'"}'

    page = render_html(example("en"), slot=slot)

    assert page.count(slot) == page.count(SLOT_OPEN) == 1
    assert page.replace(SLOT_OPEN + slot + SLOT_CLOSE + b"\n", b"") == pages["en"]
    Page(page)


@pytest.mark.parametrize("slot", ["槽".encode(), b"a<b"])
def test_a_slot_that_could_end_its_element_is_refused(slot):
    with pytest.raises(ValueError, match="slot: not ASCII, or holds '<'"):
        render_html(example("en"), slot=slot)


def test_text_cannot_forge_the_slot():
    document = example("en")
    document["unit"]["title"] = SLOT_OPEN.decode() + SLOT_CLOSE.decode()

    page = render_html(document, slot=b"block")

    assert page.count(SLOT_OPEN) == 1


def test_a_tree_that_is_not_whole_is_not_rendered():
    document = example("en")
    document["front"]["figure"]["alt"] = ""

    with pytest.raises(ChapterError, match="no alternative text"):
        render_html(document, slot=None)


def test_page_one_may_be_a_headline_alone():
    document = example("en")
    document["front"] |= {"lead": [], "mind": None, "cards": [], "figure": None, "actions": None}
    document["chapters"] = []

    page = Page(render_html(document, slot=None))

    assert "November sales rose" in page.text


def test_bands_stand_across_page_one():
    document = example("en")
    document["bands"] = ["Sample data"]

    assert ("p", "Sample data") in Page(render_html(document, slot=None)).texts


def test_forty_figures_are_rendered_within_their_budget(pages):
    document = example("en")
    churn = document["chapters"][1]
    drawn = churn["blocks"][3]
    churn["blocks"] = [churn["blocks"][0]]
    for place in range(1, 41):
        number = {"number": f"6.{place}", "anchor": f"figure-6-{place}"}
        shapes = {
            shape: drawn[shape].replace("1,558", f"{place},558") for shape in ("wide", "narrow")
        }
        churn["blocks"].append(drawn | number | shapes)

    started = time.process_time()
    page = render_html(document, slot=None)
    spent = time.process_time() - started

    assert page.count(b'class="drawing"') == 41
    # 1.5 is for the whole of it; what is imported is not measured here, so half is left to it.
    assert spent < 0.75
