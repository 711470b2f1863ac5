import pandas as pd
import pytest

from rapport.analysis.reorder_time import fit_return_time


def gaps(*rows):
    return pd.DataFrame(rows, columns=["duration_days", "event_observed", "n"])


def test_the_last_gap_of_a_customer_counts_as_still_watched():
    # Of 100 at risk 40 are back on day 10; of the 30 still watched on day 50, half.
    found = fit_return_time(gaps((10, True, 40), (20, False, 30), (50, True, 15), (400, False, 15)))

    assert found.within_year == pytest.approx(1 - 0.6 * 0.5)
    assert (found.most_days, found.days) == (50, 60)


@pytest.mark.parametrize(("day", "days"), [(60, 60), (61, 90), (1, 30), (365, 390)])
def test_the_days_to_churn_are_a_multiple_of_30_not_below_nine_in_ten(day, days):
    found = fit_return_time(gaps((day, True, 90), (365, False, 10)))

    assert (found.most_days, found.days) == (day, days)


def test_nine_in_ten_exactly_is_enough():
    found = fit_return_time(gaps((30, True, 90), (200, True, 10), (365, False, 900)))

    assert found.most_days == 30


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "short"),
        ([(10, True, 5), (364, False, 5)], "short"),
        ([(365, False, 5)], "nobody"),
        ([(500, True, 5)], "nobody"),
    ],
)
def test_without_a_year_or_a_return_nothing_is_said(rows, reason):
    found = fit_return_time(gaps(*rows))

    assert found.reason == reason
    assert (found.within_year, found.most_days, found.days) == (None, None, None)
