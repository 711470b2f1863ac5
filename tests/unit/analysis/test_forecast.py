"""The next months: which method, tried on what, and when none is printed."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.forecast import forecast_months, try_on_past
from rapport.analysis.forecast_ets import fit_smoothing, smooth, start_states
from rapport.analysis.forecast_study import list_ahead, measure_forecast, study_forecast

YEAR = np.array([5.0, 3, 2, 1, 0, 1, 2, 3, 4, 6, 9, 12])
LAST = 2026 * 12 + 5


def rising(n, *, noise=1.0, seed=0):
    random = np.random.default_rng(seed)
    return 100 + 4.0 * np.arange(n) + 5 * np.resize(YEAR, n) + random.normal(0, noise, n)


def test_fewer_months_than_can_be_tried_on_the_past_give_no_forecast():
    found = forecast_months(rising(18), last_month=LAST)

    assert found.outcome == "too_short"
    assert not found.is_printed
    assert found.table.empty


def test_smoothing_waits_for_two_years_before_the_first_origin():
    assert set(try_on_past(rising(29))["method"]) == {"naive"}
    assert set(try_on_past(rising(30))["method"]) == {"naive", "ets"}


def test_six_origins_see_what_has_come_since_and_no_more():
    errors = try_on_past(rising(40))

    tried = errors[errors["method"] == "ets"]
    assert tried.groupby("origin").size().to_dict() == {34: 3, 35: 3, 36: 3, 37: 3, 38: 2, 39: 1}


def test_a_trend_with_a_season_is_forecast_by_smoothing_within_its_interval():
    series = rising(63)

    found = forecast_months(series[:60], last_month=LAST, confidence=0.99)

    assert found.outcome == "ets"
    assert found.mase["ets"] < 0.2
    assert found.table["month_no"].tolist() == [LAST + 1, LAST + 2, LAST + 3]
    assert ((found.table["low"] < series[60:]) & (series[60:] < found.table["high"])).all()
    assert (np.diff(found.table["high"] - found.table["low"]) >= 0).all()


def test_of_a_past_that_only_repeats_the_year_before_is_kept():
    random = np.random.default_rng(3)
    series = np.resize(YEAR, 25) * 10 + random.normal(0, 3, 25)
    series[-6:] = series[-18:-12] + random.normal(0, 1, 6)

    found = forecast_months(series, last_month=LAST)

    assert found.outcome == "naive"
    assert found.table["value"].tolist() == series[-12:-9].tolist()


def test_a_business_that_has_just_changed_gets_no_forecast():
    series = rising(40)
    series[-6:] *= np.array([3, 0.2, 4, 0.1, 5, 0.1])

    found = forecast_months(series, last_month=LAST)

    assert found.outcome == "not_better"
    assert min(found.mase.values()) >= 1


def test_an_order_of_a_million_millions_neither_warns_nor_overflows():
    series = rising(40)
    series[20] = 1e12

    found = forecast_months(series, last_month=LAST)

    assert np.isfinite(found.errors["error"]).all()


@pytest.mark.parametrize("level", [0.0, 1.0, 1e12])
def test_a_flat_past_has_no_scale_for_errors(level):
    assert forecast_months([level] * 40, last_month=LAST).outcome == "flat"


def test_a_series_without_noise_is_followed_exactly():
    fitted = fit_smoothing(rising(48, noise=0))

    means, spreads = fitted.predict(12)

    assert np.allclose(means, rising(60, noise=0)[48:])
    assert np.all(spreads < 1e-6)


def test_no_other_shares_have_a_smaller_sum_of_squares():
    series = rising(36, noise=8)
    fitted = fit_smoothing(series)
    random = np.random.default_rng(1)
    alpha = random.uniform(0.001, 0.999, 4000)
    others = alpha, alpha * random.uniform(0, 1, 4000), (1 - alpha) * random.uniform(0, 1, 4000)

    squares = smooth(series, others, start_states(series, 12))[0]

    assert fitted.squares <= squares.min() * (1 + 1e-9)


def test_the_study_names_the_next_month_and_how_far_off_the_past_was():
    months = pd.DataFrame({"month_no": LAST - 47 + np.arange(48),
                           "net": [Decimal(str(round(net, 2))) for net in rising(48)]})  # fmt: skip

    found = study_forecast(months, confidence=0.95)
    measured = {one.name: one for one in measure_forecast(found, currency="GBP")}

    assert list_ahead(found)["period"].tolist() == ["2026-07", "2026-08", "2026-09"]
    assert measured["forecast.period"].value == "2026-07"
    assert measured["forecast.months"].value == 48
    low, high = measured["forecast.value"].interval
    assert low < measured["forecast.value"].value < high
    assert 0 < measured["forecast.mase"].value < 1


def test_no_month_at_all_is_too_short():
    nothing = pd.DataFrame({"month_no": [], "net": []})

    found = study_forecast(nothing, confidence=0.95)

    assert found.outcome == "too_short"
    assert {one.name for one in measure_forecast(found, currency="GBP")} == {
        "forecast.months", "forecast.fewest",
    }  # fmt: skip
