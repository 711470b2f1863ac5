"""Write the sample's files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError
from rapport.ingest.pins import SAMPLE_UNITS, choose_units
from rapport.ingest.sample.draws import Key
from rapport.ingest.sample.few import make_empty, make_few
from rapport.ingest.sample.files import Sheet, write_bytes
from rapport.ingest.sample.mall import make_mall
from rapport.ingest.sample.persons import make_people
from rapport.ingest.sample.retail import make_retail
from rapport.ingest.sample.saas import make_saas
from rapport.ingest.sample.surveys import describe_answers

SEED = 20260101
Make = Callable[..., tuple[list[Sheet], dict[str, Any]]]
MAKERS: Mapping[str, tuple[Make, int]] = {
    "sample-retail": (make_retail, 1_550),
    "sample-mall": (make_mall, 1_200),
    "sample-saas": (make_saas, 600),
    "sample-people": (make_people, 2_000),
    "sample-few": (make_few, 3),
    "sample-empty": (make_empty, 0),
}
# Units of a fixed size, whatever number of customers is asked for.
FIXED = ("sample-few", "sample-empty")


def write_sample(
    folder: Path, *, units: Iterable[str] | None = None, rows: int | None = None, seed: int = SEED
) -> dict[str, str]:
    """Write the source files of sample units and give the sha256 of each.

    Parameters
    ----------
    folder : where each unit gets a folder of its own name; usually `data/sample`
    units : which ones; the three of `SAMPLE_UNITS` without it
    rows : customers of each unit, instead of its own number; at least 100
    seed : anything but the default gives files that no digest is pinned for

    Returns
    -------
    file name (`sample-retail/products.csv`) to sha256, by name

    Raises
    ------
    ParameterError
        A unit that is no sample, or fewer than 100 customers.
    """
    if rows is not None and rows < 100:
        raise ParameterError(f"rows: {rows} customers are too few to plant anything. Use 100.")
    written: dict[str, str] = {}
    for unit in choose_units(units):
        make, n_customers = MAKERS[unit]
        size = n_customers if unit in FIXED else rows or n_customers
        made, truth = make(Key((seed,)).of(unit), n_customers=size)
        contents = {f"{unit}/{sheet.name}": sheet.encode() for sheet in made}
        planted: dict[str, Any] = {"seed": seed, "customers": size} | truth
        planted |= {"answers": describe_answers()} if unit in SAMPLE_UNITS else {}
        contents[f"{unit}/_truth.json"] = _encode(planted)
        written |= {name: write_bytes(folder / name, text) for name, text in contents.items()}
    return dict(sorted(written.items()))


def _encode(truth: dict[str, Any]) -> bytes:
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    return (text + "\n").encode("utf-8")
