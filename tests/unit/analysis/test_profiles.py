import numpy as np
import pandas as pd
import pytest

from rapport.analysis.profiles import choose_radar, profile_groups


def people(n=100, **columns):
    return pd.DataFrame({"spend": np.arange(float(n)), **columns})


def test_half_of_those_who_tie_count_as_less():
    found = profile_groups(
        people(spend=[1.0] * 100), pd.Series(["a"] * 50 + ["b"] * 50), measures=["spend"]
    )

    assert found["percentile"].tolist() == [50.0, 50.0]


def test_customers_of_no_group_count_among_all():
    groups = pd.Series(["a"] * 50 + [None] * 50)

    found = profile_groups(people(), groups, measures=["spend"])

    assert found[["group", "percentile", "median", "n"]].to_numpy().tolist() == [
        ["a", 25.0, 24.5, 50]
    ]


def test_empty_cells_are_left_out():
    gaps = [np.nan] * 40 + list(range(60))

    found = profile_groups(people(gap=gaps), pd.Series(["a"] * 100), measures=["spend", "gap"])

    assert found.set_index("measure")["n"].to_dict() == {"spend": 100, "gap": 60}
    assert found["percentile"].tolist() == [50.0, 50.0]


def test_a_group_of_few_has_no_row():
    groups = pd.Series(["few"] * 29 + ["many"] * 71)

    assert profile_groups(people(), groups, measures=["spend"])["group"].tolist() == ["many"]


def test_groups_come_by_size_then_name():
    groups = pd.Series(["b"] * 33 + ["c"] * 34 + ["a"] * 33)

    assert profile_groups(people(), groups, measures=["spend"])["group"].tolist() == ["c", "a", "b"]


def test_no_customers_give_no_rows():
    assert profile_groups(people(0), pd.Series([], dtype=object), measures=["spend"]).empty


def cells(groups, measures):
    rows = [(g, m, 50.0, 1.0, 40) for g in groups for m in measures]
    return pd.DataFrame(rows, columns=["group", "measure", "percentile", "median", "n"])


def test_a_radar_takes_three_groups_and_eight_measures():
    kept = choose_radar(cells("abcd", "123456789"))

    assert list(dict.fromkeys(kept["group"])) == ["a", "b", "c"]
    assert list(dict.fromkeys(kept["measure"])) == list("12345678")


def test_a_measure_that_a_group_lacks_goes():
    whole = cells("ab", "123456")

    kept = choose_radar(whole[(whole["group"] == "a") | (whole["measure"] != "3")])

    assert list(dict.fromkeys(kept["measure"])) == list("12456")


@pytest.mark.parametrize("frame", [cells("ab", "1234"), cells("a", "12345"), cells("", "")])
def test_too_little_for_a_radar_gives_none(frame):
    assert choose_radar(frame).empty
