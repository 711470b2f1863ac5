"""`rapport verify REPORT --rerun`: every number of a report computed again, and graded.

In this order, each step only if the one before allows it: the seal and a signature that the reader
trusts; the same code; tables; an environment; then, without network and in a private folder, the
chapters and pages. Nothing of the report is run, it only names what the reader's own copy of the
code is asked to do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rapport.cli.rerun.case import NOTEBOOK, Case
from rapport.cli.rerun.judge import judge
from rapport.cli.rerun.sources import Sources, find_sources_at_hand
from rapport.cli.rerun.statement import require_writable, write_statement
from rapport.cli.rerun.told import tell_refusal, tell_verdict
from rapport.errors import RapportError, TamperedError, UnverifiableError
from rapport.params import find_root
from rapport.press.proof.erasures import read_erasures
from rapport.press.proof.packed import spell_out
from rapport.press.proof.rerun.code import list_other_code
from rapport.press.proof.rerun.environment import check_at_hand, make_environment
from rapport.press.proof.rerun.folder import LOCK, copy_code, copy_project, shelve
from rapport.press.proof.rerun.grading import Verdict
from rapport.press.proof.rerun.inputs import Input, Places, digest_file, find_inputs
from rapport.press.proof.rerun.isolation import find_isolation
from rapport.press.proof.rerun.isolation import make_environment as make_variables
from rapport.press.proof.seal.answer import Answer, find_trust
from rapport.press.proof.seal.files import read_trust
from rapport.press.run.keys.code import PACKAGE_FOLDER

JOURNAL = Path("reports", "log.jsonl")
CHILD = "rapport.cli.rerun.work"
JOB, RESULT = "job.json", "result.json"
TOLD = 8
NEEDED = (
    "canonical", "code", "environment", "execution", "formats", "languages", "methods",
    "parameters", "printing", "shown", "sources", "tables", "unit_parameters",
)  # fmt: skip


def rerun(arguments: argparse.Namespace, answer: Answer) -> int:
    """Give a grade for every number of a report, and the exit code.

    Parameters
    ----------
    arguments : of `rapport verify`: `data`, `env`, `trust`, `json`, `statement`
    answer : the seal's; unless it is `sealed` nothing is run

    Raises
    ------
    ParameterError
        There is no project around the working folder, or the statement cannot be written.
    """
    if answer.exit_code or answer.checked is None:
        return _refuse(arguments, answer, "the seal and a trusted signature come first", {})
    if arguments.statement is not None:
        # Minutes of work are not thrown away for a name or a key that could be seen before.
        require_writable(arguments.statement)
    statement = answer.checked.seal.statement
    with tempfile.TemporaryDirectory(prefix="rapport-rerun-") as made:
        case = _open(statement, arguments, Path(made))
        try:
            told = _run(case, arguments)
        except UnverifiableError as error:
            return _refuse(arguments, answer, str(error), {"grade": "U"})
        except TamperedError as error:
            # The log at hand, which says what was erased: the report itself is as it was signed.
            code = TamperedError.exit_code
            return _refuse(arguments, answer, str(error), {"grade": "X", "exit_code": code})
    described = {**answer.described, "rerun": told.as_json(), "exit_code": told.exit_code}
    if arguments.statement is not None:
        described["statement"] = write_statement(
            arguments.statement, statement, told.as_json(), case.root / JOURNAL
        )
    text = answer.text + tell_verdict(told, case.predicate)
    sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n" if arguments.json else text)
    return told.exit_code


def _refuse(
    arguments: argparse.Namespace, answer: Answer, why: str, more: Mapping[str, Any]
) -> int:
    """Say that nothing was run, and why; tampered stays tampered."""
    code = answer.exit_code or more.get("exit_code", UnverifiableError.exit_code)
    grade = "X" if code not in (0, UnverifiableError.exit_code) else "U"
    rerun_part = {"grade": grade, "why": why, "exit_code": code, "executed": False, **more}
    described = {**answer.described, "rerun": rerun_part, "exit_code": code}
    text = answer.text + tell_refusal(grade, why)
    sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n" if arguments.json else text)
    return code


def _open(statement: Mapping[str, Any], arguments: argparse.Namespace, folder: Path) -> Case:
    predicate, values = spell_out(statement)
    root = find_root(Path.cwd())
    subjects = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
    return Case(predicate, values, subjects, root, Places(arguments.data, root), folder)


def _run(case: Case, arguments: argparse.Namespace) -> Verdict:
    """Do what stands in the module's head from the second step on."""
    predicate = case.predicate
    lib, project = copy_code(PACKAGE_FOLDER, case.folder), copy_project(case.root, case.folder)
    _require_code(predicate, lib, project)
    trust_file = find_trust(arguments.trust, os.environ)
    trust = read_trust(trust_file) if trust_file is not None else None
    erasures = read_erasures(case.root / JOURNAL, predicate["unit"])
    inputs = find_inputs(predicate, case.places, erasures, trust)
    sources = _find_sources(case, inputs, project)
    python, environment = _choose_environment(case, arguments.env)
    isolation = find_isolation(python)
    _write_job(case, inputs, sources, project)
    made = _execute([*isolation.prefix, python], lib, project, sources)
    conditions = {"environment": environment, "network": isolation.way, "executed": True,
                  "code": len(predicate["code"]["modules"])}  # fmt: skip
    return judge(case, inputs, made, sources=sources, conditions=conditions)


def _find_sources(case: Case, inputs: Sequence[Input], project: Path) -> Sources:
    if any(each.state == "erased" for each in inputs):
        # They would be read without those who were erased, and give other tables by right.
        return Sources(why="rows were erased since")
    return find_sources_at_hand(case.predicate, case.root, project)


def _require_code(predicate: Mapping[str, Any], lib: Path, project: Path) -> None:
    if any(name not in predicate for name in NEEDED):
        raise UnverifiableError(
            "record: was made by a version that did not say enough to compute it again. Use that "
            "version's code with `rapport run`, and `rapport diff`."
        )
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    recorded = predicate["environment"].get("python")
    if recorded != python:
        # The form in which code is digested is Python's own.
        raise UnverifiableError(
            f"Python: the report was made by {recorded}, this is {python}. Use {recorded}."
        )
    other = list_other_code(
        predicate, package=lib / PACKAGE_FOLDER.name, notebooks=project / "notebooks"
    )
    if other:
        shown = ", ".join(other[:TOLD]) + (f" and {len(other) - TOLD} more" if other[TOLD:] else "")
        raise UnverifiableError(
            f"code: {len(other)} files are not those of the record: {shown}. Check out the version "
            "that made the report, or use an archive of the run. Nothing was run."
        )


def _choose_environment(case: Case, wanted: str) -> tuple[str, dict[str, Any]]:
    """Give the interpreter to run, and how its environment compares with the lock's."""
    lock = case.root / LOCK
    sealed = case.predicate["environment"].get("lock")
    is_sealed = lock.is_file() and digest_file(lock) == sealed
    if wanted == "current":
        found = check_at_hand(lock.read_text(encoding="utf-8")) if lock.is_file() else None
        other = found.other if found else ["no lock at hand"]
        if not is_sealed:
            other = ["requirements.lock is not that of the record", *other]
        return sys.executable, {"kind": "current", "other": other}
    if not is_sealed:
        raise UnverifiableError(
            f"{LOCK}: is not that of the record. Take that one, or use `--env current`, which "
            "gives grade C at best."
        )
    found = check_at_hand(lock.read_text(encoding="utf-8"))
    if not found.other:
        told = {"beside": found.beside, "absent": found.absent}
        return sys.executable, {"kind": "lock", "made": False, **told}
    python = make_environment(lock, case.folder)
    return python, {"kind": "lock", "made": True, "at_hand": found.other[:TOLD]}


def _write_job(case: Case, inputs: Sequence[Input], sources: Sources, project: Path) -> None:
    """Write what the process of the rerun is asked to do."""
    at_hand = [each for each in inputs if each.path is not None]
    kinds = {name: table.get("kinds", {}) for name, table in case.predicate["tables"].items()}
    digest = case.subjects.get(NOTEBOOK)
    notebook = case.find(NOTEBOOK, digest) if digest else None
    kept = [(notebook, digest)] if notebook and digest else []
    tables = [(each.path, each.found) for each in at_hand if each.path and each.found]
    shelve([*tables, *kept], project)
    job = {
        "predicate": case.predicate,
        "tables": {
            each.name: {"digest": each.found, "rows": each.n_found, "kinds": kinds[each.name],
                        "size": each.path.stat().st_size}
            for each in at_hand if each.path is not None
        },
        "notebook": digest if kept else None,
        "ingest": sources.described,
    }  # fmt: skip
    (project / JOB).write_text(json.dumps(job), encoding="utf-8", newline="\n")


def _execute(command: Sequence[str], lib: Path, project: Path, sources: Sources) -> dict[str, Any]:
    variables = make_variables(os.environ, folder=lib.parent, paths=[lib])
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, "-m", CHILD], cwd=project, env={**variables, **sources.variables},
        capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    result = project / RESULT
    if done.returncode or not result.is_file():
        # Of our own code, and a bug of it: the traceback is what a person can hand on.
        sys.stderr.write(done.stderr)
        raise RapportError(f"rerun: ended with {done.returncode} before it had a result.")
    made: dict[str, Any] = json.loads(result.read_bytes())
    return made
