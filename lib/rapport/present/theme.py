"""The look of every figure: colours, type, rules. Numbers stand in `assets/theme.yml`."""

from functools import cache
from typing import Any, Literal

import seaborn as sns
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap

from rapport.assets.files import asset_path, font_paths
from rapport.present.labels import read_locale

Shape = Literal["wide", "narrow"]
SHAPES: tuple[Shape, ...] = ("wide", "narrow")
FAMILIES = ("Noto Sans", "Noto Sans SC")

_THEME = read_locale(asset_path("theme.yml"))
INK: str = _THEME["colours"]["ink"]
GREY: str = _THEME["colours"]["grey"]
RULE: str = _THEME["colours"]["rule"]
PAPER: str = _THEME["colours"]["paper"]
ACCENT: str = _THEME["colours"]["accent"]
GOOD: str = _THEME["colours"]["good"]
BAD: str = _THEME["colours"]["bad"]
CONTEXT: str = _THEME["colours"]["context"]
CATEGORIES: tuple[str, ...] = tuple(_THEME["categories"])
WIDTHS: dict[Shape, float] = _THEME["widths"]
TEXT_SIZE: float = _THEME["sizes"]["text"]
SMALL_SIZE: float = _THEME["sizes"]["small"]


_MARKS: dict[str, Any] = {
    "font.family": list(FAMILIES),
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "axes.facecolor": "none",
    "axes.edgecolor": RULE,
    "axes.labelcolor": GREY,
    "axes.unicode_minus": True,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "grid.linestyle": "-",
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.bottom": True,
    "ytick.left": False,
    "lines.solid_capstyle": "butt",
    "lines.linewidth": 1.4,
    "figure.dpi": 72,
    "savefig.dpi": 72,
}
_WORDS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "rapport",
    "svg.image_inline": True,
    "xtick.labelsize": TEXT_SIZE,
    "ytick.labelsize": TEXT_SIZE,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "xtick.major.pad": 3.0,
    "ytick.major.size": 0.0,
    "ytick.major.pad": 3.0,
    "ytick.alignment": "center",
    "text.usetex": False,
    "text.parse_math": False,
}


@cache
def settings() -> Any:
    """Give the settings that a figure is drawn under, whatever the process has set."""
    register_fonts()
    return {**sns.axes_style("white", rc=_MARKS), **_MARKS, **_WORDS}


@cache
def register_fonts() -> None:
    """Make the report's own font files the only ones of their names.

    A font of the same name that a machine happens to have would move every text width.
    """
    manager = font_manager.fontManager
    manager.ttflist = [font for font in manager.ttflist if font.name not in FAMILIES]
    for path in font_paths():
        manager.addfont(str(path))


@cache
def sequential() -> LinearSegmentedColormap:
    """Give the colour map of amounts: one hue, light to dark."""
    palette: LinearSegmentedColormap = sns.blend_palette(_THEME["sequential"], as_cmap=True)
    return palette


@cache
def diverging() -> LinearSegmentedColormap:
    """Give the colour map of differences: below, none, above."""
    palette: LinearSegmentedColormap = sns.blend_palette(_THEME["diverging"], as_cmap=True)
    return palette


def cell_look(share: float) -> tuple[tuple[float, ...], str]:
    """Give the colour of a cell that is `share` (0 to 1) of the way dark, and of its text.

    The stretch from .5 to .68 of the map is left out: there neither ink nor paper has a
    contrast of 4.5.
    """
    place = share if share <= 0.5 else 0.68 + (share - 0.5) * 0.64
    return tuple(sequential()(place)), INK if share <= 0.5 else PAPER
