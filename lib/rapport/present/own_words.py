"""Words that come from a customer's data: made so that any page can show them.

A product, a plan or a place may be named by anybody. What turns the line round, hides letters or
cannot be drawn would make a figure or a table say another thing than it holds, or stop the report;
what is longer than a name would push out what stands beside it. The tables that are published keep
every name as it came.
"""

import re
import unicodedata
from functools import cache, lru_cache

LONGEST = 160
"""Characters of a name that are shown; what a unit's file says of its own is no longer."""
UNKNOWN = "□"
"""Stands for a character that no font of the report has."""
ELLIPSIS = "…"
_PLAIN = re.compile(r"[ -~]*")
_BLANKS = re.compile(" +")
_FACES = ("NotoSans-Regular", "NotoSans-Bold"), ("NotoSansSC-Regular", "NotoSansSC-Bold")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Combining marks are drawn over the letter before them; a pile of them climbs over other lines.
_PILE = re.compile(r"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2})[\u0300-\u036f"
                   r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip


@lru_cache(maxsize=8192)
def show_own(text: str, *, longest: int = LONGEST) -> str:
    r"""Give a customer's words as they are shown: one line, each character drawn, none unseen.

    Marks of direction, joiners, control characters and line ends go; what no font has is a box;
    what is too long ends with an ellipsis.

    Examples
    --------
    >>> show_own("Mug\u202e, \u200bred\n large")
    'Mug, red large'
    >>> len(show_own("x" * 5000)), show_own("x" * 5000)[-2:]
    (160, 'x…')
    """
    if len(text) <= longest and _PLAIN.fullmatch(text):
        return _BLANKS.sub(" ", text).strip(" ")
    # Five thousand characters of blanks hold no name; the rest is not looked at.
    seen = (_seen(mark) for mark in text[: 20 * longest])
    plain = _PILE.sub(r"\1", _BLANKS.sub(" ", "".join(seen)).strip(" "))
    drawn = "".join(mark if _is_drawn(mark) else UNKNOWN for mark in plain)
    if len(drawn) <= longest:
        return drawn or UNKNOWN
    return drawn[: longest - 1].rstrip() + ELLIPSIS


def _seen(mark: str) -> str:
    if mark.isspace():
        return "\u00a0" if mark == "\u00a0" else " "
    return "" if unicodedata.category(mark) in _UNSEEN else mark


@cache
def _is_drawn(mark: str) -> bool:
    # Opened here: who writes plain words alone needs no fonts.
    from rapport.assets.shaping import open_font  # noqa: PLC0415

    return any(
        all(open_font(face).get_nominal_glyph(ord(mark)) for face in family) for family in _FACES
    )
