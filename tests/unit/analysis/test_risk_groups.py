import datetime as dt

import pandas as pd
import pytest

from rapport.analysis.risk_groups import (
    add_outcomes,
    measure_segment_risk,
    name_segment_risk,
    study_segment_risk,
)

PERIODS = pd.DataFrame({"window": ["test"], "ends_on": [dt.date(2010, 8, 31)]})


@pytest.fixture
def scores():
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(60)],
            "risk": [0.8] * 20 + [0.2] * 35 + [0.5] * 5,
        }
    )


@pytest.fixture
def segments():
    names = ["dormant"] * 20 + ["high_value"] * 35 + ["new"] * 5
    return pd.DataFrame({"customer_id": [f"c{i}" for i in range(60)], "segment": names})


def test_the_mean_risk_of_large_segments_highest_first(scores, segments):
    rows = study_segment_risk(scores, segments, min_count=10)

    # Five new customers are too few to be told.
    assert rows["segment"].tolist() == ["dormant", "high_value"]
    assert rows["n"].tolist() == [20, 35]
    assert rows["risk"].tolist() == pytest.approx([0.8, 0.2])


def test_segments_are_named_where_two_are_large_enough(scores, segments):
    rows = study_segment_risk(scores, segments)

    assert name_segment_risk(measure_segment_risk(rows, min_n=20)) == ["ok"]
    assert name_segment_risk(measure_segment_risk(rows, min_n=30)) == []


def test_outcomes_are_of_those_who_were_in_the_segment_then(scores, segments):
    rows = study_segment_risk(scores, segments)
    test = pd.DataFrame(
        {
            "window": "test", "customer_id": [f"t{i}" for i in range(50)], "order_key": range(50),
            "rfm_days_since": range(50), "rfm_order_days": [50 - i for i in range(50)],
            "rfm_net": [100.0 - i for i in range(50)], "rfm_first_on": dt.date(2009, 12, 1),
            "is_lapsed": [i >= 40 for i in range(50)],
        }
    )  # fmt: skip

    found = add_outcomes(rows, test, PERIODS, new_days=30, spend="net").set_index("segment")

    # The upper two fifths were high value and all came back; the last fifth left.
    assert found.loc["high_value", ["n_test", "observed"]].tolist() == [20, 0]
    assert found.loc["dormant", ["n_test", "observed"]].tolist() == [10, 1]
    assert found.loc["dormant", "low"] < 1


@pytest.mark.parametrize("missing", ["scores", "segments"])
def test_without_one_of_the_tables_there_is_nothing_to_say(scores, segments, missing):
    rows = study_segment_risk(
        None if missing == "scores" else scores, None if missing == "segments" else segments
    )

    assert rows.empty
    assert measure_segment_risk(rows) == []
    assert add_outcomes(rows, scores.iloc[:0], PERIODS, new_days=30, spend="net").empty
