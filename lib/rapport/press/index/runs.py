"""What the index keeps of each run: read once from its folder, and again only if that changed."""

from __future__ import annotations

import json
import logging
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rapport.fiscal import read_fiscal
from rapport.press.index.periods import order_key
from rapport.press.proof.page_one import PAGE_ONE

logger = logging.getLogger(__name__)

# Beside a report's manifest, which is sealed: some of its data were erased since.
MARK = "erased.json"
MANIFEST, FEED, KEPT, RUNS = "manifest.json", "alerts.json", "index.json", "runs"
REPORT_FILE = re.compile(r"report((?:\.[a-z0-9-]+)*)\.([a-z]{2})\.([a-z0-9]+)")
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
WORDS = ("title", "period", "as_of", "headline")

Entry = dict[str, Any]
"""A run as the index shows it, as JSON."""


@dataclass
class Unit:
    """What is kept of one unit, in `reports/<unit>/index.json`."""

    name: str
    links: dict[str, str] = field(default_factory=dict)
    """Period -> folder of the run that it leads to, relative to the unit's folder."""
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Folder -> `print`, by which a change is seen, and `entry`, None where it is damaged."""
    drawn: dict[str, Any] = field(default_factory=dict)
    """What was drawn of it, as `pages` left it."""
    n_read: int = 0
    is_changed: bool = False

    def current(self) -> list[Entry]:
        """Give the entries that periods lead to, the newest period first."""
        found = [self.runs[folder]["entry"] for folder in self.links.values()]
        return sorted((one for one in found if one is not None), key=rank, reverse=True)

    def others(self, period: str) -> list[Entry]:
        """Give the runs of a period that it does not lead to, the newest first."""
        # By number, not by folder: where links cannot be made a copy stands for its run.
        shown = {entry["run"] for entry in self.current()}
        found = [each["entry"] for each in self.runs.values() if each["entry"] is not None]
        of_period = [e for e in found if e["period"] == period and e["run"] not in shown]
        return sorted(of_period, key=lambda each: (each["made"], each["run"]), reverse=True)

    def damaged(self) -> list[str]:
        """Name the folders whose record cannot be read."""
        return sorted(name for name, each in self.runs.items() if each["entry"] is None)


def rank(entry: Entry) -> tuple[date, str]:
    """Give what the entries of a unit are sorted by: the days of their periods."""
    return order_key(entry["period"], entry["calendar"])


def rank_folder(folder: Path) -> tuple[date, str]:
    """Give what reports are sorted by, of the folder that a period leads to."""
    try:
        calendar = _read_calendar(json.loads((folder / MANIFEST).read_bytes())["predicate"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        calendar = None  # whoever reads the report says what is wrong with it
    return order_key(folder.name, calendar)


def _read_calendar(predicate: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take the calendar of fiscal years out of a record; None where years are everybody's."""
    told = (predicate.get("unit_parameters") or {}).get("calendar")
    fiscal = read_fiscal(told)
    return None if fiscal is None else asdict(fiscal)


def read_unit(folder: Path, style: str) -> Unit:
    """Bring what is kept of a unit up to date: only runs that are new or changed are read.

    Parameters
    ----------
    folder : the unit's, in `reports/`
    style : of the pages; what was drawn in another one is drawn again
    """
    unit = _read_kept(folder, style)
    links = dict(_find_links(folder))
    runs = {}
    for name in _find_runs(folder, links):
        is_current = name in links.values()
        seen = _print(folder / name, is_current=is_current)
        kept = unit.runs.get(name)
        if kept is None or kept["print"] != seen:
            kept = {"print": seen, "entry": _read(folder / name, is_current=is_current)}
            unit.n_read += 1
            unit.is_changed = True
        runs[name] = kept
    unit.is_changed = unit.is_changed or runs.keys() != unit.runs.keys() or links != unit.links
    unit.runs, unit.links = runs, links
    for name in unit.damaged():
        logger.warning(
            "%s/%s/%s: is damaged or of another version, so the index leaves that report out. "
            "Make it again.",
            folder.name,
            name,
            MANIFEST,
        )
    return unit


def write_unit(folder: Path, unit: Unit, style: str) -> None:
    """Keep what is known of a unit; whoever writes it holds the lock of the log."""
    content = {"style": style, "links": unit.links, "runs": unit.runs, "drawn": unit.drawn}
    write_aside(folder / KEPT, json.dumps(content, ensure_ascii=False, sort_keys=True).encode())


def write_aside(path: Path, content: bytes) -> None:
    """Put a file in place in one step."""
    # Not `.fresh`: in a unit's folder that is a copy that a killed process left, and is removed.
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(content)
    fresh.replace(path)


def _read_kept(folder: Path, style: str) -> Unit:
    try:
        kept = json.loads((folder / KEPT).read_bytes())
        if kept["style"] == style:
            return Unit(folder.name, dict(kept["links"]), dict(kept["runs"]), dict(kept["drawn"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # it can be made anew at any time from what it was made of
    return Unit(folder.name, is_changed=True)


def _find_links(folder: Path) -> Iterator[tuple[str, str]]:
    for each in sorted(os.scandir(folder), key=lambda each: each.name):
        if each.name.startswith(".") or each.name == RUNS:
            continue
        if each.is_symlink():
            # Relative and one folder down, as it was made; a link to elsewhere is not followed.
            target = Path(each.path).readlink().as_posix()
            if re.fullmatch(rf"{RUNS}/[^/.][^/]*", target) and _has_record(folder / target):
                yield each.name, target
        elif each.is_dir() and _has_record(folder / each.name):  # a copy, where links cannot be
            yield each.name, each.name


def _find_runs(folder: Path, links: Mapping[str, str]) -> list[str]:
    found = set(links.values())
    if (folder / RUNS).is_dir():
        names = (each.name for each in os.scandir(folder / RUNS) if each.is_dir())
        made = {f"{RUNS}/{name}" for name in names if not name.startswith(".")}
        found |= {name for name in made if _has_record(folder / name)}
    return sorted(found)


def _has_record(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def _print(folder: Path, *, is_current: bool) -> list[Any]:
    """Give by what a change of a run is seen, without reading it."""
    seen: list[Any] = [is_current]
    for name in (MANIFEST, MARK):
        try:
            found = (folder / name).stat()
            seen += [found.st_mtime_ns, found.st_size, found.st_ino]
        except OSError:
            seen.append(None)
    return seen


def _read(folder: Path, *, is_current: bool) -> Entry | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        entry = _tell(manifest, folder)
        return entry | (_read_beside(folder, manifest) if is_current else {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def clean(text: object) -> str:
    """Give a text without what no reader sees: line ends, and signs that turn or hide text."""
    seen = (" " if unicodedata.category(sign) in UNSEEN else sign for sign in str(text))
    # Blanks that hold a number to its unit stay.
    return re.sub(" {2,}", " ", "".join(seen)).strip(" ")


def _tell(manifest: Mapping[str, Any], folder: Path) -> Entry:
    predicate = manifest["predicate"]
    names = sorted(str(subject["name"]) for subject in manifest["subject"])
    shown = {
        clean(language): {word: clean(said[word]) for word in WORDS}
        for language, said in predicate["shown"].items()
    }
    if not shown:
        raise ValueError("shown in no language")
    is_copy = folder.parent.name != RUNS
    return {
        "run": clean(predicate["run"]),
        "period": folder.name if is_copy else folder.name.rpartition("-")[0],
        "calendar": _read_calendar(predicate),
        "made": clean(predicate.get("made") or "")[:10],
        "signer": clean(predicate.get("signer") or ""),
        "is_draft": (predicate.get("approval") or {}).get("state") == "draft",
        "is_erased": (folder / MARK).is_file(),
        "folder": folder.name if is_copy else f"{RUNS}/{folder.name}",
        "files": [name for name in names if REPORT_FILE.fullmatch(name)],
        "shown": shown,
        "bands": [],
        "cards": {},
        "values": {},
        "alerts": {},
    }


def _read_beside(folder: Path, manifest: Mapping[str, Any]) -> Entry:
    """Read page one as data and the alerts, where the record names them."""
    named = {subject["name"] for subject in manifest["subject"]}
    found: Entry = {}
    if PAGE_ONE in named:
        page = json.loads((folder / PAGE_ONE).read_bytes())
        found["bands"] = [str(band) for band in page["bands"]]
        found["values"] = dict(page["values"])
        found["cards"] = {lang: _cards(told["cards"]) for lang, told in page["pages"].items()}
    if FEED in named:
        items = json.loads((folder / FEED).read_bytes())["items"]
        for item in items:
            said = found.setdefault("alerts", {}).setdefault(str(item["language"]), [])
            said.append({"title": clean(item["title"]), "text": clean(item["content_text"])})
    return found


def _cards(cards: Any) -> list[dict[str, str]]:
    texts = ("id", "name", "value", "arrow", "change", "small")
    return [
        {text: clean(card[text]) for text in texts} | {"sparkline": str(card["sparkline"] or "")}
        for card in cards
    ]
