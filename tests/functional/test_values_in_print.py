"""What a report's tree states, its HTML and its PDF state as often: every number of every value."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from rapport.press.proof.words import count_values
from rapport.press.render.document import build_documents
from rapport.press.render.frame import Frame
from rapport.press.render.notebook import ExecutedChapter
from rapport.press.render.tree import Document
from rapport.press.render.walk import list_figures

LANGUAGES = ("en", "zh")
# Of three characters and more: shorter ones are numbers of pages and chapters, too.
NUMBER = re.compile(r"\d[\d,.]+\d")


class Words(HTMLParser):
    """The words of a page as a reader sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


@pytest.fixture(scope="module")
def documents(made) -> dict[str, Document]:
    """Build the trees of the shop's report again from the notebooks beside it."""
    paths = sorted((made.report / "notebooks").glob("*.ipynb"))
    chapters = [
        ExecutedChapter(path.stem[3:], int(path.stem[:2]), json.loads(path.read_bytes()))
        for path in paths
    ]
    names = {"en": "shop", "zh": "店"}
    return build_documents(chapters, Frame("shop", names, "2026-05", names, names, LANGUAGES))


def numbers_of(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def read_html(path: Path) -> Counter[str]:
    page = Words()
    page.feed(path.read_text(encoding="utf-8"))
    return numbers_of(" ".join(page.words))


def read_pdf(path: Path) -> Counter[str]:
    return sum((numbers_of(page.extract_text()) for page in PdfReader(path).pages), Counter())


def numbers_on_figures(document: Document) -> Counter[str]:
    labels = [
        re.sub("<[^>]+>", "", label)
        for figure in list_figures(document)
        for label in re.findall(r"<text[^>]*>(.*?)</text>", figure["wide"], re.DOTALL)
    ]
    return numbers_of(" ".join(labels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_a_value_is_in_both_forms_and_as_often(made, documents, language):
    stated = Counter[str]()
    for text, times in count_values(documents[language]).items():
        stated.update({n: k * times for n, k in numbers_of(text).items()})
    html = read_html(made.report / f"report.{language}.html")
    pdf = read_pdf(made.report / f"report.{language}.pdf")
    drawn = numbers_on_figures(documents[language])

    assert len(stated) > 20
    assert {n: k for n, k in stated.items() if html[n] < k} == {}
    # Figures are pictures in the HTML, and words of the PDF.
    assert {n: (html[n], pdf[n] - drawn[n]) for n in stated if html[n] != pdf[n] - drawn[n]} == {}


def test_a_number_that_one_form_lacks_is_found(made, documents, tmp_path):
    text = (made.report / "report.en.html").read_text(encoding="utf-8")
    shown = next(text for text in count_values(documents["en"]) if NUMBER.search(text))
    number = NUMBER.findall(shown)[0]
    (tmp_path / "a.html").write_text(text.replace(f">{shown}<", "><"), encoding="utf-8")

    before = read_html(made.report / "report.en.html")

    assert read_html(tmp_path / "a.html")[number] < before[number]
