import pandas as pd
import pytest

from rapport.analysis.waves import follow_waves, name_change
from support import table

NOTHING = pd.DataFrame({"window": [], "period": []})
WAVES = """
    wave    n_delivered  n_answered  n_nps  n_detractors  n_promoters
    spring          100          50     50             5           40
    summer          100          20     20            15            2
    autumn          100          50     50            30            5
"""


def test_waves_keep_their_order_and_the_last_is_held_against_the_one_before():
    trend = follow_waves(NOTHING, table(WAVES), min_n=20)

    assert trend.by == "wave"
    assert trend.table["wave"].tolist() == ["spring", "summer", "autumn"]
    assert trend.change.value == pytest.approx(15)
    assert trend.case == "unclear"


def test_a_wave_of_few_answers_keeps_its_place_and_is_compared_with_nothing():
    trend = follow_waves(NOTHING, table(WAVES), min_n=30)

    assert trend.table["is_enough"].tolist() == [True, False, True]
    assert trend.change is None
    assert trend.case == "alone"


def test_a_clear_fall_is_called_one():
    trend = follow_waves(NOTHING, table(WAVES).iloc[[0, 2]], min_n=30)

    assert trend.case == "down"
    assert trend.change.high < 0


def test_no_answer_at_all_is_no_trend():
    rows = windows().assign(n_nps=0, n_detractors=0, n_promoters=0)

    empty = follow_waves(rows, table(WAVES).iloc[:0], min_n=30)

    assert (empty.case, len(empty.table)) == ("none", 0)
    assert name_change(None) == "alone"


def windows(**current):
    counts = {
        "n_nps": 50,
        "n_detractors": 5,
        "n_promoters": 40,
        "n_delivered": 90,
        "n_answered": 50,
    }
    rows = [
        {"window": "current", "period": "2026-06", **counts, **current},
        {"window": "previous", "period": "2026-05", **counts},
        {"window": "history-2026-04", "period": "2026-04", **counts, "n_nps": 0, "n_detractors": 0,
         "n_promoters": 0},
        {"window": "history-2026-05", "period": "2026-05", **counts},
        {"window": "history-2026-06", "period": "2026-06", **counts, **current},
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(is_comparable=True)


def test_waves_that_are_the_periods_are_followed_by_period_from_the_first_answer_on():
    named = table(WAVES).assign(wave=["2026-04", "2026-05", "2026-06"])

    trend = follow_waves(windows(n_detractors=40, n_promoters=5), named, min_n=30)

    assert trend.by == "period"
    assert trend.table["wave"].tolist() == ["2026-05", "2026-06"]
    assert trend.case == "down"


def test_a_period_before_the_data_is_compared_with_nothing():
    rows = windows()
    rows.loc[rows["window"] == "previous", "is_comparable"] = False

    assert follow_waves(rows, table(WAVES).iloc[:0], min_n=30).case == "alone"
