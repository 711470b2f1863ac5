"""Tables compared cell by cell."""

from decimal import Decimal

import pyarrow as pa

from rapport.press.proof.rerun.cells import compare_tables

KINDS = {"stage": "label", "n": "count", "net": "money", "rate": "ratio", "effect": "estimator"}


def rows(**columns):
    same = {
        "stage": ["new", "loyal"], "n": [3, 4], "net": [Decimal("1.00"), Decimal("2.50")],
        "rate": [0.25, 0.5], "effect": [1.5, None],
    }  # fmt: skip
    return pa.table({**same, **columns})


def test_equal_tables_have_no_cell_that_moved():
    found = compare_tables("churn.stages", rows(), rows(), KINDS)

    assert (found.grade, found.n_moved, found.cells) == ("B", 0, ())


def test_each_column_has_the_limit_of_its_kind():
    near = rows(rate=[0.25 + 1e-14, 0.5], effect=[1.5 + 1e-10, None])
    found = compare_tables("churn.stages", rows(), near, KINDS)

    assert (found.grade, found.n_moved, found.n_cells) == ("C", 2, 10)
    assert compare_tables("t", rows(), rows(rate=[0.25 + 1e-10, 0.5]), KINDS).grade == "D"


def test_a_count_off_by_one_is_named_by_row_and_column():
    found = compare_tables("churn.stages", rows(), rows(n=[3, 5]), KINDS)

    (cell,) = found.cells
    assert (found.grade, cell.column, cell.row, cell.old, cell.new) == ("D", "n", 2, "4", "5")


def test_money_off_by_a_cent_differs_whatever_its_size():
    large = rows(net=[Decimal("12345678.90"), Decimal("2.50")])
    cent = rows(net=[Decimal("12345678.91"), Decimal("2.50")])

    assert compare_tables("t", large, cent, KINDS).grade == "D"


def test_what_is_empty_equals_only_what_is_empty():
    assert compare_tables("t", rows(), rows(effect=[1.5, 0.0]), KINDS).grade == "D"


def test_cells_beyond_their_limit_are_told_first():
    both = rows(n=[3, 5], rate=[0.25 + 1e-14, 0.5])

    assert [c.grade for c in compare_tables("t", rows(), both, KINDS).cells] == ["D", "C"]


def test_other_columns_or_rows_are_said_in_words():
    assert compare_tables("t", rows(), rows().drop(["n"]), KINDS).why == "its columns moved"
    assert compare_tables("t", rows(), rows().slice(1), KINDS).why == "2 -> 1 rows"


def test_a_column_without_a_kind_is_exact_unless_it_holds_fractions():
    moved = rows(stage=["new", "lost"], effect=[1.5 + 1e-10, None])

    grades = {cell.column: cell.grade for cell in compare_tables("t", rows(), moved, {}).cells}

    assert grades == {"stage": "D", "effect": "C"}
