import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.declared_study import index_estimator, study_attitudes, study_declared
from rapport.analysis.resampling import interval_of
from rapport.analysis.segmentation_study import SegmentRules

AS_OF = dt.date(2026, 6, 30)
RULES = SegmentRules(AS_OF)
NAMES = ("Garden", "Cooking", "Music")


def shop(n=120):
    """Customers of whom each third names one interest, all spend alike but for the second."""
    spend = [Decimal(200 if at % 3 == 1 else 100) + at % 7 for at in range(n)]
    return pd.DataFrame(
        {"order_key": range(n), "rfm_spend": spend}, index=[f"c{at:03}" for at in range(n)]
    ).rename_axis("customer_id")


def name(customers, held):
    """Say who named what: a function of a customer's place gives the places of names."""
    rows = []
    for at, customer in enumerate(customers.index):
        named = held(at)
        if named:
            row = {"customer_id": customer, "order_key": at, "n_interests": len(named)}
            row |= {f"has_{place}": place in named for place in range(1, 13)}
            rows.append(row)
    words = {f"name_{place}": None for place in range(1, 13)}
    words |= {f"name_{place}": word for place, word in enumerate(NAMES, start=1)}
    return pd.DataFrame(rows).assign(**words)


def mostly(at):
    """A third each names one interest; every tenth names another one beside it."""
    own = at % 3 + 1
    return {own, own % 3 + 1} if at % 10 == 0 else {own}


def study(customers, held, rules=RULES):
    return study_declared(name(customers, held), customers, rules)


def test_interests_have_a_share_of_those_who_name_any_and_an_index_of_spend():
    found = study(shop(), lambda at: {at % 3 + 1} if at < 105 else set())

    table = found.interests.set_index("name")
    assert table["n_customers"].to_dict() == {"Cooking": 35, "Garden": 35, "Music": 35}
    assert table["share"].tolist() == pytest.approx([1 / 3] * 3)
    assert table.loc["Cooking", "index"] == pytest.approx(100 * 203 / 136.3, rel=0.02)
    assert table.loc["Cooking", "index_low"] > 100 > table.loc["Music", "index_high"]
    assert found.measured[0].value == 105
    assert found.measured[0].n == 120


def test_few_are_put_together_and_a_small_rest_is_not_told():
    few = study(shop(), lambda at: {1, 3} if at < 9 else {at % 2 + 1})
    more = study(shop(), lambda at: {1, 3, 4} if at < 9 else {at % 2 + 1, 9} if at < 12 else {1, 2})

    assert set(few.interests["name"]) == {"Cooking", "Garden"}
    assert more.interests["name"].tolist()[-1] == "other"
    assert more.interests["n_customers"].tolist()[-1] == 12
    assert pd.isna(more.interests["index"].iloc[-1])


def test_without_interests_or_with_too_few_customers_nothing_is_measured():
    customers = shop()

    assert study_declared(None, customers, RULES).outcome == "none"
    few = study(customers, lambda at: {1} if at < 29 else set())
    assert (few.outcome, few.measured, len(few.interests)) == ("none", (), 0)


def test_customers_who_name_the_same_make_a_group_that_stands_out_by_it():
    found = study(shop(), mostly)

    assert found.outcome == "kinds"
    assert sorted(found.groups["leans_to"]) == sorted(NAMES)
    assert found.groups["n"].sum() == 120
    assert (found.groups["inside"] > 2 * found.groups["overall"]).all()
    assert found.groups["leans_to"].iloc[0] == "Cooking"


def test_one_interest_makes_no_groups():
    assert study(shop(), lambda at: {1}).outcome == "all_alike"


def test_the_index_has_the_interval_of_the_bootstrap_and_of_its_influence():
    rng = np.random.default_rng(3)
    spend, has = rng.lognormal(3, 0.6, 6000), (rng.random(6000) < 0.3).astype(float)
    whole = index_estimator(spend, has)

    linear = interval_of(whole)
    draws = np.concatenate([
        whole.weighted(rng.multinomial(6000, [1 / 6000] * 6000, size=100).astype(float))
        for _ in range(4)
    ])  # fmt: skip

    assert linear.high - linear.low == pytest.approx(2 * 1.96 * draws.std(), rel=0.12)


def test_order_names_and_units_of_money_change_nothing():
    customers = shop()
    told = name(customers, mostly)
    plain = study_declared(told, customers, RULES)

    shuffled = study_declared(
        told.sample(frac=1, random_state=1), customers.sample(frac=1, random_state=2), RULES
    )
    other = customers.set_axis([f"k{at}" for at in customers.index]).rename_axis("customer_id")
    renamed = study_declared(told.assign(customer_id="k" + told["customer_id"]), other, RULES)
    doubled = study_declared(
        told, customers.assign(rfm_spend=[2 * x for x in customers["rfm_spend"]]), RULES
    )

    for found in (shuffled, renamed, doubled):
        pd.testing.assert_frame_equal(found.interests, plain.interests)
        pd.testing.assert_frame_equal(found.groups, plain.groups)


def answers(customers, marks, on="2026-03-01", number=0):
    rows = [
        {"survey_id": f"s{number}-{at}", "customer_id": customer, "answered_on": pd.Timestamp(on),
         "answered_at": pd.Timestamp(on), **marks(at)}
        for at, customer in enumerate(customers.index)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def kinds(at):
    """Three kinds of customers, each for one thing, with marks that waver a little."""
    waver = np.random.default_rng(at).integers(0, 2, 3)
    words = ("thrift", "style", "green")
    return {
        f"s_{word}": int((4 if at % 3 == place else 1) + waver[place])
        for place, word in enumerate(words)
    }


ASKED = "s_thrift, s_style, s_green"


def test_marks_that_are_attitudes_make_groups_that_agree_most_with_one():
    customers = shop()

    found = study_attitudes(answers(customers, kinds), customers, ASKED, RULES)

    assert found.outcome == "kinds"
    assert found.groups["leans_to"].tolist()[0] == "s_style"
    assert found.groups["inside"].tolist() == pytest.approx([4.5] * 3, abs=0.2)
    assert found.groups["overall"].tolist() == pytest.approx([2.5] * 3, abs=0.2)


def test_the_last_answer_of_a_year_that_holds_all_marks_counts():
    customers = shop()
    last = answers(customers, lambda at: kinds(at + 1), on="2025-09-01", number=1)
    first = answers(customers, kinds, on="2025-07-01", number=5)
    older = answers(customers, kinds, on="2025-06-30", number=2)
    partly = answers(customers, lambda at: kinds(at) | {"s_green": None}, number=3)
    nobody = answers(customers, kinds, number=4).assign(customer_id=None)
    surveys = pd.concat([partly, last, nobody, older, first]).sample(frac=1, random_state=4)

    found = study_attitudes(surveys, customers, ASKED, RULES)

    alone = study_attitudes(last, customers, ASKED, RULES)
    pd.testing.assert_frame_equal(found.groups, alone.groups)
    assert found.groups["leans_to"].iloc[0] == "s_green"
    assert study_attitudes(first, customers, ASKED, RULES).outcome == "kinds"
    assert study_attitudes(older, customers, ASKED, RULES).outcome == "few"


def test_what_is_missing_for_attitudes_is_said():
    customers = shop()
    surveys = answers(customers, kinds)

    assert study_attitudes(surveys, customers, "", RULES).outcome == "none"
    assert study_attitudes(None, customers, ASKED, RULES).outcome == "absent"
    assert study_attitudes(surveys, customers, "s_thrift, s_other", RULES).outcome == "absent"
    assert study_attitudes(surveys.head(29), customers, ASKED, RULES).outcome == "few"
