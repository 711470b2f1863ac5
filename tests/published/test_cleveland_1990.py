"""STL on series G of Box & Jenkins, as statsmodels 0.15.0 gives it, with a season that stays.

`STL(x, period=12, seasonal=1441, seasonal_deg=0).fit()`; R's stl calls it s.window = "periodic".

Cleveland, R. B., Cleveland, W. S., McRae, J. E. & Terpenning, I. (1990), Journal of Official
Statistics 6, 3-73 (the method); Seabold, S. & Perktold, J. (2010), statsmodels.
"""

import pytest

from published.air_passengers import PASSENGERS
from published.reference_data import assert_as_printed
from rapport.analysis.trend_season import part_season


@pytest.mark.parametrize(
    ("place", "trend", "season"),
    [(0, "126.197", "-24.559"), (50, "222.125", "-1.745"), (143, "498.419", "-32.626")],
)
def test_parts_of_a_month(place, trend, season):
    parts = part_season(PASSENGERS)

    assert_as_printed(parts.trend[place], trend)
    assert_as_printed(parts.season[place], season)
