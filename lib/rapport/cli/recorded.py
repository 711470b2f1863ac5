"""What a record says of how its numbers were made, so that two records can be compared by parts.

An execution key is one digest of everything. Here its parts stand apart: a chapter whose `code` and
`settings` are those of the last period was made by the same method, whatever its data were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.press.proof.record import canonical_json, sha256
from rapport.press.run.tasks import ChapterTask, Result, TableTask

# They differ from one period to the next without another method.
OF_THE_PERIOD = ("unit", "period")
# Sentences, labels, fonts and the drawing of figures: how a number is shown, not what it is.
SHOWING = ("assets/locale/", "assets/fonts/", "assets/theme", "present/")
# They carry marts to other engines, where the same SELECTs give the same tables.
CARRIERS = ("marts/elsewhere.py", "marts/lineage.py")
# Arguments of the printing that the record holds by another name, or that the code itself gives.
ELSEWHERE = (
    "unit", "period", "as_of", "parameters", "defaults", "sources", "versions", "store", "modules",
    "languages", "formats", "signer",
)  # fmt: skip
# Earlier reports and analysts' notes are not at hand where a report is verified.
WHOLE = ("changes", "notes")
APART = ("definitions", "published")
"""Arguments that the record also holds whole under their own names."""
LONGEST = 4096
"""Bytes of an argument that is recorded whole; of a longer one, such as a logo, its digest is."""


def describe_making(results: Sequence[Result]) -> dict[str, Any]:
    """Tell of the chapters' parameters, methods and inputs.

    Parameters
    ----------
    results : all tasks of a report, ingestion among them

    Returns
    -------
    `canonical`: names of the tables that ingestion wrote; `engine`: which made the marts, whose
    tables are the same whichever it was; `unit_parameters`: those of the unit as
    chapters see them, the names of its tables alone; `methods`: by chapter, see `_describe`
    """
    chapters = [result for result in results if isinstance(result.task, ChapterTask)]
    marts = {r.task.name: r for r in results if isinstance(r.task, TableTask)}
    return {
        "canonical": sorted(n for r in chapters if r.task.period is None for n in r.tables),
        "engine": _find_engine([r.task for r in results if isinstance(r.task, TableTask)]),
        "unit_parameters": _find_parameters(chapters),
        "methods": {_name(result): _describe(result, marts) for result in chapters},
    }


def describe_printing(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what else a report was printed with, so that a rerun can print the same pages.

    Examples
    --------
    >>> describe_printing({"unit": "shop", "bands": ["sample"]})
    {'bands': ['sample']}
    """
    told = {name: value for name, value in arguments.items() if name not in ELSEWHERE}
    return {name: value if name in WHOLE else _shorten(value) for name, value in told.items()}


def choose_printing(predicate: Mapping[str, Any], at_hand: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments of a printing as recorded; those recorded by digest are those at hand."""
    recorded: Mapping[str, Any] = predicate["printing"]
    kept = {name: value for name, value in recorded.items() if not _is_digest(value)}
    kept |= {name: predicate[name] for name in APART if name in predicate}
    return {**at_hand, **kept}


def list_strange(recorded: Mapping[str, Any], at_hand: Mapping[str, Any]) -> list[str]:
    """Name the arguments recorded by digest that are not at hand as they were."""
    return sorted(
        name
        for name, value in recorded.items()
        if _is_digest(value) and name not in APART and value != _shorten(at_hand.get(name))
    )


def _shorten(value: Any) -> Any:
    spelled = canonical_json(value)
    return value if len(spelled) <= LONGEST else {"sha256": sha256(spelled)}


def _is_digest(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"sha256"}


def _name(result: Result) -> str:
    assert isinstance(result.task, ChapterTask)
    return result.task.chapter


def _find_engine(tasks: Sequence[TableTask]) -> str:
    return next((str(t.arguments["engine"]) for t in tasks if "engine" in t.arguments), "duckdb")


def _find_parameters(chapters: Sequence[Result]) -> dict[str, Any]:
    found: Mapping[str, Any] = {}
    for result in chapters:
        if isinstance(result.task, ChapterTask) and result.task.period is not None:
            found = result.task.context.get("unit_parameters", {})
    return dict(found)


def _describe(result: Result, marts: Mapping[str, Result]) -> dict[str, Any]:
    """Give digests of a chapter's cells, modules, words, parameters and marts; and what it reads.

    `reads` are canonical tables and tables of other chapters, marts followed to what they read.
    """
    parts = result.parts or {}
    modules = parts.get("modules") or {}
    made, read = _follow(parts.get("tables") or {}, marts)
    code = {at: digest for at, digest in modules.items() if not at.startswith(SHOWING)}
    words = {at: digest for at, digest in modules.items() if at.startswith(SHOWING)}
    return {
        "cells": _digest(parts.get("code")),
        "code": _digest(code),
        "words": _digest(words),
        "parameters": _digest(_settings(parts)),
        "marts": _digest(dict(pair for name in made for pair in _mart(marts[name]).items())),
        "reads": sorted(read),
    }


def _settings(parts: Mapping[str, Any]) -> dict[str, Any]:
    given = parts.get("parameters") or {}
    context = parts.get("context") or {}
    kept = {name: value for name, value in given.items() if name not in OF_THE_PERIOD}
    return {"parameters": kept, "unit": context.get("unit_parameters")}


def _follow(tables: Mapping[str, Any], marts: Mapping[str, Result]) -> tuple[set[str], set[str]]:
    """Part what a chapter reads into marts, followed to their ends, and what no mart made."""
    ahead, made, read = list(tables), set(), set()
    while ahead:
        name = ahead.pop()
        if name not in marts:
            read.add(name)
        elif name not in made:
            made.add(name)
            ahead += list((marts[name].parts or {}).get("tables") or {})
    return made, read


def _mart(result: Result) -> dict[str, Any]:
    parts = result.parts or {}
    modules: Mapping[str, Any] = parts.get("modules") or {}
    return {
        at: digest
        for at, digest in modules.items()
        if at.startswith("marts/") and at not in CARRIERS
    }


def _digest(content: Any) -> str:
    return sha256(canonical_json(content))
