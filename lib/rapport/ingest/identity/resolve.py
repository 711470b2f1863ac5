"""From records to customers: keys, model, closure, cut; with an account of each step."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rapport.ingest.identity.closure import DECLARED, Day, Ints, Limits, Link, close, cut
from rapport.ingest.identity.keys import JOINED, join_by_keys
from rapport.ingest.identity.model import COMPARED, NONE, Scored
from rapport.ingest.identity.overrides import Overrides
from rapport.ingest.identity.records import RECORDS
from rapport.ingest.identity.scores import score_once
from rapport.params.identity import Identity
from rapport.tables.engine import Engine

Floats = npt.NDArray[np.float64]
# The model's links are taken in three steps, so that a cluster too large loses its doubtful first.
CERTAINTIES = (0.999, 0.99, 0.0)
# Dates of birth under one key that are all compared; where there are more, all with the first.
DATES_COMPARED = 10


class Edges(NamedTuple):
    """Links as columns: see `Link`; places of records, from 0."""

    step: Ints
    doubt: Floats
    a: Ints
    b: Ints


class Resolution(NamedTuple):
    """Which customer each record is of, and how that came about.

    By place of the record: `customer` is the place of the first record of its customer, `step`
    that of the best link that touches it (-1 where none does), `probability` of that link.
    `edges` are the links that stand, `left` those that a limit left out, with the reason;
    `review` pairs that the model leaves to a person. `is_fitted` is false where the
    model was asked and the records were too few or too empty for it.
    """

    customer: Ints
    step: Ints
    probability: Floats
    edges: Edges
    left: Sequence[tuple[Link, str]]
    review: Scored
    is_fitted: bool


def resolve(engine: Engine, rules: Identity, overrides: Overrides, *, seed: int) -> Resolution:
    """Make customers of the engine's relation of records.

    Parameters
    ----------
    engine : holds `identity records` (`make_records`); gets `identity joined` and
        `identity values` of the keys
    rules : keys, limits, and whether the model is asked
    overrides : links and separations that a person declared
    seed : of the model's random pairs
    """
    join_by_keys(engine, rules)
    found = score_once(engine.room, _fetch(engine), seed=seed) if rules.model else NONE
    scored = found or NONE
    sure = scored.probability >= rules.link
    parts = [_declared(overrides), _by_keys(engine), _by_model(scored, sure, len(rules.keys))]
    edges = _gather(parts)
    (row,) = engine.rows(f"SELECT count(*) AS n FROM {RECORDS}")
    kept, left = _limit(engine, row["n"], edges, rules, overrides)
    customer = close(row["n"], kept.a, kept.b)
    review = Scored(*(column[~sure & (customer[scored.a - 1] != customer[scored.b - 1])]
                      for column in scored))  # fmt: skip
    return Resolution(customer, *_best(row["n"], kept), kept, left, review, found is not None)


def _fetch(engine: Engine) -> pa.Table:
    known = {row["column_name"] for row in engine.rows(f"DESCRIBE SELECT * FROM {RECORDS}")}
    made = {
        "birth_date": "CAST(birth_date AS VARCHAR) AS birth_date",
        "name_key": "CASE WHEN length(tokens) > 1 THEN name_key END AS name_key",
    }
    columns = [made.get(name, name) for name in COMPARED if name in known]
    return engine.fetch(f"SELECT record, {', '.join(columns)} FROM {RECORDS} ORDER BY record")


def _declared(overrides: Overrides) -> Edges:
    pairs = np.array(sorted(overrides.link), dtype=np.int64).reshape(-1, 2)
    return Edges(np.full(len(pairs), DECLARED), np.zeros(len(pairs)), pairs[:, 0], pairs[:, 1])


def _by_keys(engine: Engine) -> Edges:
    """Link the records of each group: those of one birth date, then one of each date."""
    known = engine.rows(f"DESCRIBE SELECT * FROM {RECORDS}")
    dated = any(row["column_name"] == "birth_date" for row in known)
    day = "r.birth_date" if dated else "CAST(NULL AS DATE)"
    found = engine.fetch(
        f"WITH held AS (SELECT j.step, j.grp, j.record, {day} AS day FROM {JOINED} AS j "
        f"JOIN {RECORDS} AS r USING (record)), "
        "firsts AS (SELECT step, grp, day, min(record) AS first FROM held GROUP BY ALL), "
        "counted AS (SELECT *, count(*) OVER w AS n, min(first) OVER w AS least FROM firsts "
        "WINDOW w AS (PARTITION BY step, grp)) "
        "SELECT held.step, first - 1 AS a, record - 1 AS b FROM held JOIN firsts ON "
        "held.step = firsts.step AND held.grp = firsts.grp "
        "AND held.day IS NOT DISTINCT FROM firsts.day WHERE record > first UNION "
        "SELECT x.step, x.first - 1, y.first - 1 FROM counted AS x JOIN counted AS y "
        "ON x.step = y.step AND x.grp = y.grp AND x.first < y.first "
        f"AND (x.n <= {DATES_COMPARED} OR x.first = x.least) ORDER BY 1, 2, 3"
    )
    step, a, b = (np.asarray(found[name], dtype=np.int64) for name in ("step", "a", "b"))
    return Edges(step, np.zeros(len(step)), a, b)


def _by_model(scored: Scored, sure: npt.NDArray[np.bool_], n_keys: int) -> Edges:
    p = scored.probability[sure]
    step = n_keys + 1 + np.searchsorted(-np.array(CERTAINTIES), -p, side="left")
    return Edges(step, 1 - p, scored.a[sure] - 1, scored.b[sure] - 1)


def _limit(
    engine: Engine, n: int, edges: Edges, rules: Identity, overrides: Overrides
) -> tuple[Edges, Sequence[tuple[Link, str]]]:
    """Leave out links of clusters that break a limit; the others stand as they are."""
    together = close(n, edges.a, edges.b)
    wide = np.flatnonzero(np.bincount(together, minlength=n) > rules.max_cluster)
    apart = [together[a] for a, b in overrides.never if together[a] == together[b]]
    days = _read_days(engine, together) if rules.birth_dates == "cut" else {}
    dated = {int(together[place]) for place in days}
    suspect = np.isin(together[edges.a], np.array([*wide, *apart, *dated], dtype=np.int64))
    asked = _choose(edges, suspect)
    links = [Link(*one) for one in zip(*(column.tolist() for column in asked), strict=True)]
    found = cut(links, Limits(rules.max_cluster, overrides.never, days))
    return _gather([_choose(edges, ~suspect), _list(found.kept)]), found.left


def _gather(parts: Sequence[Edges]) -> Edges:
    step, doubt, a, b = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Edges(step.astype(np.int64), doubt, a.astype(np.int64), b.astype(np.int64))


def _choose(edges: Edges, chosen: npt.NDArray[np.bool_]) -> Edges:
    return Edges(edges.step[chosen], edges.doubt[chosen], edges.a[chosen], edges.b[chosen])


def _list(links: Sequence[Link]) -> Edges:
    return Edges(
        np.array([link.step for link in links], dtype=np.int64),
        np.array([link.doubt for link in links], dtype=np.float64),
        np.array([link.a for link in links], dtype=np.int64),
        np.array([link.b for link in links], dtype=np.int64),
    )


def _read_days(engine: Engine, together: Ints) -> dict[int, Day]:
    """Read the birth dates of records in clusters that hold more than one."""
    known = engine.rows(f"DESCRIBE SELECT * FROM {RECORDS}")
    if not any(row["column_name"] == "birth_date" for row in known):
        return {}
    numbers = {"record": pa.array(np.arange(1, len(together) + 1)), "root": pa.array(together)}
    engine.add("identity together", pa.table(numbers))
    rows = engine.fetch(
        "SELECT record - 1 AS place, year(birth_date) AS y, month(birth_date) AS m, "
        f'day(birth_date) AS d FROM {RECORDS} JOIN "identity together" USING (record) '
        "WHERE birth_date IS NOT NULL QUALIFY min(birth_date) OVER (PARTITION BY root) "
        "< max(birth_date) OVER (PARTITION BY root) ORDER BY record"
    )
    columns = [rows[name].to_pylist() for name in ("place", "y", "m", "d")]
    return {place: (y, m, d) for place, y, m, d in zip(*columns, strict=True)}


def _best(n: int, edges: Edges) -> tuple[Ints, Floats]:
    """Give for each record the step and the probability of the best link that touches it."""
    step, probability = np.full(n, -1), np.ones(n)
    # Written worst first, so that the best one stays.
    order = np.lexsort((edges.doubt, edges.step))[::-1]
    ends = np.stack([edges.a[order], edges.b[order]], axis=1).ravel()
    step[ends] = np.repeat(edges.step[order], 2)
    probability[ends] = 1 - np.repeat(edges.doubt[order], 2)
    return step, probability
