import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.festivals import list_together, mind_festival, study_festival
from support import table

MOVED = dt.date(2026, 2, 17), dt.date(2025, 1, 29)
PERIODS = """
    window              starts_on   ends_on     is_whole  is_comparable  net  gross  returns  n_active  n_new  n_orders
    current             2026-02-01  2026-02-28  True      True           40   44     -4       60        20     80
    last_year           2025-02-01  2025-02-28  True      False          70   70     0        80        40     99
    festival            2026-01-01  2026-02-28  True      True           120  125    -5       150       45     200
    festival_last_year  2025-01-01  2025-02-28  True      True           100  100    0        120       60     160
"""  # noqa: E501


def drawn(text=PERIODS):
    frame = table(text)
    for name in ("starts_on", "ends_on"):
        frame[name] = pd.to_datetime(frame[name])
    for name in ("net", "gross", "returns"):
        frame[name] = [Decimal(str(amount)) for amount in frame[name]]
    frame["n_returning"] = frame["n_active"] - frame["n_new"]
    # Of known customers alone: nothing here is an order of nobody.
    return frame.assign(identified_orders=frame["n_orders"], identified_net=frame["net"])


def study(text=PERIODS, *, moved=MOVED, data_from=dt.date(2024, 1, 1)):
    return study_festival(drawn(text), moved, data_from=data_from, currency="CNY")


def without_join(text=PERIODS):
    return "\n".join(line for line in text.splitlines() if "festival" not in line)


def test_both_months_are_set_against_both_months_of_the_year_before():
    feast = study()

    values = {one.name: one.value for one in feast.measured}
    assert feast.outcome == "whole"
    assert (values["festival.net"], values["festival.net_before"]) == (120, 100)
    assert values["festival.change"] == pytest.approx(0.2)


def test_complete_measures_of_both_months_stand_side_by_side():
    rows = list_together(study(), currency="CNY").set_index("name")

    assert list(rows.index) == ["active", "new", "returning", "orders", "net", "gross",
                                "return_rate"]  # fmt: skip
    assert rows.loc["active", ["current", "last_year"]].tolist() == [150, 120]
    assert rows.loc["active", "change_year"] == pytest.approx(0.25)
    assert rows.loc["return_rate", "change_year"] == pytest.approx(0.04)


def test_as_many_days_of_both_months_are_called_a_part():
    part = PERIODS.replace("2026-02-28  True", "2026-02-20  False")

    assert study(part.replace("2025-02-28  True", "2025-02-20  False")).outcome == "part"


@pytest.mark.parametrize(
    ("now", "before", "moved"),
    [
        ("2026-02-16", "2025-02-16", MOVED),
        ("2023-02-09", "2022-02-09", (dt.date(2023, 1, 22), dt.date(2022, 2, 10))),
    ],
)
def test_days_without_the_feast_of_either_year_are_not_compared(now, before, moved):
    part = PERIODS.replace("2026-02-28  True", f"{now}  False")

    early = study(part.replace("2025-02-28  True", f"{before}  False"), moved=moved,
                  data_from=dt.date(2020, 1, 1))  # fmt: skip
    assert early.outcome == "early"
    assert list_together(early, currency="CNY").empty


def test_a_january_leaves_the_comparison_to_february():
    assert study(without_join()).outcome == "january"


def test_data_that_begin_in_the_february_before_allow_no_two_months():
    late = PERIODS.replace("2025-02-28  True      True ", "2025-02-28  True      False")

    assert study(late, data_from=dt.date(2025, 1, 10)).outcome == "alone"


def test_nothing_sold_a_year_before_gives_amounts_without_a_change():
    unsold = PERIODS.replace("100  100    0   ", "0    0      0   ")

    feast = study(unsold)

    assert feast.outcome == "unsold"
    assert [one.name for one in feast.measured] == ["festival.net", "festival.net_before"]


@pytest.mark.parametrize(
    ("moved", "data_from"), [(None, dt.date(2024, 1, 1)), (MOVED, dt.date(2025, 2, 2)),
                             (MOVED, None)]
)  # fmt: skip
def test_nothing_is_told_where_the_feast_stayed_or_no_year_went_before(moved, data_from):
    feast = study(moved=moved, data_from=data_from)

    assert (feast.outcome, feast.measured) == (None, ())


def test_page_one_says_the_feast_and_not_the_begin_of_data_where_it_moved():
    found = [("mind_begin", None), ("mind_survey", None)]

    told = mind_festival(found, study())

    assert told == [("mind_festival", "whole"), ("mind_survey", None)]
    assert mind_festival(found, study(moved=None)) == found
