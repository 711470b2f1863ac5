"""Ten thousand paths of ChannelAttribution: conversions by first touch, last touch, equal parts.

The package's own data set; its heuristic models give these sums (19,785 conversions in all).
"""

import gzip

import pandas as pd
import pytest

from published.reference_data import assert_as_printed, find
from rapport.analysis.attribution import attribute, count_paths

PATHS = "attribution/channelattribution_Data.csv.gz"


@pytest.fixture(scope="module")
def touches():
    with gzip.open(find(PATHS), "rt") as file:
        paths = pd.read_csv(file, sep=";")
    steps = paths.assign(channel=paths["path"].str.split(">")).explode("channel")
    steps["channel"] = steps["channel"].str.strip()
    place = steps.groupby(level=0).cumcount()
    steps["n_touches"] = steps.groupby(level=0)["channel"].transform("size")
    n = steps["total_conversions"]
    rows = steps.assign(
        n_first=n.where(place == 0, 0), n_last=n.where(place == steps["n_touches"] - 1, 0),
        n_on_path=n,
    )  # fmt: skip
    sums = ["n_first", "n_last", "n_on_path"]
    return rows.groupby(["channel", "n_touches"])[sums].sum().reset_index()


@pytest.fixture(scope="module")
def credit(touches):
    return attribute(touches).set_index("channel")


@pytest.mark.parametrize(
    ("rule", "channel", "printed"),
    [
        ("first", "alpha", "6308"), ("first", "iota", "4606"), ("first", "eta", "3164"),
        ("last", "alpha", "8447"), ("last", "eta", "4167"), ("last", "iota", "3355"),
        ("linear", "alpha", "7574.7186"), ("linear", "iota", "3857.0962"),
        ("linear", "eta", "3539.9512"), ("linear", "beta", "2083.5001"),
    ],
)  # fmt: skip
def test_conversions_of_a_channel(credit, rule, channel, printed):
    assert_as_printed(credit.loc[channel, rule], printed)


@pytest.mark.parametrize("rule", ["first", "last", "linear"])
def test_every_rule_shares_out_all_conversions(credit, rule):
    assert credit[rule].sum() == pytest.approx(19785, abs=1e-6)


def test_every_conversion_has_a_path(touches):
    assert count_paths(touches) == (19785, 0)
