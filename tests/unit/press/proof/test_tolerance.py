"""How far a number may be from the recorded one."""

import pytest

from rapport.press.proof.tolerance import measure, standard_error, worst_of

INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize("kind", ["count", "money", "label", "date"])
def test_exact_kinds_know_no_tolerance(kind):
    assert measure(kind, 12_345_678, 12_345_678).grade == "B"
    assert measure(kind, 12_345_678, 12_345_679).grade == "D"


def test_a_cent_in_twelve_millions_is_a_difference():
    apart = measure("money", "12345678.90", "12345678.91")

    assert (apart.grade, round(apart.absolute, 6)) == ("D", 0.01)


def test_money_spelled_with_other_places_is_no_other_money():
    assert measure("money", "0", "0.00").grade == "C"


@pytest.mark.parametrize(("old", "new"), [("01", "1"), ("1", "1.0"), ("１", "1"), ("1e3", "1000")])
def test_labels_that_are_one_number_are_two_labels(old, new):
    assert measure("label", old, new).grade == "D"


@pytest.mark.parametrize(
    ("kind", "limit"), [("ratio", 1e-12), ("estimator", 1e-8), ("iterative", 1e-6)]
)
def test_computed_kinds_may_differ_by_their_limit(kind, limit):
    assert measure(kind, 2.0, 2.0 + limit).grade == "C"
    assert measure(kind, 2.0, 2.0 + 3 * limit).grade == "D"


def test_nought_but_for_rounding_is_nought():
    assert measure("ratio", 0.0, 1e-17).grade == "C"
    assert measure("ratio", 0.0, 1e-9).grade == "D"


def test_a_ratio_in_decimals_is_measured_as_a_number():
    assert measure("ratio", "69.828772727", "69.828772728").grade == "D"


def test_a_simulated_number_may_differ_by_its_standard_error():
    error = standard_error([0.402, 0.598], 0.95)

    assert measure("simulated", 0.5, 0.54, error=error).grade == "C"
    assert measure("simulated", 0.5, 0.56, error=error).grade == "D"


def test_a_simulated_number_without_an_interval_may_hardly_differ():
    assert standard_error(None, 0.95) is None
    assert measure("simulated", 0.5, 0.51).grade == "D"


@pytest.mark.parametrize(
    ("old", "new", "grade"),
    [
        (None, None, "B"),
        (NAN, NAN, "B"),
        (0.0, -0.0, "B"),
        (INF, INF, "B"),
        (None, 0.0, "D"),
        (NAN, 0.0, "D"),
        (INF, -INF, "D"),
        (INF, 1.0, "D"),
        (1.0, True, "D"),
    ],
)
def test_what_is_no_number_equals_only_its_like(old, new, grade):
    assert measure("estimator", old, new).grade == grade


def test_a_coefficient_off_by_a_rounding_error_is_within():
    assert measure("estimator", -0.379422, -0.379422 + 3e-13).grade == "C"


def test_the_worst_grade_counts():
    assert worst_of(["B", "U", "D"]) == "U"
    assert worst_of([]) == "A"
