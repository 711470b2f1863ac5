from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.cluster_extra_study import add_measures, choose_measures, list_said
from rapport.analysis.clusters import ClusterSettings, fit_clusters
from rapport.analysis.segmentation_groups import (
    TAKEN,
    list_rules,
    name_groups,
    place_groups,
    study_rules,
)


def shop(n=240):
    """Two kinds of customers who are alike in RFM, and differ in what R, F and M do not hold."""
    rng = np.random.default_rng(5)
    is_many = np.arange(n) % 2 == 0
    return pd.DataFrame(
        {
            "order_key": range(n), "rfm_days_since": rng.integers(1, 300, n),
            "rfm_order_days": rng.integers(1, 9, n), "rfm_spend": rng.lognormal(4, 0.5, n),
            "n_channels": np.where(is_many, 6, 1) + rng.integers(0, 2, n),
            "tenure_days": np.where(is_many, 900, 200) + rng.integers(-40, 40, n),
            "n_visits_30d": rng.integers(0, 2, n) * 0, "last": np.nan,
            "median_gap_days": [None, 4.5] * (n // 2),
            "n_returns": np.where(rng.random(n) < 0.05, 9, 0),
            "gross": [Decimal("10.5")] * n, "n_orders": 2,
        },
        index=[f"c{at}" for at in range(n)],
    )  # fmt: skip


ASKED = "n_channels, tenure_days, median_gap_days, n_visits_30d, n_categories"


def settings(sought, **rules):
    return ClusterSettings(
        sought.measures, "rfm_spend", ks=(2, 3), k_min=2, plain=sought.plain, **rules
    )


def test_by_default_groups_are_sought_by_rfm_alone():
    sought = choose_measures(shop(), "")

    assert (sought.measures, sought.plain, list_said(sought)) == (TAKEN, (), [])


def test_a_measure_that_cannot_be_used_is_left_out_and_the_reason_is_given():
    sought = choose_measures(shop(), ASKED)

    assert sought.extra == ("n_channels", "tenure_days")
    assert list_said(sought) == [
        ("taken", ["n_channels", "tenure_days"]), ("partial", ["median_gap_days"]),
        ("constant", ["n_visits_30d"]), ("absent", ["n_categories"]),
    ]  # fmt: skip
    assert choose_measures(shop().iloc[:0], ASKED).left_out == {}


def test_skewed_measures_that_are_never_negative_are_taken_as_logarithms():
    people = shop().assign(gross=lambda rows: -rows["n_returns"])

    sought = choose_measures(people, "n_channels, n_returns, gross")

    assert sought.plain == ("n_channels", "gross")


def test_the_mean_order_is_the_gross_of_an_order():
    assert add_measures(shop())["mean_order"].unique().tolist() == [5.25]
    assert "mean_order" not in add_measures(shop()[["gross"]])


def test_groups_that_further_measures_make_are_found_placed_and_retold():
    people = shop()
    sought = choose_measures(people, ASKED)

    groups = fit_clusters(people, settings(sought))

    assert name_groups(groups) == "kinds"
    assert groups.k == 2
    apart = pd.crosstab(groups.labels, people["tenure_days"] > 500).to_numpy()
    assert sorted(apart.ravel()) == [0, 0, 120, 120]
    points = place_groups(groups, people, measures=sought.measures)
    assert set(points["measure"]) == set(sought.measures)
    rules = list_rules(
        study_rules(groups, people, measures=sought.measures, seed=0), measures=sought.measures
    )
    assert len(rules) == 2
    assert rules[["above_tenure_days", "above_n_channels"]].notna().any(axis=None)
    assert fit_clusters(people, settings(choose_measures(people, ""))).k is None


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.sample(frac=1, random_state=2),
        lambda rows: rows.set_axis([f"k{name}" for name in rows.index]),
        lambda rows: rows.assign(tenure_days=rows["tenure_days"] + 364),
    ],
    ids=["shuffled", "renamed", "later"],
)
def test_groups_by_further_measures_do_not_hang_on_order_names_or_dates(change):
    people = shop()
    sought = choose_measures(people, ASKED)
    plain = fit_clusters(people, settings(sought))

    other = fit_clusters(change(people), settings(sought))

    moved = change(people.assign(at=range(len(people))))["at"].to_numpy()
    assert other.labels.to_numpy().tolist() == plain.labels.to_numpy()[moved].tolist()


def test_a_plain_measure_may_be_negative_and_leaves_nobody_out():
    people = shop().assign(n_channels=lambda rows: rows["n_channels"] - 5)

    groups = fit_clusters(people, settings(choose_measures(people, "n_channels")))

    assert groups.n_left_out == 0
