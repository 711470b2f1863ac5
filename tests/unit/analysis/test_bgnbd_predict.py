import numpy as np
import pytest
from scipy import stats
from tests.planted.buyers import draw_buyers

from rapport.analysis.bgnbd import BgNbd, fit_bgnbd
from rapport.analysis.bgnbd_draws import (
    draw_customers,
    expect_of_draws,
    refit_bgnbd,
    slopes_of_draws,
    weigh,
)
from rapport.analysis.bgnbd_histories import collapse
from rapport.analysis.bgnbd_likelihood import log_likelihood, prepare
from rapport.analysis.bgnbd_predict import chance_there, expect_orders


def model(r=0.6, alpha=8.0, a=0.8, b=2.5):
    return BgNbd(r, alpha, a, b, 0.0, 1, np.eye(4), 0.0)


@pytest.fixture(scope="module")
def histories():
    x, t_x, T, _ = draw_buyers(4, 900)
    return collapse(x, t_x, T)


def test_a_customer_without_a_repeat_is_taken_for_there():
    assert chance_there(model(), collapse([0], [0], [400])).tolist() == [1.0]


def test_the_longer_a_customer_is_silent_the_less_likely_he_is_there():
    there = chance_there(model(), collapse([5, 5, 5], [100, 100, 100], [100, 200, 500]))

    assert 1 > there[0] > there[1] > there[2] > 0


def test_expected_orders_are_none_at_once_and_rise_with_the_span(histories):
    expected = expect_orders(model(), histories, [0, 30, 90, 365, 3650])

    assert (expected[:, 0] == 0).all()
    assert (np.diff(expected, axis=1) >= 0).all()


@pytest.mark.parametrize("a", [0.3, 0.9999999, 1.0, 1.0000001, 2.2])
def test_expected_orders_of_one_who_is_there_are_what_the_process_gives(a):
    # Who orders at rate L and leaves with chance p after each order places (1 - e^(-L p t)) / p
    # orders. Of L and p without a repeat yet, averages over equal steps of their distributions.
    r, alpha, b, weeks, T = 0.9, 6.0, 2.0, 30.0, 20.0
    steps = (np.arange(2_000) + 0.5) / 2_000
    rate = stats.gamma.ppf(steps, r, scale=1 / (alpha + T))[:, None]
    leaves = stats.beta.ppf(steps, a, b)[None, :]

    near = float((-np.expm1(-rate * leaves * weeks) / leaves).mean())

    expected = expect_orders(model(r, alpha, a, b), collapse([0], [0], [140]), [7 * weeks])
    assert expected[0, 0] == pytest.approx(near, rel=2e-3)


def test_near_one_the_expectation_is_smooth():
    spans = [expect_orders(model(a=a), collapse([3], [50], [90]), [365])[0, 0]
             for a in (1 - 1e-4, 1.0, 1 + 1e-4)]  # fmt: skip

    assert spans[1] == pytest.approx((spans[0] + spans[2]) / 2, rel=1e-6)


def test_a_customer_of_a_thousand_orders_has_a_finite_expectation():
    expected = expect_orders(model(), collapse([1_000], [1_500], [1_500]), [365])

    assert np.isfinite(expected).all()
    assert expected[0, 0] == pytest.approx(365 * 1_000 / 1_500, rel=0.25)


def test_slopes_of_many_draws_are_those_of_each(histories):
    rows = prepare(histories)
    logs = np.log([[0.6, 8, 0.8, 2.5], [1.5, 4, 0.2, 1.0]])
    whole = weigh(histories, np.ones((2, histories.n_customers)))

    slopes = slopes_of_draws(logs, rows, whole)

    for one, place in zip(slopes, logs, strict=True):
        assert one == pytest.approx(log_likelihood(place, rows)[1], rel=1e-9)


def test_a_draw_holds_as_many_customers_as_there_are_and_depends_on_the_seed():
    drawn = draw_customers(50, n_draws=20, seed=1)

    assert (drawn.sum(axis=1) == 50).all()
    assert (drawn == draw_customers(50, n_draws=20, seed=1)).all()
    assert (drawn != draw_customers(50, n_draws=20, seed=2)).any()


def test_a_draw_is_fitted_as_if_it_were_alone(histories):
    fitted = fit_bgnbd(histories)
    drawn = draw_customers(histories.n_customers, n_draws=6, seed=0)
    error = np.sqrt(np.diag(fitted.covariance))

    logs = refit_bgnbd(fitted, histories, drawn)

    x, t_x, T = (part[histories.row] for part in (histories.x, histories.t_x, histories.T))
    for one, taken in zip(logs, drawn.astype(int), strict=True):
        alone = fit_bgnbd(collapse(*(np.repeat(part, taken) for part in (x, t_x, T))))
        assert np.abs((one - alone.logs) / error).max() < 0.02


def test_parameters_that_are_held_stay():
    x, t_x, T, _ = draw_buyers(2, 700, a=1e-9, b=1.0)
    histories = collapse(x, t_x, T)
    fitted = fit_bgnbd(histories)

    logs = refit_bgnbd(fitted, histories, draw_customers(700, n_draws=10, seed=0))

    assert (logs[:, 2:] == fitted.logs[2:]).all()
    assert (logs[:, 0].std() > 0) and np.isfinite(logs).all()


def test_orders_of_many_parameters_are_those_of_each(histories):
    fitted = model()

    many = expect_of_draws(np.tile(fitted.logs, (3, 1)), histories, 200.0)

    for row in many:
        assert row == pytest.approx(expect_orders(fitted, histories, [200.0])[:, 0], rel=1e-12)


def test_a_draw_that_shows_no_drop_out_expects_orders_that_are_numbers():
    # Met where 295 customers were drawn again: Euler's form is 0 times infinity there.
    logs = np.log([[4.65, 61.5, 1_614.0, 17_899.0]])
    some = collapse([1, 2, 5, 20], [9, 30, 100, 500], [11, 200, 210, 700])

    expected = expect_of_draws(logs, some, 365.0)[0]

    # Fewer than of customers with the same past who never leave.
    rate = (4.65 + some.x) / (61.5 + some.T / 7)
    assert (expected > 0).all()
    assert (expected < rate * 365 / 7).all()
