"""Cells that a spreadsheet program shows and never runs, as text files of comma-separated values.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a line end is a formula to Excel, WPS and
LibreOffice, and so is one that begins with a full-width form of these where the program folds
width. Such a text gets an apostrophe in front (OWASP, CSV Injection). Plain numbers and telephone
numbers stay as they are: they compute nothing but themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | float | Decimal | None
_STARTS = frozenset("=+-@|%\u2212\u207a\u207b\u208a\u208b\u208c\u207c")
# A number, or a telephone number as people write it: digits, and what stands between them.
_PLAIN = re.compile(r"[+-]?[0-9][0-9 ().,/-]*")


def guard(text: str) -> str:
    """Make a text safe to open in a spreadsheet.

    Signs that nobody sees are taken out, so that none hides what a cell begins with.

    Examples
    --------
    >>> guard("=1+1"), guard("+44 7700 900123"), guard("-5"), guard("＝cmd"), guard("O'Neill")
    ("'=1+1", '+44 7700 900123', '-5', "'＝cmd", "O'Neill")
    """
    seen = "".join(" " if _is_hidden(sign) else sign for sign in text).strip()
    if not seen or _PLAIN.fullmatch(seen):
        return seen
    folded = unicodedata.normalize("NFKC", seen[0])[:1]
    return f"'{seen}" if folded in _STARTS or seen[0] in _STARTS else seen


def _is_hidden(sign: str) -> bool:
    # Control signs, tabs and line ends among them, and marks that only steer.
    return unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}


def spell_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, encoding: str) -> bytes:
    """Spell a table as CSV with every text in quotes, numbers bare, lines ended by CR LF.

    Quotes around every text keep a text with a semicolon in one cell where that divides cells.

    Parameters
    ----------
    encoding : `utf-8-sig` (UTF-8 with the mark by which Excel knows it) or `gb18030`
    """
    lines = [",".join(_quote(guard(head)) for head in heads)]
    lines += [",".join(_spell(cell) for cell in row) for row in rows]
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def _spell(cell: Cell) -> str:
    if cell is None:
        return ""
    return _quote(guard(cell)) if isinstance(cell, str) else str(cell)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
