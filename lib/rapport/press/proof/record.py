"""The record of a run: its values as printed, its id, and the predicate that is sealed."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from rapport.errors import ChapterError
from rapport.press.render.notebook import LANGUAGES
from rapport.press.render.tree import shown_values


def canonical_json(content: Any) -> bytes:
    """Spell JSON in the one way that digests are taken of: sorted keys, UTF-8, no blanks."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def sha256(content: bytes) -> str:
    """Give the digest that names bytes everywhere in a record, as hex."""
    return hashlib.sha256(content).hexdigest()


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
    shown = {language: shown_values(documents[language]) for language in documents}
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


def pack(content: Any) -> str:
    """Compress JSON for the envelope (zlib in base64): digests of many files, and the values."""
    return base64.b64encode(zlib.compress(canonical_json(content), 9)).decode("ascii")


def unpack(packed: str) -> Any:
    """Give back what `pack` compressed.

    Examples
    --------
    >>> unpack(pack({"values": [1, "示例"]}))
    {'values': [1, '示例']}
    """
    return json.loads(zlib.decompress(base64.b64decode(packed)))
