"""Which records a key joins: groups of records that hold the same phone, card, mail address ...

A key that more than `max_per_key` people share is a device or a family and joins nobody. A key of
a household (phone, mail, address) joins only records whose names agree: two people of one family,
or a number that was given up and is another's now, stay two customers and are reported.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from rapport.ingest.identity import clean
from rapport.ingest.identity.closure import close
from rapport.ingest.identity.records import RECORDS, VERIFIED
from rapport.params.identity import Identity
from rapport.tables.engine import Engine, identifier, quote

VALUES, GROUPS, JOINED = '"identity values"', '"identity groups"', '"identity joined"'
# More names than this under one key are a device, however alike some of them are.
NAMES_COMPARED = 30
ALIKE = 0.88  # Jaro-Winkler of two words that are taken for one, as in the model


def join_by_keys(engine: Engine, rules: Identity) -> None:
    """Make `identity joined` (`step`, `grp`, `record`) and `identity values`.

    Records of one `grp` are joined by key number `step`. `identity values` has one row per value
    of a key that several records hold: `step`, `value`, `n_records`, `n_people`, `is_split` (held
    by several people, who stay apart), `is_shared` (joins nobody).
    """
    held = {row["column_name"] for row in engine.rows(f"DESCRIBE SELECT * FROM {RECORDS}")}
    asked = " UNION ALL ".join(
        _holders(step, key.split("+"), held) for step, key in enumerate(rules.keys, start=1)
    )
    none = f"SELECT 0 AS step, '' AS value, * FROM {_bare()} WHERE false"
    engine.run(
        'CREATE OR REPLACE TEMP TABLE "identity holders" AS SELECT *, '
        f"{_is_partial()} AS is_partial FROM ({asked or none}) "
        "QUALIFY count(*) OVER (PARTITION BY step, value) > 1"
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {GROUPS} AS SELECT "
        "row_number() OVER (ORDER BY step, min(record), name_key NULLS LAST) - 1 AS g, step, "
        "value, name_key, min(tokens) AS tokens, bool_and(is_partial) AS is_partial, "
        'count(*) AS n, min(record) AS first FROM "identity holders" '
        "GROUP BY step, value, name_key"
    )
    _tell_people(engine)
    _count_values(engine, rules)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {JOINED} AS "
        "SELECT h.step, CASE WHEN v.is_household THEN p.person ELSE v.grp END AS grp, h.record "
        'FROM "identity holders" AS h '
        f"JOIN {VALUES} AS v ON h.step = v.step AND h.value = v.value AND NOT v.is_shared "
        f"JOIN {GROUPS} AS g ON h.step = g.step AND h.value = g.value "
        "AND h.name_key IS NOT DISTINCT FROM g.name_key "
        'JOIN "identity people" AS p ON p.g = g.g '
        "WHERE NOT v.is_household OR p.person IS NOT NULL"
    )


def _bare() -> str:
    return f"(SELECT record, name_key, tokens FROM {RECORDS})"


def _holders(step: int, parts: Sequence[str], held: Collection[str]) -> str:
    columns = [identifier(part) for part in parts]
    value = " || chr(31) || ".join(f"CAST({column} AS VARCHAR)" for column in columns)
    known = [f"{column} IS NOT NULL" for column in columns]
    known += [
        f"{part}_verified" for part in parts if part in VERIFIED and f"{part}_verified" in held
    ]
    return (
        f"SELECT {step} AS step, {value} AS value, record, name_key, tokens "
        f"FROM {RECORDS} WHERE {' AND '.join(known)}"
    )


def _is_partial() -> str:
    """Give SQL for a name that may be several people's: none, one word, or an initial in it."""
    initial = "list_bool_or(list_transform(tokens, lambda w: length(w) < 2))"
    han = f"regexp_matches(tokens[1], {quote(clean.HAN)})"
    return f"coalesce(length(tokens) < 2 OR (NOT {han} AND {initial}), true)"


def _alike(few: str, many: str) -> str:
    """Give SQL that is true where every word of a name stands in another, or one like it."""
    same = (
        f"(w = x OR (length(w) = 1 AND starts_with(x, w)) OR (length(w) > 3 AND "
        f"jaro_winkler_similarity(w, x) >= {ALIKE}))"
    )
    found = f"list_bool_or(list_transform({many}, lambda x: {same}))"
    return f"coalesce(list_bool_and(list_transform({few}, lambda w: {found})), true)"


def _tell_people(engine: Engine) -> None:
    """Make `identity people`: the person (a number) that each group of equal names is, if known."""
    engine.run(
        'CREATE OR REPLACE TEMP TABLE "identity names" AS SELECT * FROM '
        f"{GROUPS} QUALIFY count(*) OVER (PARTITION BY step, value) BETWEEN 2 "
        f"AND {NAMES_COMPARED}"
    )
    few = "CASE WHEN length(a.tokens) <= length(b.tokens) THEN a.tokens ELSE b.tokens END"
    many = "CASE WHEN length(a.tokens) <= length(b.tokens) THEN b.tokens ELSE a.tokens END"
    pairs = engine.fetch(
        'SELECT a.g AS a, b.g AS b FROM "identity names" AS a JOIN "identity names" AS b '
        "ON a.step = b.step AND a.value = b.value AND a.g < b.g "
        f"WHERE NOT a.is_partial AND NOT b.is_partial AND {_alike(few, many)} ORDER BY 1, 2"
    )
    (row,) = engine.rows(f"SELECT count(*) AS n FROM {GROUPS}")
    person = close(row["n"], np.asarray(pairs["a"]), np.asarray(pairs["b"]))
    numbers = {"g": pa.array(np.arange(row["n"])), "person": pa.array(person)}
    engine.add("identity persons", pa.table(numbers))
    # A name that may be several people's goes to the one person of its key that it fits.
    engine.run(
        'CREATE OR REPLACE TEMP TABLE "identity people" AS SELECT g.g, '
        "CASE WHEN f.n > 1 THEN NULL ELSE coalesce(f.person, p.person) END AS person, "
        f'g.is_partial FROM {GROUPS} AS g JOIN "identity persons" AS p ON g.g = p.g '
        f"LEFT JOIN ({_fits()}) AS f ON g.g = f.g"
    )


def _fits() -> str:
    """Give SQL of the people whom each name fits that may be several people's."""
    return (
        "SELECT a.g, min(p.person) AS person, count(DISTINCT p.person) AS n "
        'FROM "identity names" AS a JOIN "identity names" AS b '
        "ON a.step = b.step AND a.value = b.value AND NOT b.is_partial "
        'JOIN "identity persons" AS p ON p.g = b.g '
        f"WHERE a.is_partial AND {_alike('a.tokens', 'b.tokens')} GROUP BY a.g"
    )


def _count_values(engine: Engine, rules: Identity) -> None:
    household = ", ".join(
        str(step)
        for step, key in enumerate(rules.keys, start=1)
        if set(key.split("+")) <= set(rules.household_keys)
    )
    is_household = f"step IN ({household})" if household else "false"
    # Without any name nobody can tell a person's accounts from a device's.
    nameless = f"({is_household} AND n_names = 0 AND n_records > {rules.max_per_key})"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {VALUES} AS SELECT *, {is_household} AS is_household, "
        f"n_people > {rules.max_per_key} OR n_names > {NAMES_COMPARED} OR {nameless} "
        f"AS is_shared, {is_household} AND (n_people > 1 OR n_unknown > 0) AS is_split "
        "FROM (SELECT g.step, g.value, min(g.g) AS grp, sum(g.n) AS n_records, "
        "count(g.name_key) AS n_names, count(DISTINCT p.person) AS n_people, "
        "count(*) FILTER (WHERE p.person IS NULL) AS n_unknown "
        f'FROM {GROUPS} AS g JOIN "identity people" AS p ON g.g = p.g GROUP BY g.step, g.value)'
    )
