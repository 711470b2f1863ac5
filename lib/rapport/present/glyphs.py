"""Which characters the report's fonts can draw."""

from functools import cache

from matplotlib.ft2font import FT2Font

from rapport.assets.files import font_paths
from rapport.errors import DataError

UNDRAWN = frozenset("\n\u200b\u2009")
"""Characters that leave no mark: line end, permitted break, thin space."""


@cache
def known_characters() -> frozenset[int]:
    """Give the code points that at least one of the two families has in both weights."""
    maps = [frozenset(FT2Font(str(path)).get_charmap()) for path in font_paths()]
    return (maps[0] & maps[1]) | (maps[2] & maps[3])


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
    missing = sorted(
        {character for character in text if ord(character) not in known_characters()} - UNDRAWN
    )
    if missing:
        points = ", ".join(f"U+{ord(character):04X}" for character in missing)
        msg = f"{where}: the report's fonts cannot draw {points}. Spell it otherwise."
        raise DataError(msg)
