"""The pages of the index: a fragment a unit, the page of all fragments, pages over all units."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import printable
from typing import Any
from urllib.parse import quote

import yaml

from rapport.assets.files import asset_path
from rapport.press.index.fonts import cut_page_fonts
from rapport.press.index.runs import REPORT_FILE, Entry, Unit
from rapport.press.index.together import list_measures, list_moves, name_of, said
from rapport.press.render.notebook import LANGUAGES

TAGS = {"en": "en", "zh": "zh-Hans"}
TEMPLATES = ("index/index.html.j2", "index/index.css", "index/parts.html.j2", "index/unit.html.j2",
             "index/all.html.j2", "locale/index.yml")  # fmt: skip
MARKUP = re.compile(r"<style>.*?</style>|<[^>]*>|data:image[^\"]*", re.DOTALL)
FACE = (
    '@font-face {{ font-family: "{family}"; font-weight: {weight}; '
    'src: url(data:font/woff2;base64,{data}) format("woff2"); }}'
)
FIRST_HAN = "\u2e80"
Words = Mapping[str, Mapping[str, str]]
Page = tuple[bytes, dict[str, Any]]
"""A page, and the fonts that were cut for it."""


@cache
def read_words() -> Words:
    """Read the words of the index: id -> language -> text."""
    words: Words = yaml.safe_load(asset_path("locale", "index.yml").read_text(encoding="utf-8"))
    return words


@cache
def name_style() -> str:
    """Give the digest of all that pages are made by: what was drawn by other means is stale."""
    own = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256()
    for path in [*own, *(asset_path(*name.split("/")) for name in TEMPLATES)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def draw_unit(unit: Unit, *, failed: Mapping[str, str] | None, late: str) -> str:
    """Draw what the index says of one unit.

    Parameters
    ----------
    failed : language -> how its last run failed; None where it did not
    late : code of the period that it has no report of; empty where it is not late
    """
    entries: Sequence[Entry | None] = unit.current() or [None]
    newest, *earlier = entries
    context = {"unit": unit, "newest": newest, "earlier": earlier, "failed": failed, "late": late,
               "damaged": unit.damaged(), "links": list_links}  # fmt: skip
    return _render("unit.html.j2", context)


def list_links(entry: Entry, base: str, language: str) -> list[tuple[str, str, str]]:
    """Give form, edition and address of each file in a language, relative to the index.

    The whole report comes first, then its editions.
    """
    found = [(REPORT_FILE.fullmatch(name), name) for name in entry["files"]]
    links = [
        (match[3], match[1].lstrip("."), f"{quote(base)}/{name}")
        for match, name in found
        if match is not None and match[2] == language
    ]
    return sorted(links, key=lambda link: (link[1], link[0]))


def draw_index(
    fragments: Sequence[str], context: Mapping[str, Any], fonts: Mapping[str, Any] | None
) -> Page:
    """Draw the page of all units from what was drawn of each.

    Parameters
    ----------
    fragments : units by name
    context : `n_units`, `n_reports`, `attention`, `together`
    fonts : those that were cut for the page before
    """
    page = _render("index.html.j2", {**context, "fragments": fragments})
    return _with_fonts(page, LANGUAGES, fonts)


def draw_together(
    code: str, entries: Sequence[tuple[str, Entry]], language: str, fonts: Mapping[str, Any] | None
) -> Page:
    """Draw the page over all units of a period in one language."""
    measures = list_measures(entries, language)
    moves = list_moves(measures)
    shown = [said(entry["shown"], language) for _, entry in entries]
    other = next(each for each in LANGUAGES if each != language)
    context = {
        "code": code, "language": language, "other": other, "n_units": len(entries),
        "period": shown[0]["period"], "other_period": said(entries[0][1]["shown"], other)["period"],
        "headline": _headline(moves, len(entries), language), "moves": moves, "measures": measures,
        "alerts": list(_alerts(entries, language)), "name_of": name_of,
        "address": lambda unit, entry: _address(unit, entry, language),
        "not_final": _join([said(e["shown"], language)["title"] for _, e in entries
                            if e["is_draft"] or "incomplete" in e["bands"]], language),
    }  # fmt: skip
    return _with_fonts(_render("all.html.j2", context), (language,), fonts)


def _headline(moves: Sequence[Mapping[str, Any]], n_units: int, language: str) -> str:
    words = read_words()
    if not moves:
        return words["all_headline_none"][language].format(n=n_units)
    first = moves[0]
    n = sum(len(first[arrow]) for arrow in ("up", "down", "none"))
    return words["all_headline"][language].format(
        name=first["name"], up=len(first["up"]), down=len(first["down"]), n=n
    )


def _alerts(entries: Iterable[tuple[str, Entry]], language: str) -> Iterable[dict[str, Any]]:
    for unit, entry in entries:
        items = said(entry["alerts"], language)
        if items:
            title = said(entry["shown"], language)["title"]
            yield {"title": title, "address": _address(unit, entry, language), "alerts": items}


def _address(unit: str, entry: Entry, language: str) -> str:
    """Give where a report is read: in the browser and in this language, if it can be."""
    base = f"{unit}/{entry['period']}"
    every = [link for lang in dict.fromkeys((language, *LANGUAGES))
             for link in list_links(entry, base, lang)]  # fmt: skip
    full = [address for form, edition, address in every if form == "html" and not edition]
    return next(iter(full), f"{quote(base)}/manifest.json")


def _join(names: Sequence[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(names)


def _with_fonts(page: str, languages: Sequence[str], kept: Mapping[str, Any] | None) -> Page:
    """Put the fonts into a page that was drawn without them: what it says is known only now."""
    text = html.unescape(MARKUP.sub(" ", page))
    texts = dict.fromkeys(languages, f"{text}{printable}·")
    if len(languages) > 1:  # on a page of both, Chinese characters come from the Chinese cut
        texts["en"] = "".join(sign for sign in set(texts["en"]) if sign < FIRST_HAN)
    fonts = cut_page_fonts(kept, texts)
    faces = "\n".join(FACE.format(**face) for face in fonts["faces"])
    return page.replace("<style>", f"<style>\n{faces}", 1).encode(), fonts


def _render(template: str, context: Mapping[str, Any]) -> str:
    return str(_environment().get_template(template).render(**context)).lstrip()


@cache
def _environment() -> Any:
    # Jinja takes a while to import: a run in which nothing is published shall not pay it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(asset_path("index")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["base64"] = lambda text: base64.b64encode(text.encode()).decode("ascii")
    style = asset_path("index", "index.css").read_text(encoding="utf-8")
    environment.globals |= {"words": read_words(), "languages": LANGUAGES, "tags": TAGS,
                            "style": style, "said": said, "group": _group}  # fmt: skip
    return environment


def _group(record: str) -> str:
    return " ".join(record[start : start + 4] for start in range(0, len(record), 4))
