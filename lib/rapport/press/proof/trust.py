"""The trust file: whose keys a reader accepts, in OpenSSH's form of `allowed_signers`.

It is the reader's own and lies outside the project, for whoever can write both the report and the
trust file can sign anything. One line a key: principals, options, `ssh-ed25519`, the key, a
comment. Keys of other kinds are left out with a word; any other line that cannot be read is an
error, since a line that is passed over in silence might be the one that takes a key back.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

from rapport.errors import ParameterError

NAMESPACE = "rapport"
TRUST_VARIABLE = "RAPPORT_TRUST"
LARGEST = 1024 * 1024
KIND = "ssh-ed25519"
OTHERS = re.compile(r"(ssh|ecdsa|sk|rsa)-[A-Za-z0-9@.-]+")
HEAD = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
WORDS = re.compile(r'(?:[^\s"]|"[^"]*")+')
OPTIONS = re.compile(r'([a-z-]+)(?:=(?:"([^"]*)"|([^",]*)))?(?:,|$)')
MOMENTS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
# What stands in a principal as a sign of its own: a pattern, not a name.
PATTERN = re.compile(r"[*?!]")


@dataclass(frozen=True)
class TrustedKey:
    """One line of a trust file."""

    principals: tuple[str, ...]
    """Names or patterns; one that begins with ! takes names away."""
    key: str
    """As it stands in the file, base64."""
    namespaces: tuple[str, ...] = ()
    """What it may sign; nothing said means everything."""
    valid_after: datetime | None = None
    valid_before: datetime | None = None
    line: int = 0


@dataclass(frozen=True)
class Trust:
    """A trust file as it was read."""

    keys: tuple[TrustedKey, ...]
    notes: tuple[str, ...] = ()
    """What was left out of account, in words for a person."""


@dataclass(frozen=True)
class Match:
    """What a trust file says of one key."""

    signer: str | None
    """The name it gives the key; None if it does not accept the key."""
    reason: str = ""
    """Why not, in words for a person."""


def parse_trust(text: str, name: str = "trust file") -> Trust:
    """Read lines in the form of `allowed_signers`.

    Parameters
    ----------
    text : its content
    name : what messages call it

    Raises
    ------
    ParameterError
        A line cannot be read; the message names all of them by number.

    Examples
    --------
    >>> parse_trust("# nobody yet").keys
    ()
    """
    keys: list[TrustedKey] = []
    notes: list[str] = []
    wrong: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _read_line(line, number)
        if isinstance(found, TrustedKey):
            keys.append(found)
        else:
            (notes if found.startswith("a key") else wrong).append(f"line {number}: {found}")
    if wrong:
        raise ParameterError(
            f'{name}: {"; ".join(wrong)}. Write `NAME namespaces="{NAMESPACE}" {KIND} KEY`.'
        )
    return Trust(tuple(keys), tuple(f"{name}, {note}" for note in notes))


def find_key(trust: Trust, key: str, *, claimed: str, at: datetime | None) -> Match:
    """Say whose key it is, if the file accepts it.

    Parameters
    ----------
    key : base64, as in the file
    claimed : the name that the report gives its signer
    at : when it was signed, by the signer's word; None if that is not known
    """
    reason = "the trust file does not list it"
    for line in trust.keys:
        if line.key == key:
            reason = _reject(line, at)
            if not reason:
                return Match(claimed if _matches(line.principals, claimed) else _name(line))
    return Match(None, reason)


def fingerprint(key: str) -> str:
    """Give the short name of a public key that OpenSSH shows, too."""
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def public_bytes(key: str) -> bytes | None:
    """Give the 32 bytes of a public key; None if it is no Ed25519 key in OpenSSH's form."""
    try:
        content = base64.b64decode(key, validate=True)
    except ValueError:
        return None
    is_known = content[: len(HEAD)] == HEAD and len(content) == len(HEAD) + 32
    is_spelled = base64.b64encode(content).decode("ascii") == key
    return content[len(HEAD) :] if is_known and is_spelled else None


def spell_line(name: str, key: str) -> str:
    r"""Write the line by which a trust file accepts a key.

    Examples
    --------
    >>> spell_line("Group analytics", "AAAA")
    '"Group analytics" namespaces="rapport" ssh-ed25519 AAAA\n'
    """
    principal = f'"{name}"' if re.search(r"\s", name) else name
    return f'{principal} namespaces="{NAMESPACE}" {KIND} {key}\n'


def _read_line(line: str, number: int) -> TrustedKey | str:
    """Read one line, or say what is wrong with it; a key of another kind is "a key ..."."""
    words = WORDS.findall(line)
    principals = words.pop(0).replace('"', "") if words else ""
    options = words.pop(0) if words and words[0] != KIND and not OTHERS.fullmatch(words[0]) else ""
    is_key = len(words) > 1 and (words[0] == KIND or OTHERS.fullmatch(words[0]))
    if not is_key or not principals or line.count('"') % 2:
        return "is no line of a trust file"
    if words[0] != KIND:
        return f"a key of the kind {words[0][:40]} cannot sign reports and was left out"
    if public_bytes(words[1]) is None:
        return "holds no whole key"
    try:
        return TrustedKey(
            tuple(principals.split(",")), words[1], line=number, **_read_options(options)
        )
    except KeyError as error:
        return str(error.args[0])


def _read_options(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    end = 0
    while end < len(text):
        option = OPTIONS.match(text, end)
        if option is None:
            raise KeyError("has an option that cannot be read")
        end = option.end()
        name, value = option[1], option[2] if option[2] is not None else option[3]
        if name == "namespaces" and value:
            found["namespaces"] = tuple(value.split(","))
        elif name in ("valid-after", "valid-before") and value:
            found[name.replace("-", "_")] = _read_moment(value)
        else:
            raise KeyError(f"has the option {name}, which is not known here")
    return found


def _read_moment(text: str) -> datetime:
    digits = text[:-1] if text.endswith("Z") else text
    try:
        # Without Z OpenSSH takes the clock of wherever it runs; a verdict must not depend on it.
        return datetime.strptime(digits, MOMENTS[len(digits)]).replace(tzinfo=timezone.utc)  # noqa: UP017
    except (KeyError, ValueError):
        raise KeyError("has a date that is not spelled YYYYMMDD or YYYYMMDDHHMMSSZ") from None


def _reject(line: TrustedKey, at: datetime | None) -> str:
    if line.namespaces and not _matches(line.namespaces, NAMESPACE):
        return "the trust file accepts it for other things than reports"
    if at is None and (line.valid_after or line.valid_before):
        return "the trust file accepts it for a time, and the report does not say when it was made"
    if at and line.valid_after and at < line.valid_after:
        return "the trust file accepts it only for later reports"
    if at and line.valid_before and at >= line.valid_before:
        return "the trust file accepts it only for earlier reports"
    return ""


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    taken = any(_fits(name, p[1:]) for p in patterns if p.startswith("!"))
    return not taken and any(_fits(name, p) for p in patterns if not p.startswith("!"))


def _fits(name: str, pattern: str) -> bool:
    # OpenSSH knows * and ? alone; a bracket is a character like any other.
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _name(line: TrustedKey) -> str:
    plain = [name for name in line.principals if not PATTERN.search(name)]
    return plain[0] if plain else ",".join(line.principals)
