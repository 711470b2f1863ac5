from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.clusters import ClusterSettings, fit_clusters
from rapport.errors import DataError

KS = (2, 3, 4)


def three_kinds(n=80, seed=0):
    """Three clouds far apart in logarithms: rare, usual and heavy buyers."""
    rng = np.random.default_rng(seed)
    centres = np.repeat([[200, 1, 20], [50, 5, 300], [5, 40, 9000]], n, axis=0)
    drawn = centres * np.exp(rng.normal(0, 0.12, centres.shape))
    customers = pd.DataFrame(drawn, columns=["rfm_days_since", "rfm_order_days", "rfm_gross"])
    return customers.assign(order_key=np.arange(3 * n) * 7, kind=np.repeat([3, 2, 1], n))


@pytest.fixture(scope="module")
def customers():
    return three_kinds()


@pytest.fixture(scope="module")
def clustering(customers):
    return fit_clusters(customers, ClusterSettings(ks=KS))


def test_clouds_far_apart_are_found_and_numbered_by_falling_spend(customers, clustering):
    assert clustering.k == 3
    assert clustering.labels.tolist() == customers["kind"].tolist()
    assert clustering.profile["mean_rfm_gross"].is_monotonic_decreasing
    assert clustering.profile["n"].tolist() == [80, 80, 80]
    assert clustering.profile["share_of_spend"].sum() == pytest.approx(1)


def test_clouds_far_apart_are_no_continuum(clustering):
    assert clustering.gain > 0.1
    assert clustering.is_continuum is False


def test_one_cloud_is_a_continuum():
    rng = np.random.default_rng(3)
    values = np.expm1(rng.normal(3, 0.5, (300, 3)).clip(0))
    cloud = pd.DataFrame(values, columns=["rfm_days_since", "rfm_order_days", "rfm_gross"])

    clustering = fit_clusters(cloud.assign(order_key=range(300)), ClusterSettings(ks=(3,), k=3))

    assert clustering.is_continuum is True


def test_shuffled_rows_change_nothing_and_the_input_is_untouched(customers, clustering):
    shuffled = customers.sample(frac=1, random_state=5)
    kept = shuffled.copy()

    again = fit_clusters(shuffled, ClusterSettings(ks=KS))

    pd.testing.assert_frame_equal(again.diagnostics, clustering.diagnostics)
    pd.testing.assert_frame_equal(again.profile, clustering.profile)
    pd.testing.assert_series_equal(again.labels.sort_index(), clustering.labels)
    pd.testing.assert_frame_equal(shuffled, kept)


def test_money_may_be_exact_decimals(customers, clustering):
    exact = customers.assign(rfm_gross=[Decimal(repr(x)) for x in customers["rfm_gross"]])

    again = fit_clusters(exact, ClusterSettings(ks=(3,)))

    assert again.labels.tolist() == clustering.labels.tolist()


def test_a_negative_net_has_no_cluster_and_is_counted(customers):
    returned = customers.assign(rfm_gross=customers["rfm_gross"].where(customers.index > 1, -5))

    clustering = fit_clusters(returned, ClusterSettings(ks=(3,)))

    assert clustering.n_left_out == 2
    assert clustering.labels.iloc[:3].tolist() == [0, 0, 3]


def test_the_wish_for_a_number_overrides_the_rules(customers):
    clustering = fit_clusters(customers, ClusterSettings(ks=KS, k=2))

    assert clustering.k == 2
    assert clustering.diagnostics.set_index("k").loc[2, "reason"] == "below_k_min"


def test_equal_customers_share_a_cluster(customers):
    doubled = pd.concat([customers, customers.assign(order_key=customers["order_key"] + 1)])

    labels = fit_clusters(doubled, ClusterSettings(ks=(3,))).labels

    assert labels.iloc[:240].tolist() == labels.iloc[240:].tolist()


@pytest.mark.parametrize(("n", "reason"), [(0, "too_few_customers"), (1, "too_few_customers")])
def test_an_empty_or_one_row_table_has_no_clusters(customers, n, reason):
    clustering = fit_clusters(customers.head(n), ClusterSettings())

    assert (clustering.k, clustering.reason) == (None, reason)
    assert clustering.labels.tolist() == [0] * n
    assert clustering.profile.empty


def test_customers_who_are_all_alike_have_no_clusters(customers):
    alike = customers.assign(rfm_days_since=3, rfm_order_days=2, rfm_gross=Decimal(9))

    clustering = fit_clusters(alike, ClusterSettings())

    assert clustering.reason == "all_alike"
    assert set(clustering.labels) == {0}


def test_a_few_kinds_of_customers_raise_no_warning():
    few = pd.DataFrame(
        {"rfm_days_since": [1, 50, 300] * 30, "rfm_order_days": 1, "rfm_gross": [9, 5, 1] * 30}
    )

    clustering = fit_clusters(few.assign(order_key=range(90)), ClusterSettings())

    assert clustering.k == 3
    assert clustering.diagnostics["k"].tolist() == [2, 3]


def test_unfirm_clusters_are_not_kept():
    rng = np.random.default_rng(1)
    round_cloud = pd.DataFrame(
        np.expm1(rng.normal(5, 0.4, (150, 3))),
        columns=["rfm_days_since", "rfm_order_days", "rfm_gross"],
    )

    clustering = fit_clusters(
        round_cloud.assign(order_key=range(150)), ClusterSettings(ks=(5, 6, 7))
    )

    assert clustering.reason == "none_eligible"
    assert not clustering.diagnostics["is_eligible"].any()
    assert set(clustering.labels) == {0}


def test_an_empty_cell_is_refused(customers):
    with pytest.raises(DataError, match="rfm_gross"):
        fit_clusters(customers.assign(rfm_gross=np.nan), ClusterSettings())
