"""What a rerun does in a process of its own: from sealed tables to values and pages, once more.

Its parameters are those of the record, not of the project: a unit's file may have moved on. It
runs in a private folder that looks like a project, without network, and publishes nothing.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from rapport.cli.planning import INGESTION, plan_ingestion, plan_period
from rapport.cli.recorded import choose_printing, list_strange
from rapport.cli.report import make_report
from rapport.cli.reporting import VERSIONED, list_code
from rapport.cli.work import Unit
from rapport.errors import RapportError
from rapport.ingest.sources import ResolvedSources
from rapport.marts.periods import parse_period
from rapport.params import ChapterParams, load_unit, trust_unit
from rapport.params.brand import read_brand
from rapport.press.proof.manifest import make_predicate
from rapport.press.publish import reproduce
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.keys.code import Package
from rapport.press.run.order import select_tasks
from rapport.press.run.plan import Known, World
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result, Table, Task

MIME = "application/vnd.rapport.v1+json"
INGESTED, SNAPSHOT = "ingestion", "snapshot"
JOB, RESULT = "job.json", "result.json"
SEALED = ("unit", "period", "as_of", "languages", "formats", "parameters", "sources")
Job = Mapping[str, Any]
"""`predicate`: the record's; `tables`: canonical table -> `digest`, `rows`, `kinds`; `notebook`:
digest of the sealed ingestion as executed, or null; `ingest`: files and digests of the unit's
sources, or null."""


def main() -> None:
    """Do the job that lies in the working folder and leave the result beside it."""
    root = Path.cwd()
    job = json.loads((root / JOB).read_bytes())
    made = work(job, root)
    (root / RESULT).write_text(json.dumps(made), encoding="utf-8", newline="\n")


def work(job: Job, root: Path) -> dict[str, Any]:
    """Run the chapters of a record and render its pages.

    Returns
    -------
    `chapters`: what became of each, its values and tables; `report`: predicate, values and digests
    of the files, or None; `error`: why there is none; `strange`: what else pages are printed with
    that is not at hand as it was
    """
    store = Store(root / "data" / "store")
    world = World(store, read_conditions(root))
    ingestion = _plan_ingestion(job, root) if job["ingest"] else None
    tables = _list_tables(job)
    if not tables and ingestion is None:
        why = "the unit's tables are not at hand"
        return {"chapters": {}, "report": None, "error": why, "strange": []}
    results = _run_all(job, root, world, ingestion)
    ingested = results.pop(ingestion.id) if ingestion else None
    if not tables:
        tables = dict(ingested.tables) if ingested else {}
    first = _choose_ingestion(job, ingested, tables, store)
    report, error = None, "ingestion is not at hand as it was executed"
    if first is not None:
        report, error = _render(job, [first, *results.values()], store, root)
    listed = [*([ingested] if ingested else []), *results.values()]
    strange = list_strange(job["predicate"]["printing"], _find_at_hand(job["predicate"], root))
    return {"chapters": _describe_all(listed), "report": report, "error": error,
            "strange": strange}  # fmt: skip


def _run_all(
    job: Job, root: Path, world: World, ingestion: ChapterTask | None
) -> dict[str, Result]:
    """Run ingestion, if it can be, and the chapters: on the sealed tables, else on what it gave."""
    predicate, tables = job["predicate"], _list_tables(job)
    n_workers = min(os.cpu_count() or 1, max(1, len(predicate["execution"]) // 2))
    first = [ingestion] if ingestion else []
    if tables:
        known: Known = {(predicate["unit"], None): {n: t.digest for n, t in tables.items()}}
        apart = run_tasks(first, world, workers=1, cold=True) if first else {}
        tasks = _plan(predicate, root, world.store, known[predicate["unit"], None])
        return apart | run_tasks(tasks, replace(world, given=known), workers=n_workers, cold=True)

    def follow(result: Result) -> list[Task]:
        if ingestion is None or result.task.id != ingestion.id:
            return []
        made = {name: table.digest for name, table in result.tables.items()}
        return _plan(predicate, root, world.store, made)

    return run_tasks(first, world, workers=n_workers, cold=True, expand=follow)


def _plan_ingestion(job: Job, root: Path) -> ChapterTask:
    """Plan to read the sources once more, by the unit's own file."""
    given, predicate = job["ingest"], job["predicate"]
    params = load_unit(root, predicate["unit"], overrides=_numbers(predicate["parameters"]))
    files = {name: tuple(Path(path) for path in paths) for name, paths in given["files"].items()}
    return plan_ingestion(root, Unit(params, ResolvedSources(files, given["digests"])))


def _numbers(parameters: Mapping[str, Any]) -> dict[str, Any]:
    # What the data settled stands in the record as a number, and ingestion does without it.
    return {name: value for name, value in parameters.items() if name != "churn_after_days"}


def _list_tables(job: Job) -> dict[str, Table]:
    return {
        name: Table(t["digest"], t["rows"], t["size"], t["kinds"])
        for name, t in job["tables"].items()
    }


def _recorded_unit(predicate: Mapping[str, Any], snapshot: Path) -> Unit:
    """Make the unit of a record: its parameters, sources by digest, and the days of its data."""
    told = {**predicate["unit_parameters"], **predicate["parameters"]}
    params = trust_unit({n: tuple(v) if isinstance(v, list) else v for n, v in told.items()})
    unit = Unit(params, ResolvedSources({}, predicate["sources"]))
    unit.read_span(snapshot)
    return unit


def _plan(
    predicate: Mapping[str, Any], root: Path, store: Store, tables: Mapping[str, str]
) -> list[Task]:
    """Plan the chapters of a record, and what they read; none without the snapshot's days."""
    if SNAPSHOT not in tables:
        return []
    unit = _recorded_unit(predicate, store.object_path(tables[SNAPSHOT]))
    tasks = plan_period(root, unit, parse_period(predicate["period"], unit.fiscal), tables=tables)
    chapters = [t for t in tasks if isinstance(t, ChapterTask) and t.chapter in _names(predicate)]
    parameters = {**predicate["unit_parameters"], **predicate["parameters"]}
    kept: list[Task] = [t for t in tasks if not isinstance(t, ChapterTask)]
    kept += [replace(t, context={**t.context, "unit_parameters": parameters}) for t in chapters]
    return select_tasks(kept, [task.id for task in chapters])


def _names(predicate: Mapping[str, Any]) -> list[str]:
    return [name for name in predicate["execution"] if name != INGESTED]


def _choose_ingestion(
    job: Job, ingested: Result | None, tables: Mapping[str, Table], store: Store
) -> Result | None:
    """Take the sealed ingestion as it was executed; else the one that was executed now."""
    if job["notebook"] is None:
        return ingested if ingested and ingested.status == "executed" else None
    predicate = job["predicate"]
    notebook = json.loads(store.object_path(job["notebook"]).read_bytes())
    task = ChapterTask(
        f"{predicate['unit']}/all-periods/{INGESTED}", predicate["unit"], None, INGESTED,
        store.root.parents[1] / "notebooks" / INGESTION, {}, {},
    )  # fmt: skip
    conditions = {n: predicate["environment"].get(n) for n in ("lock", "python", "enforced")}
    return Result(
        task, "reused", "sealed", predicate["execution"][INGESTED], {"conditions": conditions},
        tables=tables, notebook=job["notebook"], values=tuple(_find_values(notebook)),
    )  # fmt: skip


def _find_values(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    bundles = [out["data"][MIME] for out in outputs if MIME in out.get("data", {})]
    return [value for b in bundles if b["type"] == "values" for value in b["values"]]


def _render(
    job: Job, results: Sequence[Result], store: Store, root: Path
) -> tuple[dict[str, Any] | None, str]:
    failed = [result.task.id for result in results if result.status not in ("executed", "reused")]
    ran = {result.task.chapter for result in results if isinstance(result.task, ChapterTask)}
    lacking = sorted(set(job["predicate"]["execution"]) - ran)
    if failed or lacking:
        return None, f"not done: {', '.join([*failed, *lacking])}"
    arguments = _gather_arguments(job["predicate"], store, root)
    try:
        run, digests = reproduce(make_report(arguments, results, store))
    except RapportError as error:
        return None, f"{type(error).__name__}: {error}"
    told = json.loads(json.dumps(make_predicate(run, {}), default=_spell_day))
    return {"predicate": told, "values": list(run.values), "digests": digests, "run": run.id}, ""


def _find_at_hand(predicate: Mapping[str, Any], root: Path) -> dict[str, Any]:
    return {"brand": read_brand(root, predicate["unit"])}


def _gather_arguments(predicate: Mapping[str, Any], store: Store, root: Path) -> dict[str, Any]:
    """Give the arguments of the printing: the record's, and of the code at hand what that gives."""
    return {
        **choose_printing(predicate, _find_at_hand(predicate, root)),
        **{name: predicate[name] for name in SEALED if name in predicate},
        "signer": predicate.get("signer", ""),
        "defaults": ChapterParams().model_dump(mode="json"),
        "versions": {name: importlib.metadata.version(name) for name in VERSIONED},
        "store": str(store.root),
        "modules": Package().digest_modules(list_code()),
    }


def _spell_day(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _describe_all(results: Sequence[Result]) -> dict[str, Any]:
    return {
        result.task.chapter: {
            "status": result.status,
            "error": f"{result.error.class_name}: {result.error.message}" if result.error else "",
            "notebook": result.notebook,
            "values": [{**v, "chapter": result.task.chapter} for v in result.values],
            "tables": {name: asdict(table) for name, table in result.tables.items()},
        }
        for result in results
        if isinstance(result.task, ChapterTask)
    }


if __name__ == "__main__":
    main()
    sys.exit(0)
