"""Shares and the score, split: the parts are those of the figure that is printed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.change_study import agrees, choose_part, list_parts
from rapport.analysis.intervals import newcombe
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.rate_study import study_rates


def count(figure="churn", **groups):
    """Give the counts of groups: then_web=(40, 10) is 10 of 40 of those who came by the web."""
    rows = []
    for name, (n, hits) in groups.items():
        when, channel = name.split("_")
        window = "current" if when == "now" else "previous"
        known = None if channel == "none" else channel
        for points, people in ((0, n - hits), (100, hits)):
            rows.append((window, figure, 2026, known, None, "GB", points, people))
    names = ["window", "figure", "cohort", "acquisition_channel", "region", "country", "points",
             "n"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def figure_of(counted, name="churn", *, case="up", n=None):
    """Give the share as page one has it."""
    now = counted[counted["window"] == "current"]
    share = float((now["points"] * now["n"]).sum() / now["n"].sum()) / 100
    size = int(now["n"].sum()) if n is None else n
    before = Comparison(Measured(name, 0.1, "ratio", "share"), SimpleNamespace(case=case))
    value = share * (100 if name == "nps" else 1)
    unit = "nps" if name == "nps" else "share"
    return KeyFigure(name, Measured(name, value, "ratio", unit, n=size), {"previous": before}, ())


# More came by the store, where more leave; of either as many leave as before.
SHIFT = {"then_web": (80, 8), "then_store": (20, 10), "now_web": (20, 2), "now_store": (80, 40)}


def test_a_shift_between_channels_is_all_mix():
    counted = count(**SHIFT)

    [part] = study_rates([figure_of(counted)], counted)

    assert (part.figure, part.unit, part.grouping) == ("churn", "pp", "acquisition_channel")
    assert (float(part.split.then), float(part.split.now)) == (0.18, 0.42)
    assert (float(part.split.mix), float(part.split.rate)) == (0.24, 0.0)
    assert agrees([part], [figure_of(counted)])
    assert choose_part([part], [figure_of(counted)]) == part


def test_where_each_group_did_otherwise_it_is_all_rate():
    counted = count(then_web=(50, 5), then_store=(50, 5), now_web=(50, 15), now_store=(50, 15))

    [part] = study_rates([figure_of(counted)], counted)

    assert (float(part.split.mix), float(part.split.rate)) == (0.0, 0.2)
    row = list_parts([part]).iloc[0]
    # As two shares of a hundred each: of Wald's interval.
    half = 1.96 * np.sqrt(0.1 * 0.9 / 100 + 0.3 * 0.7 / 100)
    assert (row["rate_low"], row["rate_high"]) == pytest.approx((0.2 - half, 0.2 + half), abs=1e-4)
    close = newcombe(30, 100, 10, 100)
    assert row["rate_high"] == pytest.approx(close.high, abs=0.01)


def test_groups_of_few_are_put_together_and_where_that_is_not_enough_there_is_no_split():
    some = SHIFT | {"then_app": (6, 1), "now_app": (9, 1), "then_none": (7, 1), "now_none": (8, 1)}
    counted, lonely = count(**some), count(then_web=(80, 8), now_web=(80, 9), now_app=(5, 1))
    unknown = count(then_none=(80, 8), now_none=(80, 9), now_app=(5, 1))

    [part] = study_rates([figure_of(counted)], counted)

    assert list(part.split.groups.index) == ["other", "store", "web"]
    assert part.split.groups.loc["other", ["n_then", "n_now"]].tolist() == [13, 17]
    assert study_rates([figure_of(lonely)], lonely) == []
    assert study_rates([figure_of(unknown)], unknown) == []


def test_another_figure_of_the_same_name_is_not_split():
    counted = count(**SHIFT)

    assert study_rates([figure_of(counted, n=99)], counted) == []
    assert study_rates([figure_of(counted)], count("repurchase", **SHIFT)) == []
    assert study_rates([figure_of(counted)], None) == []


def test_a_score_is_split_in_its_own_points():
    counted = count("nps", **SHIFT).replace({"points": {0: -100}})

    [part] = study_rates([figure_of(counted, "nps")], counted)

    assert (part.unit, float(part.split.then), float(part.split.mix)) == ("nps", -64.0, 48.0)


def test_places_are_regions_where_there_are_several_and_else_countries():
    counted = count(**SHIFT).assign(acquisition_channel=None)
    regions = counted.assign(region=np.where(counted["points"] > 0, "GB-LND", "GB-MAN"))
    countries = counted.assign(country=np.where(counted["points"] > 0, "GB", "FR"))

    [one], [other] = (study_rates([figure_of(rows)], rows) for rows in (regions, countries))

    assert (one.grouping, list(one.split.groups.index)) == ("place", ["GB-LND", "GB-MAN"])
    assert (other.grouping, list(other.split.groups.index)) == ("place", ["FR", "GB"])
