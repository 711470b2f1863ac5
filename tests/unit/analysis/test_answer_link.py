from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.answer_link import link_answers
from rapport.analysis.satisfaction_study import StudyRules
from rapport.analysis.satisfaction_views import measure_link, name_link, study_link


def rows_of(**spend):
    """Spend after by class, forty customers each."""
    scores = {"promoter": 10, "passive": 8, "detractor": 2}
    parts = [
        pd.DataFrame({
            "nps": scores[name], "n_orders_before": 1, "n_orders_after": [0, 2] * 20,
            "net_before": Decimal("5.00"), "net_after": [Decimal(x) - 1, Decimal(x) + 1] * 20,
        })
        for name, x in spend.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_classes_stand_side_by_side_and_promoters_are_held_against_detractors():
    found = link_answers(rows_of(promoter=12, passive=9, detractor=7), min_n=30)

    assert found.table["nps_class"].tolist() == ["promoter", "passive", "detractor"]
    assert found.table["spend_after"].tolist() == [12, 9, 7]
    assert found.table["share_again"].tolist() == [0.5] * 3
    assert found.difference == found.change_difference == 5
    assert name_link(found) == "more"


@pytest.mark.parametrize(("detractor", "case"), [(7, "more"), (12, "unclear"), (15, "less")])
def test_the_wording_follows_the_interval(detractor, case):
    assert name_link(link_answers(rows_of(promoter=12, detractor=detractor), min_n=30)) == case


def test_a_class_of_few_is_compared_with_none():
    found = link_answers(rows_of(promoter=12, detractor=7).head(60), min_n=30)

    assert found.difference is None
    assert name_link(found) == "few"
    assert "after.difference" not in {one.name for one in measure_link(found, currency="GBP")}


def test_no_answer_or_a_scale_in_doubt_links_nothing():
    rows = rows_of(promoter=12, detractor=7)

    assert study_link(rows.iloc[:0], doubted=(), rules=StudyRules()) is None
    assert study_link(rows, doubted=("nps",), rules=StudyRules()) is None
    assert name_link(None) == "none"
    assert measure_link(None, currency="GBP") == []
