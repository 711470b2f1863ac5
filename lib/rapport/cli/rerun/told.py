"""The verdict of a rerun in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rapport.cli.moved import MOST, brief, tell_values
from rapport.press.proof.compare import ENGINE
from rapport.press.proof.rerun.cells import TableMove
from rapport.press.proof.rerun.grading import SAID, Graded, Verdict
from rapport.press.proof.rerun.inputs import Input

ERASED = "rows were lawfully erased since; what is left gives other numbers, which is no fault"
MISSING = "DATA ARE MISSING AND NO ERASURE IN THE LOG ACCOUNTS FOR IT. Ask where they went"
NETWORK = {
    "namespace": "off, a network of its own with nothing in it",
    "hook": "off, refused by each interpreter (the system gave no network of its own)",
}
TOLD = 8


def tell_refusal(grade: str, why: str) -> str:
    """Say that nothing was run, and why."""
    return f"Rerun: grade {grade}, nothing was run. {why[:1].upper()}{why[1:]}\n"


def tell_verdict(verdict: Verdict, predicate: Mapping[str, Any]) -> str:
    """Say what a rerun found, the verdict first."""
    lines = [_head(verdict), *_tell_conditions(verdict, predicate)]
    lines += _tell_inputs(verdict.inputs, verdict.conditions["same_rows"])
    lines += [*_tell_rows(verdict.conditions.get("rows", ())), *_tell_ingestion(verdict.ingestion)]
    lines += [*_tell_causes(verdict), *_tell_bodies(verdict.bodies, verdict.conditions)]
    counts = ", ".join(f"{n:,} {grade}" for grade, n in verdict.counts.items())
    lines.append(f"Values: {counts}")
    lines += _tell_graded(verdict.values)
    lines += [line for table in verdict.tables for line in _tell_table(table)]
    return "\n".join(lines) + "\n"


def _head(verdict: Verdict) -> str:
    said = SAID[verdict.grade]
    if verdict.why == "erased":
        return f"Rerun: grade U, erased: {ERASED}."
    if verdict.why == "missing":
        return f"Rerun: grade U, missing. {MISSING}."
    return f"Rerun: grade {verdict.grade}: {verdict.why or said}."


def _tell_conditions(verdict: Verdict, predicate: Mapping[str, Any]) -> Iterator[str]:
    conditions, environment = verdict.conditions, verdict.conditions["environment"]
    python = predicate["environment"]["python"]
    yield f"  code: as recorded, {conditions['code']:,} files; Python {python}"
    if environment["kind"] == "current":
        other = environment["other"]
        yield "  environment: the one at hand" + (f"; {_list(other)}" if other else "")
    elif environment["made"]:
        yield "  environment: made of the lock"
    else:
        beside, n_absent = environment["beside"], len(environment["absent"])
        told = [f"beside the lock: {_list(beside)}"] if beside else []
        told += [f"not there, and not asked for: {n_absent} of the lock"] if n_absent else []
        yield "; ".join(["  environment: at hand, each locked file as its wheel has it", *told])
    engine = predicate.get("engine", ENGINE)
    if engine != ENGINE:
        yield f"  marts: made by {engine} for the report, and here by {ENGINE} from sealed tables"
    yield f"  network: {NETWORK[conditions['network']]}"


def _list(words: Sequence[str]) -> str:
    more = f" and {len(words) - TOLD} more" if len(words) > TOLD else ""
    return ", ".join(words[:TOLD]) + more


def _tell_inputs(inputs: Sequence[Input], same: Sequence[str]) -> Iterator[str]:
    n_sealed = sum(each.state == "sealed" for each in inputs)
    n_remade = sum(each.state == "remade" for each in inputs)
    again = f", {n_remade:,} ingested once more and the same" if n_remade else ""
    yield f"  tables: {n_sealed:,} of {len(inputs):,} as sealed{again}"
    for each in inputs:
        if each.state == "erased" and each.left is not None:
            names = ", ".join(
                f"{name} ({f'signed by {signer}' if signer else 'not signed'})"
                for name, signer in zip(each.left.erasures, each.left.signers, strict=True)
            )
            gone = each.rows - each.left.rows
            yield f"    {each.name}: {gone:,} of {each.rows:,} rows erased, erasure {names}"
            if each.n_found is not None and each.n_found != each.left.rows:
                yield f"    {each.name}: HAS {each.n_found:,} ROWS, the log says {each.left.rows:,}"
        elif each.name in same:
            yield f"    {each.name}: another file with the same {each.rows:,} rows"
        elif each.state == "other":
            yield f"    {each.name}: not as sealed, {each.rows:,} -> {each.n_found:,} rows"
        elif each.state not in ("sealed", "remade"):
            yield f"    {each.name}: {each.state}"


def _tell_rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows[:MOST]:
        where = " ".join(str(row[name]) for name in ("table", "kind", "part") if row[name])
        yield f"    rows moved in {where}: {row['n_rows_before']:,} -> {row['n_rows_after']:,}"


def _tell_ingestion(ingestion: Mapping[str, Any]) -> Iterator[str]:
    if not ingestion["recomputed"]:
        yield f"  ingestion, graded apart: not done again; {ingestion['why']}"
        return
    moved = (
        f"; sources that moved: {', '.join(ingestion['sources'])}" if ingestion["sources"] else ""
    )
    yield f"  ingestion, graded apart: {ingestion['grade']}{moved}"
    for name, rows in ingestion["tables"].items():
        yield f"    {name}: {rows['rows_sealed']:,} -> {rows['rows']:,} rows, other content"
    yield from _tell_rows(ingestion["parts"])


def _tell_causes(verdict: Verdict) -> Iterator[str]:
    if verdict.causes:
        yield "What moved, what explains most first:"
    for cause in verdict.causes[:MOST]:
        yield f"  {cause['part']}: {brief(cause['name'])}"


def _tell_bodies(bodies: Mapping[str, bool], conditions: Mapping[str, Any]) -> Iterator[str]:
    if not bodies:
        yield f"Files: not printed again ({conditions['printed']})"
        return
    other = [name for name, is_same in bodies.items() if not is_same]
    yield f"Files: {len(bodies) - len(other):,} of {len(bodies):,} byte by byte" + (
        f"; others: {_list(other)}" if other else ""
    )


def _tell_graded(values: Sequence[Graded]) -> list[str]:
    moved = [graded for graded in values if graded.move.grade not in ("A", "B")]
    causes = {graded.move.id: graded.cause for graded in moved}
    return tell_values([graded.move for graded in moved], lambda move: causes[move.id])


def _tell_table(table: TableMove) -> Iterator[str]:
    if table.why:
        yield f"Table {table.name}: {table.grade}, {table.why}"
        return
    yield f"Table {table.name}: {table.grade}, {table.n_moved:,} of {table.n_cells:,} cells moved"
    for cell in table.cells:
        yield f"  row {cell.row}, {cell.column}: {brief(cell.old)} -> {brief(cell.new)}"
