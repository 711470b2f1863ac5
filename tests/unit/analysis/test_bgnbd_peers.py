"""BG/NBD and Gamma-Gamma agree with lifetimes on histories drawn at random.

lifetimes 0.11.3 climbs along numerical slopes and stops earlier; its own likelihood, at our
parameters, is never below that at its own.
"""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter
from tests.planted.buyers import draw_amounts, draw_buyers

from rapport.analysis.bgnbd import BgNbd, fit_bgnbd
from rapport.analysis.bgnbd_histories import collapse
from rapport.analysis.bgnbd_likelihood import log_likelihood, prepare
from rapport.analysis.bgnbd_predict import chance_there, expect_orders
from rapport.analysis.gamma_gamma import expect_amount, fit_gamma_gamma

PARAMETERS = st.tuples(
    st.floats(0.2, 3), st.floats(2, 30), st.floats(0.3, 3).filter(lambda a: abs(a - 1) > 0.01),
    st.floats(1.01, 6),
)  # fmt: skip


def model_of(parameters):
    r, alpha, a, b = parameters
    return BgNbd(r, alpha, a, b, 0.0, 1, np.eye(4), 0.0)


def peer_of(parameters):
    peer = BetaGeoFitter()
    peer.params_ = dict(zip(["r", "alpha", "a", "b"], parameters, strict=True))
    return peer


@settings(max_examples=25, deadline=None)
@given(PARAMETERS, st.integers(0, 10_000))
def test_the_likelihood_is_that_of_the_peer(parameters, seed):
    x, t_x, T, _ = draw_buyers(seed, 40)
    ours, _ = log_likelihood(np.log(parameters), prepare(collapse(x, t_x, T)))

    theirs = -BetaGeoFitter._negative_log_likelihood(
        np.log(parameters), x, t_x / 7, T / 7, np.ones(len(x)), 0.0
    )

    assert ours == pytest.approx(theirs * len(x), rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(PARAMETERS, st.integers(0, 10_000), st.integers(1, 900))
def test_expected_orders_and_chances_are_those_of_the_peer(parameters, seed, days):
    x, t_x, T, _ = draw_buyers(seed, 40)
    histories, peer = collapse(x, t_x, T), peer_of(parameters)

    orders = expect_orders(model_of(parameters), histories, [days])[histories.row, 0]
    there = chance_there(model_of(parameters), histories)[histories.row]

    theirs = peer.conditional_expected_number_of_purchases_up_to_time(days / 7, x, t_x / 7, T / 7)
    assert orders == pytest.approx(theirs, rel=1e-7, abs=1e-9)
    assert there == pytest.approx(peer.conditional_probability_alive(x, t_x / 7, T / 7), rel=1e-10)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_fit_is_that_of_the_peer(seed):
    x, t_x, T, _ = draw_buyers(seed, 1_500)
    ours = fit_bgnbd(collapse(x, t_x, T))
    peer = BetaGeoFitter()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its numerical slopes
        peer.fit(x, t_x / 7, T / 7)

    theirs = [peer.params_[name] for name in ("r", "alpha", "a", "b")]
    assert np.exp(ours.logs) == pytest.approx(theirs, rel=2e-4)
    at_theirs, _ = log_likelihood(np.log(theirs), prepare(collapse(x, t_x, T)))
    assert at_theirs <= ours.log_likelihood <= at_theirs + 1e-4


def test_the_amounts_are_those_of_the_peer():
    x, _, _, _ = draw_buyers(5, 1_500)
    m = draw_amounts(5, x)
    x, m = x[x > 0], m[x > 0]
    ours = fit_gamma_gamma(x, m)
    peer = GammaGammaFitter()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.fit(x, m)

    assert [ours.p, ours.q, ours.v] == pytest.approx(
        [peer.params_[name] for name in ("p", "q", "v")], rel=2e-3
    )
    theirs = peer.conditional_expected_average_profit(x, m)
    assert expect_amount([ours.p, ours.q, ours.v], x, m) == pytest.approx(theirs, rel=1e-3)
