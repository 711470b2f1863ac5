"""Keyed pseudonyms: the names under which customers appear in every table.

A pseudonym is an HMAC under a key that never leaves its file, so nobody without the key can find
a customer by trying numbers. It protects against readers of reports and tables, not against the
holder of the key.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from rapport.errors import ParameterError

KEY_VARIABLE = "RAPPORT_PSEUDONYM_KEY"
KEY_BYTES = 32
# Tables that name people: no chapter reads them, and no report, draft or log tells of them.
PRIVATE = ("identifiers",)
# Known to everybody: sample units hold invented or published people, and their reports must come
# out equal everywhere.
SAMPLE_KEY = b"rapport sample units: public key"
HEAD = "rapport pseudonym key 1 "


def pseudonym(key: bytes, text: str) -> str:
    """Give the name under which a customer appears: "c" and 32 hexadecimal digits.

    Examples
    --------
    >>> pseudonym(SAMPLE_KEY, "13085") == pseudonym(SAMPLE_KEY, "13085")
    True
    """
    return "c" + hmac.digest(key, text.encode("utf-8"), "sha256")[:16].hex()


def pseudonyms(key: bytes, texts: Sequence[str]) -> list[str]:
    """Give the pseudonym of every text, in order."""
    return [pseudonym(key, text) for text in texts]


def is_pseudonym(text: str) -> bool:
    """Say whether a text has the form of a pseudonym.

    Examples
    --------
    >>> is_pseudonym(pseudonym(SAMPLE_KEY, "13085")), is_pseudonym("13085")
    (True, False)
    """
    return re.fullmatch("c[0-9a-f]{32}", text) is not None


def name_key(key: bytes) -> str:
    """Give a name of a key that tells nothing of it: another key has another name."""
    return hmac.digest(key, b"name of the key", "sha256").hex()[:16]


def write_key(path: Path) -> None:
    """Write a new random key, readable by its owner alone.

    Raises
    ------
    ParameterError
        The file exists (a lost key cuts every customer's history) or cannot be written.
    """
    text = f"{HEAD}{secrets.token_hex(KEY_BYTES)}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise ParameterError(f"{path.name}: exists already. Name a new file.") from error
    except OSError as error:
        raise ParameterError(f"{path.name}: cannot be written ({error.strerror}).") from error


def read_key(env: Mapping[str, str]) -> bytes:
    """Read the key from the file that RAPPORT_PSEUDONYM_KEY names.

    Raises
    ------
    ParameterError
        The variable is not set, the file cannot be read, holds no key, or others may read it.
    """
    named = env.get(KEY_VARIABLE, "")
    if not named:
        raise ParameterError(
            f"{KEY_VARIABLE} is not set, so customers cannot be given pseudonyms. Make a key with "
            "`rapport keys pseudonym FILE` and let the variable name that file."
        )
    path = Path(named)
    try:
        text = path.read_text(encoding="ascii")
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(
            f"{KEY_VARIABLE}: {path.name} cannot be read. Name the file that "
            "`rapport keys pseudonym FILE` wrote."
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise ParameterError(f"{path.name}: others may read this key. Run `chmod 600` on it.")
    return _key_of(text, path.name)


def _key_of(text: str, name: str) -> bytes:
    digits = text.strip().removeprefix(HEAD)
    if not text.startswith(HEAD) or len(digits) != 2 * KEY_BYTES:
        raise ParameterError(
            f"{name}: holds no pseudonym key. Make one with `rapport keys pseudonym FILE`."
        )
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise ParameterError(f"{name}: the key is damaged. Take it from its backup.") from error
