from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.mix_study import (
    adds_up,
    describe_customers,
    list_groups,
    list_splits,
    measure_mix,
    study_mix,
)

STARTS = {"current": date(2026, 6, 1), "previous": date(2026, 5, 1)}


def flows(**spent):
    """Give customers of windows: now_gold=(40, 12.5) is 40 gold ones who spent 12.5 each now."""
    rows, people = [], []
    for name, (n, each) in spent.items():
        when, tier = name.split("_")
        for k in range(n):
            who = f"{tier}{k}"
            window = "current" if when == "now" else "previous"
            rows.append((window, who, 1, Decimal(str(each)) + Decimal(k % 5) / 100))
            people.append((who, tier, date(2026, 1, 1)))
    frame = pd.DataFrame(rows, columns=["window", "customer_id", "n_orders", "net"])
    columns = ["customer_id", "loyalty_tier", "first_ordered_on"]
    customers = pd.DataFrame(people, columns=columns).drop_duplicates("customer_id")
    return frame, customers


def study(min_count=10, **spent):
    frame, customers = flows(**spent)
    return study_mix(describe_customers(frame, customers, STARTS), min_count=min_count)


SIMPSON = {"then_gold": (80, 50), "then_new": (20, 10), "now_gold": (20, 55), "now_new": (80, 12)}


def test_a_pair_is_found_and_leads():
    found = study(**SIMPSON)

    assert found.outcome == "simpson"
    assert found.lead == "loyalty_tier"
    (row,) = list_splits(found).to_dict("records")
    assert (row["pair"], row["n_groups"]) == ("simpson", 2)
    assert row["mix"] < 0 < row["rate"]


def test_the_parts_add_up_to_the_change_of_every_grouping():
    found = study(**SIMPSON)

    values = {one.name: one.value for one in measure_mix(found, currency="GBP")}

    assert adds_up(found)
    assert values["mix.part.mix"] + values["mix.part.rate"] == values["mix.part.change"]
    assert values["mix.part.change"] == values["mix.now"] - values["mix.then"]


def test_a_change_whose_interval_holds_zero_is_unclear():
    spent = {"then_a": (40, 10), "then_b": (40, 30), "now_a": (39, 10), "now_b": (41, 30)}

    assert study(**spent).outcome == "unclear"


def test_a_pair_made_of_chance_moves_is_not_spoken_of():
    spent = {"then_a": (62, 10), "then_b": (41, 50), "now_a": (11, 10), "now_b": (36, 50)}

    found = study(**spent)

    assert found.splits["loyalty_tier"].pair == "simpson"
    assert found.outcome == "agree"


def test_small_groups_are_put_together():
    spent = {"then_a": (40, 10), "then_b": (30, 30), "then_c": (4, 1), "then_d": (7, 5),
             "now_a": (40, 12), "now_b": (30, 33), "now_c": (5, 2), "now_d": (8, 5)}  # fmt: skip

    groups = list_groups(study(**spent), min_n=10)

    assert groups["group"].tolist() == ["a", "b", "other"]
    assert groups["n_then"].tolist() == [40, 30, 11]


def test_a_mean_over_few_is_left_empty():
    groups = list_groups(study(**SIMPSON), min_n=30).set_index("group")

    assert groups["rate_then"].isna().to_dict() == {"new": True, "gold": False}


@pytest.mark.parametrize(
    "spent",
    [
        {"now_a": (40, 10), "now_b": (40, 20)},
        {"then_a": (40, 10), "then_b": (40, 20)},
        {"then_a": (40, 10), "now_a": (40, 20)},
        {"then_a": (4, 10), "then_b": (4, 10), "now_a": (40, 20), "now_b": (40, 20)},
    ],
    ids=["no period before", "nobody now", "one group", "too few before"],
)
def test_where_nothing_can_be_split_nothing_is_said(spent):
    found = study(**spent)

    assert found.outcome == "none"
    assert list_splits(found).empty
    assert list_groups(found).empty
    assert measure_mix(found, currency="GBP") == []


def test_who_is_new_is_asked_of_each_period():
    frame, customers = flows(then_a=(1, 5), now_a=(1, 6), now_b=(1, 6))
    customers["first_ordered_on"] = [date(2026, 5, 9), date(2026, 6, 9)]

    rows = describe_customers(frame, customers, STARTS)

    found = rows.set_index(["customer_id", "is_now"])["newness"].to_dict()
    assert found == {("a0", False): "new", ("a0", True): "returning", ("b0", True): "new"}


def test_what_is_not_known_is_a_group_of_its_own():
    frame, customers = flows(then_a=(1, 5), now_a=(1, 6))
    customers["gender"] = None

    assert describe_customers(frame, customers, STARTS)["gender"].tolist() == ["unknown"] * 2


def test_money_of_those_who_only_returned_belongs_to_the_mean():
    frame, customers = flows(**SIMPSON)
    back = pd.DataFrame(
        [("current", "gold0", 0, Decimal(-9))], columns=frame.columns
    ).assign(customer_id="gold79")  # fmt: skip
    rows = describe_customers(pd.concat([frame, back]), customers, STARTS)

    found = study_mix(rows)

    sums = frame[frame["window"] == "current"]["net"].sum()
    assert found.splits["loyalty_tier"].now == pytest.approx((sums - 9) / 100)
    assert found.n_now == 100


def test_the_order_of_rows_means_nothing():
    frame, customers = flows(**SIMPSON)
    rows = describe_customers(frame, customers, STARTS)

    one, other = study_mix(rows), study_mix(rows.sample(frac=1, random_state=0))

    values = [{m.name: m.value for m in measure_mix(each, currency="GBP")} for each in (one, other)]
    assert values[0] == values[1]


def test_no_customers_at_all_say_nothing():
    frame, customers = flows(then_a=(1, 5))

    assert study_mix(describe_customers(frame.iloc[:0], customers, STARTS)).outcome == "none"
