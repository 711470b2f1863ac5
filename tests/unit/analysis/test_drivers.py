import numpy as np
import pandas as pd
import pytest

from rapport.analysis.drivers import find_drivers
from rapport.analysis.satisfaction_views import (
    adds_up,
    list_attributes,
    list_driver_notes,
    measure_drivers,
    name_drivers,
)


def drawn(seed=0, n=900, slopes=(0.9, 0.5, 0.0)):
    random = np.random.default_rng(seed)
    mood = random.normal(size=n)
    names = [f"s_{letter}" for letter in "abcdefghijklmn"[: len(slopes)]]
    felt = 3 + 0.5 * mood[:, None] + random.normal(size=(n, len(slopes)))
    rows = pd.DataFrame(np.clip(np.round(felt), 1, 5), columns=names)
    liking = (rows.to_numpy() - 3) @ np.array(slopes) + random.logistic(size=n)
    csat = np.digitize(liking, [-3, -1.8, -0.5, 1.3]) + 1
    return rows.assign(csat=csat, nps=np.clip(np.round(5 + 2 * liking), 0, 10))


def test_an_attribute_without_effect_has_a_share_and_is_no_driver():
    found = find_drivers(drawn())

    table = found.table.set_index("attribute")
    assert table["is_driver"].to_dict() == {"s_a": True, "s_b": True, "s_c": False}
    assert table["share"]["s_c"] > 0.01
    assert list(table.index) == ["s_a", "s_b", "s_c"]
    assert adds_up(found)


def test_only_a_driver_of_an_even_share_is_to_be_mended_or_kept():
    table = find_drivers(drawn()).table

    matters = table["field"].isin(["fix_first", "keep"])
    assert table.loc[matters, "is_driver"].all()
    assert (table.loc[matters, "share"] >= 1 / 3).all()


def test_an_attribute_liked_less_by_more_than_chance_is_called_so():
    answers = drawn()
    worse = answers.assign(s_a=np.clip(answers["s_a"] - 1, 1, 5))

    found = find_drivers(worse)

    row = found.table.set_index("attribute").loc["s_a"]
    assert row["field"] == "fix_first" and row["is_apart"] and row["gap"] < 0
    assert name_drivers(found) == "fix"
    assert list_attributes(found)["fix"] == "s_a"


def test_attributes_liked_alike_are_not_ranked_by_liking():
    found = find_drivers(drawn(seed=1, n=400))

    assert name_drivers(found) == "matters"


def test_nps_in_three_classes_stands_in_for_csat():
    found = find_drivers(drawn().assign(csat=None))

    assert found.outcome == "nps"
    assert found.table["is_driver"].tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows.assign(csat=None, nps=None), "no_outcome"),
        (lambda rows: rows.drop(columns=["s_a", "s_b", "s_c"]), "no_attributes"),
        (lambda rows: rows.assign(s_a=None, s_b=None, s_c=None), "no_attributes"),
        (lambda rows: rows.drop(columns="s_c"), "few_attributes"),
        (lambda rows: rows.head(199), "few_answers"),
        (lambda rows: rows.assign(csat=5), "one_grade"),
        (lambda rows: rows.assign(csat=rows["s_a"]), "not_converged"),
        (lambda rows: rows.head(0), "no_outcome"),
    ],
)
def test_what_cannot_be_said_is_given_a_reason(change, reason):
    found = find_drivers(change(drawn()))

    assert found.reason == reason
    assert found.table.empty
    assert name_drivers(found) == reason
    assert {one.name for one in measure_drivers(found)} == {"drivers.n", "drivers.needed"}


def test_two_hundred_answers_are_asked_for_and_twenty_an_attribute():
    answers = drawn(n=230, slopes=(0.5,) * 12)

    assert find_drivers(answers).needed == 240
    assert find_drivers(answers).reason == "few_answers"


def test_attributes_hardly_filled_all_alike_or_told_by_others_are_left_out():
    answers = drawn()
    more = answers.assign(
        s_empty=None, s_rare=answers["s_a"].where(np.arange(900) < 100), s_same=4,
        s_twin=answers["s_b"],
    )  # fmt: skip

    found = find_drivers(more)

    assert set(found.left_out) == {"s_empty", "s_rare", "s_same", "s_twin"}
    assert "left_out" in list_driver_notes(found)


def test_at_most_twelve_attributes_are_looked_at_the_fullest():
    answers = drawn(n=600, slopes=(0.5,) * 14)
    holes = answers.assign(
        s_a=answers["s_a"].where(np.arange(600) > 9), s_b=answers["s_b"].where(np.arange(600) > 9)
    )

    found = find_drivers(holes)

    assert found.left_out == ("s_a", "s_b")
    assert found.n == 600


def test_rows_in_another_order_and_other_columns_change_nothing():
    answers = drawn(n=300)
    shuffled = answers.sample(frac=1, random_state=3)[answers.columns[::-1]].assign(other="x")

    pd.testing.assert_frame_equal(find_drivers(answers).table, find_drivers(shuffled).table)
