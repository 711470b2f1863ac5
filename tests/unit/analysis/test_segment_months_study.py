import datetime as dt

import pandas as pd
import pytest

from rapport.analysis.rfm import SEGMENTS
from rapport.analysis.segment_months_study import list_months, study_months
from rapport.analysis.segmentation_study import SegmentRules

RULES = SegmentRules(dt.date(2026, 6, 30), min_n=30, min_count=10)
JANUARY = 2026 * 12
EVEN = dict.fromkeys(SEGMENTS, 20)


def counted(*months):
    """Count segments month by month, from January 2026 on; nobody has no row."""
    rows = [
        (JANUARY + place, name, n)
        for place, sizes in enumerate(months)
        for name, n in sizes.items()
        if n
    ]
    return pd.DataFrame(rows, columns=["month_no", "segment", "n_customers"])


def shown(found):
    return list_months(found).set_index("period")


def test_each_month_end_has_every_segment_with_its_share_and_interval():
    found = study_months(counted(EVEN, EVEN, {**EVEN, "new": 0, "general": 40}), RULES)

    assert list(found["period"].unique()) == ["2026-01", "2026-02", "2026-03"]
    assert list(found["segment"][:7]) == list(SEGMENTS)
    last = found[found["period"] == "2026-03"].set_index("segment")
    assert last.loc["general", "n_all"] == 140
    assert last.loc["general", "share"] == pytest.approx(40 / 140)
    assert last.loc["general", "low"] < 40 / 140 < last.loc["general", "high"]
    assert last.loc["new", "share"] == 0


def test_a_small_cell_goes_with_the_next_smallest_of_its_month():
    few = {**EVEN, "dormant": 4, "must_keep": 19}

    found = study_months(counted(EVEN, few, EVEN), RULES)

    hidden = shown(found).isna()
    assert hidden.loc["2026-02"][lambda row: row].index.tolist() == ["must_keep", "dormant"]
    assert not hidden.loc[["2026-01", "2026-03"]].any(axis=None)
    assert found.loc[found["share"].isna(), ["low", "high"]].isna().all(axis=None)


def test_hidden_cells_that_bounds_would_tell_are_three():
    # Of two cells below ten that add up to eighteen, each is nine.
    few = {**EVEN, "dormant": 9, "general": 9, "new": 15}

    hidden = shown(study_months(counted(EVEN, few, EVEN), RULES)).isna()

    assert hidden.loc["2026-02"].sum() == 3


def test_a_month_in_which_the_high_value_customers_would_have_to_go_is_left_out():
    few = dict.fromkeys(SEGMENTS, 0) | {"high_value": 40, "dormant": 4}

    found = study_months(counted(EVEN, EVEN, few, EVEN), RULES)

    assert list(found["period"].unique()) == ["2026-01", "2026-02", "2026-04"]


def test_a_month_of_few_customers_is_left_out_and_under_three_there_is_no_series():
    small = {"high_value": 15, "new": 14}

    assert study_months(counted(EVEN, small, EVEN), RULES).empty
    assert study_months(None, RULES).empty
    assert list_months(study_months(None, RULES)).empty


def test_shuffled_rows_change_nothing():
    rows = counted(EVEN, {**EVEN, "new": 31}, {**EVEN, "new": 3, "dormant": 12}, EVEN)

    found = study_months(rows.sample(frac=1, random_state=3), RULES)

    pd.testing.assert_frame_equal(found, study_months(rows, RULES))
