"""Scores of surveys, and the chapter's questions put to them."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from rapport.analysis.nps import compare_scores, score_counts, score_nps
from rapport.analysis.satisfaction import class_of, score_answers, score_row
from rapport.analysis.satisfaction_groups import GroupRules, compare_groups, name_groups
from rapport.analysis.satisfaction_study import (
    StudyRules,
    doubt_scales,
    is_sound,
    join_people,
    keep_known,
    list_scores,
    list_weighted,
    list_weighted_now,
    name_data,
    name_headline,
    study_answers,
)
from rapport.analysis.satisfaction_tables import (
    measure_answers,
    tabulate_weights,
    take_periods,
    take_published,
)
from rapport.analysis.waves import follow_waves

COUNTS = ["n_nps", "n_detractors", "n_promoters", "n_csat", "n_content", "csat_sum", "n_ces",
          "n_easy", "n_delivered", "n_answered"]  # fmt: skip


def answers_of(nps, csat=None, ces=None):
    n = len(nps)
    return pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(n)], "order_key": range(n), "nps": nps,
        "csat": csat or [None] * n, "ces": ces or [None] * n, "touchpoint": None,
        "answered_at": pd.Timestamp("2026-06-15"), "wave": "2026-06", "text": "secret",
        "answered_on": dt.date(2026, 6, 15),
    })  # fmt: skip


def windows_of(current, previous=None):
    rows = []
    for window, period, counts in (
        ("current", "2026-06", current), ("previous", "2026-05", previous or (0,) * 10),
        ("history-2026-05", "2026-05", previous or (0,) * 10),
        ("history-2026-06", "2026-06", current),
    ):  # fmt: skip
        rows.append({"window": window, "position": len(rows), "period": period, "is_whole": True,
                     "is_comparable": True, "starts_on": dt.date.fromisoformat(f"{period}-01"),
                     **dict(zip(COUNTS, counts, strict=True))})  # fmt: skip
    return pd.DataFrame(rows)


def invited_of(n, answered):
    return pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(n)], "order_key": range(n), "n_delivered": 1,
        "n_delivered_now": 1, "n_answered": [int(i < answered) for i in range(n)],
    })  # fmt: skip


def study(nps, *, windows=None, n_invited=200, groups=None, doubted=(), csat=None):
    answers = answers_of(nps, csat)
    people = join_people(invited_of(n_invited, len(nps)), answers, groups or {})
    windows = windows_of((0,) * 10) if windows is None else windows
    return study_answers(windows, keep_known(answers, people), people, doubted=doubted,
                         rules=StudyRules())  # fmt: skip


def test_scores_of_rows_and_of_counts_are_the_same():
    answers = answers_of(
        [0, 6, 7, 8, 9, 10, 10], [1, 3, 4, 5, 5, 5, None], [1, 4, 5, 7, None] + [None] * 2
    )

    one = score_answers(answers)
    other = score_row(dict(zip(COUNTS, (7, 2, 3, 6, 4, 23, 4, 2, 9, 7), strict=True)))

    assert one == other
    assert one.counts == (2, 2, 3)
    assert one.nps.value == pytest.approx(100 / 7)
    assert (one.csat.value, one.ces.value) == (4 / 6, 0.5)


def test_no_answer_of_a_kind_is_no_score():
    scores = score_answers(answers_of([None, None]))

    assert (scores.nps, scores.csat, scores.csat_mean, scores.ces) == (None,) * 4


def test_classes_begin_at_seven_and_at_nine():
    assert class_of(pd.Series([0, 6, 7, 8, 9, 10, None])).tolist()[:6] == [
        "detractor", "detractor", "passive", "passive", "promoter", "promoter",
    ]  # fmt: skip


def test_a_score_of_counts_is_that_of_the_answers():
    assert score_counts((1, 2, 3)) == score_nps(pd.Series([0, 7, 7, 9, 9, 9]))
    assert score_counts((0, 0, 0)) is None


def test_a_difference_leaves_nought_out_when_its_p_value_is_small():
    clear = compare_scores((5, 20, 75), (30, 40, 30))
    unclear = compare_scores((20, 40, 40), (25, 40, 35))

    assert clear.low > 0 and clear.p_value < 0.05
    assert unclear.low < 0 < unclear.high and unclear.p_value > 0.05
    assert clear.value == pytest.approx(70)
    assert compare_scores((0, 0, 0), (1, 1, 1)) is None


def test_a_difference_is_as_unsure_as_both_scores_together():
    one, two = score_counts((20, 40, 40)), compare_scores((20, 40, 40), (20, 40, 40))
    other = compare_scores((20, 40, 40), (2, 4, 4))

    assert (two.value, two.p_value) == (0, 1)
    assert two.high - two.low == pytest.approx((one.high - one.low) * 2**0.5)
    assert other.high - other.low > 2 * (two.high - two.low)


def test_answers_of_people_who_are_not_looked_at_are_left_out_and_no_words_are_kept():
    kept = keep_known(answers_of([9, 3]), pd.DataFrame({"customer_id": ["c1"]}))

    assert kept["customer_id"].tolist() == ["c1"]
    assert "text" not in kept


def test_people_are_those_asked_and_those_heard_each_once():
    heard = answers_of([9, 3]).assign(customer_id=["c0", "x"], order_key=[0, 99])

    people = join_people(invited_of(2, 1), heard, {"segment": None})

    assert people["customer_id"].tolist() == ["c0", "c1", "x"]
    assert people["n_delivered"].tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("nps", "windows", "case"),
    [
        ([], None, "none"),
        ([9] * 29, None, "few"),
        ([9] * 40, None, "nps_year"),
        ([9] * 40, windows_of((40, 0, 40, 0, 0, 0, 0, 0, 90, 40)), "nps_period"),
        (
            [9] * 90,
            windows_of((40, 30, 5, 0, 0, 0, 0, 0, 90, 40), (50, 2, 45, 0, 0, 0, 0, 0, 90, 50)),
            "nps_down",
        ),
        (
            [9] * 90,
            windows_of((50, 2, 45, 0, 0, 0, 0, 0, 90, 50), (40, 30, 5, 0, 0, 0, 0, 0, 90, 40)),
            "nps_up",
        ),
    ],
)
def test_the_headline_says_no_more_than_the_answers_allow(nps, windows, case):
    found = study(nps, windows=windows)
    windows = windows_of((0,) * 10) if windows is None else windows
    waves = pd.DataFrame({"wave": [], "n_nps": []})

    trend = follow_waves(windows, waves, min_n=30)

    assert name_headline(found, trend) == case
    assert is_sound(found)


def test_csat_leads_where_nobody_was_asked_to_recommend():
    found = study([None] * 40, csat=[5, 4, 2, 5] * 10)
    trend = follow_waves(windows_of((0,) * 10), pd.DataFrame({"wave": []}), min_n=30)

    assert name_headline(found, trend) == "csat_year"
    assert list_scores(found) == ["csat"]
    assert list_weighted(found) == []


def test_a_scale_from_one_to_eleven_is_withheld_and_not_recoded():
    broken = pd.DataFrame({"table": ["surveys"] * 9 + ["orders"] * 50, "column": ["nps"] * 59})
    scales = pd.DataFrame({"n_nps": [100], "n_csat": [100], "n_ces": [0]})

    doubted = doubt_scales(broken, scales)
    found = study([9] * 60, doubted=doubted)
    trend = follow_waves(windows_of((0,) * 10), pd.DataFrame({"wave": []}), min_n=30)

    assert doubted == ("nps",)
    assert found.year.nps is None and found.weighted is None
    assert name_headline(found, trend) == "doubted"
    assert take_periods(windows_of((60, 0, 60, 0, 0, 0, 0, 0, 60, 60)), found).empty


def test_a_few_broken_answers_cast_no_doubt_on_a_scale():
    broken = pd.DataFrame({"table": ["surveys"] * 5, "column": ["nps"] * 5})

    assert doubt_scales(broken, pd.DataFrame({"n_nps": [95], "n_csat": [0], "n_ces": [0]})) == ()
    assert doubt_scales(None, pd.DataFrame({"n_nps": [95], "n_csat": [0], "n_ces": [0]})) == ()


def test_without_invitations_the_response_is_not_said():
    answers = answers_of([9] * 40)
    people = join_people(invited_of(0, 0), answers, {})

    found = study_answers(windows_of((0,) * 10), answers, people, doubted=(), rules=StudyRules())

    assert name_data(found) == "answers"
    assert list_weighted(found) == ["unknown"]
    assert [name_data(study(nps)) for nps in ([], [9] * 29, [9] * 30)] == [
        "none",
        "few",
        "response",
    ]


def unlike(n=200, n_heard=120):
    """Ask as many loyal as new; a hundred of 120 who answer are loyal, and they alone promote."""
    loyal = [i < 100 for i in range(n_heard)]
    segments = pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)],
                             "segment": ["loyal"] * 100 + ["new"] * (n - 100)})  # fmt: skip
    return study([9 if is_loyal else 3 for is_loyal in loyal], groups={"segment": segments})


def test_the_period_is_weighted_to_those_asked_in_it():
    found = unlike()

    # All asked were asked in the period: both are the score of an even half, which is nought.
    table = tabulate_weights(found).set_index("span")
    assert table["nps"].round(6).tolist() == [0.0, 0.0]
    assert table["plain"].round(1).tolist() == [66.7, 66.7]
    assert list_weighted_now(found) == ["leads"]
    # Where the year's plain score stands, the period's is not said to be weighted, too.
    assert list_weighted_now(replace(found, weighted=None)) == ["alone"]
    # 100 answers stand for 100 customers and 20 for as many: weights of .6 and 3 times the mean.
    assert table.loc["period", ["least", "most"]].tolist() == pytest.approx([0.6, 3.0])
    assert table.loc["period", "effective_n"] == pytest.approx(200**2 / (100 + 20 * 25))


def test_an_answer_from_before_the_period_is_not_weighted_with_it():
    found = unlike()
    old = found.answers.assign(answered_on=dt.date(2026, 5, 31))

    again = study_answers(windows_of((0,) * 10), old, found.people, doubted=(), rules=found.rules)

    assert again.weighted_now is None
    assert tabulate_weights(again)["span"].tolist() == ["year"]
    assert list_weighted_now(again) == []


def test_too_few_answers_of_a_period_have_no_weighted_score():
    found = unlike()
    late = found.answers["order_key"] < 29
    days = [dt.date(2026, 6, 15) if is_late else dt.date(2026, 5, 15) for is_late in late]

    few = study_answers(windows_of((0,) * 10), found.answers.assign(answered_on=days),
                        found.people, doubted=(), rules=found.rules)  # fmt: skip

    assert few.weighted_now.plain.n == 29
    assert tabulate_weights(few)["span"].tolist() == ["year"]
    trend = follow_waves(windows_of((0,) * 10), pd.DataFrame({"wave": []}), min_n=30)
    names = [one.name for one in measure_answers(few, trend)]
    assert "weighted.nps" in names and "weighted.now.nps" not in names


def test_every_number_told_has_its_answers_and_interval():
    found = study([9] * 30 + [7] * 20 + [2] * 10)
    trend = follow_waves(windows_of((0,) * 10), pd.DataFrame({"wave": []}), min_n=30)

    told = {one.name: one for one in measure_answers(found, trend)}

    assert told["year.nps"].n == 60
    assert told["year.nps"].interval[0] < told["year.nps"].value < told["year.nps"].interval[1]
    assert told["response"].value == pytest.approx(60 / 200)
    parts = [told[f"year.{name}"].value for name in ("detractors", "passives", "promoters")]
    assert sum(parts) == pytest.approx(1)


def test_what_is_published_has_a_row_a_customer_and_whole_scores():
    rows = take_published(study([9, 3, None] + [8] * 40))

    assert rows["customer_id"].is_unique
    assert rows["nps"].tolist()[:2] == [9, 3]
    assert str(rows["nps"].dtype) == "Int64"


def test_rows_in_another_order_change_nothing():
    answers = answers_of([9] * 30 + [2] * 20 + [7] * 10)
    segments = pd.DataFrame({"customer_id": [f"c{i}" for i in range(200)],
                             "segment": ["a", "b", "c", "d"] * 50})  # fmt: skip
    both = []
    for seed in (1, 2):
        shuffled = answers.sample(frac=1, random_state=seed)
        people = join_people(invited_of(200, 60).sample(frac=1, random_state=seed), shuffled,
                             {"segment": segments})  # fmt: skip
        found = study_answers(
            windows_of((0,) * 10), shuffled, people, doubted=(), rules=StudyRules()
        )
        both.append((found.year, found.response, round(found.weighted.score.value, 9)))

    assert both[0] == both[1]


def people_of(groups, nps):
    return pd.DataFrame({"stage": groups, "nps": nps, "n_delivered": 1, "n_answered": 1})


def test_a_group_differs_only_against_all_the_others_and_after_the_family():
    people = people_of(["loyal"] * 60 + ["new"] * 60 + ["growing"] * 60, [10] * 60 + [2, 8, 9] * 40)

    table = compare_groups(people, by="stage", rules=GroupRules()).set_index("group")

    assert table["is_apart"].to_dict() == {"loyal": True, "new": True, "growing": True}
    assert table["nps"]["loyal"] == 100
    assert name_groups(table.reset_index()) == "apart"


def test_a_group_of_few_goes_with_the_others_and_is_hidden_where_these_are_few():
    people = people_of(["loyal"] * 60 + ["new"] * 4, [9, 2] * 32)

    table = compare_groups(people, by="stage", rules=GroupRules())

    assert table["group"].tolist() == ["loyal"]


def test_one_group_or_none_is_compared_with_nothing():
    assert compare_groups(people_of(["a"] * 50, [9] * 50), by="stage", rules=GroupRules()).empty
    assert compare_groups(people_of([], []), by="segment", rules=GroupRules()).empty
    assert name_groups(pd.DataFrame(), pd.DataFrame()) == "none"
