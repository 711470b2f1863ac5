"""The index of all reports: one page that lists what lies in `reports/`.

It is made of the manifests and the marks beside them, so it can be made anew at any time and equal
reports give equal bytes.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import printable
from typing import Any

from rapport.assets.files import asset_path
from rapport.press.render.fonts import cut_fonts
from rapport.press.render.frame import read_words
from rapport.press.render.notebook import LANGUAGES

logger = logging.getLogger(__name__)

INDEX = "index.html"
# Beside a report's manifest, which is sealed: some of its data were erased since.
MARK = "erased.json"
# English and Chinese stand on one page. Quotes and dashes differ between them, so each has a
# Latin font of its own; the Chinese one has no quotes.
FAMILIES = {"en": "Noto Sans", "zh": "Noto Sans beside SC"}


@dataclass(frozen=True)
class Entry:
    """One report as the index shows it."""

    unit: str
    period: str
    record: str
    shown: Mapping[str, Mapping[str, str]]
    """Language -> `title`, `period`, `as_of`, `headline`."""
    files: Sequence[str]
    is_erased: bool = False
    """Whether rows that it was made of have been erased since."""

    def links(self, language: str) -> list[tuple[str, str]]:
        """Give form and address of each file in a language, relative to the index."""
        return [
            (name.rpartition(".")[2].upper(), f"{self.unit}/{self.period}/{name}")
            for name in self.files
            if name.split(".")[1] == language
        ]

    def said(self, language: str, what: str) -> str:
        """Give what is shown in a language, or in the other one where the report lacks it."""
        return dict(self.shown.get(language) or next(iter(self.shown.values())))[what]


def write_index(reports: Path) -> bool:
    """Write `index.html` anew if it would change, in one step; tell whether it did."""
    page = render_index(list_entries(reports))
    path = reports / INDEX
    if path.is_file() and path.read_bytes() == page:
        return False
    fresh = reports / f".{INDEX}.fresh"  # whoever writes it holds the lock of the log
    fresh.write_bytes(page)
    fresh.replace(path)
    return True


def list_entries(reports: Path) -> list[Entry]:
    """List what is published: units by name, the newest period first.

    A report whose manifest cannot be read is named in the log and left out: one damaged file of
    last year must not keep this month's reports from being published.
    """
    found = [entry for path in _manifests(reports) if (entry := _read(path)) is not None]
    newest_first = sorted(found, key=lambda entry: entry.period, reverse=True)
    return sorted(newest_first, key=lambda entry: entry.unit)


def _manifests(reports: Path) -> Iterator[Path]:
    for path in sorted(reports.glob("*/*/manifest.json")):
        if not path.parent.name.startswith("."):
            yield path


def _read(path: Path) -> Entry | None:
    try:
        manifest = json.loads(path.read_bytes())
        predicate: Mapping[str, Any] = manifest["predicate"]
        names = sorted(subject["name"] for subject in manifest["subject"])
        return Entry(
            unit=path.parents[1].name,
            period=path.parent.name,
            record=predicate["run"],
            shown=predicate["shown"],
            files=[name for name in names if name.startswith("report.")],
            is_erased=(path.parent / MARK).is_file(),
        )
    except (ValueError, KeyError, TypeError):
        where = "/".join(path.parts[-3:])
        logger.warning(
            "%s: is damaged or of another version, so the index leaves that report out. "
            "Make it again.",
            where,
        )
        return None


def render_index(entries: Sequence[Entry]) -> bytes:
    """Give the page: no script, nothing outside the file but the reports it leads to."""
    # Jinja takes a while to import: a run in which nothing is published shall not pay it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(asset_path("html")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    units: dict[str, list[Entry]] = {}
    for entry in entries:
        units.setdefault(entry.unit, []).append(entry)
    page = environment.get_template("index.html.j2").render(
        units=units,
        languages=LANGUAGES,
        words=read_words(),
        tags={"en": "en", "zh": "zh-Hans"},
        fonts=_fonts(entries),
        style=asset_path("html", "report.css").read_text(encoding="utf-8"),
        group=_group,
    )
    return page.encode("utf-8")


def _group(record: str) -> str:
    return " ".join(record[start : start + 4] for start in range(0, len(record), 4))


def _fonts(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    listed = list(entries)
    found = []
    for language in LANGUAGES:
        characters = {*printable, "·"}
        for words in read_words().values():
            characters.update(words[language])
        for entry in listed:
            for what in ("title", "period", "as_of", "headline"):
                characters.update(entry.said(language, what))
        found += [
            {
                "family": face.family if face.family.endswith("SC") else FAMILIES[language],
                "weight": face.weight,
                "data": base64.b64encode(face.woff2).decode("ascii"),
            }
            for face in cut_fonts(characters, language)
        ]
    return found
