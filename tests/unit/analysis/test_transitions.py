import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rapport.analysis.intervals import clustered_share
from rapport.analysis.lifecycle import Months
from rapport.analysis.transitions import compare_months, forecast_stages, pool_moves
from support import table

MARCH = 2010 * 12 + 2


def patterns_of(customers):
    """Count patterns as the mart does: of each customer, month ends and moves by stage after."""
    rows = []
    for n_months, moves in customers:
        rows.append(("loyal", None, n_months, 0))
        rows += [("loyal", after, n_months, k) for after, k in moves.items()]
        if moves:
            rows.append(("loyal", "any", n_months, sum(moves.values())))
    names = ["stage", "stage_after", "n_months", "n_moves"]
    counted = pd.DataFrame(rows, columns=names).groupby(names, dropna=False).size()
    return counted.rename("n_customers").reset_index().replace({np.nan: None})


CUSTOMERS = [(6, {})] * 150 + [(6, {"at_risk": 1})] * 40 + [(3, {"at_risk": 2})] * 20 + [
    (2, {"growing": 1}), (5, {"growing": 1, "at_risk": 1})
] * 15  # fmt: skip


@pytest.fixture
def pooled():
    return pool_moves(patterns_of(CUSTOMERS), kind="orders").set_index("stage_after")


def test_shares_are_moves_by_month_ends(pooled):
    n = sum(months for months, _ in CUSTOMERS)

    assert set(pooled["n"]) == {n}
    assert pooled["n_moves"].to_dict() == {
        "growing": 30,
        "at_risk": 95,
        "any": 125,
        "stay": n - 125,
    }
    assert pooled["n_moved"].to_dict() == {
        "growing": 30, "at_risk": 75, "any": 90, "stay": len(CUSTOMERS),
    }  # fmt: skip
    assert pooled.loc["at_risk", "share"] == 95 / n


def test_the_interval_is_the_one_of_customers_drawn_one_by_one(pooled):
    k = [moves.get("at_risk", 0) for _, moves in CUSTOMERS]
    plain = clustered_share(k, [months for months, _ in CUSTOMERS])

    assert pooled.loc["at_risk", ["low", "high"]].tolist() == list(plain.ends)


def test_who_stays_is_the_rest_with_the_same_interval_from_the_other_side(pooled):
    stay, left = pooled.loc["stay"], pooled.loc["any"]

    assert stay["share"] == pytest.approx(1 - left["share"])
    assert stay["low"] == pytest.approx(1 - left["high"], abs=0.01)
    assert stay["high"] == pytest.approx(1 - left["low"], abs=0.01)


def test_the_order_of_patterns_changes_nothing():
    patterns = patterns_of(CUSTOMERS)
    shuffled = patterns.sample(frac=1, random_state=1)

    pd.testing.assert_frame_equal(
        pool_moves(patterns, kind="orders"), pool_moves(shuffled, kind="orders")
    )


def test_a_stage_that_nobody_left_stays_whole_and_no_stage_gives_no_row():
    stuck = pool_moves(patterns_of([(6, {})] * 40), kind="orders")

    assert stuck.set_index("stage_after")["share"].to_dict() == {"any": 0.0, "stay": 1.0}
    assert stuck["is_approximate"].all()
    assert pool_moves(patterns_of([(6, {})])[:0], kind="orders").empty


def draw_year(rates, *, n=300, months=14):
    """Draw moves of two stages over months; `rates` gives loyal -> at_risk month by month."""
    rows = []
    for step, rate in enumerate(rates[:months]):
        gone = round(n * rate)
        for before, after, k in (
            ("loyal", "loyal", n - gone), ("loyal", "at_risk", gone),
            ("at_risk", "loyal", gone), ("at_risk", "at_risk", n - gone), (None, "loyal", 20),
        ):  # fmt: skip
            rows.append((MARCH - months + 1 + step, before, after, k))
    return pd.DataFrame(rows, columns=["month_no", "stage_before", "stage", "n_customers"])


def test_rates_that_differ_between_months_are_seasonal_and_equal_ones_are_not():
    steady = compare_months(draw_year([0.1] * 14), first=0)
    moved = compare_months(draw_year([0.1] * 7 + [0.3] * 7), first=0)

    assert not steady["is_seasonal"].any()
    assert moved["is_seasonal"].all()
    assert set(moved["n_months"]) == {14}


def test_the_test_is_pearsons_over_months():
    moves = draw_year([0.10, 0.14, 0.12], months=3)

    found = compare_months(moves, first=0).set_index("stage").loc["loyal"]

    counts = [[270, 30], [258, 42], [264, 36]]
    plain = stats.chi2_contingency(counts, correction=False)
    assert found["p_value"] == pytest.approx(plain.pvalue)
    assert (found["chi2"], found["df"]) == (pytest.approx(plain.statistic), 2)


def test_months_before_the_window_are_left_out_of_the_test():
    found = compare_months(draw_year([0.5] + [0.1] * 13), first=MARCH - 13)

    assert set(found["n_months"]) == {13}
    assert not found["is_seasonal"].any()


@pytest.mark.parametrize(
    ("drawn", "reason"),
    [
        ("1  loyal  loyal  90\n1  loyal  at_risk  9", "one_month"),
        ("1  loyal  loyal  90\n2  loyal  loyal  90", "one_way"),
        (
            "1  loyal  loyal  9\n1  loyal  at_risk  1\n2  loyal  loyal  9\n2  loyal  at_risk  1",
            "few",
        ),
    ],
)
def test_a_stage_without_a_test_says_why(drawn, reason):
    moves = table("month_no  stage_before  stage  n_customers\n" + drawn)

    found = compare_months(moves, first=0)

    assert found["reason"].tolist() == [reason]
    assert found["p_value"].isna().all()
    assert not found["is_seasonal"].any()


def test_rare_stages_after_are_counted_together():
    rows = [(month, "churned", "loyal", 1) for month in range(6)]
    rows += [(month, "churned", "growing", 10 + month) for month in range(6)]
    rows += [(month, "churned", "churned", 100) for month in range(6)]
    moves = pd.DataFrame(rows, columns=["month_no", "stage_before", "stage", "n_customers"])

    found = compare_months(moves, first=-1).iloc[0]

    # Loyal are expected less than once in the smallest month; with the growing they are returned.
    assert found["df"] == 5


def test_a_month_ahead_goes_by_the_rates_and_newcomers_of_last_year():
    moves = draw_year([0.1, 0.1, 0.4, *[0.1] * 11])
    months = Months(MARCH, MARCH - 13)

    found = forecast_stages(moves, kind="orders", months=months)

    # March 2010 has 320 loyal and 300 at risk; into April 2009, month 2 of 14, went four tenths.
    rows = found.rows.set_index("stage")
    assert found.month_no == MARCH + 1
    assert rows.loc["loyal", "n_now"] == 320
    assert rows.loc["loyal", "expected"] == pytest.approx(320 * 0.6 + 300 * 0.4 + 20)
    assert rows.loc["at_risk", "expected"] == pytest.approx(320 * 0.4 + 300 * 0.6)
    assert (rows["low"] < rows["expected"]).all()
    assert (rows["high"] > rows["expected"]).all()
    assert found.rows["expected"].sum() == pytest.approx(620 + 20)


def test_the_forecast_of_a_month_ago_is_held_against_what_happened():
    moves = draw_year([0.1] * 14)

    found = forecast_stages(moves, kind="orders", months=Months(MARCH, MARCH - 13))

    # In February 320 were loyal and 300 at risk; 318 + 20 were foreseen to be loyal, 320 were.
    assert found.missed == pytest.approx((18 + 2) / 2 / 620)


@pytest.mark.parametrize(
    ("moves", "observable"),
    [(draw_year([0.1] * 14), MARCH - 11), (draw_year([0.1] * 14, months=11), MARCH - 12)],
)
def test_without_the_same_month_of_last_year_there_is_no_forecast(moves, observable):
    assert forecast_stages(moves, kind="orders", months=Months(MARCH, observable)) is None


def test_a_stage_that_was_too_small_last_year_gives_no_forecast():
    moves = draw_year([0.1] * 14)
    small = moves["month_no"].eq(MARCH - 11) & moves["stage_before"].eq("at_risk")
    few = moves.assign(n_customers=moves["n_customers"].mask(small, 2))

    months = Months(MARCH, MARCH - 13)

    assert forecast_stages(few, kind="orders", months=months) is None
