"""Retentioneering's shop of 600 users: customers at each page, in any order.

The data set `simple_shop` as its authors made it up; counts by hand from the file: 598 viewed a
product, 522 added to the cart, 489 opened it, 441 gave an address, 390 a payment, 328 bought.
"""

from pathlib import Path

import pytest

from published.reference_data import find
from rapport import tables
from rapport.analysis.funnel import list_steps
from rapport.ingest import find_sources, ingest
from rapport.marts.build import build_mart
from rapport.params import find_root, load_unit

ROOT = find_root(Path(__file__))
KEY = b"a key for tests, of 32 bytes....."


@pytest.fixture(scope="module")
def funnel(tmp_path_factory):
    find("clickstream/retentioneering_ecom.csv.gz")
    into = tmp_path_factory.mktemp("funnel")
    unit = load_unit(ROOT, "ecom-funnel")
    delivery = ingest(unit, find_sources(unit, ROOT), key=KEY)
    paths = {}
    for name in ("interactions", "snapshot"):
        paths[name] = tables.write_table(delivery.tables[name], into / f"{name}.parquet").path
    settings = {**unit.chapter_values(), "period": "all"}
    for name in ("orders", "settings", "periods", "funnel_steps", "profile_funnel"):
        paths[name] = build_mart(name, paths, settings=settings, into=into).path
    return tables.read_table(paths["profile_funnel"])


def test_customers_at_each_page_in_any_order(funnel):
    assert funnel["n_any"].tolist() == [598, 522, 489, 441, 390, 328]


def test_the_funnel_in_order_is_another_measure_and_never_more(funnel):
    steps = list_steps(funnel)

    assert steps["n_customers"].is_monotonic_decreasing
    assert (steps["n_customers"] <= steps["n_customers_any"]).all()
    # Computed here: within 30 days of the first product view, entries of all but the last 30 days.
    assert steps["n_customers"].tolist() == [587, 449, 342, 226, 133, 59]
