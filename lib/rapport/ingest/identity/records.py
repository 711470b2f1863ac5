"""One row per customer record as some source delivered it, in one form and in a stated order.

The order is that of first appearance: by day of registration, then by source in the unit's file,
then by number (shorter first, so that 9 stands before 10). A customer takes the number of the
first of its records, so a record that is delivered later and joins changes no customer's number.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapport.ingest.identity import clean
from rapport.ingest.identity.sounds import add_sounds
from rapport.params.identity import Identity
from rapport.tables.engine import Engine, identifier, quote

RAW, RECORDS = '"identity raw"', '"identity records"'
NUMBERS = ("national_id", "loyalty_id")
AS_WRITTEN = ("openid", "unionid")
VERIFIED = ("phone", "email")
NAMES = ("name", "given_name", "family_name")
HAN = quote(clean.HAN)
# Chinese family names of two characters.
DOUBLE = ", ".join(
    quote(name)
    for name in ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐",
                 "夏侯", "司徒", "端木", "轩辕", "独孤", "南宫", "宇文", "长孙")
)  # fmt: skip
# What of a record may be asked beside what names the person; only `city` enters the model.
DESCRIBING = ("gender", "country", "region", "city")


def make_records(engine: Engine, held: Sequence[str], rules: Identity) -> None:
    """Make the relation of records from that of raw ones.

    Parameters
    ----------
    engine : its relation RAW holds `position` (of the source), `source`, `source_id`, `id`
        (unique), `day` and the columns `held` as they were delivered
    rules : how phone numbers are completed; whether the sound of names is asked
    """
    columns = [
        f"{_cleaned(name, rules)} AS {identifier(name)}" for name in held if name not in NAMES
    ]
    engine.run(
        'CREATE OR REPLACE TEMP TABLE "identity clean" AS SELECT '
        "row_number() OVER (ORDER BY day NULLS LAST, position, length(source_id), source_id) "
        f"AS record, source, source_id, id, {', '.join([*columns, *_named(held)])} FROM {RAW}"
    )
    engine.run(
        f'CREATE OR REPLACE TEMP TABLE "identity named" AS SELECT * REPLACE ('
        f"{_given()} AS given_name, {_family()} AS family_name) "
        f'FROM (SELECT * REPLACE ({_whole()} AS name) FROM "identity clean")'
    )
    if rules.model:
        add_sounds(engine, '"identity named"')
    sound = "sound" if rules.model else "CAST(NULL AS VARCHAR)"
    joined = 'LEFT JOIN "identity sounds" USING (name)' if rules.model else ""
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {RECORDS} AS SELECT *, {_tokens()} AS tokens, "
        f"coalesce({sound}, array_to_string({_tokens()}, ' ')) AS name_key "
        f'FROM "identity named" {joined} ORDER BY record'
    )


def _cleaned(name: str, rules: Identity) -> str:
    column = identifier(name)
    if name == "phone":
        return clean.phone(
            column, calling_code=rules.calling_code or "", trunk_prefix=rules.trunk_prefix
        )
    if name == "email":
        return clean.email(column)
    if name == "birth_date":
        return clean.birth_date(column)
    if name in NUMBERS:
        return clean.number(column)
    return column if name in AS_WRITTEN or name.endswith("_verified") else clean.words(column)


def _named(held: Sequence[str]) -> Iterator[str]:
    """Give SQL for the parts of a name as delivered; one column for each of NAMES."""
    for name in NAMES:
        part = clean.words(name) if name in held else "CAST(NULL AS VARCHAR)"
        yield f"{part} AS {name}"


def _whole() -> str:
    """Give SQL for the whole name, family name first where it is Chinese."""
    solid = "nullif(concat(family_name, given_name), '')"
    parts = "nullif(concat_ws(' ', given_name, family_name), '')"
    made = f"CASE WHEN regexp_matches({solid}, {HAN}) THEN {solid} ELSE {parts} END"
    return f"coalesce(name, {made})"


def _given() -> str:
    last = r"nullif(regexp_replace(name, '\s*\S+$', ''), '')"
    family = f"CASE WHEN substr(name, 1, 2) IN ({DOUBLE}) THEN 3 ELSE 2 END"
    rest = f"nullif(substr(name, {family}), '')"
    made = f"CASE WHEN regexp_matches(name, {HAN}) THEN {rest} ELSE {last} END"
    return f"coalesce(given_name, CASE WHEN family_name IS NULL THEN {made} END)"


def _family() -> str:
    last = r"regexp_extract(name, '\S+$')"
    first = f"substr(name, 1, CASE WHEN substr(name, 1, 2) IN ({DOUBLE}) THEN 2 ELSE 1 END)"
    made = f"CASE WHEN regexp_matches(name, {HAN}) THEN {first} ELSE {last} END"
    return f"coalesce(family_name, CASE WHEN given_name IS NULL THEN {made} END)"


def _tokens() -> str:
    # Of a Chinese name the characters, of another the words: neither depends on which came first.
    return (
        f"CASE WHEN regexp_matches(name, {HAN}) "
        "THEN list_sort(string_split(name, '')) ELSE list_sort(string_split(name, ' ')) END"
    )
