"""Contrast of colours, as the Web Content Accessibility Guidelines count it.

Source: WCAG 2.2, "relative luminance" and success criterion 1.4.3 (AA: 4.5 for text).
"""

from __future__ import annotations

TEXT_CONTRAST = 4.5


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 (none) to 21.

    Examples
    --------
    >>> contrast("#000000", "#FFFFFF"), round(contrast("#0B5FA5", "#FFFFFF"), 2)
    (21.0, 6.57)
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lighten(colour: str, paper: str) -> str:
    """Mix a colour with white, as little as its text needs on a dark paper.

    Examples
    --------
    >>> lighten("#FFFFFF", "#12181F"), lighten("#08406F", "#12181F")
    ('#FFFFFF', '#6B8CA9')
    """
    for step in range(21):
        channels = (round(c + (255 - c) * step / 20) for c in _channels(colour))
        mixed = "#" + "".join(f"{channel:02X}" for channel in channels)
        if contrast(mixed, paper) >= TEXT_CONTRAST:
            break
    return mixed


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    shares = (channel / 255 for channel in _channels(colour))
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
