"""Page one stays one page, and whole, where all that may stand on it is as long as it may be."""

from __future__ import annotations

import copy
import datetime as dt
import io
from typing import Any

import pypdf
import pytest

from document import example, runs
from rapport.press.render.html import render_html
from rapport.press.render.pdf import render_pdf

DAY = dt.date(2026, 6, 30)
LAST = {
    "en": "(Robin Hale, customer insight, 3 July 2026)",
    "zh": "（何若宁，客户洞察，2026年7月3日）",
}
WORD = {"en": "sales ", "zh": "客户"}
HOSTILE = '<script>alert(1)</script> #read("/etc/passwd") =HYPERLINK("x") \\input{a} {{ x }}'


def fill(language: str, n: int) -> str:
    """Give so many words, or Chinese characters."""
    return (WORD[language] * n)[: n if language == "zh" else None].strip()


def full(language: str) -> dict[str, Any]:
    """Give a document whose page one holds all that its limits allow."""
    document = copy.deepcopy(example(language))
    front, is_en = document["front"], language == "en"
    title = "A unit whose name takes all of the eighty letters which a unit’s title may hold"
    document["unit"]["title"] = title if is_en else "名" * 40
    document["bands"] = [fill(language, 10), fill(language, 12)]
    front["headline"] = runs(
        "September sales fell 129% to −CN¥3.46m; 54% of the fall has no known customer"
        if is_en
        else "第38周销售额 1.23~亿英镑，|环比增长 128.6%，|增长的54%来自未识别客户"
    )
    half = 32 if is_en else 55
    front["lead"] = [runs(fill(language, half)), runs(fill(language, half))]
    front["mind"]["text"] = runs(fill(language, 20 if is_en else 40))
    small = "95%~interval −£59.1m to +£88.2m · n~1,234,567 · target~£75.0m"
    for card in front["cards"]:
        card["value"] = "−CN¥123.46m" if is_en else "−12345.67"
        card["small"] = runs(
            small if is_en else "95% 区间 −59.1 至 +88.2 万英镑 · n~=~123,456 · 目标~75.0"
        )
    for row in front["actions"]["rows"]:
        row["action"] = runs(fill(language, 16 if is_en else 45))
    note = fill(language, 74 if is_en else 150)
    front["note"] = {"title": "Analyst’s note.", "text": runs(f"{note} {LAST[language]}")}
    return document


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_one_at_its_limits_ends_on_page_one(language):
    pdf = render_pdf(full(language), slot=None, date=DAY)

    first = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()

    assert LAST[language].replace(" ", "") in first.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_note_is_words_in_both_forms_whatever_it_holds(language):
    document = example(language)
    document["front"]["note"] = {
        "title": "Note", "text": [{"text": HOSTILE, "source": {"kind": "prose", "id": "note"},
                                   "strong": False}],
    }  # fmt: skip

    page = render_html(document, slot=b"x" * 64)
    pdf = render_pdf(document, slot=None, date=DAY)

    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert(1)" in page
    first = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().replace("\n", "")
    assert '#read("/etc/passwd")' in first.replace("\u200b", "")
