"""Parameters of buying and spending, and orders to come, lie in their printed intervals."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.planted.buyers import draw_amounts, draw_buyers
from tests.planted.planted import check_coverage

from rapport.analysis.bgnbd import NAMES, fit_bgnbd, parameter_intervals
from rapport.analysis.bgnbd_draws import expect_of_draws
from rapport.analysis.bgnbd_histories import collapse
from rapport.analysis.gamma_gamma import fit_gamma_gamma
from rapport.analysis.gamma_gamma import parameter_intervals as spending_intervals
from rapport.analysis.sbg import fit_sbg
from rapport.analysis.sbg import parameter_intervals as contract_intervals
from rapport.analysis.value_buyers import Buyers
from rapport.analysis.value_models import ValueRules, fit_value
from rapport.analysis.value_totals import sum_up

# Weeks of ten: the model knows no unit of time, and two orders hardly ever fall on one day, which
# would make them one and the rate lower than planted.
TRUE = {"r": 0.6, "alpha": 80.0, "a": 0.8, "b": 2.5}
DAYS = 5_460
SPENDING = {"p": 6.0, "q": 4.0, "v": 15.0}


@cache
def intervals_of(seed):
    x, t_x, T, _ = draw_buyers(seed, 1_500, **TRUE, days=DAYS)
    return dict(zip(NAMES, parameter_intervals(fit_bgnbd(collapse(x, t_x, T))), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_parameter_of_bgnbd_lies_in_its_interval(name):
    check_coverage(lambda seed: intervals_of(seed)[name], TRUE[name])


@cache
def spending_of(seed):
    x, _, _, _ = draw_buyers(seed, 1_500)
    m = draw_amounts(seed, x, **SPENDING)
    fitted = fit_gamma_gamma(x[x > 0], m[x > 0])
    return dict(zip(SPENDING, spending_intervals(fitted), strict=True))


@pytest.mark.parametrize("name", SPENDING)
def test_a_planted_parameter_of_gamma_gamma_lies_in_its_interval(name):
    check_coverage(lambda seed: spending_of(seed)[name], SPENDING[name])


def test_the_orders_that_the_planted_parameters_expect_lie_in_the_interval_of_their_total():
    def ratio(seed):
        x, t_x, T, _ = draw_buyers(seed, 1_200, **TRUE, days=DAYS)
        frame = pd.DataFrame({"x": x, "t_x": t_x, "T": T, "m": 0.0, "is_positive": False})
        buyers = Buyers(frame, collapse(x, t_x, T))
        model = fit_value(buyers, n_days=DAYS, horizon_months=12)
        ends = sum_up(model, ValueRules(seed=seed), days=3_650.0).orders_ends
        truth = true_total(buyers)
        return ends[0] / truth, ends[1] / truth

    check_coverage(ratio, 1.0)


def true_total(buyers):
    logs = np.log([list(TRUE.values())])
    return float((expect_of_draws(logs, buyers.histories, 3_650.0) @ buyers.histories.n)[0])


@cache
def contracts_of(seed, alpha=0.7, beta=3.8, n=1_500, last=8):
    random = np.random.default_rng(seed)
    ends = random.geometric(np.maximum(random.beta(alpha, beta, n), 1e-9))
    ended = ends <= last
    fitted = fit_sbg(np.where(ended, ends, last), ended, np.ones(n))
    return contract_intervals(fitted)


@pytest.mark.parametrize(("place", "truth"), [(0, 0.7), (1, 3.8)])
def test_a_planted_parameter_of_renewals_lies_in_its_interval(place, truth):
    check_coverage(lambda seed: contracts_of(seed)[place], truth)
