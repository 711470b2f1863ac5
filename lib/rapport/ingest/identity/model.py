"""How likely two records are one person: the Fellegi-Sunter model, as splink fits it.

Chances of agreement among strangers (u) come from random pairs under a seed, among records of one
person (m) by expectation and maximisation inside two blocks, on one thread. Records are compared
where they share a block. Assumes that columns err independently of each other.

Fellegi & Sunter (1969), JASA 64(328), 1183-1210; Linacre et al. (2022), IJPDS 7(3), splink.
"""

# ruff: noqa: S608 - SQL is built of column names stated here
from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from rapport.ingest.identity.comparisons import compare
from rapport.ingest.identity.sounds import load_extra
from rapport.tables.sandbox import open_sandbox

Rules = Sequence[tuple[str, ...]]
REVIEW = 0.5
RANDOM_PAIRS = 500_000
DIGITS = 9  # of a probability: what is left when the last bits are not trusted
# Share of true pairs that the exact rules below are taken to find; it sets where EM begins.
FOUND_EXACTLY = 0.6
# A value that more records than this hold makes no block, or the pairs of a family name of
# millions would be compared.
BLOCK_LARGEST = 50
# One that this share of records holds is no birth date but what a clerk types when none is given.
CROWD = 0.002
# Compared only where this share of records has a value: of fewer, nothing can be learnt.
FILLED_LEAST = 0.01
COMPARED = (
    "given_name", "family_name", "name_key", "birth_date", "phone", "email", "address",
    "postcode", "city", "national_id",
)  # fmt: skip
YEAR = "substr(birth_date, 1, 4)"
BLOCKS = (
    ("national_id",), ("email",), ("phone",), ("birth_date",), ("name_key",), ("address",),
    ("postcode",), ("family_name",), ("given_name",), ("family_name", YEAR), ("given_name", YEAR),
    ("city", YEAR),
)  # fmt: skip
# Within these m is estimated, two of them: of what the first fixes, the second tells.
TRAINING = (
    ("birth_date",), ("email",), ("national_id",), ("given_name", "family_name"), ("phone",),
    ("postcode",),
)  # fmt: skip
# Rules whose pairs are nearly all true, to tell how rare true pairs are.
EXACT = (
    ("national_id",), ("email",), ("given_name", "birth_date"), ("family_name", "birth_date"),
    ("name_key", "phone"),
)  # fmt: skip


class Scored(NamedTuple):
    """Pairs of records with their probability, from `REVIEW` up, in the order of the pairs."""

    a: np.ndarray[Any, Any]
    b: np.ndarray[Any, Any]
    probability: np.ndarray[Any, Any]


NONE = Scored(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def score_pairs(records: pa.Table, *, seed: int) -> Scored | None:
    """Fit the model on records and score the pairs that share a block.

    Parameters
    ----------
    records : one row per record, in their order: `record` (number) and what of COMPARED there is
    seed : of the random pairs

    Returns
    -------
    None where the columns that enough records fill cannot make two blocks to learn in and four
    to compare in
    """
    used = [name for name in COMPARED if _is_filled(records, name)]
    training = _held(TRAINING, used)[:2]
    if len(training) < 2 or len(_held(BLOCKS, used)) < 4:
        return None
    with _silence():
        return _score(records.select(["record", *used]), used, training, seed)


def _is_filled(records: pa.Table, name: str) -> bool:
    if name not in records.column_names:
        return False
    n_filled: int = len(records) - records[name].null_count
    return n_filled >= max(2, FILLED_LEAST * len(records))


def _held(rules: Rules, used: Sequence[str]) -> list[tuple[str, ...]]:
    names = {YEAR: "birth_date"}
    return [rule for rule in rules if all(names.get(part, part) in used for part in rule)]


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what splink tells its developers out of the run's log and output."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _score(
    records: pa.Table, used: Sequence[str], training: Sequence[tuple[str, ...]], seed: int
) -> Scored:
    splink = load_extra("splink")
    blocks = _held(BLOCKS, used)
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=compare(used),
        blocking_rules_to_generate_predictions=[
            splink.block_on(f"block_{n}") for n in range(len(blocks))
        ],
        retain_matching_columns=False,
        linker_uid="rapport",
    )
    with open_sandbox({"given": records}) as connection:
        connection.execute(_add_blocks(used, blocks))
        api = splink.DuckDBAPI(connection=connection)
        linker = splink.Linker(api.register("records"), settings, log_level=None)
        _train(linker.training, splink.block_on, (training, _held(EXACT, used)), seed)
        found = linker.inference.predict(REVIEW - 1e-6, warning_mode="never")
        pairs = connection.sql(
            "SELECT least(record_l, record_r) AS a, greatest(record_l, record_r) AS b, "
            f"round(match_probability, {DIGITS}) AS p FROM {found.physical_name} ORDER BY 1, 2"
        ).to_arrow_table()
    a, b, p = (np.asarray(pairs[name]) for name in ("a", "b", "p"))
    return Scored(a[p >= REVIEW], b[p >= REVIEW], p[p >= REVIEW])


def _add_blocks(used: Sequence[str], blocks: Sequence[tuple[str, ...]]) -> str:
    """Give SQL that makes the relation `records`: blocks as columns, values of crowds emptied."""
    crowds = [name for name in ("birth_date", "phone", "email", "national_id") if name in used]
    most = f"greatest({BLOCK_LARGEST}, {CROWD} * (SELECT count(*) FROM given))"
    emptied = ", ".join(f"{_unless_above(name, most)} AS {name}" for name in crowds)
    made = [
        f"{_unless_above(' || chr(31) || '.join(block), str(BLOCK_LARGEST))} AS block_{n}"
        for n, block in enumerate(blocks)
    ]
    rows = f"SELECT * REPLACE ({emptied}) FROM given" if crowds else "SELECT * FROM given"
    return f"CREATE TABLE records AS SELECT *, {', '.join(made)} FROM ({rows}) ORDER BY record"


def _unless_above(value: str, most: str) -> str:
    return f"CASE WHEN count(*) OVER (PARTITION BY {value}) <= {most} THEN {value} END"


def _train(training: Any, block_on: Any, rules: tuple[Rules, Rules], seed: int) -> None:
    within, exact = rules
    if exact:
        training.estimate_probability_two_random_records_match(
            [block_on(*rule) for rule in exact], recall=FOUND_EXACTLY
        )
    training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=seed)
    for rule in within:
        training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
