"""Where the assets lie, whether installed from a wheel or read from a checkout.

Everything is addressed through `importlib.resources`, so no room builds a path of its own.
"""

from importlib.resources import files
from pathlib import Path

FONT_NAMES = (
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Bold.ttf",
)


def asset_path(*parts: str) -> Path:
    """Give the path of an asset, for example `asset_path("locale", "labels.yml")`.

    Examples
    --------
    >>> asset_path("fonts", "OFL.txt").is_file()
    True
    """
    return Path(str(files("rapport.assets"))).joinpath(*parts)


def font_paths() -> list[Path]:
    """Give the four font files, Latin before Chinese, Regular before Bold."""
    return [asset_path("fonts", name) for name in FONT_NAMES]


def locale_paths(prefix: str) -> list[Path]:
    """Give the locale files whose name begins with `prefix`, in order of name."""
    return sorted(asset_path("locale").glob(f"{prefix}*.yml"))


def page_paths() -> list[Path]:
    """Give the files that the pages of a report are made of: templates, words, fonts."""
    templates = [path for kind in ("html", "typst") for path in sorted(asset_path(kind).iterdir())]
    words = [asset_path("locale", f"{name}.yml") for name in ("document", "labels")]
    return [*templates, *words, *font_paths()]
