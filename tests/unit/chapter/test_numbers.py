from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.measured import Measured
from rapport.chapter.bundle import describe_value
from rapport.chapter.numbers import hide_suppressed, make_value, plain
from rapport.present.values import Suppressed


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (np.str_("new"), "new"),
        (Decimal("1.10"), Decimal("1.10")),
        (pd.Timestamp("2026-06-30"), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 6, 30)),
        (pd.NA, None),
        (pd.NaT, None),
        (None, None),
    ],
)
def test_a_scalar_becomes_pythons_own(given, expected):
    made = plain(given)

    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize("given", [True, np.True_, [1], {"a": 1}, 1j])
def test_what_is_no_number_date_or_label_is_refused(given):
    with pytest.raises(TypeError, match="cannot be recorded as a value"):
        plain(given)


def test_a_value_bears_its_units_currency_and_confidence(unit):
    measured = Measured("net", Decimal("12.3400"), "money", "GBP", n=np.int64(7))

    value = make_value(measured, "summary.net", unit)

    assert (value.id, value.value, value.n) == ("summary.net", Decimal("12.3400"), 7)
    assert (value.currency, value.confidence) == ("GBP", 0.95)


@pytest.mark.parametrize(
    ("name", "n", "told"),
    [
        ("churn.lost", 9, Suppressed(10)),
        ("churn.lost", 10, 10),
        ("churn.lost", 0, 0),
        ("churn.lost", None, None),
        ("ingestion.customers", 3, 3),
        ("summary.active.difference", 3, 3),
        ("summary.active.difference", -3, -3),
    ],
)
def test_too_few_customers_are_not_told_but_for_the_size_of_the_unit(unit, name, n, told):
    assert make_value(Measured("n", n, "count", "customers"), name, unit).value == told


def test_a_few_of_anything_else_are_told(unit):
    assert make_value(Measured("n", 3, "count", "orders"), "churn.orders", unit).value == 3


def test_a_suppressed_value_is_nothing_in_the_record(unit):
    value = make_value(Measured("n", 3, "count", "customers"), "churn.lost", unit)

    assert describe_value(value)["value"] is None


def test_an_interval_keeps_both_ends_as_pythons_numbers(unit):
    ends = (np.float64(0.25), np.float64(0.5))

    value = make_value(Measured("rate", 0.4, "ratio", "share", interval=ends), "a.rate", unit)

    assert value.interval == (0.25, 0.5)
    assert [type(end) for end in value.interval] == [float, float]


def test_an_interval_with_an_end_missing_is_refused(unit):
    with pytest.raises(TypeError, match="two numbers"):
        make_value(Measured("rate", 0.4, "ratio", "share", interval=(0.1, None)), "a.b", unit)


def test_a_kind_that_no_tolerance_is_known_for_is_refused(unit):
    with pytest.raises(TypeError, match=r"'guess' is no kind of value; one of count, money"):
        make_value(Measured("rate", 0.4, "guess", "share"), "a.rate", unit)


def test_suppressed_cells_are_empty_in_what_is_published():
    rows = pd.DataFrame(
        {"segment": ["new", "best"], "n": [Suppressed(10), 25], "net": [Decimal("1.5"), None]}
    )

    safe = hide_suppressed(rows)

    assert safe["n"].tolist() == [None, 25]
    assert safe["net"].tolist() == [Decimal("1.5"), None]
    assert isinstance(rows["n"].iloc[0], Suppressed)


def test_a_table_without_suppressed_cells_is_published_as_it_is():
    rows = pd.DataFrame({"segment": ["new"], "n": [25]})

    assert hide_suppressed(rows) is rows


def test_a_share_of_few_customers_is_hidden_with_the_interval_that_would_tell_it(unit):
    measured = Measured("rate", 3 / 332, "ratio", "share", 332, (0.003, 0.026))

    value = make_value(measured, "churn.rate", unit)

    assert (value.value, value.interval, value.n) == (Suppressed(10, 332), None, 332)


def test_a_count_that_leaves_few_is_hidden_in_their_place(unit):
    measured = Measured("groups.n", 835, "count", "customers", 836)

    value = make_value(measured, "segmentation.groups.n", unit)

    assert value.value == Suppressed(10, 836, is_rest=True)
    assert describe_value(value)["value"] is None
