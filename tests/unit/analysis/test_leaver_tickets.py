"""Tickets of customers who left and who stayed: planted truth, families, small counts."""

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.leaver_tickets import (
    LeaverRules,
    compare_leavers,
    measure_leavers,
    name_leavers,
    study_leavers,
)

RULES = LeaverRules()


def counts_of(left, stayed, **topics):
    """Make the mart: customers on both sides, and those with a ticket as (left, stayed)."""
    given = {"_all": (left, stayed), **{f"_{name}" if name == "any" else name: k
                                        for name, k in topics.items()}}  # fmt: skip
    rows = [
        {"topic": topic, "has_left": has_left, "n_customers": k}
        for topic, (one, two) in given.items() for has_left, k in ((1, one), (0, two)) if k
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("any_ticket", "said"),
    [((60, 40), "more"), ((20, 120), "less"), ((22, 40), "unclear"), ((9, 40), "few_tickets")],
)
def test_what_is_said_of_any_ticket(any_ticket, said):
    found = compare_leavers(counts_of(200, 400, any=any_ticket), RULES)

    assert name_leavers(found) == said
    assert bool(measure_leavers(found)) == (said != "few_tickets")


def test_the_interval_is_that_which_newcombe_printed():
    # Newcombe (1998), Table II, example (a): 56 of 70 against 48 of 80.
    row = compare_leavers(counts_of(70, 80, any=(56, 48)), RULES).rows.iloc[0]

    assert (round(row["low"], 4), round(row["high"], 4)) == (0.0524, 0.3339)


def test_topics_are_one_family_and_the_planted_one_is_found():
    counts = counts_of(
        300, 600, any=(120, 130), delivery=(80, 30), invoice=(20, 44), returns=(24, 60)
    )

    rows = compare_leavers(counts, RULES).rows.set_index("topic")

    assert rows["is_found"].to_dict() == {
        "_any": True, "delivery": True, "invoice": False, "returns": False
    }  # fmt: skip
    assert rows.index[0] == "_any"


def test_a_planted_difference_lies_in_its_interval():
    random = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        k = tuple(int(n) for n in (random.binomial(300, 0.25), random.binomial(600, 0.15)))
        row = compare_leavers(counts_of(300, 600, any=k), RULES).rows.iloc[0]
        held += row["low"] <= 0.10 <= row["high"]
    assert held >= 90


def test_no_handful_of_a_topic_follows_from_the_others():
    counts = counts_of(200, 400, any=(60, 80), delivery=(30, 40), invoice=(25, 30), access=(3, 12))

    rows = compare_leavers(counts, RULES).rows

    # Access tells of three; invoice goes with it, or the three would be the rest of all.
    assert rows["topic"].tolist() == ["_any", "delivery"]


@pytest.mark.parametrize(("left", "stayed"), [(29, 400), (400, 29), (0, 0)])
def test_few_customers_on_a_side_are_not_compared(left, stayed):
    found = compare_leavers(counts_of(left, stayed, any=(10, 10)), RULES)

    assert name_leavers(found) == "few"
    assert measure_leavers(found) == []


def test_nothing_is_asked_of_contracts_or_of_a_unit_without_tickets():
    counts = counts_of(200, 400, any=(60, 40))

    assert study_leavers(counts, RULES, is_of_orders=False) == []
    assert study_leavers(None, RULES, is_of_orders=True) == []
    assert study_leavers(counts_of(200, 400), RULES, is_of_orders=True) == []
    assert len(study_leavers(counts, RULES, is_of_orders=True)) == 1


def test_rows_in_another_order_give_the_same_table():
    counts = counts_of(200, 400, any=(60, 80), delivery=(30, 40), invoice=(25, 30))

    one, two = (compare_leavers(rows, RULES).rows for rows in (counts, counts.iloc[::-1]))

    pd.testing.assert_frame_equal(one, two)
