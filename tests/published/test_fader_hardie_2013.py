"""Gamma-Gamma on the CDNOW cohort: 946 customers who repeated in weeks 1 to 39.

Fader & Hardie (2013), The Gamma-Gamma model of monetary value, brucehardie.com/notes/025.
"""

import datetime as dt

import numpy as np
import pytest

from published.cdnow_shop import read_marts
from published.reference_data import assert_as_printed
from rapport.analysis.gamma_gamma import expect_amount, fit_gamma_gamma
from rapport.analysis.value_buyers import list_first_buyers


@pytest.fixture(scope="module")
def repeats():
    transactions = read_marts()["customer_transactions"]
    buyers = list_first_buyers(transactions, cut=dt.date(1997, 9, 30), spend="gross")
    return buyers.frame[buyers.frame["is_positive"]]


@pytest.fixture(scope="module")
def fitted(repeats):
    return fit_gamma_gamma(repeats["x"], repeats["m"])


def test_customers(repeats):
    assert len(repeats) == 946


@pytest.mark.parametrize(("name", "printed"), [("p", "6.25"), ("q", "3.74"), ("v", "15.44")])
def test_parameters(fitted, name, printed):
    assert_as_printed(getattr(fitted, name), printed)


def test_log_likelihood(fitted):
    assert_as_printed(fitted.log_likelihood, "-4055.92")
    assert fitted.gradient < 1e-3


def test_an_unknown_customer_is_expected_to_spend_the_mean_of_all(fitted):
    # p v / (q - 1) of the printed parameters is 35.2.
    assert_as_printed(expect_amount(np.exp(fitted.logs), 0, 0.0), "35.2")
