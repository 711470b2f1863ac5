"""The guides of the Python Record Linkage Toolkit, on two data sets of the Febrl generator.

de Bruin, J. (2019), Python Record Linkage Toolkit, guides "Data deduplication" and "Link two
datasets": records with equal given names are compared by six features, and four that agree make
a pair one person. The toolkit itself is not needed: what is tested is the engine's likeness of
names, by which keys tell namesakes from strangers, on pairs whose number was published.
"""

import pytest
from tests.published.reference_data import assert_as_printed, find

from rapport.tables.engine import Engine

EXACT = ("given_name", "date_of_birth", "suburb", "state")
ENOUGH = 4
FIRST, OTHER = "x.address_1", "y.address_1"
FEATURES = (
    *(f"x.{name} = y.{name}" for name in EXACT),
    "jaro_winkler_similarity(x.surname, y.surname) >= 0.85",
    f"1 - levenshtein({FIRST}, {OTHER}) / greatest(length({FIRST}), length({OTHER})) >= 0.85",
)


def compare(*names):
    """Count candidates, those taken for one person, and of these the true ones."""
    files = [find(f"identity/{name}") for name in names]
    with Engine({}, files=files) as engine:
        for position, file in enumerate(files):
            # A missing value agrees with nothing.
            engine.run(
                f"CREATE TEMP TABLE side{position} AS SELECT * REPLACE (trim(rec_id) AS rec_id), "
                "regexp_extract(rec_id, 'rec-([0-9]+)', 1) AS person FROM "
                f"(SELECT nullif(trim(COLUMNS(*)), '') FROM read_csv('{file}', all_varchar=true))"
            )
        other = f"side{len(files) - 1}"
        once = " AND x.rec_id < y.rec_id" if len(files) == 1 else ""
        agreeing = " + ".join(
            f"CAST(coalesce({feature}, false) AS INTEGER)" for feature in FEATURES
        )
        (row,) = engine.rows(
            f"SELECT count(*) AS candidates, count(*) FILTER (WHERE n >= {ENOUGH}) AS taken, "
            f"count(*) FILTER (WHERE n >= {ENOUGH} AND is_true) AS correct FROM "
            f"(SELECT {agreeing} AS n, x.person = y.person AS is_true "
            f"FROM side0 AS x JOIN {other} AS y ON x.given_name = y.given_name{once})"
        )
        return row


@pytest.mark.parametrize(
    ("names", "candidates", "taken", "recall", "true_pairs"),
    [
        (("febrl_dataset1.csv.gz",), "2082", "317", ".634", 500),
        (("febrl_dataset4a.csv.gz", "febrl_dataset4b.csv.gz"), "77249", "3241", ".648", 5_000),
    ],
)
def test_pairs_are_as_many_as_the_guides_print(names, candidates, taken, recall, true_pairs):
    found = compare(*names)

    assert_as_printed(found["candidates"], candidates)
    assert_as_printed(found["taken"], taken)
    assert found["correct"] == found["taken"]
    assert_as_printed(found["correct"] / true_pairs, recall)
