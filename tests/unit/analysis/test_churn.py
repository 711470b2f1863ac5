import pandas as pd
import pytest

from rapport.analysis.churn import churn_rate_table, subscription_rate_table
from rapport.errors import DataError
from support import table


def test_the_rate_is_those_who_left_of_those_who_could_have_with_its_interval():
    months = table(
        """
        window    n_at_start  n_churned
        current   3209        171
        previous  50          0
        """
    )

    rates = churn_rate_table(months)

    assert rates["window"].tolist() == ["current", "previous"]
    assert rates["rate"].tolist() == pytest.approx([171 / 3209, 0])
    assert rates.loc[0, "low"] == pytest.approx(0.0460, abs=5e-5)
    assert rates.loc[0, "high"] == pytest.approx(0.0616, abs=5e-5)
    assert rates.loc[1, "low"] == 0 < rates.loc[1, "high"]


def test_few_customers_are_marked_and_none_have_no_rate():
    months = table(
        """
        window    n_at_start  n_churned
        current   30          3
        previous  29          3
        earlier   0           0
        """
    )

    rates = churn_rate_table(months, min_n=30)

    assert rates["status"].tolist() == ["enough", "too_few", "no_customers"]
    assert rates["rate"].isna().tolist() == [False, False, True]


def test_ends_that_were_not_chosen_stand_apart():
    months = table(
        """
        window   n_at_start  n_ended  n_involuntary
        current  200         20       5
        """
    )

    rates = subscription_rate_table(months).iloc[0]

    assert rates["n_voluntary"] == 15
    assert [rates["rate"], rates["voluntary_rate"], rates["involuntary_rate"]] == [
        0.1,
        0.075,
        0.025,
    ]
    assert rates["voluntary_low"] < 0.075 < rates["voluntary_high"]


@pytest.mark.parametrize("n_churned", [11, -1, None])
def test_counts_that_cannot_be_are_refused(n_churned):
    months = pd.DataFrame({"n_at_start": [10, 10], "n_churned": [1, n_churned]})

    with pytest.raises(DataError, match="1 of 2 windows"):
        churn_rate_table(months)


def test_a_missing_column_is_named():
    with pytest.raises(DataError, match="n_churned"):
        churn_rate_table(pd.DataFrame({"n_at_start": [10]}))


def test_no_windows_give_no_rates_and_the_input_is_unchanged():
    none = pd.DataFrame({"window": [], "n_at_start": [], "n_churned": []})

    rates = churn_rate_table(none)

    assert rates.empty
    assert {"rate", "low", "high", "status"} <= set(rates)
    assert "rate" not in none
