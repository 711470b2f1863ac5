"""What is shown is looked at as readers see it."""

import pytest

from rapport.privacy.disclosed import check_columns, check_table, check_values


def shown(rows, *, units=("customers",)):
    columns = [{"kind": "label", "unit": "segment"}]
    columns += [{"kind": "count", "unit": unit} for unit in units]
    cells = [[{"en": str(cell), "zh": str(cell)} for cell in ("name", *row)] for row in rows]
    return {"id": "a.b", "columns": columns, "rows": [{"cells": row} for row in cells]}


def faults(rows, **how):
    return list(check_table(shown(rows, **how), 10))


def value(name, number, *, kind="count", unit="customers"):
    return {"id": name, "value": number, "kind": kind, "unit": unit}


def test_a_small_cell_is_named_with_its_table_and_not_with_its_number():
    assert faults([["1,204"], ["7"], ["12"]]) == ["table a.b: 1 cell shows fewer than 10 customers"]


@pytest.mark.parametrize("rows", [[["<10"], ["n/a"], ["1,204"]], [["0"], ["12"]], [["<10"]], []])
def test_a_table_that_hides_enough_passes(rows):
    assert faults(rows) == []


@pytest.mark.parametrize("unit", ["orders", "rows", "days"])
def test_counts_of_other_things_may_be_small(unit):
    assert faults([["3"], ["12"]], units=(unit,)) == []


def test_a_hidden_cell_alone_in_its_column_follows_from_the_total():
    (fault,) = faults([["<10"], ["40"], ["60"]])
    assert "1 hidden cell follows from the total" in fault


def test_of_a_two_way_table_rows_add_up_too():
    both = ("customers",) * 3
    square = [["<10", "n/a", "60"], ["n/a", "n/a", "80"], ["40", "50", "90"]]
    corner = [["<10", "45", "50"], ["n/a", "20", "60"], ["40", "50", "90"]]

    assert faults(square, units=both) == []
    (fault,) = faults(corner, units=both)
    assert "2 hidden cells follow" in fault


def test_values_of_few_customers_are_named():
    assert list(check_values([value("churn.lost", 4), value("churn.n", 12)], 10)) == [
        "value churn.lost counts fewer than 10 customers"
    ]


def test_the_size_of_the_unit_and_changes_of_counts_may_be_small():
    values = [
        value("ingestion.customers", 3), value("summary.active.difference", 2),
        value("churn.lost", None), value("churn.none", 0), value("churn.days", 4, unit="days"),
    ]  # fmt: skip
    assert list(check_values(values, 10)) == []


def test_published_columns_that_count_customers_are_looked_at():
    columns = {"n_customers": [4, 20, None], "n_rows": [1], "n_customers_later": [9.5, 12]}

    assert list(check_columns("segments", columns, 10)) == [
        "table segments, column n_customers: 1 cell shows fewer than 10 customers"
    ]
