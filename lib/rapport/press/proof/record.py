"""The record of a run: its values as printed, its id, and the predicate that is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rapport.errors import ChapterError
from rapport.press.proof.packed import canonical_json, pack, sha256, spell_out, unpack
from rapport.press.render.notebook import LANGUAGES
from rapport.press.render.walk import shown_values

__all__ = [
    "canonical_json",
    "list_values",
    "make_run_id",
    "pack",
    "sha256",
    "spell_out",
    "unpack",
]


def list_values(
    values: Iterable[Mapping[str, Any]], documents: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """List every value object with the characters that print it first in each language.

    Parameters
    ----------
    values : one mapping a value, as the bundles carry it, with its `chapter`
    documents : language -> document tree

    Returns
    -------
    one mapping a value, by id: `id, value, kind, unit, n, interval, shown {en, zh}, chapter`;
    `shown` is None in a language where the value stands in no text

    Raises
    ------
    ChapterError
        Two values share an id.
    """
    values = list(values)
    bases = {value["id"]: value["n"] for value in values if value["kind"] != "count"}
    shown = {language: shown_values(documents[language], bases) for language in documents}
    listed: dict[str, dict[str, Any]] = {}
    for value in values:
        if value["id"] in listed:
            raise ChapterError(f"value {value['id']}: is recorded twice. Give each its own id.")
        listed[value["id"]] = {
            **{key: value[key] for key in ("id", "value", "kind", "unit", "n", "interval")},
            "shown": {lang: shown.get(lang, {}).get(value["id"]) for lang in LANGUAGES},
            "chapter": value["chapter"],
        }
    return [listed[name] for name in sorted(listed)]


def make_run_id(parts: Mapping[str, Any]) -> str:
    """Give the first 12 hex of the digest of what makes a run what it is.

    Parameters
    ----------
    parts : unit, period, execution keys, render keys, digest of the values
    """
    return sha256(canonical_json(parts))[:12]
