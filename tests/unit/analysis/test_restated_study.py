import pandas as pd
import pytest

from rapport.analysis.lifecycle_study import study_stages
from rapport.analysis.restated_study import (
    list_outcomes,
    measure_restated,
    study_restated,
    take_months,
)
from rapport.present.chapters.lifecycle_restated import restated_table
from rapport.present.tables import render_table
from rapport.present.values import Value, period_value

MAY = 2010 * 12 + 4


@pytest.fixture
def stages():
    moves = pd.DataFrame(
        {"kind": "orders", "month_no": [MAY, MAY + 1], "stage_before": [None, "new"],
         "stage": ["new", "growing"], "n_customers": 200, "last_month": MAY + 1,
         "observable_month": MAY}
    )  # fmt: skip
    return study_stages(moves)


def moved(*rows):
    return pd.DataFrame(rows, columns=["month_no", "stage_then", "stage_now", "n_customers"])


def test_placements_are_counted_by_month_end_and_customers_once(stages):
    table = moved(
        (0, "any", "any", 30), (MAY, "prospect", "new", 20), (MAY, "at_risk", "growing", 5),
        (MAY + 1, "prospect", "growing", 15),
    )  # fmt: skip

    found = study_restated(table, stages)
    told = {one.name: one.value for one in measure_restated(found)}

    assert list_outcomes(found) == ["some"]
    assert take_months(found)[["n_placed", "n_moved"]].to_numpy().tolist() == [[200, 25], [200, 15]]
    assert told == {
        "restated.customers": 30, "restated.moved": 40, "restated.placed": 400,
        "restated.share": 0.1, "restated.first": "2010-05",
    }  # fmt: skip


@pytest.mark.parametrize(("n", "outcome"), [(0, "none"), (9, "few")])
def test_few_and_nobody_have_no_number(stages, n, outcome):
    found = study_restated(moved((0, "any", "any", n)), stages)

    assert list_outcomes(found) == [outcome]
    assert measure_restated(found) == []
    assert restated_table(take_months(found), {}, min_count=10) is None


def test_a_month_end_of_few_is_hidden_with_the_next_smallest(stages):
    table = moved((0, "any", "any", 30), (MAY, "prospect", "new", 25), (MAY + 1, "new", "loyal", 7))
    found = study_restated(table, stages)
    values = {
        "restated_moved": Value("lifecycle.restated.moved", 32, "count", "count"),
        "month": period_value("2010-06"),
    }

    cells = render_table(restated_table(take_months(found), values, min_count=10), "en")

    assert [row[2] for row in cells] == ["withheld", "<10"]


def test_nothing_is_said_where_nobody_knows_when_orders_came(stages):
    assert study_restated(None, stages) == list_outcomes([]) == measure_restated([]) == []
    assert restated_table(take_months([]), {}, min_count=10) is None
    assert study_restated(moved(), study_stages(pd.DataFrame(
        {"kind": [], "month_no": [], "stage_before": [], "stage": [], "n_customers": []}
    ))) == []  # fmt: skip
