"""The sample shop's report in both languages, made of the notebooks that are kept as reference.

Nothing is executed: the notebooks hold all that the chapters said.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

from rapport.press.proof.record import list_values
from rapport.press.render.document import build_documents, number_documents
from rapport.press.render.frame import DataSource, Frame, Parameter
from rapport.press.render.html import render_html
from rapport.press.render.notebook import ExecutedChapter
from rapport.press.render.pdf import render_pdf
from rapport.press.render.tree import Document

REFERENCES = Path(__file__).parent / "notebooks" / "reference"
LANGUAGES = ("en", "zh")
DATE = dt.date(2026, 6, 30)
MIME = "application/vnd.rapport.v1+json"


@cache
def read_chapters() -> tuple[ExecutedChapter, ...]:
    """Read the reference of every chapter."""
    found = []
    for path in sorted(REFERENCES.glob("[0-9][0-9]_*.ipynb")):
        number, _, name = path.stem.partition("_")
        content = json.loads(path.read_text(encoding="utf-8"))
        found.append(ExecutedChapter(name, int(number), content))
    return tuple(found)


@cache
def build() -> dict[str, Document]:
    """Build the documents of the report."""
    frame = Frame(
        unit="sample-retail",
        titles={"en": "Homeware shop (sample)", "zh": "家居商店（示例）"},
        period="2026-06",
        period_labels={"en": "June 2026", "zh": "2026年6月"},
        as_of_labels={"en": "data to 30 June 2026", "zh": "数据截至2026年6月30日"},
        languages=LANGUAGES,
        record_id="a1b2c3d4e5f6",
        bands=["sample"],
        parameters=[Parameter("min_count", "10", "5")],
        sources=[DataSource(f"source_{n}", 1_234 * n, "ab12cd34" * 8) for n in range(1, 12)],
        versions=[("papermill", "2.7.0"), ("typst", "0.15.0")],
    )
    return number_documents(build_documents(read_chapters(), frame), frame)


@cache
def html(language: str) -> bytes:
    """Render the page of a language."""
    return render_html(build()[language], slot=b"0" * 65_536)


@cache
def pdf(language: str) -> bytes:
    """Render the PDF of a language."""
    return render_pdf(build()[language], slot=b"0" * 65_536, date=DATE)


@cache
def values() -> tuple[dict[str, Any], ...]:
    """List the values of the report with what its pages print."""
    found = [
        {**value, "chapter": chapter.name}
        for chapter in read_chapters()
        for cell in chapter.notebook["cells"]
        for output in cell.get("outputs", ())
        for content in [output.get("data", {}).get(MIME, {})]
        if content.get("type") == "values"
        for value in content["values"]
    ]
    return tuple(list_values(found, build()))
