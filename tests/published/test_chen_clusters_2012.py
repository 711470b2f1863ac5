"""K-means on recency, frequency and money of Online Retail II, one year to 9 December 2010.

Chen, D., Sain, S. L. & Guo, K. (2012), Journal of Database Marketing 19, 197-208 (the data).
Figures computed on the named data when the method was chosen; tolerance .01, of what is drawn
by lot .03.
"""

import time

import pandas as pd
import pytest

from published.reference_data import read_sale_lines
from rapport.analysis.clusters import ClusterSettings, fit_clusters
from rapport.analysis.tree_rules import fit_tree_rules

MEASURES = ClusterSettings().measures


@pytest.fixture(scope="module")
def customers():
    as_of = pd.Timestamp("2010-12-09")
    lines = read_sale_lines()
    lines = lines[lines["day"] > as_of - pd.Timedelta(days=365)]
    measures = lines.groupby("Customer ID").agg(
        last=("day", "max"), rfm_order_days=("day", "nunique"), rfm_gross=("amount", "sum")
    )
    since = (as_of - measures["last"]).dt.days
    return measures.assign(rfm_days_since=since, order_key=range(len(measures)))


@pytest.fixture(scope="module")
def timed(customers):
    started = time.process_time()
    clustering = fit_clusters(customers, ClusterSettings())
    return clustering, time.process_time() - started


@pytest.mark.parametrize(
    ("k", "silhouette", "null", "rand"),
    [
        (2, 0.424, 0.38, 0.962),
        (3, 0.330, 0.30, 0.922),
        (4, 0.332, 0.29, 0.893),
        (5, 0.310, 0.27, 0.709),
    ],
)
def test_diagnostics(timed, k, silhouette, null, rand):
    row = timed[0].diagnostics.set_index("k").loc[k]

    assert row["silhouette"] == pytest.approx(silhouette, abs=0.01)
    assert row["null_silhouette"] == pytest.approx(null, abs=0.01)
    assert row["rand"] == pytest.approx(rand, abs=0.03)


def test_three_clusters_are_chosen_as_cuts_of_a_continuum(customers, timed):
    clustering = timed[0]

    assert len(customers) == 4_248
    assert clustering.k == 3
    assert clustering.profile["share"].min() == pytest.approx(0.180, abs=0.01)
    assert clustering.is_continuum is True


def test_rules_retell_the_clusters(customers, timed):
    told = fit_tree_rules(customers, timed[0].labels, measures=MEASURES)

    assert told.fidelity == pytest.approx(0.842, abs=0.03)
    assert told.reason is None


def test_all_of_it_costs_about_five_seconds_of_one_processor(timed):
    assert timed[1] < 10
