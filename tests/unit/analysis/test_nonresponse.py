import numpy as np
import pandas as pd
import pytest

from rapport.analysis.nonresponse import find_unasked, rate_groups, weight_score


def shop(n=300, seed=0):
    random = np.random.default_rng(seed)
    loyal = np.arange(n) % 2 == 0
    heard = random.random(n) < np.where(loyal, 0.8, 0.2)
    people = pd.DataFrame({
        "customer_id": [f"c{i:03}" for i in range(n)], "n_delivered": 1,
        "n_answered": heard.astype(int), "segment": np.where(loyal, "loyal", "new"),
    })  # fmt: skip
    answers = people.loc[heard, ["customer_id"]].assign(nps=np.where(loyal[heard], 10, 4))
    return people, answers


def test_the_weighted_score_is_that_of_all_who_were_asked_and_leads_where_it_is_far_off():
    people, answers = shop()

    found = weight_score(answers, people, least=10)

    # Everybody loyal promotes and nobody else does: of all asked the two are one another's equal.
    assert found.score.value == pytest.approx(0, abs=1e-6)
    assert found.plain.value > 40
    assert found.leads
    assert found.weights.weights.sum() == pytest.approx(300)


def test_a_weighted_score_that_is_near_does_not_lead():
    people, answers = shop()
    found = weight_score(answers.assign(nps=9), people, least=10)

    assert found.score.value == pytest.approx(found.plain.value)
    assert not found.leads


def test_without_groups_or_answers_nothing_is_weighted():
    people, answers = shop()

    bare = weight_score(answers, people[["customer_id"]], least=10)

    assert (bare.score, bare.matched, bare.gap) == (None, (), 0.0)
    assert weight_score(answers.iloc[:0], people, least=10) is None


def test_an_answer_of_somebody_who_was_not_asked_counts_among_the_asked():
    people, answers = shop()
    more = pd.concat([answers, pd.DataFrame({"customer_id": ["guest"], "nps": [0]})])

    assert weight_score(more, people, least=5).weights.weights.sum() == pytest.approx(301)


def test_a_group_that_answers_less_is_told_from_the_others():
    people, _ = shop()

    table = rate_groups(people, by="segment").set_index("group")

    assert table["is_different"].all()
    assert table["rate"]["loyal"] > table["rate"]["new"]
    assert table["low"]["loyal"] < table["rate"]["loyal"] < table["high"]["loyal"]


def test_many_invitations_of_few_customers_are_no_evidence():
    # Two of three customers in a group are asked fifty times each: their habit, not the group's.
    people = pd.DataFrame({
        "n_delivered": [50, 50, 50] + [1] * 60, "n_answered": [50, 50, 0] + [1, 0] * 30,
        "segment": ["few"] * 3 + ["many"] * 60,
    })  # fmt: skip

    assert not rate_groups(people, by="segment")["is_different"].any()


def test_customers_of_no_group_are_called_unknown():
    people, _ = shop(40)
    people.loc[people["segment"] == "new", "segment"] = None

    assert rate_groups(people, by="segment")["group"].tolist() == ["loyal", "unknown"]


@pytest.mark.parametrize(
    ("asked", "customers", "said"),
    [
        ([0, 90], [300, 200], "returners_only"),
        ([8, 90], [300, 200], "returners_only"),
        ([60, 90], [300, 200], "reached"),
        ([0, 90], [10, 200], "unknown"),
        ([0, 3], [300, 200], "unknown"),
    ],
)
def test_a_survey_of_those_who_came_back_is_found(asked, customers, said):
    reach = pd.DataFrame({"n_order_days": [1, 2], "n_customers": customers, "n_asked": asked})

    assert find_unasked(reach, min_n=30) == said
    assert find_unasked(None, min_n=30) == "unknown"
