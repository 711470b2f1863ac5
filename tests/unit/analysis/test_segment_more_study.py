import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.segment_more_study import (
    join_habits,
    list_moves,
    measure_more,
    measure_moves,
    name_answers,
    name_moves,
    place_segments,
    study_more,
    study_moves,
)
from rapport.analysis.segmentation_study import SegmentRules, study_segments

AS_OF = dt.date(2010, 11, 30)
RULES = SegmentRules(AS_OF)
PERIODS = pd.DataFrame(
    {
        "window": ["current", "previous"], "is_comparable": True,
        "ends_on": [AS_OF, dt.date(2010, 10, 31)], "period": ["2010-11", "2010-10"],
    }
)  # fmt: skip


def window(name, n, seed):
    rng = np.random.default_rng(seed)
    since = rng.integers(0, 300, n)
    # Who bought lately buys often and much, so that a tenth and more are high value.
    days = 1 + (300 - since) // 25
    spend = [Decimal(int(x)) for x in 900 - 2 * since + rng.integers(0, 200, n)]
    return pd.DataFrame(
        {
            "window": name, "customer_id": [f"c{i}" for i in range(n)], "order_key": range(n),
            "rfm_days_since": since, "rfm_order_days": days, "rfm_orders": days,
            "rfm_net": spend, "rfm_gross": spend, "tenure_days": since + 40,
            "days_since_last_order": since, "n_orders": days,
            "rfm_first_on": dt.date(2010, 1, 1),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def measures():
    return pd.concat([window("current", 300, 1), window("previous", 280, 2)], ignore_index=True)


def test_everybody_of_both_days_is_counted_once(measures):
    moves = study_moves(measures, PERIODS, RULES)

    assert moves.drop(columns="absent").to_numpy().sum() == 300
    assert moves.drop(index="absent").to_numpy().sum() == 280
    assert list_moves(moves)["earlier"].iloc[-1] == "absent"


def test_who_stays_where_they_are_is_on_the_diagonal(measures):
    current = measures[measures["window"] == "current"]
    same = pd.concat([current, current.assign(window="previous")], ignore_index=True)

    moves = study_moves(same, PERIODS, RULES)

    assert moves.to_numpy().sum() == moves.to_numpy().trace() == 300
    stayed = {one.name: one.value for one in measure_moves(moves)}
    assert stayed["moves.stay"] == stayed["moves.same"] == 1


@pytest.mark.parametrize("periods", [PERIODS.head(1), PERIODS.assign(is_comparable=[True, False])])
def test_without_an_earlier_day_nobody_moves(measures, periods):
    moves = study_moves(measures, periods, RULES)

    assert (name_moves(moves), measure_moves(moves), len(list_moves(moves))) == ("none", [], 0)


def test_few_high_value_customers_are_not_spoken_of(measures):
    moves = study_moves(measures.groupby("window").head(40), PERIODS, RULES)

    assert name_moves(moves) == "few"
    assert measure_moves(moves) == []


def habits(found, *, nps):
    n = len(found.customers)
    return pd.DataFrame(
        {
            "window": "current", "customer_id": found.customers.index, "order_key": range(n),
            "median_gap_days": 20, "n_categories": range(n), "n_channels": 1,
            "n_discounted_orders": 1, "last_nps": nps, "top_category": "tea",
        }
    )  # fmt: skip


def test_answers_are_scored_by_segment_where_enough_answered(measures):
    found = study_segments(measures, RULES)
    best = (found.scores["segment"] == "high_value").to_numpy()
    joined = join_habits(found, habits(found, nps=np.where(best, 10, 3)))

    more = study_more(found, joined, RULES).set_index("segment")

    assert more.loc["high_value", "nps"] == 100
    assert more.loc["dormant", "nps"] == -100
    assert name_answers(more.reset_index()) == ["apart"]
    named = {one.name: one.value for one in measure_more(more.reset_index())}
    assert named["nps.highest"] == "high_value"


def test_segments_without_answers_say_so(measures):
    found = study_segments(measures, RULES)
    joined = join_habits(found, habits(found, nps=np.nan))

    more = study_more(found, joined, RULES)

    assert more["nps"].isna().all()
    assert name_answers(more) == ["none"]
    assert measure_more(more) == []


def test_a_radar_needs_habits_and_segments(measures):
    found = study_segments(measures, RULES)

    with_habits = place_segments(found, join_habits(found, habits(found, nps=9)), RULES)
    without = place_segments(found, join_habits(found, None), RULES)

    assert with_habits["group"].nunique() == 3
    assert "high_value" in set(with_habits["group"])
    assert without.empty


def test_nobody_has_no_segments_to_tell_more_of(measures):
    found = study_segments(measures.iloc[:0], RULES)
    joined = join_habits(found, None)

    assert study_moves(measures.iloc[:0], PERIODS, RULES) is None
    assert study_more(found, joined, RULES).empty
    assert place_segments(found, joined, RULES).empty
