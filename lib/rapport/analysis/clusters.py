"""Groups of customers who behave alike (K-means), kept only if they are firm.

Measures are taken as log(1 + x) and standardised, so that days and pounds weigh the same.
K-means cuts space into compact pieces and finds some in any cloud: `is_continuum` says that
the pieces are useful cuts, not natural kinds. No p-value is given for differences in the
measures that made the groups.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rapport.analysis.cluster_choice import Cloud, choose_k, diagnose, fit_clustering, mark_eligible
from rapport.analysis.kmeans import assign
from rapport.analysis.measures import Floats, sample_by_digest, sort_by_key, to_floats
from rapport.analysis.threads import hold_one_thread

# More rows than this move no centre that a report could show; the rest is labelled by the
# nearest centre. All that is done for every k cost 52 CPU s with 100,000 rows, 9 with these.
MAX_FIT_ROWS = 20_000
# A silhouette that exceeds that of a cloud without clusters by less is no evidence of kinds.
MIN_GAIN = 0.10


@dataclass(frozen=True)
class ClusterSettings:
    """What clusters are made of: measures, the one that ranks them, and the rules of choice.

    Measures are taken as logarithms, but for those that are `plain`: marks, or what is not skewed.
    """

    measures: tuple[str, ...] = ("rfm_days_since", "rfm_order_days", "rfm_gross")
    spend: str = "rfm_gross"
    ks: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    k: int | None = None
    k_min: int = 3
    min_count: int = 10
    seed: int = 0
    plain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clustering:
    """Clusters of customers, or why there are none.

    `labels` has a row per customer, in the order and with the index given: 1 = highest mean
    spend, 0 = no cluster. `profile` has a row per cluster: `cluster`, `n`, `share`,
    `share_of_spend`, `mean_<measure>`, `median_<measure>`. `diagnostics` has a row per k, as
    `cluster_choice.mark_eligible` gives it, with `is_chosen`. `gain` is the chosen silhouette
    less that of a cloud without clusters. `reason`: "too_few_customers" (fewer than `k_min`
    times `min_count`), "all_alike" (fewer kinds of customers than `k_min`), "none_eligible".
    """

    labels: pd.Series
    k: int | None
    reason: str | None
    profile: pd.DataFrame
    diagnostics: pd.DataFrame
    gain: float | None
    is_continuum: bool | None
    n_left_out: int


@dataclass(frozen=True)
class _Prepared:
    raw: pd.DataFrame  # measures of those who can be clustered, by order_key; index: position
    points: Floats
    cloud: Cloud
    ks: list[int] = field(default_factory=list)


def fit_clusters(customers: pd.DataFrame, settings: ClusterSettings) -> Clustering:
    """Cluster customers for every k, measure how firm that is, and keep one k or none.

    Parameters
    ----------
    customers : one row per customer
        `order_key` (unique) and the measures of `settings` (decimals welcome). A customer with
        a measure below 0 (a negative net) has no logarithm, gets label 0 and is counted in
        `n_left_out`, unless the measure is plain.
    settings : measures and rules; `settings.k` overrides the choice

    Returns
    -------
    Clustering

    Raises
    ------
    DataError
        A column is missing or has empty cells, or two customers share an `order_key`.

    References
    ----------
    Arthur, D. & Vassilvitskii, S. (2007), k-means++, SODA, 1027-1035.
    """
    with hold_one_thread():
        prepared = _prepare(customers, settings)
        reason = _why_none(prepared, settings)
        if reason:
            return _no_clusters(customers, prepared, reason)
        marked = mark_eligible(
            diagnose(prepared.cloud, prepared.ks),
            k_min=settings.k_min,
            min_count=settings.min_count,
        )
        k = settings.k or choose_k(marked)
        marked = marked.assign(is_chosen=marked["k"] == k)
        if k is None:
            return _no_clusters(customers, prepared, "none_eligible", marked)
        return _keep(customers, prepared, settings, marked)


def _prepare(customers: pd.DataFrame, settings: ClusterSettings) -> _Prepared:
    ordered = sort_by_key(customers.reset_index(drop=True))
    raw = to_floats(ordered, list(dict.fromkeys([*settings.measures, settings.spend])))
    logged = [name for name in settings.measures if name not in settings.plain]
    usable = (raw[logged] >= 0).all(axis=1).to_numpy()
    raw, keys = raw[usable], ordered["order_key"][usable]
    logs = _scale(raw, settings)
    spread = logs.std(axis=0) if len(logs) else np.ones(logs.shape[1])
    # A measure that is the same for all tells nobody apart; it stays 0.
    points = (logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1.0) if len(logs) else logs
    fitted = sample_by_digest(keys, MAX_FIT_ROWS)
    cloud = Cloud(points[fitted], keys.iloc[fitted], settings.seed)
    wanted = sorted({*settings.ks, *([settings.k] if settings.k else [])})
    n_kinds = len(np.unique(cloud.points, axis=0))
    return _Prepared(raw, points, cloud, [k for k in wanted if k <= min(n_kinds, len(points) - 1)])


def _scale(raw: pd.DataFrame, settings: ClusterSettings) -> Floats:
    values = raw[list(settings.measures)].to_numpy()
    is_plain = np.array([name in settings.plain for name in settings.measures])
    # Of a plain measure below -1 there is no logarithm, and none is used.
    with np.errstate(invalid="ignore", divide="ignore"):
        logs: Floats = np.log1p(values)
    logs[:, is_plain] = values[:, is_plain]
    return logs


def _why_none(prepared: _Prepared, settings: ClusterSettings) -> str | None:
    needed = settings.k or settings.k_min
    if len(prepared.points) < needed * settings.min_count:
        return "too_few_customers"
    return None if any(k >= needed for k in prepared.ks) else "all_alike"


def _no_clusters(
    customers: pd.DataFrame,
    prepared: _Prepared,
    reason: str,
    marked: pd.DataFrame | None = None,
) -> Clustering:
    return Clustering(
        labels=pd.Series(0, index=customers.index, name="cluster"),
        k=None,
        reason=reason,
        profile=pd.DataFrame(columns=["cluster", "n", "share", "share_of_spend"]),
        diagnostics=pd.DataFrame() if marked is None else marked,
        gain=None,
        is_continuum=None,
        n_left_out=len(customers) - len(prepared.raw),
    )


def _keep(
    customers: pd.DataFrame, prepared: _Prepared, settings: ClusterSettings, marked: pd.DataFrame
) -> Clustering:
    chosen = marked[marked["is_chosen"]].iloc[0]
    fitted = fit_clustering(prepared.cloud.points, int(chosen["k"]), seed=settings.seed)
    # As numbers of 32 bits, which is how the tables have them.
    nearest = assign(prepared.points, fitted.centres).astype(np.int32)
    labels = pd.Series(nearest, index=prepared.raw.index)
    # Centres have no order of their own: 1 is where customers spend most on average.
    spend = prepared.raw[settings.spend].groupby(labels).mean()
    rank = spend.rank(ascending=False, method="first").astype(int)
    labels = labels.map(rank).rename("cluster")
    gain = float(chosen["silhouette"] - chosen["null_silhouette"])
    return Clustering(
        labels=labels.reindex(range(len(customers)), fill_value=0).set_axis(customers.index),
        k=int(chosen["k"]),
        reason=None,
        profile=_profile(prepared.raw, labels, settings),
        diagnostics=marked,
        gain=gain,
        is_continuum=gain < MIN_GAIN,
        n_left_out=len(customers) - len(prepared.raw),
    )


def _profile(raw: pd.DataFrame, labels: pd.Series, settings: ClusterSettings) -> pd.DataFrame:
    groups = raw.groupby(labels)
    sizes, spend = groups.size(), groups[settings.spend].sum()
    total = spend.sum()
    profile = pd.DataFrame(
        {
            "n": sizes,
            "share": sizes / sizes.sum(),
            "share_of_spend": spend / total if total > 0 else np.nan,
        }
    )
    means = groups.mean().add_prefix("mean_")
    medians = groups.median().add_prefix("median_")
    return pd.concat([profile, means, medians], axis=1).rename_axis("cluster").reset_index()
