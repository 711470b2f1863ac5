"""A unit of which nothing changed is planned by a look at its files, any other as a whole."""

import cProfile
import datetime as dt
import hashlib
import io
import json
import os
import pstats
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.cli.expansion import Expansion
from rapport.cli.main import main
from rapport.cli.parsers import build_parser
from rapport.cli.planning import plan_ingestion
from rapport.cli.standing import Standings
from rapport.cli.work import find_units
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.keys.facts import NAME as CODE
from rapport.press.run.plan import World, plan
from rapport.press.run.store import Store
from rapport.privacy import KEY_VARIABLE
from rapport.privacy.pseudonyms import write_key

NOTEBOOKS = {
    "01_ingestion": ['unit: str = "x"', 'chapter.write("snapshot", a)\nchapter.write("orders", b)'],
    "02_profiling": [
        'unit: str = "x"\nperiod: str = "2026-06"\nnew_days: int = 30',
        'chapter.read("orders")',
    ],
}
PARAMS = """\
title: {en: Shop, zh: 商店}
currency: GBP
sources:
  till: {path: till.csv, format: csv}
  months: {path: "month-*.csv", format: csv}
tables:
  orders: {from: till, columns: {order_id: id}}
"""
UNITS = ("mall", "shop")
REPORT = "reports/shop/2026-06"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def draw_notebook(parameters, cell):
    drawn = [
        {"cell_type": "code", "source": parameters, "metadata": {"tags": ["parameters"]}},
        {"cell_type": "code", "source": cell, "metadata": {}},
    ]
    return json.dumps({"cells": drawn})


def parse(*words):
    return build_parser().parse_args(["run", "--format", "none", *words])


def open_units(root, *names):
    """Give units, the tasks that read their sources, and what follows from those."""
    units, failed = find_units(root, names, parse())
    assert failed == []
    store = Store(root / "data" / "store")
    expansion = Expansion(root, units, store, arguments=parse(), shape=((), ()))
    return units, [plan_ingestion(root, unit) for unit in units], expansion


def fill_store(root, names):
    """Write down an execution of every task, as a run would; the last one's has a report."""
    world = World(Store(root / "data" / "store"), read_conditions(root))
    days = io.BytesIO()
    span = {"data_from": [dt.date(2026, 1, 1)], "data_until": [dt.date(2026, 6, 30)]}
    pq.write_table(pa.table(span), days)
    todo = [None]
    while todo:
        _, tasks, expansion = open_units(root, *names)
        planned = plan(tasks, world, expand=expansion)
        todo = [each for each in planned if each.action == "execute" and each.key]
        for each in todo:
            write_execution(root, world.store, each, days.getvalue())


def write_execution(root, store, planned, days):
    task, made, keeps = planned.task, {}, {}
    for name in task.writes:
        held = days if name == "snapshot" else f"{task.unit} {name}".encode()
        made[name] = {"digest": store.add_bytes(held), "n_rows": 1, "size": len(held)}
    if task.id.endswith("/gate"):
        held = (root / REPORT / "manifest.json").read_bytes()
        keeps = {f"{REPORT}/manifest.json": hashlib.sha256(held).hexdigest()}
        keeps |= {f"{REPORT}/report.en.html": None, "reports/index.html": None}
    record = {
        "task": task.id, "tables": made, "notebook": None, "values": [], "made": {"keeps": keeps},
        "warnings": [], "seconds": 2.0, "cpu_seconds": 1.0, "peak_bytes": 1,
    }  # fmt: skip
    store.write_task(planned.key, record)
    store.write_last(task.id, {**planned.parts, "key": planned.key})


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Give a project, a copy to put it back from, and what a run of the shop reuses there."""
    root = tmp_path_factory.mktemp("executed") / "project"
    for name, cells in NOTEBOOKS.items():
        write(root / "notebooks" / f"{name}.ipynb", draw_notebook(*cells))
    write(root / "params" / "_defaults.yml", "period_grain: month\n")
    for unit in UNITS:
        write(root / "params" / f"{unit}.yml", PARAMS)
    for name in ("till", "month-1"):
        write(root / "data" / "raw" / f"{name}.csv", "id\n1\n")
    for name in (f"{REPORT}/manifest.json", f"{REPORT}/report.en.html", "reports/index.html"):
        write(root / name, "whole")
    write(root / "requirements.lock", "pandas==2\n")
    write(root / "package" / "module.py", "x = 1\n")
    write_key(root / "key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, str(root / "key"))
        patch.delenv("RAPPORT_DATA_PATH", raising=False)
        fill_store(root, UNITS)
        units, results = run_all(root)
    return root, shutil.copytree(root, root.parent / "copy"), units, results


def run_all(root):
    """Run the shop, of which everything can be reused."""
    units, tasks, expansion = open_units(root, "shop")
    world = World(Store(root / "data" / "store"), read_conditions(root))
    results = run_tasks(tasks, world, expand=expansion)
    assert {result.status for result in results.values()} == {"reused"}
    return units, results.values()


@pytest.fixture
def project(executed, monkeypatch):
    """Give the project as it was when nothing was kept yet."""
    root, copy, _, _ = executed
    shutil.rmtree(root)
    shutil.copytree(copy, root)
    monkeypatch.setenv(KEY_VARIABLE, str(root / "key"))
    monkeypatch.delenv("RAPPORT_DATA_PATH", raising=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def kept(project, executed):
    """Give the project in which it is kept that the shop stands."""
    _, _, units, results = executed
    standings = make_standings(project)
    standings.find(["shop"])
    standings.keep(units, results)
    return project


def make_standings(root, *words):
    """Give what looks at units; the package that they share is one small file here."""
    asked = parse(*words)
    shape = [tuple(part.split(",")) if part else () for part in (asked.format, asked.language)]
    world = World(Store(root / "data" / "store"), read_conditions(root), package=root / "package")
    return Standings(root, asked, shape=(shape[0], shape[1]), world=world)


def list_planned(root, *words):
    return make_standings(root, *words).find(["shop"])


def test_a_unit_of_which_nothing_changed_is_not_planned(kept):
    assert list_planned(kept) == []


def edit(path, text="changed"):
    """Write over a file, leaving its size and the time of it as they were."""
    before = path.stat()
    path.chmod(0o644)
    path.write_text(text.ljust(before.st_size)[: before.st_size], encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def first(root, pattern):
    return min(root.glob(pattern))


def of_shop(root):
    """Give a record of the store that is the shop's alone, and what it holds."""
    for path in sorted((root / "data/store/tasks").glob("*.json")):
        record = json.loads(path.read_bytes())
        if record["task"] == "shop/all-periods/ingestion":
            return path, record
    raise AssertionError


def object_of_shop(root):
    digest = of_shop(root)[1]["tables"]["orders"]["digest"]
    return root / "data/store/objects" / digest[:2] / digest


CHANGES = {
    "a comment in its parameters": lambda at: edit(at / "params/shop.yml", PARAMS[:-1] + "#"),
    "its plans": lambda at: write(at / "params/shop.actions.yml", "actions: []\n"),
    "its brand": lambda at: write(at / "params/shop.brand.yml", "paper: letter\n"),
    "a note": lambda at: write(at / "params/notes/shop/2026-06.en.md", "x"),
    "defaults": lambda at: write(at / "params/_defaults.yml", "period_grain: week\n"),
    "a logo": lambda at: write(at / "params/logo.svg", "<svg/>"),
    "code of a chapter": lambda at: edit(at / "notebooks/02_profiling.ipynb"),
    "a new chapter": lambda at: write(at / "notebooks/03_new.ipynb", "{}"),
    "code of the package": lambda at: edit(at / "package/module.py", "x = 2\n"),
    "a new module": lambda at: write(at / "package/other.py", ""),
    "the lock": lambda at: edit(at / "requirements.lock", "pandas==3\n"),
    "the key of pseudonyms": lambda at: edit(at / "key"),
    "a record of the selftest": lambda at: write(at / "reports/selftest.json", "{}"),
    "rows of a source": lambda at: edit(at / "data/raw/till.csv", "id\n2\n"),
    "a source that is gone": lambda at: (at / "data/raw/till.csv").unlink(),
    "another file of a source": lambda at: write(at / "data/raw/month-2.csv", "id\n1\n"),
    "an export": lambda at: write(at / "data/raw/exported/shop/campaigns.csv", "x"),
    "erased customers": lambda at: write(at / "data/erased/shop.json", "{}"),
    "a table that is gone": lambda at: object_of_shop(at).unlink(),
    "a table that was cut": lambda at: (
        object_of_shop(at).chmod(0o644), object_of_shop(at).write_text("s"),
    ),
    "a record that is gone": lambda at: of_shop(at)[0].unlink(),
    "a record that was changed": lambda at: edit(of_shop(at)[0]),
    "what was executed last": lambda at: Store(at / "data/store").write_last(
        "shop/all-periods/ingestion", {"key": "other"}
    ),
    "a report that is gone": lambda at: (at / REPORT / "report.en.html").unlink(),
    "a report that was changed": lambda at: edit(at / REPORT / "report.en.html", "false"),
    "a record of a report that was changed": lambda at: edit(at / REPORT / "manifest.json", "no"),
    "an index that is gone": lambda at: (at / "reports/index.html").unlink(),
    "who kept it": lambda at: Store(at / "data/store").write_standing("shop", {"v": 0}),
    "what is kept": lambda at: edit(at / "data/store/standing/shop.json", "{"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_unit_is_planned_whatever_changed(kept, change):
    CHANGES[change](kept)

    assert list_planned(kept) == ["shop"]


@pytest.mark.parametrize(
    "words",
    [
        ("--period", "2026-05"), ("--format", "html"), ("--language", "zh"), ("-p", "k", "3"),
        ("-f", "more.yml"), ("--fresh",), ("--chapter", "profiling"), ("--renderer", "quarto"),
        ("--jupyter-cache", "cache"),
    ],
)  # fmt: skip
def test_a_unit_is_planned_if_something_else_is_asked_for(kept, words):
    write(kept / "more.yml", "k: 3\n")

    assert list_planned(kept, *words) == ["shop"]


def test_a_source_that_comes_to_lie_before_another_is_planned(project, tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_DATA_PATH", str(tmp_path))
    shutil.move(project / "data" / "raw" / "till.csv", tmp_path)
    standings = make_standings(project)
    standings.find(["shop"])
    standings.keep(*run_all(project))
    assert list_planned(project) == []

    write(project / "data" / "raw" / "till.csv", "id\n1\n")

    assert list_planned(project) == ["shop"]


def test_what_is_of_others_leaves_a_unit_as_it_is(kept):
    write(kept / "params" / "mall.yml", PARAMS + "k: 3\n")
    write(kept / "params" / "new.yml", PARAMS)
    write(kept / "params" / "notes" / "mall" / "2026-06.en.md", "x")
    write(kept / "reports" / "index.html", "another report is listed")
    write(kept / "package" / "__pycache__" / "module.pyc", "x")

    assert list_planned(kept) == []


@pytest.mark.parametrize(
    "path", ["params/shop.yml", "params/_defaults.yml", "data/raw/till.csv", "package/module.py"]
)
def test_nothing_is_kept_of_a_unit_whose_files_were_edited_while_it_ran(project, executed, path):
    _, _, units, results = executed
    standings = make_standings(project)
    standings.find(["shop"])
    content = (project / path).read_text(encoding="utf-8")

    write(project / path, "other")
    if not path.startswith("data"):
        # Taken back, but who knows what was read on the way.
        write(project / path, content)
    standings.keep(units, results)

    assert list_planned(project) == ["shop"]


def test_whatever_a_plan_opens_of_a_project_is_looked_at(kept, monkeypatch):
    standing = json.loads((kept / "data/store/standing/shop.json").read_bytes())
    looked = {path for looks in standing["looks"] for path in (*looks["paths"], *looks["contents"])}
    marked = {"params", "notebooks", "requirements.lock", "key"}
    opened, plain_open = set(), io.open

    def note(file, *words, **more):
        opened.add(os.path.relpath(file, kept))
        return plain_open(file, *words, **more)

    monkeypatch.setattr("io.open", note)
    monkeypatch.setattr("builtins.open", note)
    write(kept / "params" / "shop.brand.yml", "paper: letter\n")
    _, tasks, expansion = open_units(kept, "shop")
    plan(tasks, World(Store(kept / "data" / "store"), read_conditions(kept)), expand=expansion)

    of_project = {path for path in opened if not path.startswith("..")}
    others = {path for path in of_project - looked if path.partition("/")[0] not in marked}
    facts = Store(kept / "data" / "store").list_paths(CODE, "-")[1]
    assert others <= {os.path.relpath(facts, kept)}
    assert {"params/shop.brand.yml", "params/shop.yml", "params/_defaults.yml"} <= of_project


def count_calls(*words):
    """Run the command and count how often some functions were called."""
    with cProfile.Profile() as profile:
        assert main(words) == 0
    calls = {name: facts[0] for (_, _, name), facts in pstats.Stats(profile).stats.items()}
    return [calls.get(name, 0) for name in ("read_yaml", "consider", "read_task")]


def test_a_plan_opens_the_parameters_and_tasks_of_those_units_alone_that_changed(project, capsys):
    dry = ("run", "--dry-run", "--json", "--format", "none")
    assert main(dry) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["run", "--format", "none"]) == 0
    closing = capsys.readouterr().err.splitlines()[-6:]
    kept = first(project, "data/store/standing/mall.json")
    before = kept.stat().st_ino, kept.stat().st_mtime_ns

    assert count_calls(*dry) == [0, 0, 0]
    assert json.loads(capsys.readouterr().out) == told
    assert main(["run", "--format", "none"]) == 0
    assert capsys.readouterr().err.splitlines()[-6:] == closing
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == before

    write(project / "params" / "mall.yml", PARAMS + "new_days: 31\n")
    # The last one waits for what is executed.
    n_tasks = len(json.loads(kept.read_bytes())["results"]) - 1
    assert count_calls(*dry) == [2, n_tasks, n_tasks]
    rows = {row["unit"]: row for row in json.loads(capsys.readouterr().out)["tasks"]}
    assert rows["shop"]["action"] == "reuse"
    assert rows["mall"]["reason"] == "parameter new_days 30 -> 31"
