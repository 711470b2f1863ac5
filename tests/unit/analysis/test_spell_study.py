import datetime as dt

import pandas as pd

from rapport.analysis.end_reasons_study import list_cases, measure_reasons, study_reasons
from rapport.analysis.spell_study import Spells, take_contracts, take_customers
from support import table

DAY = dt.date(2010, 6, 3)
PERIODS = pd.DataFrame({"window": ["current", "train"], "ends_on": [dt.date(2010, 11, 30), DAY]})


def measures():
    rows = table(
        """
        window   customer_id  order_key  rfm_days_since  rfm_order_days  rfm_net  n_order_days
        train    a            1          5               4               90       4
        train    b            2          40              1               10       1
        current  a            1          1               9               900      9
        """
    )
    return rows.assign(
        rfm_first_on=DAY - pd.Timedelta(days=60), tenure_days=60, days_since_last_order=0,
        gross=rows["rfm_net"], country="GB",
    )  # fmt: skip


FOLLOWED = pd.DataFrame(
    {
        "customer_id": ["a", "b", "unscored"], "order_key": [1, 2, 3],
        "duration_days": [7, 180, 20], "event_observed": [True, False, True],
    }
)  # fmt: skip


def test_customers_are_in_the_segment_of_the_first_day():
    spells = take_customers(FOLLOWED, measures(), PERIODS, new_days=30, spend="net")

    assert spells.kind == "orders"
    assert spells.counted == "customers"
    # What a has become since is not known on that day.
    assert spells.rows["gross"].tolist() == [90, 10]
    assert spells.rows["segment"].tolist() == ["potential", "dormant"]
    assert spells.groupings[0] == "segment"


def test_a_measure_that_may_be_nothing_is_counted_from_one():
    spells = take_customers(FOLLOWED, measures(), PERIODS, new_days=30, spend="net")

    assert spells.rows["days_since_last_order"].tolist() == [1, 1]
    assert "days_since_last_order" in spells.numbers


def test_without_a_day_to_watch_from_there_are_no_spells():
    spells = take_customers(FOLLOWED, measures(), PERIODS.head(1), new_days=30, spend="net")

    assert len(spells.rows) == 0


def contracts(reasons):
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(reasons))], "plan": "x",
            "started_on": "2010-01-01", "ended_on": "2010-05-01", "end_reason": reasons,
            "renewal_months": 1, "price": 5.0,
        }
    )  # fmt: skip


def test_reasons_are_shares_of_all_that_ended():
    given = ["dear"] * 30 + ["payment"] * 15 + ["moved"] * 4 + [None] * 11
    spells = take_contracts(contracts(given), None, as_of=DAY, min_n=30)

    reasons = study_reasons(spells, min_count=10)

    assert reasons[["reason", "kind", "n"]].to_numpy().tolist() == [
        ["dear", "chosen", 30],
        ["payment", "not_chosen", 15],
        ["_other", "chosen", 4],
        ["_unknown", "chosen", 11],
    ]
    assert reasons["share"].tolist() == [0.5, 0.25, 4 / 60, 11 / 60]
    assert list_cases(reasons, spells) == [("known", "paragraph")]
    assert {one.name: one.value for one in measure_reasons(reasons)}["reasons.not_chosen"] == 0.25


def test_without_reasons_it_is_said_of_contracts_and_not_of_customers():
    spells = take_contracts(contracts([None] * 40), None, as_of=DAY, min_n=30)
    customers = Spells(pd.DataFrame(), "orders", (), (), ())

    assert list_cases(study_reasons(spells), spells) == [("none", "gap")]
    assert list_cases(study_reasons(customers), customers) == []
    assert measure_reasons(study_reasons(spells)) == []
