import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.segmentation_study import (
    SegmentRules,
    add_total,
    compare_sizes,
    describe_data,
    describe_levels,
    describe_sizes,
    list_remarks,
    measure_segments,
    measure_sizes,
    study_segments,
    take_sizes,
)

AS_OF = dt.date(2026, 6, 30)
RULES = SegmentRules(AS_OF, min_n=5, min_count=3)


def measures(rows, window="current"):
    """Customers as (days since, order days, spend); first bought 200 days ago."""
    ends_on = pd.Timestamp("2025-12-31") if window == "cut" else pd.Timestamp(AS_OF)
    return pd.DataFrame(
        {
            "window": pd.Series([window] * len(rows), dtype=object),
            "customer_id": [f"c{number}" for number in range(len(rows))],
            "order_key": pd.Series(range(len(rows)), dtype="int64"),
            "rfm_days_since": pd.Series([row[0] for row in rows], dtype="int64"),
            "rfm_order_days": pd.Series([row[1] for row in rows], dtype="int64"),
            "rfm_orders": pd.Series([row[1] for row in rows], dtype="int64"),
            "rfm_net": pd.Series([Decimal(str(row[2])) for row in rows], dtype=object),
            "rfm_gross": pd.Series([Decimal(str(row[2])) for row in rows], dtype=object),
            "rfm_first_on": pd.Series([ends_on - pd.Timedelta(days=200)] * len(rows)),
            "tenure_days": pd.Series([200] * len(rows), dtype="int64"),
            "days_since_last_order": pd.Series([row[0] for row in rows], dtype="int64"),
        }
    )


def crowd(n=50):
    """Every customer bought less recently, less often and for less than the one before."""
    return [(number, n - number, 10 * (n - number)) for number in range(n)]


def values(found, rules=RULES):
    return {one.name: one for one in measure_segments(found, rules, currency="GBP")}


def test_the_headline_names_the_high_value_customers():
    found = study_segments(measures(crowd()), RULES)

    assert (found.outcome, found.lead) == ("ok", "high_value")
    named = values(found)
    # Two fifths score 4 or 5 on all three; they spend 10 * (50 + ... + 31) of 10 * (50 + ... + 1).
    assert named["best.n"].value == 20
    assert named["best.share"].value == pytest.approx(0.4)
    assert named["best.spend_share"].value == pytest.approx(810 / 1275)
    assert named["best.spend"].value == Decimal("8100")


def test_shares_carry_their_denominator_and_an_interval_that_holds_them():
    named = values(study_segments(measures(crowd()), RULES))

    for name in ("best.share", "best.spend_share"):
        low, high = named[name].interval
        assert named[name].n == 50
        assert low < named[name].value < high


def test_every_customer_is_in_one_segment_and_spend_adds_up():
    found = study_segments(measures(crowd()), RULES)

    assert found.table["n_customers"].sum() == 50
    assert sum(found.table["spend"]) == Decimal("12750")


def test_shuffled_rows_change_nothing():
    rows = measures(crowd())

    shuffled = study_segments(rows.sample(frac=1, random_state=1), RULES)

    pd.testing.assert_frame_equal(shuffled.table, study_segments(rows, RULES).table)


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([], "nobody"),
        ([(3, 0, 0)] * 7, "nobody"),
        ([(1, 2, 30)], "too_few"),
        ([(1, 2, 30)] * 40, "alike"),
        ([(days, orders, -5) for days, orders, _ in crowd()], "no_spend"),
        (crowd(9), "small"),
    ],
)
def test_the_outcome_says_why_nothing_is_said(rows, outcome):
    rules = SegmentRules(AS_OF, min_n=5, min_count=3)

    found = study_segments(measures(rows), rules)

    assert (found.outcome, found.lead) == (outcome, None)
    assert "best.n" not in values(found)


def test_another_segment_leads_where_high_value_is_too_small():
    # Old customers buy often, recent ones once: nobody is high on all three.
    rows = [(100 + n, 9, 90 + n) for n in range(30)] + [(n, 1, 1) for n in range(30)]

    found = study_segments(measures(rows), RULES)

    assert (found.outcome, found.lead) == ("other", "must_keep")


def test_nothing_is_shown_of_nobody_few_or_equals():
    equals = study_segments(measures([(1, 2, 30)] * 40), RULES)

    assert add_total(equals).empty
    assert take_sizes(equals) is None


def test_all_customers_stand_under_their_segments():
    overview = add_total(study_segments(measures(crowd()), RULES))

    assert overview.index[-1] == "total"
    assert overview["n_customers"]["total"] == 50
    assert overview["spend"]["total"] == Decimal("12750")
    assert list(overview["spend"][:-1]) == sorted(overview["spend"][:-1], reverse=True)


def test_small_numbers_of_customers_are_not_recorded():
    rows = pd.concat([measures([*crowd(), (5, 1, -1)]), measures([(9, 0, 0)] * 2)])

    named = values(study_segments(rows, RULES))

    assert named["n_not_positive"].value is None
    assert named["n_outside"].value is None
    assert named["n"].value == 51


def test_the_spend_of_a_handful_is_not_recorded():
    named = values(study_segments(measures([(1, 2, 30)]), RULES))

    assert named["n"].value is None
    assert "spend" not in named


def test_remarks_say_few_where_the_number_is_hidden():
    rows = pd.concat([measures([*crowd(), (5, 1, -1)]), measures([(9, 0, 0)] * 4)])
    found = study_segments(rows, RULES)

    remarks = dict(list_remarks(found, RULES, has_contracts=True))

    assert remarks == {"outside": "some", "not_positive": "few", "contracts": "some"}


def test_whom_to_win_back_is_said_where_there_are_enough():
    rows = [*crowd(), *[(300 + n, 40, 400) for n in range(8)]]

    found = study_segments(measures(rows), RULES)

    assert ("keep", "some") in list_remarks(found, RULES, has_contracts=False)
    assert values(found)["keep.n"].value == found.table["n_customers"]["must_keep"]


@pytest.mark.parametrize(
    ("first", "n", "case"),
    [
        ("2025-07-01", 50, "whole"),
        ("2025-07-02", 50, "short"),
        ("2025-07-01", 2, "few"),
        ("2025-07-01", 0, "nobody"),
    ],
)
def test_data_that_begin_inside_the_window_are_short(first, n, case):
    snapshot = pd.DataFrame({"data_from": [pd.Timestamp(first)]})
    found = study_segments(measures(crowd(n)), RULES)

    assert describe_data(found, snapshot, RULES, rfm_days=365) == case


@pytest.mark.parametrize(
    ("rows", "case"), [(crowd(), "all"), ([(n, 1, n) for n in range(50)], "some"), ([], "few")]
)
def test_levels_in_use_are_told(rows, case):
    assert describe_levels(study_segments(measures(rows), RULES), min_n=5) == case


def cut_day():
    return pd.DataFrame({"window": ["cut"], "ends_on": [pd.Timestamp("2025-12-31")]})


def test_sizes_are_compared_by_the_borders_of_the_cut_day():
    then = measures(crowd(), window="cut")
    # Everybody buys as the best did: by the old borders all are high value now.
    now = measures([(0, 50, 500)] * 50)

    sizes = compare_sizes(pd.concat([then, now]), cut_day(), RULES)

    assert sizes["n_earlier"]["high_value"] == 20
    assert sizes["n_later"]["high_value"] == 50
    case = describe_sizes(sizes, min_n=5)
    assert case == "up"
    assert [one.value for one in measure_sizes(sizes, case)] == [50, 0.4, 50, 1.0]


def test_data_that_begin_too_late_give_no_sizes():
    none = cut_day().iloc[:0]

    sizes = compare_sizes(measures(crowd()), none, RULES)

    assert sizes is None
    assert describe_sizes(sizes) == "late"
    assert measure_sizes(sizes, "late") == []


def test_too_few_on_one_day_are_not_compared():
    sizes = compare_sizes(measures(crowd()), cut_day(), RULES)

    case = describe_sizes(sizes, min_n=5)

    assert case == "few"
    assert measure_sizes(sizes, case) == []


def test_the_same_customers_on_both_days_have_no_clear_change():
    rows = pd.concat([measures(crowd(), window="cut"), measures(crowd())])

    assert describe_sizes(compare_sizes(rows, cut_day(), RULES), min_n=5) in ("unclear", "none")
