import numpy as np
import pytest
from scipy import optimize

from rapport.analysis.sbg import fit_sbg, log_likelihood, parameter_intervals, project_survival

COHORT = ([1, 2, 3, 3], [True, True, True, False], [131, 126, 90, 653])


def test_slopes_are_those_of_the_likelihood():
    ends, stayed = np.array([131.0, 126, 90]), np.array([869.0, 743, 653])
    logs = np.log([0.7, 3.0])

    near = optimize.approx_fprime(logs, lambda at: log_likelihood(at, ends, stayed)[0], 1e-7)

    assert log_likelihood(logs, ends, stayed)[1] == pytest.approx(near, rel=1e-5)


def test_chances_of_three_renewals_are_those_of_the_paper():
    # P(T = 1) = alpha / (alpha + beta), S(2) = S(1) (beta + 1) / (alpha + beta + 1).
    fitted = fit_sbg(*COHORT)
    alpha, beta = fitted.alpha, fitted.beta

    one, two = project_survival(fitted, [1, 2])

    assert one == pytest.approx(beta / (alpha + beta))
    assert two == pytest.approx(one * (beta + 1) / (alpha + beta + 1))


def test_a_contract_that_renewed_renews_more_readily():
    fitted = fit_sbg(*COHORT)

    fresh = project_survival(fitted, [1])[0]
    old = project_survival(fitted, [11], passed=10)[0]

    assert fitted.sees_spread
    assert old > fresh


def test_contracts_by_one_are_those_counted():
    periods, ended, n = COHORT
    singly = fit_sbg(np.repeat(periods, n), np.repeat(ended, n), np.ones(sum(n)))

    assert singly.logs == pytest.approx(fit_sbg(*COHORT).logs)


def test_contracts_that_are_all_alike_end_with_one_chance():
    # A tenth ends at each renewal, as often as it comes.
    left, rows = 100_000, []
    for period in range(1, 6):
        rows.append((period, True, left // 10))
        left -= left // 10
    rows.append((5, False, left))

    fitted = fit_sbg(*zip(*rows, strict=True))

    assert not fitted.sees_spread
    assert parameter_intervals(fitted) == []
    assert project_survival(fitted, [1])[0] == pytest.approx(0.9, abs=1e-4)
    assert fitted.gradient < 1e-3


@pytest.mark.parametrize("ended", [[True, True], [False, False]])
def test_without_ends_or_without_renewals_there_is_nothing_to_fit(ended):
    with pytest.raises(ValueError, match="ended and contracts that were renewed"):
        fit_sbg([1, 1], ended, [10, 10])
