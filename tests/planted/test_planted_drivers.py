"""Two planted drivers of leaving are found, and a decoy that goes with one of them is not."""

import numpy as np
import pandas as pd
from tests.planted.planted import MOST_FALSE, check_coverage, count_where

from rapport.analysis.contract_risk import ContractSettings, assess_contracts
from rapport.analysis.contract_study import prepare_contracts
from rapport.analysis.driver_study import DriverSettings, study_drivers
from rapport.analysis.survival import fit_survival
from rapport.analysis.survival_groups import compare_restricted_means, compare_survival
from rapport.analysis.survival_reading import estimate_restricted_mean

FIRST, SECOND = 2.2, 1.7  # how much faster contracts end without the one and the other
SETTINGS = DriverSettings((), ("onboarded", "integrated", "staff"))
AS_OF = pd.Timestamp("2022-12-31")


def draw(seed, n=1200):
    """Contracts of two true drivers, and staff, which follows the first and does nothing."""
    rng = np.random.default_rng(seed)
    onboarded, integrated = rng.random(n) < 0.6, rng.random(n) < 0.55
    staff = np.where(rng.random(n) < 0.75, onboarded, rng.random(n) < 0.5)
    hazard = 0.02 * FIRST ** (~onboarded) * SECOND ** (~integrated)
    ended, watched = rng.exponential(1 / hazard), rng.uniform(3, 48, n)
    return pd.DataFrame(
        {
            "duration": np.minimum(ended, watched), "event_observed": ended <= watched,
            "onboarded": np.where(onboarded, "yes", "no"),
            "integrated": np.where(integrated, "yes", "no"),
            "staff": np.where(staff, "many", "few"),
        }
    )  # fmt: skip


def ratio_of(seed, covariate, level):
    terms = study_drivers(draw(seed), SETTINGS).terms.set_index("covariate")
    row = terms.loc[covariate]
    low, high = float(row["low"]), float(row["high"])
    # Against the most frequent level, whichever the draw made it.
    return (low, high) if row["level"] == level else (1 / high, 1 / low)


def test_the_ratio_of_the_first_driver_lies_in_its_interval():
    check_coverage(lambda seed: ratio_of(seed, "onboarded", "no"), FIRST)


def test_the_ratio_of_the_second_driver_lies_in_its_interval():
    check_coverage(lambda seed: ratio_of(seed, "integrated", "no"), SECOND)


def test_the_decoy_has_a_ratio_of_one_and_is_rarely_called_a_driver():
    check_coverage(lambda seed: ratio_of(seed, "staff", "few"), 1.0)

    def is_called(seed):
        terms = study_drivers(draw(seed), SETTINGS).terms.set_index("covariate")
        return bool(terms.loc["staff", "is_difference"])

    assert count_where(is_called) <= MOST_FALSE


def test_alone_the_decoy_would_look_like_a_driver():
    def differs(seed):
        test = compare_survival(draw(seed), by="staff")
        return test.p_value < 0.05

    # It goes with the first driver: that is why attributes are held against each other.
    assert count_where(differs) >= 3


def test_the_difference_of_restricted_means_lies_in_its_interval():
    tau = 24.0

    def interval(seed):
        rng = np.random.default_rng(seed)
        means = []
        for rate in (0.05, 0.02):
            ended, watched = rng.exponential(1 / rate, 500), rng.uniform(5, 60, 500)
            spells = pd.DataFrame(
                {"duration": np.minimum(ended, watched), "event_observed": ended <= watched}
            )
            means.append(estimate_restricted_mean(fit_survival(spells), tau=tau))
        gap = compare_restricted_means(*means)
        return gap.low, gap.high

    exact = [(1 - np.exp(-rate * tau)) / rate for rate in (0.05, 0.02)]
    check_coverage(interval, float(exact[1] - exact[0]))


def dated(seed, *, slow):
    """Contracts with days: those without the feature end `slow` times as fast."""
    rng = np.random.default_rng(seed)
    n = 700
    has = rng.random(n) < 0.5
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    days = np.ceil(rng.exponential(np.where(has, 900, 900 / slow))).astype(int)
    end = start + pd.to_timedelta(days, unit="D")
    subscriptions = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)], "plan": "x", "started_on": start,
            "ended_on": end, "end_reason": None, "renewal_months": 1, "price": 10.0,
            "a_feature": np.where(has, "yes", "no"),
        }
    )  # fmt: skip
    customers = pd.DataFrame({"customer_id": subscriptions["customer_id"], "order_key": range(n)})
    return prepare_contracts(subscriptions, customers, as_of=AS_OF.date())


def assess(seed, slow):
    settings = ContractSettings(AS_OF.date(), 90, seed=seed)
    return assess_contracts(dated(seed, slow=slow), settings, is_snapshot=False).assessed


def test_a_risk_that_is_there_is_ranked_and_one_that_is_not_makes_no_list():
    def ranks(seed):
        contest = assess(seed, 4.0).contest
        return contest is not None and contest.as_trained.auc.low > 0.5

    def makes_a_list(seed):
        return assess(seed, 1.0).scores is not None

    assert count_where(ranks) >= 3
    assert count_where(makes_a_list) <= MOST_FALSE
