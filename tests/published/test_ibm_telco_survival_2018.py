"""Kaplan-Meier and log-rank on IBM's Telco customers: 7,043 contracts, 1,869 ended.

IBM sample data "Telco Customer Churn" (2018). Figures computed on the named data with
lifelines when the methods were chosen; durations are calendar months.
"""

import pytest

from published.reference_data import assert_as_printed, read_telco
from rapport.analysis.survival import fit_survival
from rapport.analysis.survival_groups import compare_survival, fit_survival_by
from rapport.analysis.survival_reading import estimate_median, estimate_restricted_mean, survival_at


@pytest.fixture(scope="module")
def curve():
    return fit_survival(read_telco())


@pytest.mark.parametrize(
    ("month", "survival", "low", "high"),
    [
        (12, ".84320", ".8342", ".8518"),
        (24, ".78874", None, None),
        (36, ".74855", None, None),
        (60, ".66440", None, None),
        (72, ".59279", ".5731", ".6119"),
    ],
)
def test_survival(curve, month, survival, low, high):
    read = survival_at(curve, [month]).iloc[0]

    assert_as_printed(read["survival"], survival)
    if low is not None:
        assert_as_printed(read["low"], low)
        assert_as_printed(read["high"], high)


def test_the_median_is_not_reached(curve):
    assert estimate_median(curve).value is None


def test_the_restricted_mean(curve):
    assert_as_printed(estimate_restricted_mean(curve, tau=72).value, "54.49")


def test_contracts_by_the_month():
    monthly = fit_survival_by(read_telco(), by="Contract")["Month-to-month"]

    assert (monthly.n, monthly.n_events) == (3875, 1655)
    assert estimate_median(monthly).value == 35
    assert_as_printed(survival_at(monthly, [12])["survival"].iloc[0], ".7031")


def test_the_log_rank_test_by_contract():
    test = compare_survival(read_telco(), by="Contract")

    assert_as_printed(test.chi2, "2352.873")
    assert test.df == 2
