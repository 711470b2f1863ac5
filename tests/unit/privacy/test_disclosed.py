"""What is shown is looked at as readers see it."""

import pytest

from rapport.privacy.disclosed import (
    check_columns,
    check_rests,
    check_table,
    check_values,
    list_rates,
    list_wholes,
    tells_few,
)


def shown(rows, *, units=("customers",)):
    columns = [{"kind": "label", "unit": "segment"}]
    columns += [{"kind": "count", "unit": unit} for unit in units]
    cells = [[{"en": str(cell), "zh": str(cell)} for cell in ("name", *row)] for row in rows]
    return {"id": "a.b", "columns": columns, "rows": [{"cells": row} for row in cells]}


def faults(rows, **how):
    return list(check_table(shown(rows, **how), 10))


def value(name, number, *, kind="count", unit="customers", n=None):
    return {"id": name, "value": number, "kind": kind, "unit": unit, "n": n}


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


def test_a_total_that_is_not_given_tells_nothing_of_the_cells_above_it():
    table = shown([["40"], ["60"], ["n/a"]])
    table["rows"][-1]["strong"] = True
    small = shown([["n/a"], ["60"], ["n/a"]])
    small["rows"][-1]["strong"] = True

    assert list(check_table(table, 10)) == []
    assert list(check_table({**table, "rows": table["rows"][::-1]}, 10)) != []
    assert list(check_table(small, 10)) == []


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
    columns = {
        "n_customers": [4, 20, None],
        "n_rows": [1, 1, 1],
        "n_customers_later": [9.5, 12, None],
    }

    assert list(check_columns("segments", columns, 10)) == [
        "table segments, column n_customers: 1 cell shows fewer than 10 customers"
    ]


def test_a_share_that_tells_by_its_n_of_few_customers_is_named():
    values = [
        value("churn.rate", 3 / 332, kind="ratio", unit="share", n=332),
        value("churn.later", 30 / 332, kind="ratio", unit="share", n=332),
        value("churn.spend", 0.0091, kind="ratio", unit="share", n=332),  # 3.02: of no count
        value("churn.alone", 0.01, kind="ratio", unit="share"),
        value("churn.silhouette", 0.01, kind="ratio", unit="ratio", n=300),
    ]

    assert list(check_values(values, 10)) == [
        "value churn.rate and its n tell of fewer than 10 customers"
    ]


def test_the_rest_of_a_share_is_told_or_hardly_a_rate_of_few_would_be_left():
    assert list(check_values([value("a.b", 0.9, kind="ratio", unit="share", n=30)], 10)) == []


def test_a_count_that_leaves_few_of_its_whole_is_named_and_one_that_is_merely_near_is_not():
    values = [
        value("segmentation.n", 836), value("segmentation.groups.n", 835, n=836),
        value("churn.n", 835), value("churn.all", 836, n=836), value("churn.most", 826, n=836),
    ]  # fmt: skip

    assert list(check_values(values, 10)) == [
        "value segmentation.groups.n leaves out fewer than 10 customers"
    ]


@pytest.mark.parametrize(
    ("columns", "n_rows"),
    [
        ({"rate": [3 / 390, 15 / 380], "n_at_start": [390, 380]}, 1),
        ({"rate": [3 / 390, 15 / 380, None], "n": [390, 380, 5]}, 1),
        ({"rate": [30 / 390, 15 / 380], "n": [390, 380]}, 0),
        ({"rate": [3 / 390, 0.0391], "n": [390, 380]}, 0),  # of something else
        ({"share": [0.2, 0.8], "n": [20, 80]}, 0),  # 0.2 of 100, not of 20
        ({"rate": [0.0, 1.0], "n": [390, 4]}, 0),
        ({"rate": [3 / 390, 15 / 380], "orders": [390, 380]}, 0),
    ],
)
def test_a_published_rate_tells_of_few_by_its_denominator(columns, n_rows):
    said = list(check_columns("churn.rates", columns, 10))

    assert len(said) == min(n_rows, 1)
    assert all("1 row tells of fewer than 10 customers" in fault for fault in said)


def test_a_rate_finds_its_own_denominator():
    columns = {"rate": [0.25, 0.5], "n_then": [40, 20], "n_now": [39, 21]}

    assert list_rates(columns) == [("rate", "n_then")]


def test_a_table_that_is_not_shown_stays_where_it_is_if_it_counts_few_by_any_name():
    assert tells_few({"n_churned": [4, 20]}, 10)
    assert not tells_few({"n_churned": [40, 20], "position": [1, 2]}, 10)


def test_a_table_whose_sum_leaves_few_of_a_whole_tells_them():
    hidden = [value("a.grouped", None, n=836), value("a.n", 836), value("b.n", None)]
    sizes = [["400"], ["435"]]

    assert list_wholes(hidden) == [836]
    (fault,) = check_rests(shown(sizes), [836], 10)
    assert "its sum leaves out fewer than 10 customers" in fault
    assert list(check_rests(shown([*sizes, ["835"]]), [836], 10)) == [fault]
    assert list(check_rests(shown([["830"], ["n/a"]]), [836], 10)) == []
    assert list(check_rests(shown(sizes), [835, 900], 10)) == []
    assert list(check_rests(shown(sizes, units=("orders",)), [836], 10)) == []
    # Of three customers in all nobody can be told from the others anyway.
    assert list(check_rests(shown([["0"], ["0"]]), [3], 10)) == []
