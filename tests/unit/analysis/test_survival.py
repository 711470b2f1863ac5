import math

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from scipy import stats

from rapport.analysis.survival import check_spells, fit_survival
from rapport.analysis.survival_reading import (
    count_at_risk,
    estimate_median,
    estimate_restricted_mean,
    longest_time,
    survival_at,
)
from rapport.errors import DataError
from support import table


@pytest.fixture
def spells():
    return table(
        """
        duration  event_observed
        1         True
        2         True
        2         False
        4         True
        5         False
        """
    )


def some_spells(n=400, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"duration": rng.integers(1, 60, n), "event_observed": rng.random(n) < 0.6})


def test_each_event_takes_its_share_of_those_still_watched(spells):
    points = fit_survival(spells).points

    assert points["time"].tolist() == [0, 1, 2, 4, 5]
    assert points["at_risk"].tolist() == [5, 5, 4, 2, 1]
    assert points["n_events"].tolist() == [0, 1, 1, 1, 0]
    assert points["survival"].tolist() == pytest.approx([1, 0.8, 0.6, 0.3, 0.3])


def test_the_interval_is_greenwoods_on_the_log_log_scale(spells):
    at_two = survival_at(fit_survival(spells), [2]).iloc[0]

    variance = 1 / (5 * 4) + 1 / (4 * 3)
    width = 1.959963984540054 * math.sqrt(variance) / abs(math.log(0.6))
    assert at_two["low"] == pytest.approx(0.6 ** math.exp(width))
    assert at_two["high"] == pytest.approx(0.6 ** math.exp(-width))


def test_a_spell_counted_three_times_equals_three_spells():
    apart = some_spells()
    collapsed = apart.value_counts().rename("n").reset_index()

    one, other = fit_survival(apart), fit_survival(collapsed)

    pd.testing.assert_frame_equal(one.points, other.points)
    assert (one.n, one.n_events) == (other.n, other.n_events)


def test_shuffled_spells_change_nothing_and_the_input_is_untouched():
    ordered = some_spells()
    kept = ordered.copy()

    shuffled = fit_survival(ordered.sample(frac=1, random_state=3))

    pd.testing.assert_frame_equal(fit_survival(ordered).points, shuffled.points)
    pd.testing.assert_frame_equal(ordered, kept)


def test_at_risk_events_and_censored_add_up():
    curve = fit_survival(some_spells())

    assert curve.points["survival"].is_monotonic_decreasing
    assert curve.points["survival"].iloc[0] == 1
    assert curve.points["at_risk"].iloc[0] == curve.n == 400
    assert curve.points["n_events"].sum() == curve.n_events


def test_a_late_entry_is_not_watched_before_it_enters():
    late = table(
        """
        duration  event_observed  entry
        2         True            0
        4         True            0
        5         True            3
        6         False           0
        """
    )

    points = fit_survival(late).points.set_index("time")

    assert points.loc[2, "at_risk"] == 3
    assert points.loc[4, "at_risk"] == 3
    assert points.loc[4, "survival"] == pytest.approx((2 / 3) * (2 / 3))


def test_a_gap_in_watching_is_refused():
    gap = pd.DataFrame(
        {"duration": [1, 8, 9, 10, 11], "event_observed": True, "entry": [0, 5, 5, 5, 5]}
    )

    with pytest.raises(DataError, match="nobody is watched"):
        fit_survival(gap)


def test_a_median_that_is_not_reached_is_none():
    rare = pd.DataFrame({"duration": [5] * 99 + [3], "event_observed": [False] * 99 + [True]})

    median = estimate_median(fit_survival(rare))

    assert (median.value, median.low, median.high) == (None, None, None)


def test_the_median_interval_is_where_the_band_crosses_one_half():
    curve = fit_survival(some_spells())

    median = estimate_median(curve)

    points = curve.points.set_index("time")
    assert points.loc[median.low, "low"] <= 0.5 < points["low"].shift().loc[median.low]
    assert points.loc[median.high, "high"] <= 0.5
    assert median.low <= median.value <= median.high


def test_beyond_the_longest_duration_nothing_is_known(spells):
    read = survival_at(fit_survival(spells), [5, 6])

    assert read["is_observed"].tolist() == [True, False]
    assert read["survival"].isna().tolist() == [False, True]
    assert read["at_risk"].tolist() == [1, 0]


def test_a_curve_that_reached_zero_stays_there_with_the_upper_limit_of_the_step_before():
    all_ended = pd.DataFrame({"duration": [1, 2, 3], "event_observed": True})

    curve = fit_survival(all_ended)

    read = survival_at(curve, [2, 3, 10]).set_index("time")
    assert read.loc[3, "survival"] == read.loc[10, "survival"] == 0
    assert read.loc[3, "low"] == 0
    assert read.loc[3, "high"] == read.loc[2, "high"]


def test_a_curve_without_events_stays_at_one():
    quiet = pd.DataFrame({"duration": [3, 4], "event_observed": False})

    assert survival_at(fit_survival(quiet), [0, 4])["survival"].tolist() == [1, 1]
    assert estimate_restricted_mean(fit_survival(quiet), tau=4).value == 4


def test_where_nobody_has_ended_yet_the_interval_is_exact_and_has_a_width():
    # 60 are watched for 5, 40 of them for 20, and one of these ends at last.
    kinds = pd.DataFrame(
        {"duration": [5, 20, 20], "event_observed": [False, False, True], "n": [20, 39, 1]}
    )

    read = survival_at(fit_survival(kinds), [0, 3, 5, 6, 20])

    # Clopper and Pearson (1934), n of n: the lower limit is the n-th root of a fortieth.
    lower = [1, *(stats.beta.ppf(0.025, n, 1) for n in (60, 60, 40))]
    assert read["low"].tolist()[:4] == pytest.approx(lower)
    assert read["high"].tolist()[:4] == [1] * 4
    assert fit_survival(kinds).points["low"].tolist()[:2] == pytest.approx(lower[:2])
    variance = 1 / (40 * 39) / math.log(39 / 40) ** 2
    assert read["low"][4] == pytest.approx((39 / 40) ** math.exp(1.959964 * math.sqrt(variance)))


def test_where_all_end_at_the_first_event_the_interval_is_exact():
    read = survival_at(
        fit_survival(pd.DataFrame({"duration": [2] * 30, "event_observed": True})), [2]
    )

    assert read[["survival", "low"]].to_numpy().tolist() == [[0, 0]]
    assert read["high"][0] == pytest.approx(stats.beta.ppf(0.975, 1, 30))


def test_late_entries_leave_the_time_in_which_few_were_watched_unsure():
    # Three are watched from the start, fifty more from 5 on; nobody ends.
    late = pd.DataFrame(
        {"duration": [8, 9], "event_observed": False, "n": [3, 50], "entry": [0, 5]}
    )

    assert survival_at(fit_survival(late), [7])["low"][0] == pytest.approx(0.025 ** (1 / 3))


def test_no_spells_give_a_curve_of_no_rows():
    curve = fit_survival(pd.DataFrame({"duration": [], "event_observed": []}))

    assert (curve.n, len(curve.points)) == (0, 0)
    assert estimate_median(curve).value is None
    assert estimate_restricted_mean(curve, tau=3) is None
    assert longest_time(curve) is None
    assert survival_at(curve, [1])["is_observed"].tolist() == [False]
    assert count_at_risk(curve, [0]) == [0]


def test_one_spell_gives_a_curve():
    curve = fit_survival(pd.DataFrame({"duration": [2], "event_observed": [True]}))

    assert curve.points["survival"].tolist() == [1, 0]
    assert estimate_median(curve).value == 2


def test_the_restricted_mean_is_the_area_under_the_curve(spells):
    mean = estimate_restricted_mean(fit_survival(spells), tau=5)

    # 1 for one day, .8 for one, .6 for two, .3 for one
    assert mean.value == pytest.approx(1 + 0.8 + 1.2 + 0.3)
    variance = 2.3**2 / 20 + 1.5**2 / 12 + 0.3**2 / 2
    assert mean.standard_error == pytest.approx(math.sqrt(variance))


def test_without_censoring_the_restricted_mean_is_the_mean():
    durations = np.arange(1, 41)
    all_ended = pd.DataFrame({"duration": durations, "event_observed": True})

    mean = estimate_restricted_mean(fit_survival(all_ended), tau=40)

    assert mean.value == pytest.approx(durations.mean())
    assert mean.standard_error == pytest.approx(durations.std() / math.sqrt(40))


def test_the_restricted_mean_is_unknown_beyond_watching(spells):
    assert estimate_restricted_mean(fit_survival(spells), tau=6) is None


def test_the_longest_firm_time_has_enough_at_risk():
    curve = fit_survival(some_spells())

    tau = longest_time(curve, min_n=30)

    assert count_at_risk(curve, [tau, tau + 1])[0] >= 30 > count_at_risk(curve, [tau, tau + 1])[1]


def test_numpys_warnings_are_given_back_after_a_fit(spells):
    before = np.geterr()

    fit_survival(spells)

    assert np.geterr() == before


def test_the_estimate_equals_lifelines():
    apart = some_spells()
    oracle = KaplanMeierFitter(alpha=0.1)
    with np.errstate(all="ignore"):
        oracle.fit(apart["duration"], apart["event_observed"])

    points = fit_survival(apart, confidence=0.9).points

    assert points["survival"].to_numpy() == pytest.approx(
        oracle.survival_function_["KM_estimate"].to_numpy()
    )
    assert points["low"].iloc[5] == pytest.approx(oracle.confidence_interval_.iloc[5, 0])


def test_every_fault_of_the_spells_is_named_at_once():
    bad = pd.DataFrame(
        {"duration": [-1.0, None, 2], "event_observed": True, "n": [1, 1, 0.5], "entry": [0, 0, 3]}
    )

    with pytest.raises(DataError) as caught:
        fit_survival(bad)

    for what in ("1 of 3 rows have an empty cell", "last less than 0", "not whole", "before they"):
        assert what in str(caught.value)


def test_a_missing_column_is_named():
    with pytest.raises(DataError, match="event_observed"):
        check_spells(pd.DataFrame({"duration": [1]}))
