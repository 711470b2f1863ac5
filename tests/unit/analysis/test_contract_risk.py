import datetime as dt

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.contract_risk import (
    ContractSettings,
    assess_contracts,
    keep_one_a_customer,
    take_running,
)
from rapport.analysis.contract_study import prepare_contracts

AS_OF = dt.date(2022, 12, 31)
SETTINGS = ContractSettings(AS_OF, 90)


def draw(n=900, seed=5):
    """Contracts without the feature end three times as fast; nothing else matters."""
    rng = np.random.default_rng(seed)
    has = rng.random(n) < 0.5
    start = pd.Timestamp("2019-06-01") + pd.to_timedelta(rng.integers(0, 1200, n), unit="D")
    days = np.ceil(rng.exponential(np.where(has, 1500, 500))).astype(int)
    end = start + pd.to_timedelta(days, unit="D")
    subscriptions = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)], "plan": rng.choice(["x", "y"], n),
            "started_on": start, "ended_on": end.where(end <= pd.Timestamp("2023-03-01")),
            "end_reason": None, "renewal_months": 1, "price": rng.integers(5, 60, n).astype(float),
            "a_feature": np.where(has, "yes", "no"),
        }
    )  # fmt: skip
    customers = pd.DataFrame({"customer_id": subscriptions["customer_id"], "order_key": range(n)})
    return prepare_contracts(subscriptions, customers, as_of=AS_OF)


@pytest.fixture(scope="module")
def dated():
    return assess_contracts(draw(), SETTINGS, is_snapshot=False)


@pytest.fixture(scope="module")
def snapshot():
    return assess_contracts(draw(), SETTINGS, is_snapshot=True)


def test_later_dates_test_what_earlier_ones_taught(dated):
    risk = dated.assessed

    assert dated.basis == "dates"
    assert risk.reason is None
    assert risk.contest.as_trained.auc.low > 0.5
    assert risk.rules.table["measure"].str.startswith("a_feature").any()
    assert risk.importance["features"].iloc[0] == "a_feature"


def test_only_contracts_that_run_are_scored(dated):
    running = draw()
    running = running[running["ended_on"].isna()]

    assert sorted(dated.assessed.scores["customer_id"]) == sorted(running["customer_id"])


def test_a_snapshot_is_measured_on_contracts_left_out(snapshot):
    risk = snapshot.assessed

    assert snapshot.basis == "snapshot"
    assert risk.contest.as_trained == risk.same_window.pooled
    assert risk.n_score == int((~draw()["is_ended"]).sum()) == len(risk.scores)
    assert risk.bands["n_test"].sum() == len(draw())


def test_a_snapshot_says_what_it_knows_without_the_months(snapshot):
    blind = snapshot.without_tenure

    assert blind.low < blind.value < blind.high
    assert "tenure_months" in snapshot.features.measures


def test_shuffled_rows_change_nothing(dated):
    again = assess_contracts(draw().sample(frac=1, random_state=1), SETTINGS, is_snapshot=False)

    columns = ["order_key", "risk", "band"]
    pd.testing.assert_frame_equal(
        again.assessed.scores.sort_values("order_key")[columns].reset_index(drop=True),
        dated.assessed.scores.sort_values("order_key")[columns].reset_index(drop=True),
    )


def test_a_feature_that_knows_the_end_withholds_the_risk():
    leaking = draw().assign(a_leak=lambda rows: np.where(rows["is_ended"], "left", "here"))

    found = assess_contracts(leaking, SETTINGS, is_snapshot=True).assessed

    assert found.reason == "leakage"
    assert found.scores is None


@pytest.mark.parametrize("is_snapshot", [False, True])
@pytest.mark.parametrize("n", [0, 40])
def test_too_few_contracts_have_no_risk(n, is_snapshot):
    found = assess_contracts(draw().head(n), SETTINGS, is_snapshot=is_snapshot)

    assert found.assessed.reason == "too_few_customers"
    assert found.assessed.scores is None


def test_contracts_that_hardly_end_have_no_risk():
    kept = draw().assign(
        ended_on=pd.NaT, is_ended=False, is_involuntary=False, event_observed=False
    )

    for is_snapshot in (False, True):
        found = assess_contracts(kept, SETTINGS, is_snapshot=is_snapshot)
        assert found.assessed.reason == "too_few_of_a_kind"


def test_an_end_that_nobody_chose_is_in_no_window():
    rows = draw().head(3).assign(
        started_on=pd.Timestamp("2022-01-01"), ended_on=pd.Timestamp("2022-08-01"),
        is_involuntary=[True, False, False],
    )  # fmt: skip
    cut = pd.Timestamp("2022-06-30")

    running = take_running(rows, cut=cut, horizon_days=90, until=cut + pd.Timedelta(days=90))

    assert running["is_lapsed"].tolist() == [True, True]


def test_a_customer_with_two_contracts_is_on_the_list_once_with_the_higher_risk():
    scores = pd.DataFrame(
        {"customer_id": ["a", "b", "a"], "order_key": [0, 1, 2], "risk": [0.2, 0.5, 0.6]}
    )

    kept = keep_one_a_customer(scores)

    assert kept[["customer_id", "risk"]].to_numpy().tolist() == [["b", 0.5], ["a", 0.6]]
    assert keep_one_a_customer(None) is None
