"""Writing the index: what moved is drawn again, the rest is put together from what was kept.

Whoever calls holds the lock of the log, so no two processes write at once. Nothing here decides
what a report says: it is made of the records, page one as data, the marks and the log.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rapport.press.index.pages import draw_index, draw_together, draw_unit, name_style, read_words
from rapport.press.index.runs import Entry, Unit, rank, read_unit, write_aside, write_unit
from rapport.press.index.state import State, find_late, read_state, write_state
from rapport.press.index.together import said
from rapport.press.render.notebook import LANGUAGES

INDEX = "index.html"


@dataclass(frozen=True)
class Work:
    """What an update of the index did."""

    n_read: int
    """Runs whose record was read."""
    n_drawn: int
    """Units that were drawn."""
    n_together: int
    """Pages over all units that were drawn."""
    written: tuple[str, ...]
    """Pages that changed."""


def write_index(reports: Path) -> Work:
    """Bring `index.html` and the pages over all units up to date, each in one step."""
    state = read_state(reports, name_style())
    units = [read_unit(folder, state.style) for folder in _list_folders(reports)]
    known = {unit.name for unit in units}
    units += [Unit(name) for name in sorted(state.ends) if name not in known]
    units.sort(key=lambda unit: unit.name)
    units = [unit for unit in units if unit.runs or unit.name in state.ends]
    n_drawn = sum([_draw(unit, state, reports) for unit in units])
    together = _group_by_period(units)
    n_together, written = _write_together(reports, together, state)
    drawn = [unit.drawn for unit in units]
    page, fonts = draw_index(
        [each["html"] for each in drawn],
        {
            "n_units": len(units),
            "n_reports": sum(len(unit.links) - len(unit.damaged()) for unit in units),
            "attention": [notice for each in drawn for notice in each["attention"]],
            "together": [_address(code, entries) for code, entries in together.items()],
        },
        state.fonts.get(INDEX),
    )
    state.fonts[INDEX] = fonts
    written += _write(reports / INDEX, page)
    write_state(reports, state)
    return Work(sum(unit.n_read for unit in units), n_drawn, n_together, tuple(written))


def _list_folders(reports: Path) -> list[Path]:
    if not reports.is_dir():
        return []
    names = sorted(each.name for each in os.scandir(reports) if each.is_dir())
    return [reports / name for name in names if not name.startswith(".")]


def _draw(unit: Unit, state: State, reports: Path) -> bool:
    """Draw a unit if its runs or its state moved; tell whether it was drawn."""
    end = state.ends.get(unit.name, {})
    failed = end if end.get("event") in ("failed", "abandoned") else None
    late = find_late(unit, state.day)
    about = {"failed": failed, "late": late}
    if not unit.is_changed and unit.drawn.get("about") == about:
        return False
    told = _tell_failed(failed, unit.name) if failed else None
    unit.drawn = {
        "about": about,
        "html": draw_unit(unit, failed=told, late=late),
        "attention": list(_attend(unit, told, late)),
    }
    if unit.runs:
        write_unit(reports / unit.name, unit, state.style)
    return True


def _tell_failed(end: Mapping[str, Any], unit: str) -> dict[str, str]:
    """Name the tasks that failed and the class of each error, in both languages."""
    words = read_words()
    tasks = [f"{name.removeprefix(f'{unit}/')} ({kind})" for name, kind in end["failed"].items()]
    told = {}
    for language in LANGUAGES:
        text = words[end["event"]][language].format(tasks=", ".join(tasks[:5]))
        told[language] = words["failed_on"][language].format(what=text, day=end["day"])
    return told


def _attend(unit: Unit, failed: Mapping[str, str] | None, late: str) -> Iterable[dict[str, str]]:
    """Give what somebody has to look after, for the head of the page."""
    words, newest = read_words(), next(iter(unit.current()), None)
    title = said(newest["shown"], "en")["title"] if newest else unit.name
    found: list[Mapping[str, str]] = [failed] if failed else []
    if late:
        found.append({each: words["late"][each].format(period=late) for each in LANGUAGES})
    if newest and newest["is_draft"]:
        found.append(words["draft"])
    if unit.damaged():
        names = ", ".join(unit.damaged())
        found.append({each: words["damaged"][each].format(names=names) for each in LANGUAGES})
    for each in found:
        yield {"unit": unit.name, "title": title} | {lang: each[lang] for lang in LANGUAGES}


def _group_by_period(units: Sequence[Unit]) -> dict[str, list[tuple[str, Entry]]]:
    """Gather the reports of each period that several units have, the newest period first.

    Fiscal years of one name may lie on other days: of those, most units that share theirs are
    taken together.
    """
    found: dict[tuple[str, date], list[tuple[str, Entry]]] = {}
    for unit in units:
        for entry in unit.current():
            found.setdefault((entry["period"], rank(entry)[0]), []).append((unit.name, entry))
    several = sorted((key for key, each in found.items() if len(each) > 1), key=_size_of(found))
    by_code = {code: (code, day) for code, day in several}
    keys = sorted(by_code.values(), key=lambda key: rank(found[key][0][1]), reverse=True)
    return {key[0]: found[key] for key in keys}


def _size_of(
    found: Mapping[tuple[str, date], Sequence[object]],
) -> Callable[[tuple[str, date]], tuple[int, date]]:
    """Give an order in which the most units, and of as many those of the later days, come last."""
    return lambda key: (len(found[key]), key[1])


def _write_together(
    reports: Path, together: Mapping[str, Sequence[tuple[str, Entry]]], state: State
) -> tuple[int, list[str]]:
    """Write the pages over all units that moved, and remove those that nothing leads to."""
    n_drawn, written = 0, []
    names = set()
    for code, entries in together.items():
        made_of = hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
        for language in LANGUAGES:
            name = f"all.{code}.{language}.html"
            names.add(name)
            if state.pages.get(name) == made_of and (reports / name).is_file():
                continue
            page, _ = draw_together(code, entries, language, None)
            n_drawn += 1
            written += _write(reports / name, page)
            state.pages[name] = made_of
    for name in set(state.pages) - names:
        (reports / name).unlink(missing_ok=True)
        del state.pages[name]
    return n_drawn, written


def _address(code: str, entries: Sequence[tuple[str, Entry]]) -> dict[str, dict[str, str]]:
    return {
        language: {
            "address": f"all.{code}.{language}.html",
            "label": said(entries[0][1]["shown"], language)["period"],
        }
        for language in LANGUAGES
    }


def _write(path: Path, page: bytes) -> list[str]:
    if path.is_file() and path.read_bytes() == page:
        return []
    write_aside(path, page)
    return [path.name]
