"""People of published data sets, linked by the room under test and scored pair by pair."""

from collections import Counter
from typing import NamedTuple

import duckdb
from tests.published.reference_data import find

from rapport.ingest.identity.overrides import Overrides
from rapport.ingest.identity.records import make_records
from rapport.ingest.identity.resolve import resolve
from rapport.params.identity import Identity
from rapport.tables.engine import Engine

OF_THE_TEST = {"position", "source", "source_id", "id", "day", "truth"}


class Score(NamedTuple):
    """Of pairs of records: how many of those joined are one person, and how many of those were."""

    precision: float
    recall: float

    @property
    def f1(self):
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def read_fake_1000():
    """Read 1,000 records of 251 people, as the splink project publishes them."""
    path = find("identity/fake_1000.csv.gz")
    return duckdb.sql(
        "SELECT 0 AS position, 'fake' AS source, unique_id AS source_id, unique_id AS id, "
        "CAST(NULL AS DATE) AS day, first_name AS given_name, surname AS family_name, "
        f"dob AS birth_date, city, email, cluster AS truth FROM read_csv('{path}', "
        "all_varchar = true)"
    ).to_arrow_table()


def read_febrl(*names):
    """Read data sets of the Febrl generator; a person's records share the number in their id."""
    rows = " UNION ALL ".join(
        f"SELECT {position} AS position, * FROM read_csv('{find(f'identity/{name}')}', "
        "all_varchar = true)"
        for position, name in enumerate(names)
    )
    return duckdb.sql(
        "SELECT position, 'febrl ' || position AS source, trim(rec_id) AS source_id, "
        "trim(rec_id) AS id, CAST(NULL AS DATE) AS day, trim(given_name) AS given_name, "
        "trim(surname) AS family_name, trim(date_of_birth) AS birth_date, trim(suburb) AS city, "
        "concat_ws(' ', trim(street_number), trim(address_1)) AS address, "
        "trim(postcode) AS postcode, trim(soc_sec_id) AS national_id, "
        f"regexp_extract(rec_id, 'rec-([0-9]+)', 1) AS truth FROM ({rows})"
    ).to_arrow_table()


def link(raw, *, threads=1, overrides=None, **rules):
    """Give the record ids and the place of each one's customer."""
    asked = Identity(**rules)
    held = [name for name in raw.column_names if name not in OF_THE_TEST]
    with Engine({}, threads=threads) as engine:
        engine.add("identity raw", raw)
        make_records(engine, held, asked)
        found = resolve(engine, asked, overrides or Overrides(), seed=0)
        ids = engine.fetch('SELECT id FROM "identity records" ORDER BY record')["id"]
    return ids.to_pylist(), found


def score(raw, ids, customers):
    """Compare the customers of records with the people that they are."""
    person = dict(zip(raw["id"].to_pylist(), raw["truth"].to_pylist(), strict=True))
    people = [person[record] for record in ids]
    both = _pairs(zip(people, customers, strict=True))
    joined, true = _pairs(customers), _pairs(people)
    return Score(both / joined, both / true)


def _pairs(groups):
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())
