import numpy as np
import pandas as pd
import pytest
from scipy import special

from rapport.analysis.risk import ORDER_FEATURES, RiskWindows, assess_risk, select_windows
from rapport.analysis.risk_checks import Estimate, measure_quality
from rapport.analysis.risk_choice import RiskSettings, choose_model, cross_validate, hold_contest
from rapport.analysis.risk_models import Features
from rapport.analysis.risk_reasons import group_features
from rapport.analysis.risk_scores import name_bands, rank_by_expected_loss
from rapport.errors import DataError

FEATURES = Features(measures=("orders", "spend", "noise"))
SETTINGS = RiskSettings(FEATURES)


def window(seed, n=300, strength=1.5):
    """Customers with many orders stay; spend goes with orders; noise is nothing."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, n)
    lapsed = rng.random(n) < special.expit(-strength * level)
    return pd.DataFrame(
        {
            "customer_id": [f"c{seed}-{place}" for place in range(n)],
            "order_key": np.arange(n) * 3,
            "orders": np.expm1(level + 4),
            "spend": np.expm1(level + 6 + rng.normal(0, 0.3, n)),
            "noise": rng.random(n),
            "is_lapsed": lapsed,
        }
    )


@pytest.fixture(scope="module")
def windows():
    return RiskWindows(window(1), window(2), window(3, n=50).drop(columns="is_lapsed"))


@pytest.fixture(scope="module")
def assessed(windows):
    return assess_risk(windows, SETTINGS)


def test_the_plain_model_is_kept_where_the_other_is_no_better(assessed):
    models = assessed.contest.models.set_index("model")

    assert assessed.contest.model.kind == "logistic"
    assert models["is_kept"].to_dict() == {"logistic": True, "boosted": False}
    assert models.loc["logistic", "auc"] > 0.7


@pytest.mark.parametrize(
    ("low", "slope", "kept"),
    [
        (0.01, 1.0, "boosted"),
        (-0.01, 1.0, "logistic"),
        (0.01, 0.79, "logistic"),
        (0.01, None, "logistic"),
    ],
)
def test_boosted_trees_must_rank_better_and_have_a_slope_near_one(assessed, low, slope, kept):
    quality = assessed.contest.as_trained
    changed = None if slope is None else Estimate(slope, slope, slope)

    kind = choose_model(
        type(quality)(**{**vars(quality), "slope": changed}), Estimate(0.02, low, 0.05)
    )

    assert kind == kept


def test_boosted_trees_win_where_risk_is_not_a_line():
    def bent(seed):
        customers = window(seed, n=600)
        rng = np.random.default_rng(seed)
        middle = np.abs(np.log1p(customers["orders"]) - 4) < 0.6
        return customers.assign(is_lapsed=rng.random(600) < np.where(middle, 0.8, 0.2))

    contest = hold_contest(bent(1), bent(2), SETTINGS)

    assert contest.model.kind == "boosted"
    assert contest.advantage.low > 0
    assert contest.logistic.kind == "logistic"


def test_the_new_intercept_makes_the_mean_right_and_leaves_the_ranks(assessed):
    contest = assessed.contest

    assert contest.reset.in_the_large == 0
    assert contest.reset.auc.value == contest.as_trained.auc.value
    observed = assessed.reliability["n_events"].sum()
    expected = (assessed.reliability["predicted"] * assessed.reliability["n"]).sum()
    assert expected == pytest.approx(observed)


def test_everybody_is_scored_in_the_order_given(windows, assessed):
    scores = assessed.scores

    assert scores["customer_id"].tolist() == windows.score["customer_id"].tolist()
    assert scores["risk"].between(0, 1).all()
    assert scores["band"].tolist() == name_bands(scores["risk"].to_numpy())
    likely = scores.loc[scores["risk"].idxmax()]
    assert likely["top_reason_1"] in ("orders", "spend")


def test_a_customer_below_the_mean_risk_in_everything_has_no_reasons(windows):
    loyal = windows.score.head(1).assign(orders=1e6, spend=1e6, noise=windows.train["noise"].mean())

    scores = assess_risk(RiskWindows(windows.train, windows.test, loyal), SETTINGS).scores

    assert scores["top_reason_3"].isna().all()


def test_bands_hold_everybody_and_say_what_became_of_them(assessed):
    bands = assessed.bands

    assert bands["band"].tolist() == ["high", "medium", "low"]
    assert bands["n_test"].sum() == 300
    assert bands["n_score"].sum() == 50
    assert bands["observed"].is_monotonic_decreasing


def test_measures_that_go_together_are_shuffled_together(windows, assessed):
    assert group_features(windows.test, FEATURES) == [("orders", "spend"), ("noise",)]
    assert assessed.importance["features"].tolist() == ["orders + spend", "noise"]
    assert assessed.importance["loss"][0] > 0.2
    assert abs(assessed.importance["loss"][1]) < 0.02


def test_rules_are_made_on_one_window_and_measured_on_the_other(assessed):
    rules = assessed.rules

    assert 0.6 < rules.auc.value < assessed.contest.as_trained.auc.value + 0.02
    firsts = rules.table.drop_duplicates("rule")
    assert firsts["n"].sum() == assessed.n_train
    assert firsts["share"].is_monotonic_decreasing


def test_the_same_window_is_measured_by_customers_left_out(windows, assessed):
    assert assessed.same_window == cross_validate(windows.train, SETTINGS, n_folds=5)
    assert assessed.same_window.pooled.n == 300


def test_shuffled_rows_change_nothing_and_the_input_is_untouched(windows, assessed):
    parts = (windows.train, windows.test, windows.score)
    shuffled = RiskWindows(*(part.sample(frac=1, random_state=1) for part in parts))
    kept = shuffled.train.copy()

    again = assess_risk(shuffled, SETTINGS)

    pd.testing.assert_frame_equal(again.scores.sort_index(), assessed.scores)
    pd.testing.assert_frame_equal(again.importance, assessed.importance)
    pd.testing.assert_frame_equal(again.reliability, assessed.reliability)
    pd.testing.assert_frame_equal(again.rules.table, assessed.rules.table)
    assert again.contest.as_trained == assessed.contest.as_trained
    assert again.same_window == assessed.same_window
    pd.testing.assert_frame_equal(shuffled.train, kept)


def test_risks_that_hardly_rank_make_no_list(windows):
    noise = [window(seed, strength=0) for seed in (4, 5)]

    assessed = assess_risk(RiskWindows(*noise, windows.score), SETTINGS)

    assert assessed.reason == "weak"
    assert assessed.scores is None
    assert assessed.contest.as_trained.auc.value < 0.6


def test_risks_that_rank_too_well_are_withheld(windows):
    leaking = [part.assign(noise=part["is_lapsed"] * 1.0) for part in (windows.train, windows.test)]

    assessed = assess_risk(RiskWindows(*leaking, windows.score), SETTINGS)

    assert assessed.reason == "leakage"
    assert (assessed.scores, assessed.contest, assessed.bands) == (None, None, None)


def test_the_label_is_no_feature(windows):
    with pytest.raises(DataError, match="n_order_days_next is what is to be predicted"):
        assess_risk(windows, RiskSettings(Features(measures=("n_order_days_next",))))


def test_few_customers_or_few_of_a_kind_have_no_model(windows):
    few = RiskWindows(windows.train.head(199), windows.test, windows.score)
    loyal = RiskWindows(windows.train.assign(is_lapsed=False), windows.test, windows.score)

    assert assess_risk(few, SETTINGS).reason == "too_few_customers"
    assert assess_risk(loyal, SETTINGS).reason == "too_few_of_a_kind"
    assert assess_risk(loyal, SETTINGS).contest is None


def test_nobody_to_score_gives_an_empty_list(windows):
    nobody = RiskWindows(windows.train, windows.test, windows.score.head(0))

    assessed = assess_risk(nobody, SETTINGS)

    assert assessed.scores.empty
    assert {"risk", "band", "top_reason_1"} <= set(assessed.scores)


def test_only_the_active_are_taken_and_lapsed_are_those_without_an_order():
    measures = pd.DataFrame(
        {
            "window": ["train", "train", "test", "test", "score", "current"],
            "days_since_last_order": [179, 180, 0, 10, 5, 1],
            "n_order_days_next": [0, 0, 2, 0, None, None],
        }
    )

    windows = select_windows(measures, churn_after_days=180)

    assert windows.train["is_lapsed"].tolist() == [True]
    assert windows.test["is_lapsed"].tolist() == [False, True]
    assert len(windows.score) == 1


def test_the_season_of_the_test_a_year_before_trains_where_it_holds_enough():
    def take(n):
        parts = [("train", 4), ("test", 2), ("score", 1), ("season", n)]
        return pd.DataFrame(
            {"window": [name for name, size in parts for _ in range(size)],
             "days_since_last_order": 3}
        ).assign(n_order_days_next=lambda rows: rows.index % 2)  # fmt: skip

    enough, few = select_windows(take(200)), select_windows(take(199))

    assert (enough.taught, len(enough.train)) == ("season", 200)
    assert (few.taught, len(few.train)) == ("train", 4)


def test_an_outcome_that_is_unknown_is_refused():
    measures = pd.DataFrame(
        {"window": ["test"], "days_since_last_order": [3], "n_order_days_next": [None]}
    )

    with pytest.raises(DataError, match="1 outcomes are empty"):
        select_windows(measures)
    with pytest.raises(DataError, match="no column n_order_days_next"):
        select_windows(measures.drop(columns="n_order_days_next"))


def test_an_empty_table_is_assessed():
    none = pd.DataFrame({"window": [], "days_since_last_order": [], "n_order_days_next": []})
    windows = select_windows(none.assign(order_key=[]))

    assert assess_risk(windows, RiskSettings(ORDER_FEATURES)).reason == "too_few_customers"


def test_warnings_are_ordered_by_what_is_at_stake():
    scores = pd.DataFrame(
        {"customer_id": list("abcd"), "order_key": [4, 3, 2, 1], "risk": [0.9, 0.5, 0.5, 0.9]}
    )
    values = pd.Series({"a": 10, "b": 100, "c": 100})

    ranked = rank_by_expected_loss(scores, values)

    assert ranked["customer_id"].tolist() == ["c", "b", "a"]
    assert ranked["expected_loss"].tolist() == [50, 50, 9]


def test_quality_of_one_risk_for_all_is_that_of_the_base():
    labels = np.tile([0, 0, 0, 1], 25)

    found = measure_quality(
        labels, np.full(100, special.logit(0.25)), order_keys=pd.Series(range(100))
    )

    assert found.auc.value == 0.5
    assert found.brier == pytest.approx(found.base_brier)
    assert found.slope is None
    assert found.ece == pytest.approx(0)
