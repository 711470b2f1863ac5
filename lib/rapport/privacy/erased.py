"""The list of erased customers: keyed digests of their pseudonyms, so that nobody comes back.

The list tells nobody who is on it, and a pseudonym cannot be made of it. It lies beside the store
and not in it, for a store may be thrown away and made again, and this list may not.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError
from rapport.privacy.pseudonyms import name_key


def erased_path(root: Path, unit: str) -> Path:
    """Give the path of a unit's list."""
    return root / "data" / "erased" / f"{unit}.json"


def digest_pseudonym(key: bytes, name: str) -> str:
    """Give the digest under which a pseudonym stands in the list.

    Examples
    --------
    >>> digest_pseudonym(b"k", "c1") == digest_pseudonym(b"other", "c1")
    False
    """
    return hmac.digest(key, b"erased " + name.encode("ascii"), "sha256")[:16].hex()


def read_erased(root: Path, unit: str, key: Callable[[], bytes]) -> tuple[str, ...]:
    """Read the digests of a unit's erased customers, sorted; the key is asked for if there are any.

    Raises
    ------
    ParameterError
        The list is damaged, or was made under another key, by which nobody on it would be known.
    """
    path = erased_path(root, unit)
    if not path.is_file():
        return ()
    try:
        held = json.loads(path.read_bytes())
        name, digests = str(held["key"]), tuple(sorted(map(str, held["digests"])))
    except (ValueError, KeyError, TypeError) as error:
        raise ParameterError(
            f"data/erased/{path.name}: is damaged, so nobody can tell who was erased. Take it "
            "from its backup."
        ) from error
    if digests and name != name_key(key()):
        raise ParameterError(
            f"data/erased/{path.name}: was made under another key of pseudonyms, by which the "
            "erased customers would not be known. Name that key, or erase them again under the "
            f"new one: move the list away and run `rapport erase {unit}`."
        )
    return digests


def add_erased(root: Path, unit: str, key: bytes, names: Iterable[str]) -> tuple[str, ...]:
    """Put pseudonyms on a unit's list, in one step, and give the whole list."""
    before = read_erased(root, unit, lambda: key)
    whole = sorted({*before, *(digest_pseudonym(key, name) for name in names)})
    write_private(erased_path(root, unit), {"v": 1, "key": name_key(key), "digests": whole})
    return tuple(whole)


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file for this user's eyes alone, whole or not at all, and on the disk at once.

    For one writer at a time: what a killed one left aside is written over by the next.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.fresh")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
        file.write(json.dumps(content, indent=0) + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
