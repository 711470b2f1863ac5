"""The look of a unit's reports in one language, from the plain values that the command hands on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import yaml

from rapport.assets.files import asset_path
from rapport.press.render.tree import Brand, Logo


@cache
def plain_brand() -> Mapping[str, Any]:
    """Give the look of units that ask for none: the house's accent, A4, no words of their own."""
    theme = yaml.safe_load(asset_path("theme.yml").read_text(encoding="utf-8"))
    return {
        "accent": theme["colours"]["accent"],
        "accent_dark": theme["dark"]["accent"],
        "logo": None,
        "name": None,
        "footer": None,
        "confidentiality": None,
        "paper": "a4",
        "variants": [],
    }


def make_brand(brand: Mapping[str, Any], language: str) -> Brand:
    """Make the look of a document.

    Parameters
    ----------
    brand : `accent`, `accent_dark`, `paper`, `logo` (`form`, `data`, `width`, `height` and `alt`)
        or None, and `name`, `footer`, `confidentiality`: language -> text, or None
    """
    logo = brand["logo"]
    said = {key: (brand[key] or {}).get(language, "") for key in _SAID}
    return cast(
        "Brand",
        {
            **said,
            "accent": brand["accent"],
            "accent_dark": brand["accent_dark"],
            "logo": cast("Logo", {**logo, "alt": logo["alt"][language]}) if logo else None,
            "paper": brand["paper"],
        },
    )


_SAID = ("name", "footer", "confidentiality")
