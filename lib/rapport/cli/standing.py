"""Units of which nothing has to be planned: all that their plan was made of is as it was.

A run that leaves nothing to be made of a unit keeps how everything looked by which that was
decided (`standing/<unit>.json` in the store). The next plan looks at all of it again. If anything
looks otherwise, was added or is gone, the unit is planned as if nothing had been kept, so that
nothing but a moment is lost with such a file. Only `rapport run` reads it: what verifies, reruns,
approves or archives a report asks the reports and the store themselves.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rapport.cli.made_of import SHARED, Mark, group_params, mark_own, mark_shared
from rapport.cli.reporting import Shape
from rapport.cli.work import Unit
from rapport.errors import DataError
from rapport.ingest.sources import digest_of, find_files, join_digests, list_folders
from rapport.params import Source, list_units
from rapport.params.lists import EXPORTED, exported_path
from rapport.press.run.looks import Clock, Looks, is_as_seen, take_looks
from rapport.press.run.plan import UNCHANGED, World, find_record
from rapport.press.run.state import Listener
from rapport.press.run.tasks import ChapterTask, Event, ReportTask, Result, TableTask, Task
from rapport.privacy.erased import erased_path

VERSION = 1
PATTERN = frozenset("*?[")
Kept = Mapping[str, Any]
"""What a file of the store says of one unit."""


class Standings:
    """The units of a run that stand as they were, and what it keeps of the others."""

    def __init__(
        self, root: Path, arguments: argparse.Namespace, *, shape: Shape, world: World
    ) -> None:
        self._root = root
        self._arguments = arguments
        self._shape = shape
        self._world = world
        self._clock = Clock()
        self._shared = Mark("", "")
        self._own: dict[str, Mark] = {}
        self._found: dict[str, Kept] = {}

    def find(self, names: Sequence[str]) -> list[str]:
        """Look at units before any of their files is read, and name those to be planned."""
        if not self._is_possible:
            return list(names)
        files = self._group(names)
        self._own = {name: mark_own(self._root, files.get(name, [])) for name in names}
        if not self._arguments.fresh:
            # What was typed may be no unit's name; whoever reads its file says so.
            units = frozenset(list_units(self._root))
            for name in (name for name in names if name in units):
                kept = self._world.store.read_standing(name)
                if kept is not None and self._stands(name, kept):
                    self._found[name] = kept
        return [name for name in names if name not in self._found]

    def list_results(self) -> dict[str, Result]:
        """Give the results of all tasks of the units that stand, as far as a run tells of them."""
        results = [
            _read_result(self._root, unit, kept, row)
            for unit, kept in self._found.items()
            for row in kept["results"]
        ]
        return {result.task.id: result for result in results}

    def describe(self) -> list[dict[str, Any]]:
        """Give the chapters of the units that stand as `rapport run --dry-run --json` does."""
        return [
            {
                "unit": unit, "period": row["period"], "chapter": row["name"],
                "notebook": row["notebook"], "parameters": row["parameters"],
                "action": "reuse", "reason": UNCHANGED, "key": row["key"],
            }
            for unit, kept in self._found.items()
            for row in kept["results"]
            if row["kind"] == "chapter"
        ]  # fmt: skip

    def keep(self, units: Iterable[Unit], results: Iterable[Result]) -> None:
        """Keep how units look of which this run left nothing to be made.

        Parameters
        ----------
        results : of all tasks of the units, nothing of which was written since
        """
        made: dict[str, list[Result]] = {}
        for result in results:
            made.setdefault(result.task.unit, []).append(result)
        whole = [unit for unit in units if _is_whole(unit, made.get(unit.name, []))]
        if not whole or not self._is_possible:
            return
        before, files = self._shared, self._group([unit.name for unit in whole])
        if self._shared != before:
            return
        now = self._world.store.read_clock()
        for unit in whole:
            if mark_own(self._root, files.get(unit.name, [])) == self._own[unit.name]:
                self._keep(unit, made[unit.name], now)

    @property
    def _is_possible(self) -> bool:
        # These ask for more than what a run tells.
        asked = self._arguments
        return not (asked.chapter or asked.renderer or asked.jupyter_cache)

    def _group(self, names: Iterable[str]) -> dict[str, list[str]]:
        files = group_params(self._root, names)
        shared = files.get(SHARED, [])
        self._shared = mark_shared(self._root, self._arguments, self._shape, self._world, shared)
        return files

    def _stands(self, name: str, kept: Kept) -> bool:
        if kept.get("v") != VERSION:
            return False
        if (kept["shared"], kept["own"]) != (self._shared.digest, self._own[name].digest):
            return False
        folders = list_folders(self._root, is_sample=kept["is_sample"])
        try:
            for pattern, files in kept["patterns"].items():
                if [str(path) for path in find_files(pattern, folders)] != files:
                    return False
        except DataError:
            return False  # planning says why
        return all(is_as_seen(self._root, Looks.read(looks)) for looks in kept["looks"])

    def _keep(self, unit: Unit, results: Sequence[Result], now: int) -> None:
        store = self._world.store
        records = {r.task.id: store.read_task(str(r.key)) or {} for r in results}
        if not all(records.values()):
            return
        looks = take_looks(self._root, **self._list_store(unit, results, records), before=now)
        sources, began = _list_sources(self._root, unit), self._clock.began_at(now)
        given = take_looks(self._root, sources, before=began)
        # After the looks: what is changed from here on looks otherwise next time.
        if not self._are_whole(results, records) or not _are_as_read(self._root, unit, given):
            return
        store.write_standing(unit.name, {
            "v": VERSION, "shared": self._shared.digest, "own": self._own[unit.name].digest,
            "is_sample": unit.params.sample, "patterns": _list_patterns(unit),
            "looks": [_spell(looks), _spell(given)],
            "language": unit.params.language, "title": unit.params.title.model_dump(),
            "results": [_tell(self._root, result) for result in results],
        })  # fmt: skip

    def _are_whole(self, results: Sequence[Result], records: Mapping[str, Kept]) -> bool:
        """Say whether the store holds all that was made, and names it as made last."""
        last = self._world.store.read_last
        return all(
            find_record(self._world, str(result.key)) == records[result.task.id]
            and (last(result.task.id) or {}).get("key") == result.key
            for result in results
        )

    def _list_store(
        self, unit: Unit, results: Sequence[Result], records: Mapping[str, Kept]
    ) -> dict[str, Any]:
        """List the files of the store and the reports that a unit's plan asks for."""
        store = self._world.store
        objects, records_of, there = [], [], []
        for result in results:
            record = records[result.task.id]
            parts = [*record["tables"].values(), *record.get("private", {}).values()]
            parts += [record["notebook"]] if record["notebook"] else []
            objects += [store.object_path(part["digest"]) for part in parts]
            records_of += store.list_paths(result.task.id, str(result.key))
            keeps = record.get("made", {}).get("keeps", {})
            # A report's own folder holds its record; the index changes with every other report.
            own = {Path(path).parent for path, digest in keeps.items() if digest}
            records_of += [self._root / path for path in keeps if Path(path).parent in own]
            there += [path for path in keeps if Path(path).parent not in own]
        records_of += store.list_current(unit.name, [period.code for period in unit.periods])
        sure = [_within(self._root, path) for path in objects]
        paths = [*sure, *(_within(self._root, path) for path in records_of)]
        return {"paths": paths, "there": there, "sure": frozenset(sure)}


def tell_standing(results: Mapping[str, Result], listener: Listener) -> Listener:
    """Tell a listener of what stands, and give one that counts on from there."""
    for n_settled, result in enumerate(results.values(), 1):
        text = result.reason
        listener(Event("reused", result.task, n_settled, len(results), text=text, result=result))

    def count_on(event: Event) -> None:
        n_settled, n_tasks = event.n_settled + len(results), event.n_tasks + len(results)
        listener(replace(event, n_settled=n_settled, n_tasks=n_tasks))

    return count_on


def _is_whole(unit: Unit, results: Sequence[Result]) -> bool:
    """Say whether all periods of a unit were printed or looked through, and nothing failed."""
    ends = {r.task.period for r in results if isinstance(r.task, ReportTask)}
    is_done = all(result.status in ("executed", "reused") for result in results)
    # What is fetched is looked up by other ways than its path.
    sources = unit.params.sources.values()
    is_near = not any(source.is_remote or source.format == "python" for source in sources)
    periods = {period.code for period in unit.periods}
    return bool(periods) and periods == ends and is_done and is_near


def _is_pattern(source: Source) -> bool:
    return source.format != "select" and not PATTERN.isdisjoint(source.path)


def _list_patterns(unit: Unit) -> dict[str, list[str]]:
    """List the files that each pattern of a unit's sources names."""
    return {
        source.path: [str(path) for path in unit.sources.files[name]]
        for name, source in unit.params.sources.items()
        if _is_pattern(source)
    }


def _list_sources(root: Path, unit: Unit) -> list[str]:
    """List a unit's source files, and those that would be taken in their place."""
    is_sample = unit.params.sample
    found = {path for files in unit.sources.files.values() for path in files}
    asked = [exported_path(root, unit.name, table, is_sample=is_sample) for table in EXPORTED]
    asked.append(erased_path(root, unit.name))
    for source in unit.params.sources.values():
        for folder in list_folders(root, is_sample=is_sample):
            if source.format == "select" or _is_pattern(source) or folder / source.path in found:
                break
            asked.append(folder / source.path)
    return [_within(root, path) for path in (*sorted(found), *asked)]


def _are_as_read(root: Path, unit: Unit, looks: Looks) -> bool:
    """Say whether sources hold what was planned for; those that look as they did then do."""
    for name, digest in unit.sources.digests.items():
        files = unit.sources.files[name]
        if unit.params.sources[name].format == "select":
            continue
        held = [looks.contents.get(_within(root, file)) or digest_of([file]) for file in files]
        if join_digests(held) != digest:
            return False
    return True


def _within(root: Path, path: Path) -> str:
    # Of texts: asked of hundreds of files a unit.
    return str(path).removeprefix(f"{root}{os.sep}")


def _spell(looks: Looks) -> dict[str, Any]:
    listed = {
        name: list(part) for name, part in looks._asdict().items() if name in ("paths", "there")
    }
    return {**looks._asdict(), **listed}


def _tell(root: Path, result: Result) -> dict[str, Any]:
    """Give what a run tells of a task, as JSON values."""
    task, is_as_it_was = result.task, result.status == "reused"
    told: dict[str, Any] = {
        "id": task.id, "period": task.period, "key": result.key, "seconds": result.seconds,
        # Prose may have been edited since it was executed.
        "reason": result.reason if is_as_it_was and UNCHANGED in result.reason else UNCHANGED,
    }  # fmt: skip
    if result.warnings:
        told["warnings"] = list(result.warnings)
    if isinstance(task, ChapterTask):
        notebook = task.notebook.resolve().relative_to(root.resolve()).as_posix()
        return {
            **told, "kind": "chapter", "name": task.chapter, "notebook": notebook,
            "parameters": dict(task.parameters),
        }  # fmt: skip
    if isinstance(task, ReportTask):
        return {**told, "kind": "report", "made": dict(result.made)}
    return {**told, "kind": "table", "name": task.name}


def _read_result(root: Path, unit: str, kept: Kept, row: Kept) -> Result:
    return Result(
        _read_task(root, unit, kept, row), "reused", row["reason"], row["key"],
        made=row.get("made", {}), warnings=tuple(row.get("warnings", ())), seconds=row["seconds"],
    )  # fmt: skip


def _read_task(root: Path, unit: str, kept: Kept, row: Kept) -> Task:
    """Give a task by what tells it from others; nobody asks what it would do."""
    at: tuple[str, str, str | None] = (row["id"], unit, row["period"])
    if row["kind"] == "chapter":
        context = {"language": kept["language"], "unit_parameters": {"title": kept["title"]}}
        return ChapterTask(*at, row["name"], root / row["notebook"], row["parameters"], context)
    if row["kind"] == "report":
        return ReportTask(*at, "", {}, (), ())
    return TableTask(*at, row["name"], "", {}, {}, ())
