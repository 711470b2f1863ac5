import sys
from math import gamma

import numpy as np
import pytest
from scipy import optimize
from tests.planted.buyers import TRUE, draw_buyers

from rapport.analysis.bgnbd import NAMES, fit_bgnbd, parameter_intervals
from rapport.analysis.bgnbd_histories import collapse, thin
from rapport.analysis.bgnbd_likelihood import log_likelihood, prepare
from rapport.errors import DataError


@pytest.fixture(scope="module")
def histories():
    x, t_x, T, _ = draw_buyers(3, 2_000)
    return collapse(x, t_x, T)


@pytest.fixture(scope="module")
def fitted(histories):
    return fit_bgnbd(histories)


def count_evaluations(fit):
    rows = []

    def note(frame, event, _):
        if event == "call" and frame.f_code is log_likelihood.__code__:
            rows.append(len(frame.f_locals["rows"].x))

    sys.setprofile(note)
    try:
        fit()
    finally:
        sys.setprofile(None)
    return rows


def test_a_fit_climbs_on_few_histories_and_looks_at_all_of_them_eleven_times(histories):
    rows = count_evaluations(lambda: fit_bgnbd(histories))

    of_all = [n for n in rows if n == max(rows)]
    assert max(rows) > 1_000
    assert len(of_all) <= 11
    assert len(rows) <= 55


def test_equal_histories_are_kept_once_with_their_customers():
    found = collapse([1, 0, 1, 1], [5, 0, 5, 6], [9, 9, 9, 9])

    assert list(zip(found.x, found.t_x, found.T, found.n, strict=True)) == [
        (0, 0, 9, 1), (1, 5, 9, 2), (1, 6, 9, 1),
    ]  # fmt: skip
    assert found.row.tolist() == [1, 0, 1, 2]
    assert (found.n_customers, found.n_repeating) == (4, 3)


def test_no_customers_are_no_histories():
    found = collapse([], [], [])

    assert (found.n_customers, found.n_repeating) == (0, 0)


@pytest.mark.parametrize(
    ("x", "t_x", "T"), [(1, 0, 9), (0, 3, 9), (1, 10, 9), (3, 2, 9), (-1, 0, 9)]
)
def test_a_history_that_cannot_be_is_an_error_that_names_nobody(x, t_x, T):
    with pytest.raises(DataError, match=r"1 of 2 are impossible .* Rebuild the mart"):
        collapse([0, x], [0, t_x], [9, T])


def test_slopes_are_those_of_the_likelihood(histories):
    rows = prepare(histories)
    for logs in (np.log([0.6, 8, 0.8, 2.5]), np.log([2.0, 3.0, 0.1, 0.4])):
        _, slopes = log_likelihood(logs, rows)
        near = optimize.approx_fprime(logs, lambda place: log_likelihood(place, rows)[0], 1e-7)

        assert slopes == pytest.approx(near, rel=1e-4, abs=1e-2)


def test_the_likelihood_of_one_customer_is_the_formula_of_the_paper():
    r, alpha, a, b = 0.6, 8.0, 0.8, 2.5
    x, t_x, T = 2, 30.0, 40.0
    later = (beta(a, b + x) / beta(a, b)) * gamma(r + x) * alpha**r / gamma(r)
    left = beta(a + 1, b + x - 1) / beta(a, b) * gamma(r + x) * alpha**r / gamma(r)
    expected = np.log(later / (alpha + T) ** (r + x) + left / (alpha + t_x) ** (r + x))

    value, _ = log_likelihood(np.log([r, alpha, a, b]), prepare(collapse([2], [210], [280])))
    assert value == pytest.approx(expected, rel=1e-12)


def beta(a, b):
    return gamma(a) * gamma(b) / gamma(a + b)


def test_a_fit_ends_where_no_slope_is_left(fitted):
    assert fitted.gradient < 1e-3
    assert fitted.sees_drop_out
    assert fitted.sees_spread


def test_planted_parameters_are_found_in_twenty_thousand_customers():
    x, t_x, T, _ = draw_buyers(1, 20_000)

    fitted = fit_bgnbd(collapse(x, t_x, T))

    ends = dict(zip(NAMES, parameter_intervals(fitted), strict=True))
    assert all(ends[name][0] < TRUE[name] < ends[name][1] for name in NAMES)
    assert fitted.r == pytest.approx(0.6, rel=0.05)


def test_the_order_of_customers_means_nothing(histories, fitted):
    x, t_x, T = (part[histories.row] for part in (histories.x, histories.t_x, histories.T))
    order = np.random.default_rng(0).permutation(len(x))

    again = fit_bgnbd(collapse(x[order], t_x[order], T[order]))

    assert again.logs.tolist() == fitted.logs.tolist()


def test_no_input_is_changed(histories):
    before = histories.x.copy(), histories.n.copy()

    fit_bgnbd(histories)

    assert (histories.x == before[0]).all()
    assert (histories.n == before[1]).all()


def test_the_best_start_is_looked_for_on_some_histories_and_carried_on_with_all(histories):
    some = thin(histories, 100)

    assert 80 <= len(some.x) <= 100
    assert set(zip(some.x, some.t_x, some.T, strict=True)) <= set(
        zip(histories.x, histories.t_x, histories.T, strict=True)
    )


def test_more_histories_than_are_tried_at_first_end_at_the_same_place(monkeypatch, histories):
    whole = fit_bgnbd(histories)
    monkeypatch.setattr("rapport.analysis.bgnbd.ENOUGH_ROWS", 150)

    again = fit_bgnbd(histories)

    assert again.logs == pytest.approx(whole.logs, abs=1e-8)


def test_customers_who_never_leave_show_no_drop_out():
    x, t_x, T, _ = draw_buyers(2, 1_500, a=1e-9, b=1.0)

    fitted = fit_bgnbd(collapse(x, t_x, T))

    assert not fitted.sees_drop_out
    assert fitted.sees_spread
    assert fitted.gradient < 1e-3
    assert [ends is None for ends in parameter_intervals(fitted)] == [False, False, True, True]


def test_customers_who_are_all_alike_show_no_spread():
    x = np.full(300, 5)

    fitted = fit_bgnbd(collapse(x, np.full(300, 200), np.full(300, 240)))

    assert not fitted.sees_spread


def test_nobody_who_repeated_is_nothing_to_fit():
    with pytest.raises(ValueError, match="nobody has repeated"):
        fit_bgnbd(collapse([0, 0], [0, 0], [10, 20]))
