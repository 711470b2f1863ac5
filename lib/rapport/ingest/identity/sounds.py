"""How Chinese names sound: pinyin without tones, so that 王伟 and 王炜 can be told to agree.

Readings are looked up character by character: what matters is that two people who write the same
sound alike, not how a phrase is read. Needs the extra `identity`.
"""

# ruff: noqa: S608 - SQL is built of column names stated here
from __future__ import annotations

from importlib import import_module
from typing import Any

import pyarrow as pa

from rapport.errors import ParameterError
from rapport.ingest.identity.clean import HAN
from rapport.tables.engine import Engine, quote

# As a family name these are read otherwise than in most words.
FAMILY_READINGS = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge",
    "朴": "piao", "翟": "zhai", "乐": "yue", "任": "ren", "华": "hua", "尉": "yu", "缪": "miao",
}  # fmt: skip


def load_extra(name: str) -> Any:
    """Import a library of the extra `identity`.

    Raises
    ------
    ParameterError
        It is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ParameterError(
            f"identity: `model: true` needs {name}, which is not installed. "
            'Run `pip install "rapport-reports[identity]"`, or leave `model` out.'
        ) from error


def add_sounds(engine: Engine, records: str) -> None:
    """Make the relation `identity sounds`: per Han `name` of a relation its syllables, sorted.

    Sorted, because family and given name come in either order.
    """
    names = f"SELECT DISTINCT name FROM {records} WHERE regexp_matches(name, {quote(HAN)})"
    letters = engine.fetch(
        f"SELECT DISTINCT unnest(string_split(name, '')) AS letter FROM ({names}) ORDER BY letter"
    )["letter"].to_pylist()
    read = load_extra("pypinyin").lazy_pinyin
    syllables = [FAMILY_READINGS.get(letter) or read(letter)[0] for letter in letters]
    table = {"letter": pa.array(letters, pa.string()), "syllable": pa.array(syllables, pa.string())}
    engine.add("identity readings", pa.table(table))
    engine.run(
        'CREATE OR REPLACE TEMP TABLE "identity sounds" AS '
        "SELECT name, string_agg(syllable, ' ' ORDER BY syllable) AS sound "
        f"FROM (SELECT name, unnest(string_split(name, '')) AS letter FROM ({names})) "
        'JOIN "identity readings" USING (letter) GROUP BY name'
    )
