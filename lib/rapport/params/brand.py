"""How a unit's reports look and whom they are cut for: `params/<unit>.brand.yml`.

Nothing in it moves a number: it belongs to the pages, so a change prints a report anew and
executes no chapter. `_defaults.brand.yml` holds what all units share; a unit's own file goes over
it name by name.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from rapport.assets.files import asset_path
from rapport.errors import ParameterError
from rapport.params.actions import Words
from rapport.params.colours import TEXT_CONTRAST, contrast, lighten
from rapport.params.files import read_yaml
from rapport.params.logo import LogoError, clean_logo
from rapport.params.strict import Strict

Audience = Literal["executive", "marketing", "service", "audit"]
SHARED = "_defaults.brand.yml"


class Logo(Strict):
    """A drawing beside the parameters, and the words that stand for it."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}\.(svg|png)$")]
    alt: Words


class Cut(Strict):
    """What one audience gets: some chapters, or all of them, and how much of the appendix.

    Page one, page two and how to check the report are in every one.
    """

    chapters: tuple[str, ...] | Literal["all"] = ()
    appendix: Literal["short", "whole"] = "short"


# What each audience gets where `audiences` does not say otherwise.
CUTS: Mapping[str, Cut] = {
    "executive": Cut.model_construct(chapters=()),
    "marketing": Cut.model_construct(
        chapters=("profiling", "segmentation", "lifecycle", "campaigns", "recommendation")
    ),
    "service": Cut.model_construct(chapters=("churn", "satisfaction")),
    "audit": Cut.model_construct(chapters="all", appendix="whole"),
}


class Brand(Strict):
    """The content of `params/<unit>.brand.yml`."""

    name: Words | None = None
    logo: Logo | None = None
    accent: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    footer: Words | None = None
    confidentiality: Words | None = None
    paper: Literal["a4", "letter"] = "a4"
    # Reports for these audiences beside the whole one.
    variants: tuple[Audience, ...] = ()
    audiences: Mapping[Audience, Cut] = Field(default_factory=dict)


def read_brand(root: Path, unit: str) -> dict[str, Any]:
    """Read how a unit's reports look, as the plain values that a report is printed from.

    Returns
    -------
    `accent` and `accent_dark`, `logo` (see `params.logo`, with `alt`) or None, `name`, `footer`
    and `confidentiality` (language -> text) or None, `paper`, and `variants`: name, `chapters`
    (None: all) and `is_whole` of each

    Raises
    ------
    ParameterError
        A name is unknown, a value wrong, the accent cannot be read on paper, or the logo is not
        to be had: every fault at once, with file and line.
    """
    values: dict[str, Any] = {}
    places: dict[tuple[str, ...], str] = {}
    for name in (SHARED, f"{unit}.brand.yml"):
        path = root / "params" / name
        if path.is_file():
            read, lines = read_yaml(path)
            values |= read
            places |= {key: f"{name} line {line}" for key, line in lines.items()}
    brand = _validate(values, places) if values else Brand.model_construct()
    _check_chapters(root, brand, places)
    accent, dark = _choose_accents(brand.accent, places)
    return {
        "accent": accent,
        "accent_dark": dark,
        "logo": _read_logo(root, brand.logo, places) if brand.logo else None,
        "name": _plain(brand.name),
        "footer": _plain(brand.footer),
        "confidentiality": _plain(brand.confidentiality),
        "paper": brand.paper,
        "variants": [_cut(brand, name) for name in dict.fromkeys(brand.variants)],
    }


def _validate(values: Mapping[str, Any], places: Mapping[tuple[str, ...], str]) -> Brand:
    try:
        return Brand.model_validate(values)
    except ValidationError as error:
        faults = [_describe(fault, places) for fault in error.errors(include_url=False)]
    raise ParameterError("\n".join(faults))


def _describe(fault: Any, places: Mapping[tuple[str, ...], str]) -> str:
    path = tuple(str(part) for part in fault["loc"])
    found = (places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places)
    at, name = next(found, "brand"), ".".join(path)
    if fault["type"] == "missing":
        return f"{at}: {name} is missing."
    if fault["type"] != "extra_forbidden":
        return f"{at}: {name}: {fault['msg']}."
    known = [*Brand.model_fields, *Logo.model_fields, *Cut.model_fields, *CUTS]
    near = difflib.get_close_matches(path[-1], known, n=1)
    return f"{at}: {name} is no part of a brand." + (f" Did you mean {near[0]}?" if near else "")


def _check_chapters(root: Path, brand: Brand, places: Mapping[tuple[str, ...], str]) -> None:
    known = [path.stem[3:] for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
    for name, cut in brand.audiences.items():
        wrong = [one for one in cut.chapters if one not in known] if cut.chapters != "all" else []
        if wrong:
            raise ParameterError(
                f"{places[('audiences', name)]}: audiences.{name}: {', '.join(wrong)} is none of "
                f"the chapters {', '.join(known)}."
            )


@cache
def _read_theme() -> Mapping[str, Any]:
    # Once for all units of a run.
    theme: Mapping[str, Any] = yaml.safe_load(asset_path("theme.yml").read_text(encoding="utf-8"))
    return theme


def _choose_accents(accent: str | None, places: Mapping[tuple[str, ...], str]) -> tuple[str, str]:
    theme = _read_theme()
    if accent is None:
        return theme["colours"]["accent"], theme["dark"]["accent"]
    ratio = contrast(accent, theme["colours"]["paper"])
    if ratio < TEXT_CONTRAST:
        raise ParameterError(
            f"{places[('accent',)]}: accent: {accent} has a contrast of {ratio:.2f} to the paper, "
            f"text needs at least {TEXT_CONTRAST}. Take a darker colour."
        )
    return accent.upper(), lighten(accent, theme["dark"]["paper"])


def _read_logo(root: Path, logo: Logo, places: Mapping[tuple[str, ...], str]) -> dict[str, Any]:
    at = f"{places[('logo',)]}: logo: params/{logo.file}"
    try:
        cleaned = clean_logo((root / "params" / logo.file).read_bytes())
    except OSError as error:
        raise ParameterError(f"{at}: cannot be read ({error.strerror}).") from error
    except LogoError as error:
        raise ParameterError(f"{at}: {error}.") from error
    return {**cleaned, "alt": logo.alt.model_dump()}


def _plain(words: Words | None) -> dict[str, str] | None:
    return words.model_dump() if words else None


def _cut(brand: Brand, name: Audience) -> dict[str, Any]:
    cut = brand.audiences.get(name, CUTS[name])
    chapters = None if cut.chapters == "all" else list(cut.chapters)
    return {"name": name, "chapters": chapters, "is_whole": cut.appendix == "whole"}
