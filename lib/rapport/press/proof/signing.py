"""The signing key of a run: read once before anything starts, and again by whoever signs.

The key is an OpenSSH private key of Ed25519 that its owner alone may read. The name printed on
every page is the one that stands beside it, in `FILE.allowed` (written by `rapport keys new`) or,
for a key that ssh-keygen made, the comment of `FILE.pub`: it must be known without a passphrase,
and be the same as in the trust file that is handed on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rapport.errors import ParameterError
from rapport.press.proof.trust import KIND, parse_trust, public_bytes, spell_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_VARIABLE = "RAPPORT_SIGNING_KEY"
PASSPHRASE_VARIABLE = "RAPPORT_SIGNING_PASSPHRASE"  # noqa: S105 - the name of one
LONGEST = 60  # characters of a name: it stands on every page
LARGEST = 64 * 1024
BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would turn line ends around
# What a trust file reads as a sign of its own, what is not printed, and what turns text around.
REFUSED = re.compile(r'[",*?!#\\<>\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')


@dataclass(frozen=True)
class Signer:
    """A key that signs, and the name of who holds it."""

    name: str
    key: str
    """The public key as it stands in a trust file."""
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """Give the signature of a message, 64 bytes."""
        return self.private.sign(message)


def read_signer(env: Mapping[str, str]) -> Signer | None:
    """Read the key that RAPPORT_SIGNING_KEY names; None if it names none.

    Raises
    ------
    ParameterError
        The key cannot be read, others may read it, it is of another kind, its passphrase is
        missing or wrong, or nothing beside it names the signer.
    """
    named = env.get(KEY_VARIABLE, "")
    if not named:
        return None
    path = Path(named)
    private = _load(_read_private(path), path, env.get(PASSPHRASE_VARIABLE, ""))
    key = _spell_public(private)
    return Signer(_find_name(path, key), key, private)


def write_keys(path: Path, name: str) -> Signer:
    """Make a signing key and beside it, in `FILE.allowed`, the line that trusts it.

    Raises
    ------
    ParameterError
        A file exists already or cannot be written, or the name cannot stand in a trust file.
    """
    check_name(name)
    beside = _beside(path, ".allowed")
    if beside.exists():
        raise ParameterError(f"{beside.name}: exists already. Name a new file.")
    edwards, serialization = _import()
    private = edwards.Ed25519PrivateKey.generate()
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    key = _spell_public(private)
    _write_new(path, text, 0o600)
    _write_new(beside, spell_line(name, key).encode("utf-8"), 0o644)
    return Signer(name, key, private)


def check_name(name: str) -> None:
    """Refuse a name that cannot stand in a trust file or on a page.

    Raises
    ------
    ParameterError
        It is empty, too long, or holds a sign that has a meaning there.
    """
    if not name.strip() or name != name.strip() or len(name) > LONGEST or REFUSED.search(name):
        raise ParameterError(
            f"--signer: a name has 1 to {LONGEST} characters, none of them a comma, quote, "
            'bracket, or one of * ? ! #. Write it as it shall stand on the pages, such as "Group '
            'analytics".'
        )


def _read_private(path: Path) -> bytes:
    try:
        # Not waiting for a writer: a pipe is no key, and a run must not hang on it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | BINARY)
        with os.fdopen(handle, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(LARGEST)
    except OSError as error:
        raise ParameterError(
            f"{KEY_VARIABLE}: {path.name} cannot be read ({error.strerror}). Name the file that "
            "`rapport keys new FILE` wrote."
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise ParameterError(f"{path.name}: others may read this key. Run `chmod 600` on it.")
    return text


def _load(text: bytes, path: Path, passphrase: str) -> Ed25519PrivateKey:
    edwards, serialization = _import()
    password = passphrase.encode("utf-8") or None
    try:
        private = serialization.load_ssh_private_key(text, password)
    except Exception as error:  # noqa: BLE001, RUF100 - of a library that names none
        raise ParameterError(f"{path.name}: {_explain(error, passphrase)}") from error
    if not isinstance(private, edwards.Ed25519PrivateKey):
        raise ParameterError(
            f"{path.name}: is a key of another kind. Reports are signed by {KIND}."
        )
    return cast("Ed25519PrivateKey", private)


def _explain(error: Exception, passphrase: str) -> str:
    if isinstance(error, TypeError) and passphrase:
        return f"is not encrypted. Take {PASSPHRASE_VARIABLE} away."
    if "password" in str(error).lower() and not passphrase:
        return f"is encrypted. Let {PASSPHRASE_VARIABLE} hold its passphrase."
    if type(error).__name__ == "UnsupportedAlgorithm":
        return "is encrypted as cannot be read here. Run `pip install rapport-reports[sign]`."
    if passphrase:
        return f"cannot be opened with the passphrase in {PASSPHRASE_VARIABLE}, or is damaged."
    return "holds no private key in OpenSSH's form. Make one with `rapport keys new FILE`."


def _import() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError as error:
        raise ParameterError(
            "Signing needs the extra `sign`. Run `pip install rapport-reports[sign]`, or take "
            f"{KEY_VARIABLE} away and make reports that are not signed."
        ) from error
    return ed25519, serialization


def _spell_public(private: Ed25519PrivateKey) -> str:
    _, serialization = _import()
    line = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    key = line.split()[1].decode("ascii")
    assert public_bytes(key) is not None
    return str(key)


def _find_name(path: Path, key: str) -> str:
    """Find the signer's name beside a key."""
    beside, public = _beside(path, ".allowed"), _beside(path, ".pub")
    if beside.is_file():
        trust = parse_trust(beside.read_text(encoding="utf-8"), beside.name)
        names = [line.principals[0] for line in trust.keys if line.key == key]
    elif public.is_file():
        words = public.read_text(encoding="utf-8").split(maxsplit=2)
        names = [words[2].strip()] if len(words) == 3 and words[1] == key else []
    else:
        names = []
    if not names:
        raise ParameterError(
            f"{path.name}: neither {beside.name} nor {public.name} beside it names who signs with "
            f"this key. Write the line `NAME {KIND} KEY` into {beside.name}."
        )
    check_name(names[0])
    return names[0]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except FileExistsError as error:
        raise ParameterError(f"{path.name}: exists already. Name a new file.") from error
    except OSError as error:
        raise ParameterError(f"{path.name}: cannot be written ({error.strerror}).") from error
