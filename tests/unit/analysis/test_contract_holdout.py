import datetime as dt

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.contract_holdout import hold_out_renewals, measure_renewals
from rapport.analysis.value_buyers import Span

LAST = dt.date(2025, 12, 31)
SPAN = Span(dt.date(2024, 1, 1), LAST, dt.date(2025, 1, 14))  # the model sees 2024


def draw_contracts(n=3000, *, length=1, seed=0, alpha=0.7, beta=3.8, from_2025=None):
    """Contracts signed in the months of 2024 that end at a renewal, as they stand at LAST."""
    random = np.random.default_rng(seed)
    begun = random.integers(0, 12, n)
    chances = random.beta(alpha, beta, n)
    ends_at = np.maximum(random.geometric(np.maximum(chances, 1e-9)), 1) * length + begun
    if from_2025 is not None:
        # Those still there at the end of 2024 end with another chance from then on.
        later = random.geometric(from_2025, n) * length
        age = (11 - begun) // length * length
        ends_at = np.where(ends_at > 11, begun + age + later, ends_at)
    has_ended = ends_at <= 23
    return pd.DataFrame({
        "started_on": [dt.date(2024, 1 + int(month), 5) for month in begun],
        "renewal_months": length, "has_ended": has_ended,
        "n_months": np.where(has_ended, ends_at, 23) - begun,
    })  # fmt: skip


def test_renewals_of_a_process_that_goes_on_are_foreseen():
    test = hold_out_renewals(draw_contracts(), SPAN, is_snapshot=False)

    assert (test.reason, test.cut) == (None, dt.date(2024, 12, 31))
    assert abs(test.error) < 0.05
    assert test.ends[0] < test.predicted < test.ends[1]
    assert 0 < test.observed < 12 * test.n


def test_what_ends_more_readily_afterwards_is_expected_too_much():
    test = hold_out_renewals(draw_contracts(from_2025=0.4), SPAN, is_snapshot=False)

    assert test.error > 0.1


def test_renewals_are_counted_on_the_months_after_the_cut_alone():
    contracts = draw_contracts()

    test = hold_out_renewals(contracts, SPAN, is_snapshot=False)

    # By hand: month by month, whoever was there at its end had renewed in it.
    first = pd.to_datetime(contracts["started_on"]).dt.month - 1
    end = np.where(contracts["has_ended"], first + contracts["n_months"], 99)
    assert test.n == (end > 11).sum()
    assert test.observed == sum((end > month).sum() for month in range(12, 24))


def test_an_end_after_the_cut_is_not_known_to_the_model():
    contracts = draw_contracts()
    end = pd.to_datetime(contracts["started_on"]).dt.month - 1 + contracts["n_months"]
    later = contracts.assign(has_ended=contracts["has_ended"] & (end <= 11))
    later["n_months"] = later["n_months"].where(
        later["has_ended"], 24 - pd.to_datetime(later["started_on"]).dt.month
    )

    known, unknown = (hold_out_renewals(one, SPAN, is_snapshot=False) for one in (contracts, later))

    assert known.predicted == pytest.approx(unknown.predicted, rel=1e-12)
    assert unknown.observed == 12 * unknown.n


def test_an_unfinished_last_month_is_left_out():
    until = Span(SPAN.first, dt.date(2025, 12, 20), SPAN.cut)

    test = hold_out_renewals(draw_contracts(), until, is_snapshot=False)

    whole = hold_out_renewals(draw_contracts(), SPAN, is_snapshot=False)
    assert test.observed < whole.observed
    assert test.predicted < whole.predicted


def test_shuffled_contracts_give_the_same_test():
    contracts = pd.concat([draw_contracts(), draw_contracts(length=3, seed=1)])

    shuffled = contracts.sample(frac=1, random_state=5)
    one, other = (hold_out_renewals(c, SPAN, is_snapshot=False) for c in (contracts, shuffled))
    assert one == other


@pytest.mark.parametrize(
    ("contracts", "span", "is_snapshot", "reason"),
    [
        (draw_contracts(300), SPAN, True, "snapshot"),
        (draw_contracts(300), None, False, "no_rest"),
        (draw_contracts(300), Span(SPAN.first, LAST, None), False, "no_rest"),
        (draw_contracts(300).iloc[:20], SPAN, False, "no_first"),
        (draw_contracts(), Span(SPAN.first, LAST, LAST), False, "no_rest"),
    ],
)
def test_why_there_was_no_test_is_told(contracts, span, is_snapshot, reason):
    test = hold_out_renewals(contracts, span, is_snapshot=is_snapshot)

    assert test.reason == reason
    assert measure_renewals(test) == []


def test_what_was_expected_and_what_came_is_named():
    test = hold_out_renewals(draw_contracts(), SPAN, is_snapshot=False)

    measured = {one.name: one for one in measure_renewals(test)}
    assert list(measured) == [
        "renewals.cut", "renewals.contracts", "renewals.predicted", "renewals.observed",
        "renewals.error",
    ]  # fmt: skip
    assert measured["renewals.predicted"].interval == test.ends
    assert measured["renewals.error"].value == pytest.approx(test.predicted / test.observed - 1)
