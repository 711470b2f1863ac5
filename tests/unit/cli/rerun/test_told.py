"""The verdict of a rerun in words."""

import pytest

from rapport.cli.rerun.told import tell_refusal, tell_verdict
from rapport.press.proof.erasures import Left
from rapport.press.proof.rerun.cells import Cell, TableMove
from rapport.press.proof.rerun.grading import Graded, Verdict
from rapport.press.proof.rerun.inputs import Input
from rapport.press.proof.value_moves import ValueMove

PREDICATE = {"environment": {"python": "3.11"}}
CONDITIONS = {
    "environment": {"kind": "lock", "made": False, "beside": [], "absent": []},
    "network": "namespace",
    "code": 96, "printed": "yes", "rows": [], "same_rows": [],
}  # fmt: skip
AGAIN = {"recomputed": False, "why": "sources are not at hand: till"}
SEALED = Input("orders", "sealed", "1" * 64, 9, None, "1" * 64, None, 9)


def verdict(grade, *, values=(), inputs=(SEALED,), why="", tables=(), **conditions):
    bodies = {"report.en.pdf": grade == "A", "values.json": True}
    told = CONDITIONS | conditions
    return Verdict(grade, values, tables, bodies, (), inputs, told, AGAIN, why)


def say(*args, **how):
    return tell_verdict(verdict(*args, **how), PREDICATE)


def test_the_verdict_stands_first():
    same = Graded(ValueMove("a", "churn", "count", "A", 1, 1))

    assert say("A", values=[same]).splitlines() == [
        "Rerun: grade A: every file of the report came out byte by byte.",
        "  code: as recorded, 96 files; Python 3.11",
        "  environment: at hand, each locked file as its wheel has it",
        "  network: off, a network of its own with nothing in it",
        "  tables: 1 of 1 as sealed",
        "  ingestion, graded apart: not done again; sources are not at hand: till",
        "Files: 2 of 2 byte by byte",
        "Values: 1 A",
    ]


def test_a_value_that_differs_is_told_whole():
    move = ValueMove("net", "summary", "money", "D", "10.00", "10.01", 0.01, 0.001, None,
                     {"en": "£10.00"}, {"en": "£10.01"}, ("value", "shown"))  # fmt: skip

    said = say("D", values=[Graded(move, "data in orders")])

    assert "  D  net (money)\n     10.00 -> 10.01  (printed £10.00 -> £10.01)\n" in said
    assert "difference 0.01, relative 0.001, exact; likely: data in orders" in said
    assert "Files: 1 of 2 byte by byte; others: report.en.pdf" in said


def test_an_erasure_says_who_signed_and_how_many_rows_went():
    left = Left("2" * 64, 7, ("e1",), ("Group",))
    gone = Input("orders", "erased", "1" * 64, 9, None, "2" * 64, left, 7)

    said = say("U", why="erased", inputs=[gone])

    assert said.startswith("Rerun: grade U, erased: rows were lawfully erased since")
    assert "    orders: 2 of 9 rows erased, erasure e1 (signed by Group)\n" in said


def test_what_is_missing_without_a_word_is_louder():
    said = say("U", why="missing", inputs=[Input("orders", "missing", "1" * 64, 9)])

    assert said.startswith("Rerun: grade U, missing. DATA ARE MISSING AND NO ERASURE IN THE LOG")


def test_a_file_with_the_same_rows_is_no_other_data():
    other = Input("orders", "other", "1" * 64, 9, None, "2" * 64, None, 9)

    assert "orders: another file with the same 9 rows" in say(
        "B", inputs=[other], same_rows=["orders"]
    )


def test_the_weaker_way_without_network_is_said():
    assert "refused by each interpreter (the system gave" in say("A", network="hook")


def test_cells_that_moved_are_told_by_row_and_column():
    cell = Cell("n", 2, "4", "5", 1.0, 0.2, None, "D")
    table = TableMove("churn.stages", "D", 1, 10, cells=(cell,))

    assert "Table churn.stages: D, 1 of 10 cells moved\n  row 2, n: 4 -> 5\n" in say(
        "D", tables=[table]
    )


@pytest.mark.parametrize("grade", ["A", "B", "C", "C*", "D", "U"])
def test_no_word_of_ours_is_a_programs(grade):
    gone = ValueMove("a", "churn", "count", "U", None, None)

    said = say(grade, values=[Graded(gone, "was not run")])

    assert not {"None", "nan", "inf"} & set(said.replace(",", " ").split())


def test_a_refusal_says_that_nothing_was_run():
    assert tell_refusal("X", "the seal is broken") == (
        "Rerun: grade X, nothing was run. The seal is broken\n"
    )


def test_marts_that_another_engine_had_made_are_told():
    said = tell_verdict(verdict("A"), PREDICATE | {"engine": "postgresql"})

    assert "  marts: made by postgresql for the report, and here by duckdb from sealed" in said


def test_packages_of_the_lock_that_nothing_asks_for_are_counted():
    environment = CONDITIONS["environment"] | {"absent": ["pytest", "ruff"]}

    said = say("A", environment=environment)

    assert (
        "each locked file as its wheel has it; not there, and not asked for: 2 of the lock" in said
    )
