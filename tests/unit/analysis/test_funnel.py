"""The funnel: steps, their shares, what is hidden; and visits that led to an order."""

import pandas as pd
import pytest

from rapport.analysis.funnel import (
    choose_funnel,
    compare_funnels,
    list_change,
    list_steps,
    list_visits,
    measure_funnel,
    measure_visits,
    name_narrow,
    total_visits,
)
from support import table


def funnel_of(current, previous=(), *, seen=True):
    rows = [
        (window, step, f"s{step}", seen, n, n + 5)
        for window, counts in (("current", current), ("previous", previous))
        for step, n in enumerate(counts, start=1)
    ]
    columns = ["window", "step_no", "name", "is_observable", "n_customers", "n_any"]
    return pd.DataFrame(rows, columns=columns)


def test_shares_are_of_the_step_before_and_of_the_first():
    steps = list_steps(funnel_of([200, 100, 80]))

    assert steps["share_step"].tolist() == [1, 0.5, 0.8]
    assert steps["share_first"].tolist() == [1, 0.5, 0.4]
    assert (steps["low"] <= steps["share_step"]).all()
    assert (steps["share_step"] <= steps["high"]).all()


def test_the_whole_way_and_its_narrowest_step_are_measured():
    steps = list_steps(funnel_of([200, 100, 80]))

    measured = {one.name: one for one in measure_funnel(steps, None, confidence=0.95)}

    assert measured["funnel.share"].value == 0.4
    assert (measured["funnel.narrow"].value, measured["funnel.narrow"].n) == (0.5, 200)
    assert name_narrow(steps) == ("s1", "s2")


def test_a_funnel_ends_before_a_step_of_too_few_and_at_one_of_nobody():
    assert list_steps(funnel_of([200, 100, 8, 2]))["name"].tolist() == ["s1", "s2"]
    assert list_steps(funnel_of([200, 100, 0, 0]))["name"].tolist() == ["s1", "s2", "s3"]


@pytest.mark.parametrize("funnel", [None, funnel_of([29, 20, 15]), funnel_of([0, 0])])
def test_too_few_who_begin_are_not_followed(funnel):
    steps = list_steps(funnel)

    assert steps.empty
    assert choose_funnel(funnel, steps) == ("none" if funnel is None else "few")
    assert measure_funnel(steps, None, confidence=0.95) == []
    assert name_narrow(steps) is None


@pytest.mark.parametrize(
    ("before", "case"), [([200, 120], "down"), ([200, 82], "unclear"), ([200, 20], "up")]
)
def test_a_change_of_the_whole_way_is_said_only_where_its_interval_leaves_zero_out(before, case):
    change = compare_funnels(
        funnel_of([200, 80], before), min_n=30, min_change=0.02, confidence=0.95
    )

    assert list_change(change) == [case]


def test_a_log_that_begins_too_late_is_compared_with_nothing():
    given = {"min_n": 30, "min_change": 0.02, "confidence": 0.95}

    assert compare_funnels(funnel_of([200, 80], [200, 90], seen=False), **given) is None
    assert compare_funnels(funnel_of([200, 80]), **given) is None
    assert compare_funnels(None, **given) is None
    assert list_change(None) == []


VISITS = """
    window   measure   value  n_ordered  n
    current  contacts  1      0          50
    current  contacts  3      1          30
    current  seconds   60     0          50
    current  seconds   90     1          30
    current  visits    1      0          20
    current  visits    2      1          30
    last     contacts  9      9          99
"""


def test_visits_are_shared_out_by_customer_and_their_middle_has_exact_limits():
    measured = measure_visits(table(VISITS), min_n=30, confidence=0.95, seed=0)
    values = {one.name: one for one in measured}

    # 20 customers came once and bought nothing, 30 came twice and bought once.
    assert values["visit_to_order"].value == 30 / 80
    low, high = values["visit_to_order"].interval
    assert low < 30 / 80 < high
    assert values["visits.contacts"].value == 1
    assert values["visits.contacts"].interval == (1, 1)
    assert list_visits(measured) == ["visits", "visits_seconds"]


def test_visits_of_few_customers_are_not_spoken_of():
    assert measure_visits(table(VISITS), min_n=60, confidence=0.95, seed=0) == []
    assert measure_visits(None, min_n=30, confidence=0.95, seed=0) == []
    assert list_visits([]) == []


@pytest.mark.parametrize(
    ("before", "seen", "share"),
    [((300, 150, 60), True, 0.2), ((300, 150, 60), False, None), ((300, 150, 4), True, None),
     ((20, 15, 12), True, None), ((), True, None)],
)  # fmt: skip
def test_page_one_gets_the_share_before_if_the_same_way_can_be_told(before, seen, share):
    log = funnel_of([200, 100, 80], before, seen=seen)
    measured = measure_funnel(list_steps(log), None, confidence=0.95)

    totals = total_visits(log, None, measured).set_index("measure")["value"]

    assert totals["funnel.share"] == 0.4
    assert totals.get("funnel.share.previous") == share
    assert total_visits(log, None, []) is None
