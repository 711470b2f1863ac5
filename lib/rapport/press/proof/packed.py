"""The long parts of a record, packed so that they fit its slot, and never unpacked without end."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from rapport.errors import TamperedError
from rapport.press.proof.shape import check_parts, check_values
from rapport.press.proof.strict import read_json

LARGEST = 8 * 1024 * 1024
"""Bytes; a slot holds 256 KiB, and what people record packs to a tenth, not to a hundredth."""


def canonical_json(content: Any) -> bytes:
    """Spell JSON in the one way that digests are taken of: sorted keys, UTF-8, no blanks."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def sha256(content: bytes) -> str:
    """Give the digest that names bytes everywhere in a record, as hex."""
    return hashlib.sha256(content).hexdigest()


def pack(content: Any) -> str:
    """Compress JSON for the envelope (zlib in base64): digests of many files, and the values."""
    return base64.b64encode(zlib.compress(canonical_json(content), 9)).decode("ascii")


def unpack(packed: str) -> Any:
    """Give back what `pack` compressed.

    Raises
    ------
    TamperedError
        It is damaged, or would unpack to more than any record holds.

    Examples
    --------
    >>> unpack(pack({"values": [1, "示例"]}))
    {'values': [1, '示例']}
    """
    opened = zlib.decompressobj()
    try:
        text = opened.decompress(base64.b64decode(packed, validate=True), LARGEST)
    except (ValueError, TypeError, zlib.error) as error:
        raise TamperedError("record: its packed part is damaged. Ask for the original.") from error
    if not opened.eof or opened.unused_data:
        raise TamperedError("record: its packed part is cut off or far too large.")
    return read_json(text)


def spell_out(statement: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """Give a sealed statement's predicate as `manifest.json` has it, and the values.

    Raises
    ------
    TamperedError
        The packed part cannot be read, or a part is not what its name says.
    """
    predicate = dict(statement["predicate"])
    packed = unpack(predicate.pop("packed", ""))
    if not isinstance(packed, dict) or not isinstance(packed.get("values"), list):
        raise TamperedError("record: its packed part is not a run's. Ask for the original.")
    values = packed.pop("values")
    told = {**predicate, **packed}
    check_parts(told)
    check_values(values)
    return told, values
