from datetime import date

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.tags import count_tags, find_agreed, find_days, list_tags, measure_tags


def people(now, before=0):
    rows = [("current", f"c{k:03}") for k in range(now)]
    rows += [("previous", f"c{k:03}") for k in range(before)]
    return pd.DataFrame(rows, columns=["window", "customer_id"])


def held(**tags):
    """Say which customers carry a tag now, or then: name=range or then_name=range."""
    rows = [
        ("previous" if name.startswith("then_") else "current", f"c{k:03}",
         name.removeprefix("then_"))
        for name, numbers in tags.items()
        for k in numbers
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["window", "customer_id", "tag"])


def test_customers_of_each_tag_are_counted():
    counts = count_tags(held(big=range(30), often=range(10, 60)), people(100), ["big", "often"])

    table = counts.table.set_index("tag")
    assert table["n_customers"].to_dict() == {"often": 50, "big": 30}
    assert table["share"].to_dict() == {"often": 0.5, "big": 0.3}
    assert (counts.n_tagged, counts.n_all) == (60, 100)
    assert table.loc["big", "low"] == pytest.approx(0.219, abs=0.001)


def test_a_tag_that_nobody_carries_has_a_row():
    counts = count_tags(held(big=range(30)), people(100), ["big", "rare"])

    assert counts.table["n_customers"].tolist() == [30, 0]


def test_the_share_of_the_period_before_is_compared():
    counts = count_tags(held(big=range(30), then_big=range(10)), people(100, before=50), ["big"])

    row = counts.table.iloc[0]
    assert (row["n_before"], round(row["change"], 9)) == (10, 0.1)


def test_without_customers_before_there_is_no_change():
    counts = count_tags(held(big=range(30)), people(100), ["big"])

    assert counts.table["change"].isna().all()
    assert not counts.has_before


def test_the_tag_that_most_carry_too_is_named():
    counts = count_tags(
        held(big=range(40), often=range(25), back=range(20, 60)), people(100),
        ["back", "big", "often"],
    )  # fmt: skip

    table = counts.table.set_index("tag")
    assert table.loc["big", ["with_tag", "share_with"]].tolist() == ["often", 25 / 40]
    # All of those who order often are big: nobody is left to be told.
    assert table.loc["often", ["with_tag", "share_with"]].tolist() == ["big", 1.0]


@pytest.mark.parametrize("often", [range(9), range(33)], ids=["few with it", "few without it"])
def test_an_overlap_that_tells_of_few_is_not_told(often):
    counts = count_tags(held(big=range(40), often=often), people(100), ["big", "often"])

    assert counts.table.set_index("tag").loc["big", ["with_tag", "share_with"]].isna().all()


def test_customers_who_did_not_agree_are_not_counted():
    counts = count_tags(held(big=range(30)), people(20), ["big"])

    assert counts.table["n_customers"].tolist() == [20]


def test_no_tags_and_no_customers_are_said():
    assert count_tags(held(), people(10), []).outcome == "none"
    assert count_tags(held(), people(10), ["big"]).outcome == "unheld"
    nobody = count_tags(held(), people(0), ["big"])
    assert nobody.table[["share", "low", "high"]].isna().all(axis=None)
    assert [one.value for one in measure_tags(nobody)] == [1, 0, None, None]
    assert measure_tags(count_tags(held(), people(0), [])) == []


def test_the_order_of_rows_means_nothing():
    rows = held(big=range(40), often=range(25), back=range(20, 60))
    names = ["back", "big", "often"]

    one = count_tags(rows, people(100), names).table
    mixed = rows.sample(frac=1, random_state=0)
    other = count_tags(mixed, people(100).sample(frac=1, random_state=1), names).table

    pd.testing.assert_frame_equal(one, other)


def test_since_when_a_tag_holds_is_the_earlier_day_if_it_held_then():
    rows = held(big=[1, 2], then_big=[2, 3])

    listed = list_tags(rows, people(5, 5), as_of=date(2026, 6, 30), before=date(2026, 5, 31))

    assert listed.to_numpy().tolist() == [
        ["c001", "big", "rule", date(2026, 6, 30)],
        ["c002", "big", "rule", date(2026, 5, 31)],
    ]


def test_who_did_not_agree_is_not_listed():
    listed = list_tags(held(big=[1, 7]), people(5), as_of=date(2026, 6, 30), before=None)

    assert listed["customer_id"].tolist() == ["c001"]


def test_a_unit_without_customers_has_nobody_to_ask():
    agreed = find_agreed(None, None, default={"profiling": "given"})

    assert (agreed.n_asked, count_tags(None, agreed.rows, ["big"]).outcome) == (0, "unheld")


def test_nobody_tagged_gives_an_empty_table_of_the_same_columns():
    listed = list_tags(None, people(5), as_of=date(2026, 6, 30), before=None)

    assert listed.columns.tolist() == ["customer_id", "tag", "source", "since"]
    assert listed.empty


def test_the_input_is_left_as_it_was():
    rows, all_of_them = held(big=range(3)), people(5)
    before = rows.copy(deep=True)

    count_tags(rows, all_of_them, ["big"])
    list_tags(rows, people(5, 5), as_of=None, before=None)

    pd.testing.assert_frame_equal(rows, before)
    assert np.all(all_of_them == people(5))


def test_the_period_before_ends_on_its_last_day_if_there_is_one():
    windows = pd.DataFrame({"ends_on": pd.to_datetime(["2026-05-31"])}, index=["previous"])

    assert find_days(windows) == date(2026, 5, 31)
    assert find_days(windows.iloc[:0]) is None
