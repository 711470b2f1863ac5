"""From what a rerun made to its verdict: values, tables, files, inputs and ingestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pyarrow.parquet as pq

from rapport.cli.rerun.case import INGESTION, Case
from rapport.cli.rerun.parts import find_moved_parts, find_moved_rows, list_same
from rapport.cli.rerun.sources import Sources
from rapport.press.proof.compare import Comparison, Move, Recorded, compare
from rapport.press.proof.rerun.cells import TableMove, compare_tables
from rapport.press.proof.rerun.grading import Verdict, grade_report, grade_values
from rapport.press.proof.rerun.inputs import Input, find_lost
from rapport.press.run.store import Store

MOST = 40
TABLES = "tables/"
NOT_REMADE = ("log", "made", "signer", "machine", "published", "places")
Made = Mapping[str, Any]
"""What `work.work` gave."""


def judge(
    case: Case,
    inputs: Sequence[Input],
    made: Made,
    *,
    sources: Sources,
    conditions: Mapping[str, Any],
) -> Verdict:
    """Give the verdict on a rerun.

    Parameters
    ----------
    case : what was to be verified
    inputs : the sealed tables, and what was at hand of them
    made : what the rerun gave
    sources : of ingestion
    conditions : how it was run
    """
    inputs = _restate(inputs, made)
    found = compare(Recorded(case.predicate, case.values), _record(case, made))
    bodies = _compare_bodies(case, made)
    is_same = bool(bodies) and all(bodies.values())
    is_erased = any(each.state == "erased" for each in inputs)
    not_run = _list_not_run(case, inputs, made)
    values = grade_values(found, not_run=not_run, is_same=is_same, is_erased=is_erased)
    tables = [] if is_erased else list(_compare_tables(case, made, not_run))
    is_current = conditions["environment"]["kind"] == "current"
    grade, why = grade_report(values, tables, is_same=is_same, is_current=is_current)
    if is_erased:
        # Whatever came out the same: it was not made of what the report was made of.
        grade, why = "U", "erased"
    elif find_lost(inputs) and grade == "U":
        why = "missing"
    causes = _list_causes(found, inputs, sources, made["strange"])
    told = {**conditions, **_describe_rows(case, inputs), "printed": made["error"] or "yes"}
    ingestion = _judge_ingestion(case, made, sources)
    return Verdict(grade, values, tables, bodies, causes, inputs, told, ingestion, why)


def _describe_rows(case: Case, inputs: Sequence[Input]) -> dict[str, Any]:
    rows = find_moved_rows(case, inputs)
    return {"rows": rows, "same_rows": list_same(case, inputs, rows)}


def _restate(inputs: Sequence[Input], made: Made) -> list[Input]:
    """Say of tables that were not at hand and were ingested once more whether they are the same."""
    ran = made["chapters"].get(INGESTION, {})
    if ran.get("status") != "executed" or any(each.path for each in inputs):
        return list(inputs)
    tables: Mapping[str, Mapping[str, Any]] = ran["tables"]
    return [
        replace(
            each,
            state="remade" if tables[each.name]["digest"] == each.digest else "other",
            found=tables[each.name]["digest"],
            n_found=tables[each.name]["n_rows"],
        )
        if each.name in tables
        else each
        for each in inputs
    ]


def _record(case: Case, made: Made) -> Recorded:
    """Give the rerun's own record; of a rerun that printed nothing its values alone."""
    if made["report"] is not None:
        ours = made["report"]["predicate"]
        kept = {name: case.predicate[name] for name in NOT_REMADE if name in case.predicate}
        return Recorded({**ours, **kept}, made["report"]["values"])
    nothing: dict[str, Any] = {"shown": {}}
    values = [
        {**value, **nothing} for chapter in made["chapters"].values() for value in chapter["values"]
    ]
    return Recorded({**case.predicate, "languages": []}, values)


def _compare_bodies(case: Case, made: Made) -> dict[str, bool]:
    if made["report"] is None:
        return {}
    digests = made["report"]["digests"]
    return {name: digests.get(name) == digest for name, digest in sorted(case.subjects.items())}


def _list_not_run(case: Case, inputs: Sequence[Input], made: Made) -> dict[str, str]:
    """Say of each chapter that has no result why: what it reads is gone, or it failed."""
    lost = {i.name: f"is {i.state}, and no erasure in the log accounts for it"
            for i in find_lost(inputs)}  # fmt: skip
    lost |= {i.name: "was erased as a whole" for i in inputs if i.state == "erased" and not i.path}
    ran = made["chapters"]
    found = {}
    for chapter in case.predicate["execution"]:
        reads = case.predicate["methods"].get(chapter, {}).get("reads", ())
        gone = [f"{name} {lost[name]}" for name in reads if name in lost]
        if gone and chapter != INGESTION:
            found[chapter] = "; ".join(gone)
        elif chapter != INGESTION and ran.get(chapter, {}).get("status") != "executed":
            found[chapter] = ran.get(chapter, {}).get("error") or made["error"] or "was not run"
    return found


def _compare_tables(case: Case, made: Made, not_run: Mapping[str, str]) -> list[TableMove]:
    """Compare the tables behind figures, cell by cell where a digest differs."""
    ours: dict[str, Mapping[str, Any]] = {}
    for name, chapter in made["chapters"].items():
        if name not in not_run:
            ours |= chapter["tables"]
    sealed = case.predicate["tables"]
    names = [n.removeprefix(TABLES).removesuffix(".parquet") for n in case.subjects
             if n.startswith(TABLES)]  # fmt: skip
    # What a chapter that did run has not written is no table that came out again.
    lost = set() if not_run else set(names) - ours.keys()
    moves = [TableMove(name, "D", why="was not made again") for name in sorted(lost)]
    for name in sorted(set(names) & sealed.keys() & ours.keys()):
        digest = sealed[name]["sha256"]
        if ours[name]["digest"] != digest:
            moves.append(_compare_table(case, name, digest, ours[name]))
    return moves


def _compare_table(case: Case, name: str, digest: str, ours: Mapping[str, Any]) -> TableMove:
    path = case.find(f"{TABLES}{name}.parquet", digest)
    if path is None:
        return TableMove(name, "U", why="other bytes, and what was sealed is not at hand")
    new = Store(case.store).object_path(ours["digest"])
    # The limits are those that were sealed with the table.
    kinds = case.predicate["tables"][name].get("kinds") or ours["kinds"]
    return compare_tables(name, pq.read_table(path), pq.read_table(new), kinds)


def _list_causes(
    found: Comparison, inputs: Sequence[Input], sources: Sources, strange: Sequence[str]
) -> list[dict[str, Any]]:
    """List what moved, each input with the parts of it in which its rows differ."""
    # That the code is the record's was seen before any of it ran.
    causes = [asdict(move) for move in found.causes if move.part not in ("source", "code")]
    named = {move.name for move in found.of("input")}
    for each in inputs:
        if each.state in ("other", "erased") and each.name not in named:
            move = Move("input", each.name, _side(each.digest, each.rows),
                        _side(each.found, each.n_found))  # fmt: skip
            causes.insert(0, asdict(move))
    causes = [
        {"part": "source", "name": name, "old": "sealed", "new": "other"} for name in sources.moved
    ] + causes
    causes += [{"part": "template", "name": n, "old": "sealed", "new": "other"} for n in strange]
    return causes[:MOST]


def _side(digest: str | None, rows: int | None) -> dict[str, Any]:
    return {"sha256": digest, "rows": rows}


def _judge_ingestion(case: Case, made: Made, sources: Sources) -> dict[str, Any]:
    """Grade ingestion apart: the tables that it gave anew against those that are sealed."""
    ran = made["chapters"].get(INGESTION)
    if ran is None:
        return {"recomputed": False, "why": sources.why or "not needed"}
    if ran["status"] != "executed":
        return {"recomputed": False, "why": ran["error"]}
    sealed = case.predicate["tables"]
    other = {
        name: {"rows_sealed": sealed[name]["rows"], "rows": ran["tables"][name]["n_rows"]}
        for name in case.predicate["canonical"]
        if name in ran["tables"] and ran["tables"][name]["digest"] != sealed[name]["sha256"]
    }
    return {
        "recomputed": True,
        "grade": "D" if other else "A" if _is_same_notebook(case, ran) else "B",
        "sources": list(sources.moved),
        "tables": other,
        "parts": find_moved_parts(case, ran) if other else [],
    }


def _is_same_notebook(case: Case, ran: Mapping[str, Any]) -> bool:
    return bool(case.subjects.get(case.ingestion_name) == ran["notebook"])
