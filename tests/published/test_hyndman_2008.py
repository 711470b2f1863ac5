"""ETS(A,A,A) on series G of Box & Jenkins, as statsmodels 0.15.0 gives it.

Hyndman, R. J., Koehler, A. B., Ord, J. K. & Snyder, R. D. (2008), Forecasting with Exponential
Smoothing (the model); Seabold, S. & Perktold, J. (2010), statsmodels. Its `ETSModel` was given the
states before the first month that `start_states` makes, and the best of four starts was kept.
"""

import pytest

from published.air_passengers import PASSENGERS
from published.reference_data import assert_as_printed
from rapport.analysis.forecast import forecast_months
from rapport.analysis.forecast_ets import fit_smoothing


@pytest.fixture(scope="module")
def fitted():
    return fit_smoothing(PASSENGERS)


@pytest.mark.parametrize(
    ("name", "printed"),
    [("alpha", ".25202"), ("beta", ".00885"), ("gamma", ".74790"), ("squares", "22419.167")],
)
def test_parameters(fitted, name, printed):
    assert_as_printed(getattr(fitted, name), printed)


@pytest.mark.parametrize(
    ("ahead", "mean", "spread"),
    [(1, "453.403", "1.0000"), (3, "467.188", "1.0681"), (12, "469.562", "1.4258"),
     (13, None, "1.8045"), (15, "504.749", "1.8795")],
)  # fmt: skip
def test_months_ahead_and_how_their_error_grows(fitted, ahead, mean, spread):
    means, spreads = fitted.predict(15)

    assert_as_printed(spreads[ahead - 1] / spreads[0], spread)
    if mean is not None:
        assert_as_printed(means[ahead - 1], mean)


def test_smoothing_beats_repeating_the_year_before():
    found = forecast_months(PASSENGERS, last_month=1960 * 12 + 11)

    assert found.outcome == "ets"
    assert found.mase["ets"] < 0.5 < 1 < found.mase["naive"]
