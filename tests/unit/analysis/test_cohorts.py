import pandas as pd
import pytest

from rapport.analysis.cohorts import (
    pool_activation,
    pool_retention,
    tabulate_activation,
    tabulate_retention,
)
from rapport.analysis.intervals import wilson
from support import table

MARCH = 2010 * 12 + 2


def draw_cohorts(drawn, *, as_of=MARCH, last=MARCH, observable=MARCH - 3):
    rows = table(drawn)
    rows["cohort_month"] = MARCH + rows.pop("cohort")
    return rows.rename(columns={"since": "months_since", "n": "n_customers"}).assign(
        as_of_month=as_of, last_month=last, observable_month=observable
    )


@pytest.fixture
def cohorts():
    return draw_cohorts(
        """
        cohort  since  n    n_watched  n_again
        -4      0      90   90         60
        -4      1      45   0          0
        -3      0      100  100        50
        -3      1      40   0          0
        -3      3      20   0          0
        -2      0      60   60         20
        -2      1      12   0          0
        0       0      50   10         4
        """
    )


def test_months_without_an_order_of_the_cohort_are_filled_with_0(cohorts):
    found = tabulate_retention(cohorts).set_index(["cohort", "months_since"])

    assert found.loc["2009-12", "n_customers"].tolist() == [100, 40, 0, 20]
    assert found.loc["2010-01", "share"].tolist() == [1.0, 0.2, 0.0]
    assert len(found.loc["2010-03"]) == 1


def test_cohorts_that_may_hold_earlier_customers_are_marked_and_not_pooled(cohorts):
    found = tabulate_retention(cohorts)

    assert set(found.loc[found["is_mixed"], "cohort"]) == {"2009-11"}
    share = pool_retention(found, months_since=1)
    assert (share.k, share.n) == (52, 160)
    assert (share.low, share.high) == wilson(52, 160).ends


def test_the_month_that_is_not_over_is_marked_and_not_pooled(cohorts):
    found = tabulate_retention(cohorts.assign(last_month=MARCH - 1))

    open_cells = found[~found["is_whole"]]
    assert list(zip(open_cells["cohort"], open_cells["months_since"], strict=True)) == [
        ("2009-11", 4), ("2009-12", 3), ("2010-01", 2), ("2010-03", 0),
    ]  # fmt: skip
    assert pool_retention(found, months_since=3) is None


def test_only_the_newest_cohorts_are_given(cohorts):
    assert set(tabulate_retention(cohorts, n_cohorts=3)["cohort"]) == {"2010-01", "2010-03"}


def test_activation_waits_until_all_of_a_month_were_watched(cohorts):
    found = tabulate_activation(cohorts)

    assert found["period"].tolist() == ["2009-12", "2010-01"]
    assert found["rate"].tolist() == [0.5, pytest.approx(1 / 3)]
    assert found[["low", "high"]].iloc[0].tolist() == list(wilson(50, 100).ends)
    pooled = pool_activation(found)
    assert (pooled.k, pooled.n) == (70, 160)


def test_a_month_of_few_newcomers_has_no_rate_but_is_pooled(cohorts):
    found = tabulate_activation(cohorts, min_n=80)

    assert found["rate"].notna().tolist() == [True, False]
    assert pool_activation(found).n == 160
    assert pool_activation(found, n_months=1).n == 60


def test_no_cohorts_give_empty_tables(cohorts):
    nobody = cohorts[:0]

    assert tabulate_retention(nobody).empty
    assert pool_retention(tabulate_retention(nobody), months_since=1) is None
    assert pool_activation(tabulate_activation(nobody)) is None


def test_the_order_of_rows_changes_nothing(cohorts):
    shuffled = cohorts.sample(frac=1, random_state=2)

    pd.testing.assert_frame_equal(tabulate_retention(cohorts), tabulate_retention(shuffled))
    pd.testing.assert_frame_equal(tabulate_activation(cohorts), tabulate_activation(shuffled))
