"""The document tree as a PDF: PDF/UA-1 and PDF/A-3a, the same bytes every time.

One fixed template reads the tree as JSON, so a customer's text is never Typst code. The
record's slot is attached by Typst itself (PDF/A-3 allows it, with its relationship stated).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from rapport.assets.files import asset_path
from rapport.press.render.pdf.plan import make_plan
from rapport.press.render.pdf.prepare import prepare, prepare_page_one

_log = logging.getLogger(__name__)
# Pixels of an inch, so that 100 mm are 1,080 of them.
_PPI = 1_080 / 100 * 25.4


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Neither the machine's fonts nor Typst's own: a report looks the same everywhere.
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(asset_path("fonts"))],
    )


def render_pdf(document: Mapping[str, Any], *, slot: bytes | None, date: dt.date) -> bytes:
    """Give the report as one PDF.

    Parameters
    ----------
    document : the document tree of one language
    slot : the record's neutral block, attached as `rapport-record.json` and found once,
        uncompressed, in the file; None leaves the attachment out
    date : the report's date, the only one in the file

    Raises
    ------
    RapportError
        A text holds characters that no font of the report has.
    """
    tree = prepare(document, date=date, has_slot=slot is not None)
    with _laid_out(tree, slot) as root:
        compiler = typst.Compiler(str(root / "measure.typ"), root=str(root), font_paths=_fonts())
        sizes = json.loads(compiler.query("<sizes>", field="value", one=True))
        _write(root / "plan.json", make_plan(tree, sizes))
        return _compile(compiler, root / "report.typ", date)


def render_phone(document: Mapping[str, Any], *, slot: bytes | None, date: dt.date) -> bytes:
    """Give page one as a PDF 100 mm wide, one page as long as it needs to be; see `render_pdf`."""
    tree = prepare_page_one(document, date=date, has_slot=slot is not None)
    with _laid_out(tree, slot) as root:
        compiler = typst.Compiler(root=str(root), font_paths=_fonts())
        return _compile(compiler, root / "phone.typ", date)


def render_picture(document: Mapping[str, Any], *, date: dt.date) -> bytes:
    """Give page one as a PNG 1,080 pixels wide: what `render_phone` shows, as a picture."""
    tree = prepare_page_one(document, date=date, has_slot=False)
    with _laid_out(tree, None) as root:
        compiler = typst.Compiler(root=str(root), font_paths=_fonts())
        picture = compiler.compile(str(root / "phone.typ"), format="png", ppi=_PPI)
    assert isinstance(picture, bytes)
    return picture


@contextmanager
def _laid_out(tree: dict[str, Any], slot: bytes | None) -> Iterator[Path]:
    """Put what the template reads into a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="rapport-pdf-") as folder:
        root = Path(folder) / "typst"
        root.mkdir()
        # Not `copytree`, which tells of a full disk as an error of its own without a number.
        for template in asset_path("typst").iterdir():
            (root / template.name).write_bytes(template.read_bytes())
        logo = tree["brand"]["logo"]
        if logo:
            (root / "logo.bin").write_bytes(base64.b64decode(logo.pop("data")))
        _write(root / "document.json", tree)
        if slot is not None:
            (root / "slot.bin").write_bytes(slot)
        yield root


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", newline="\n")


def _compile(compiler: typst.Compiler, template: Path, date: dt.date) -> bytes:
    pdf, warnings = compiler.compile_with_warnings(
        str(template),
        format="pdf",
        pdf_standards=["ua-1", "a-3a"],
        timestamp=dt.datetime.combine(date, dt.time(), dt.UTC),
    )
    for warning in warnings:
        _log.warning("PDF: %s", warning.message)
    assert isinstance(pdf, bytes)
    return pdf
