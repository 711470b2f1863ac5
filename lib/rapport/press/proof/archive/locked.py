"""The lock as data, and the files of packages that agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapport.errors import TamperedError
from rapport.press.proof.archive.names import DIGEST
from rapport.press.proof.requires import normalise

_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9][A-Za-z0-9.+!_-]*)"
    rf"(?: ; (?:(?!--)[^#\\])+?)?(?P<hashes>(?: +--hash=sha256:{DIGEST})+) *"
)
# PEP 427: five or six parts; a name that begins with a hyphen would be an option of pip.
_WHEEL = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.]*)-(?P<version>[A-Za-z0-9][A-Za-z0-9_.!+]*)"
    r"(?:-\d[A-Za-z0-9_.]*)?-[A-Za-z0-9_.]+-[A-Za-z0-9_]+-[A-Za-z0-9_.]+\.whl"
)
_SDIST = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*)-(?P<version>\d[A-Za-z0-9_.!+]*)\.(?:tar\.gz|zip)"
)


@dataclass(frozen=True)
class Pin:
    """One version of one package, and the SHA-256 of each of its files."""

    name: str
    version: str
    hashes: frozenset[str]


def read_pins(text: str) -> list[Pin]:
    """Read a lock, or any file of requirements in the same form: pins with digests, no more.

    Raises
    ------
    TamperedError
        A line is anything else: an address, an option, another file.
    """
    pins = []
    for number, line in enumerate(text.replace("\\\n", " ").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _PIN.fullmatch(line)
        if match is None:
            raise TamperedError(f"lock: entry {number} is no pinned package with its digests.")
        hashes = frozenset(re.findall(DIGEST, match["hashes"]))
        pins.append(Pin(normalise(match["name"]), match["version"], hashes))
    return pins


def read_file_name(name: str) -> tuple[str, str] | None:
    """Give package and version of a wheel or sdist by its name; None if it is no such name.

    Examples
    --------
    >>> read_file_name("autograd_gamma-0.5.0-py3-none-any.whl")
    ('autograd-gamma', '0.5.0')
    >>> read_file_name("-r.whl") is None
    True
    """
    match = _WHEEL.fullmatch(name) or _SDIST.fullmatch(name)
    return (normalise(match["name"]), match["version"].replace("_", "-")) if match else None


def find_strangers(
    files: Mapping[str, str], pins: Iterable[Pin], built: Mapping[str, str]
) -> list[str]:
    """Name the files of packages that the lock does not know.

    Parameters
    ----------
    files : name of a wheel or sdist: its SHA-256
    pins : of the lock
    built : wheel that was built, for its package has none: the sdist among the files it is from

    Returns
    -------
    names of files that are no wheel or sdist by their name, are not of a pinned version, or whose
    digest is not the lock's; of a wheel that was built, the digest of its sdist is compared
    """
    known: dict[tuple[str, str], frozenset[str]] = {}
    for pin in pins:
        known[pin.name, pin.version] = known.get((pin.name, pin.version), frozenset()) | pin.hashes
    strangers = []
    for name, digest in files.items():
        package = read_file_name(name)
        hashes = known.get(package, frozenset()) if package else frozenset()
        source = built.get(name)
        is_built = source is not None and read_file_name(source) == package
        if (files.get(source or "", "") if is_built else digest) not in hashes:
            strangers.append(name)
    return strangers
