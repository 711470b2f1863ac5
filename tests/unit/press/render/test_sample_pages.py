"""The pages of a whole report: no half-empty ones, the same numbers in every form and language."""

import io
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from itertools import takewhile
from typing import NamedTuple

import pdfua
import pypdf
import pytest

import sample_reports
from rapport.assets.shaping import open_font

LANGUAGES = sample_reports.LANGUAGES
MM = 72 / 25.4
TOP, BOTTOM = 30 * MM, 20 * MM
HEAD, MIDDLE = 272 * MM, 105 * MM  # what stands above is the head
SCALES = {"k": 1e3, "m": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
NUMBER = re.compile(r"(\d[\d,]*(?:\.(\d+))?)\s*(k|m|bn|万|亿)?(?![a-z])")


@cache
def read(language: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(sample_reports.pdf(language)))


class Words(NamedTuple):
    """What stands on one line in one go: where it begins, how wide and how large it is."""

    text: str
    x: float
    y: float
    width: float
    size: float


@cache
def laid_out(language: str) -> list[tuple[str, list[Words]]]:
    """Give each page's text, and where it stands."""
    return [_read_page(page) for page in read(language).pages]


def _read_page(page: pypdf.PageObject) -> tuple[str, list[Words]]:
    found: list[Words] = []

    def visit(text: str, outer: list[float], inner: list[float], font: dict, size: float) -> None:
        a, b, c, d, e, f = outer
        words, (right, up) = text.strip(), inner[4:]
        if words:
            # Drawings are scaled, and no text of a report is turned.
            scaled = size * a * inner[0]
            name = font["/BaseFont"].split("+")[-1]
            wide = sum(_advance(letter, name) for letter in words) * scaled
            found.append(Words(words, a * right + c * up + e, b * right + d * up + f, wide, scaled))

    return page.extract_text(visitor_text=visit), found


@cache
def _advance(letter: str, face: str) -> float:
    # Typst sets Chinese marks closer than they are wide.
    if letter in "“”‘’（）《》，。；：、！？":
        return 0.5
    font = open_font(face)
    return float(font.get_glyph_h_advance(font.get_nominal_glyph(ord(letter)) or 0)) / 1_000


def overprinted(page: Sequence[Words]) -> Iterator[tuple[str, str]]:
    """Give what is set upon what: more than six points of two lines at one height."""
    falling = sorted(page, key=lambda words: -words.y)
    for place, one in enumerate(falling):
        for other in takewhile(lambda words, y=one.y: y - words.y < 20, falling[place + 1 :]):
            common = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            if common > 6 and one.y - other.y < 0.5 * min(one.size, other.size):
                yield one.text, other.text


def feet(language: str) -> list[float]:
    """Give how much of each page is white at its foot: of those from page three.

    The last part stands alone on the last page, so the page before may end early, too.
    """
    height = 297 * MM
    lowest = [
        min(words.y for words in page if BOTTOM - 1 < words.y < height - TOP)
        for _, page in laid_out(language)[2:-2]
    ]
    return [(y - BOTTOM) / (height - TOP - BOTTOM) for y in lowest]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_half_empty(language):
    white = feet(language)

    assert max(white) <= 0.4
    assert sum(white) / len(white) <= 0.15


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_printed_upon_other_words(language):
    pages = [page for _, page in laid_out(language)]

    assert sum(map(len, pages)) > 3_000
    assert [pair for page in pages for pair in overprinted(page)] == []


def test_words_set_one_upon_the_other_are_found():
    apart, upon = Words("beside", 60, 101, 30, 9), Words("upon", 20, 101, 30, 9)
    page = [Words("below", 10, 89, 40, 9), Words("first", 10, 100, 40, 9), apart, upon]

    assert list(overprinted(page)) == [("upon", "first")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_chapter_begins_at_the_foot_of_a_page(language):
    reader = read(language)
    marks = [mark for mark in reader.outline if not isinstance(mark, list)]

    low = [
        mark.title
        for mark in marks
        if float(mark.top or 0) - BOTTOM < 35 * MM and not mark.title[0].isupper()
    ]

    assert len(marks) > 10
    assert low == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_no_larger_than_a_mail_takes(language):
    assert len(sample_reports.html(language)) <= 3_000_000
    assert len(sample_reports.pdf(language)) <= 2_000_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_script_and_no_address_outside_the_file(language):
    page = sample_reports.html(language).decode()
    addresses = re.findall(r"""(?:src|srcset|href|action)=["']([^"']{1,30})""", page)
    drawn = re.findall(r"url\(([^)]{1,20})", page)

    assert not re.search(r"<(script|iframe|object|embed|form|link)\b|\son\w+=", page)
    assert {re.match(r"#|data:image/|%23", a) is not None for a in addresses} == {True}
    assert {re.match(r"data:font/woff2|#|%23", a) is not None for a in drawn} == {True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_pdf_ua_is_broken(language, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(sample_reports.pdf(language))

    report = pdfua.validate(str(path))

    assert [outcome.findings for outcome in report.outcomes if outcome.findings] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_stands_in_page_and_paper_as_it_is_recorded(language):
    recorded = {v["id"]: v["shown"][language] for v in sample_reports.values()}
    said = {identity: text for identity, text in recorded.items() if text is not None}
    page = sample_reports.html(language).decode()
    # A sentence may go on over a page's end, in the column that it stands in.
    columns = ("".join(_in_column(language, right)) for right in (False, True))
    paper = _squeeze("".join(columns))
    paper += _squeeze("".join(text for text, _ in laid_out(language)))
    named = _named(page)

    assert len(said) > 150
    assert [i for i, text in said.items() if (i, _squeeze(text)) not in named] == []
    assert [i for i, text in said.items() if _squeeze(text) not in paper] == []


def _in_column(language: str, right: bool) -> Iterator[str]:
    """Give what begins in the left or right half of the pages, without head and foot."""
    for _, page in laid_out(language):
        body = [w for w in page if BOTTOM <= w.y < HEAD and (w.x > MIDDLE) is right]
        yield from (words.text for words in sorted(body, key=lambda w: (-round(w.y), w.x)))


def _named(page: str) -> set[tuple[str, str]]:
    found = re.findall(r'<(?:span|strong) data-v="([^"]+)">(.*?)</(?:span|strong)>', page)
    return {(name, _squeeze(unescape(re.sub(r"<[^>]*>", "", text)))) for name, text in found}


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def test_both_languages_print_the_same_numbers():
    # The unit of a Chinese key figure stands in its name.
    cards = {card["id"] for card in sample_reports.build()["zh"]["front"]["cards"]}
    compared, differing = 0, []
    for value in sample_reports.values():
        pair = [_read_number(value["shown"][language]) for language in LANGUAGES]
        if value["kind"] in {"label", "date"} or None in pair or value["id"] in cards:
            continue
        compared += 1
        (one, half_one), (other, half_other) = pair
        # A fall may be a word in one language and a sign in the other.
        if abs(one - other) > (half_one + half_other) * 1.001:
            differing.append(value["id"])

    assert compared > 100
    assert differing == []


def _read_number(text: str | None) -> tuple[float, float] | None:
    """Read the first number of a text, and half of its last place."""
    found = NUMBER.search(text or "")
    if found is None:
        return None
    digits, decimals, unit = found.groups()
    scale = SCALES.get(unit or "", 1.0)
    return float(digits.replace(",", "")) * scale, 0.5 * 10 ** -len(decimals or "") * scale
