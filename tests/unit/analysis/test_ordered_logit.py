import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from rapport.analysis.ordered_logit import _Model, fit_ordered_logit
from rapport.analysis.ordered_logit_cuts import compare_cuts


def drawn(seed=0, n=600, slopes=(0.8, 0.0)):
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(random.integers(1, 6, size=(n, len(slopes))).astype(float),
                        columns=[f"s_{i}" for i in range(len(slopes))])  # fmt: skip
    liking = rows.to_numpy() @ np.array(slopes) + random.logistic(size=n)
    return rows, pd.Series(np.digitize(liking, np.quantile(liking, [0.1, 0.3, 0.7])) + 1)


def test_gradient_and_hessian_are_those_of_the_numeric_likelihood():
    rows, grades = drawn(n=120)
    model = _Model.of(rows.to_numpy(), grades.to_numpy())
    at = np.array([0.3, -0.2, 0.5, 1.7, 3.4])

    _, gradient, hessian = model.derive(at)

    assert gradient == pytest.approx(optimize.approx_fprime(at, lambda v: model.derive(v)[0], 1e-7),
                                     rel=1e-4)  # fmt: skip
    numeric = np.array([
        (model.derive(at + step)[1] - model.derive(at - step)[1]) / 2e-5
        for step in np.eye(len(at)) * 1e-5
    ])  # fmt: skip
    assert hessian == pytest.approx(numeric, rel=1e-5, abs=1e-4)


def test_no_other_parameters_make_the_grades_likelier():
    rows, grades = drawn(n=200)
    fit = fit_ordered_logit(rows, grades)
    model = _Model.of(rows.to_numpy(), grades.to_numpy())
    best = np.concatenate([fit.table["coefficient"], fit.cuts])
    random = np.random.default_rng(1)

    others = [model.derive(best + random.normal(scale=0.05, size=len(best)))[0] for _ in range(50)]

    assert model.derive(best)[0] == pytest.approx(-fit.log_likelihood)
    assert min(others) > -fit.log_likelihood
    assert fit.gradient < 1e-4


def test_two_grades_give_the_logit_of_the_odds():
    # 30 of 40 against 10 of 40: the log of the odds ratio is log 9, its error sqrt(4/30 + ...).
    rows = pd.DataFrame({"s": [1.0] * 40 + [0.0] * 40})
    grades = [2] * 30 + [1] * 10 + [2] * 10 + [1] * 30

    row = fit_ordered_logit(rows, grades).table.iloc[0]

    assert row["coefficient"] == pytest.approx(np.log(9))
    assert row["se"] == pytest.approx(np.sqrt(2 / 30 + 2 / 10))


def test_turning_the_grades_turns_the_signs_and_nothing_else():
    rows, grades = drawn()

    one, other = fit_ordered_logit(rows, grades), fit_ordered_logit(rows, -grades)

    assert one.table["coefficient"].tolist() == pytest.approx(
        (-other.table["coefficient"]).tolist()
    )
    assert one.log_likelihood == pytest.approx(other.log_likelihood)


def test_rows_in_another_order_give_the_same_fit():
    rows, grades = drawn(n=150)
    order = np.random.default_rng(3).permutation(len(rows))

    one = fit_ordered_logit(rows, grades)
    other = fit_ordered_logit(rows.iloc[order], grades.iloc[order])

    assert one.table["coefficient"].tolist() == pytest.approx(other.table["coefficient"].tolist())


@pytest.mark.parametrize(
    "rows",
    [
        {"s": [1.0, 2.0, 3.0, 4.0] * 10},  # parts the grades without a miss
        {"s": [1.0, 2.0] * 20, "t": [1.0, 2.0] * 20},  # told by the other
    ],
)
def test_where_there_is_no_maximum_no_number_is_given(rows):
    frame = pd.DataFrame(rows)
    grades = [1, 1, 2, 2] * 10 if len(rows) == 1 else [1, 2, 2, 1] * 10

    fit = fit_ordered_logit(frame, grades)

    assert fit.reason == "not_converged"
    assert fit.table.empty


def test_limits_that_differ_are_found_and_limits_that_agree_are_not():
    random = np.random.default_rng(0)
    s = random.integers(1, 6, size=3000).astype(float)
    # The attribute decides about the first limit only.
    uneven = 1 + (random.random(3000) < 1 / (1 + np.exp(-(s - 3)))) * (
        1 + (random.random(3000) < 0.5)
    )
    even = np.digitize(s * 0.8 + random.logistic(size=3000), [1.5, 3.5]) + 1

    found = [
        compare_cuts(pd.DataFrame({"s": s}), pd.Series(grades)).iloc[0] for grades in (uneven, even)
    ]

    assert found[0]["p_value"] < 0.001 < 0.01 < found[1]["p_value"]
    assert found[0]["least"] < 0.7 and found[0]["most"] > 0.8


def test_limits_without_enough_answers_on_both_sides_are_not_looked_at():
    rows, grades = drawn(n=60)

    found = compare_cuts(rows, grades)

    assert (found["n_cuts"] < 3).all()
    assert found["p_value"].isna().all() or (found["n_cuts"] == 2).all()
