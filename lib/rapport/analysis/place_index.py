"""Customers by place against the people who live there, where the unit says how many these are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rapport.analysis.measured import Measured
from rapport.analysis.regions import Places

LEAST = 2


def index_places(places: Places, population: Mapping[str, int]) -> Places:
    """Add each place's customers per inhabitant, by that of all places whose population is known.

    Parameters
    ----------
    places : as `regions.sum_places` gives them
    population : inhabitants by code of the place

    Returns
    -------
    the places with a column `index` (100 = all of them together); empty for places of few customers
    or of unknown population. Unchanged where fewer than two have one.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"place": ["a", "b"], "n_customers": [60, 30], "is_few": False})
    >>> found = index_places(Places("region", table, frozenset("ab"), False), {"a": 100, "b": 200})
    >>> found.table["index"].tolist()
    [200.0, 50.0]
    """
    table = places.table
    is_known = table["place"].isin(places.kept & population.keys()) & ~table["is_few"].astype(bool)
    if is_known.sum() < LEAST:
        return places
    people = table["place"].map(population).astype(float)
    whole = table.loc[is_known, "n_customers"].sum() / people[is_known].sum()
    index = (100 * table["n_customers"] / people / whole).where(is_known)
    return replace(places, table=table.assign(index=index))


def measure_index(places: Places) -> list[Measured]:
    """Name the place with most customers by inhabitants, the first of equals by net sales."""
    if "index" not in places.table:
        return []
    row = places.table.loc[places.table["index"].idxmax()]
    n = int(row["n_customers"])
    return [
        Measured("places.dense.name", str(row["place"]), "label", "place"),
        Measured("places.dense.index", float(row["index"]), "ratio", "index", n),
    ]


def list_index(places: Places) -> list[str]:
    """List the sentence on inhabitants, where their numbers are known."""
    return ["dense"] if "index" in places.table else []
