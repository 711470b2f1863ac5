from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special

from rapport.analysis.risk import RiskAssessment, RiskWindows, assess_risk
from rapport.analysis.risk_checks import Estimate, Quality
from rapport.analysis.risk_choice import RiskSettings
from rapport.analysis.risk_models import Features
from rapport.analysis.risk_study import measure_assessed, name_risk, take_bands, take_checks


def known_values(found):
    return {one.slot: one for one in found}


def customers(seed, strength, n=300):
    """Customers with many orders stay, the more clearly the greater the strength."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{place}" for place in range(n)],
            "order_key": np.arange(n),
            "orders": np.expm1(level + 4),
            "is_lapsed": rng.random(n) < special.expit(-strength * level),
        }
    )


def assess(strength):
    windows = RiskWindows(customers(1, strength), customers(2, strength), customers(3, strength))
    return assess_risk(windows, RiskSettings(Features(measures=("orders",))))


@pytest.fixture(scope="module")
def good():
    return assess(1.5)


@pytest.fixture(scope="module")
def weak():
    return assess(0)


def quality(slope):
    return Quality(
        n=200, n_events=50, auc=Estimate(0.7, 0.6, 0.8), brier=0.15, base_brier=0.1875,
        slope=slope, in_the_large=0.0, ece=0.02, lift=2.0, capture=0.2, n_top=20,
    )  # fmt: skip


def test_a_risk_is_named_by_what_it_is_worth(good):
    found = quality(Estimate(1.1, 0.9, 1.3))
    contest = replace(good.contest, reset=found, as_trained=found)

    plain = replace(good, contest=contest, rules=None, same_window=None)
    named = known_values(measure_assessed(plain, None))

    assert {slot: one.value for slot, one in named.items()} == {
        "risk_n_scored": 300, "risk_n_tested": 300, "risk_auc": 0.7, "risk_base": 0.25,
        "risk_brier": 0.15, "risk_base_brier": 0.1875, "risk_ece": 0.02, "risk_lift": 2.0,
        "risk_capture": 0.2, "risk_slope": 1.1,
    }  # fmt: skip
    assert (named["risk_auc"].interval, named["risk_auc"].n) == ((0.6, 0.8), 200)


def test_a_slope_that_cannot_be_fitted_is_not_named(good):
    contest = replace(good.contest, as_trained=quality(None))

    named = known_values(measure_assessed(replace(good, contest=contest), None))

    assert "risk_slope" not in named


def test_a_good_model_gives_bands_checks_and_a_list(good):
    bins, importance = take_checks(good)

    assert name_risk(good, None) == "ok"
    assert take_bands(good)["n_score"].sum() == 300
    assert len(good.scores) == 300
    assert importance["features"].tolist() == ["orders"]
    assert (bins["low"] <= bins["observed"]).all()
    assert (bins["observed"] <= bins["high"]).all()


def test_a_weak_model_says_how_weak_and_gives_no_list(weak):
    named = known_values(measure_assessed(weak, None))

    assert name_risk(weak, None) == "weak"
    assert named["risk_auc"].value < 0.6
    assert (take_bands(weak), weak.scores, take_checks(weak)) == (None, None, (None, None))


def test_too_few_customers_have_counts_alone():
    few = RiskAssessment("too_few_customers", n_train=5, n_test=6, n_score=7)

    named = known_values(measure_assessed(few, None))

    assert name_risk(few, None) == "too_few_customers"
    assert {slot: one.value for slot, one in named.items()} == {
        "risk_n_scored": 7, "risk_n_tested": 6,
    }  # fmt: skip
    assert (take_bands(few), few.scores, take_checks(few)) == (None, None, (None, None))
