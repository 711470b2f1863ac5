"""Which characters the report's fonts can draw."""

from functools import cache

from matplotlib.ft2font import FT2Font

from rapport.assets.files import font_paths
from rapport.errors import DataError

UNDRAWN = frozenset("\n\u200b\u2009")
"""Characters that leave no mark: line end, permitted break, thin space."""


@cache
def _fonts() -> tuple[FT2Font, ...]:
    return tuple(FT2Font(str(path)) for path in font_paths())


@cache
def can_draw(character: str) -> bool:
    """Say whether at least one of the two families has a character in both weights."""
    latin, latin_bold, chinese, chinese_bold = (
        font.get_char_index(ord(character)) > 0 for font in _fonts()
    )
    return (latin and latin_bold) or (chinese and chinese_bold)


def check_glyphs(text: str, *, where: str) -> None:
    """Refuse a character that no font of the report can draw.

    Raises
    ------
    DataError
        Names the code points: the character itself could not be shown.

    Examples
    --------
    >>> check_glyphs("12% 堃", where="figure churn.rate")
    """
    missing = sorted(character for character in set(text) - UNDRAWN if not can_draw(character))
    if missing:
        points = ", ".join(f"U+{ord(character):04X}" for character in missing)
        msg = f"{where}: the report's fonts cannot draw {points}. Spell it otherwise."
        raise DataError(msg)
