"""What the program asks for, followed through the packages that are installed to its ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
EXTRAS = ("text",)
"""Those whose libraries make a chapter say more where they are installed."""


def normalise(name: str) -> str:
    """Spell a package's name in the one way that indexes compare.

    Examples
    --------
    >>> normalise("Autograd_Gamma")
    'autograd-gamma'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def index_packages(installed: Iterable[Distribution]) -> dict[str, Distribution]:
    """Give packages by name; of two of one name the first, which is the one that is imported."""
    packages: dict[str, Distribution] = {}
    for package in installed:
        packages.setdefault(normalise(package.metadata["Name"] or ""), package)
    return packages


def split_extras(needs: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split what a package requires into what it always does, and what it does for `EXTRAS`."""
    marked = [(need, _EXTRA.search(need)) for need in needs]
    plain = [need for need, extra in marked if extra is None]
    return plain, [need for need, extra in marked if extra and extra[1] in EXTRAS]


def read_name(need: str) -> str:
    """Give the name of the package that a requirement is of.

    Examples
    --------
    >>> read_name("Papermill[s3] >= 2 ; python_version > '3'")
    'papermill'
    """
    return _parse(need)[0]


def follow(wanted: Iterable[str], packages: Mapping[str, Distribution]) -> set[str]:
    """Name everything that these requirements lead to.

    Parameters
    ----------
    wanted : requirements, as packages state them
    packages : those that are installed, by name; what is not leads no further
    """
    ahead = [_parse(text) for text in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while ahead:
        name, extras = ahead.pop()
        if (name, extras) not in seen:
            seen.add((name, extras))
            ahead += _list_required(packages.get(name), extras)
    return {name for name, _ in seen}


def _list_required(
    package: Distribution | None, extras: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    for text in package.requires or () if package else ():
        head, _, marker = text.partition(";")
        asked = _EXTRA.search(marker)
        if asked is None or asked[1] in extras:
            yield _parse(head)


def _parse(text: str) -> tuple[str, frozenset[str]]:
    match = _NAME.match(text)
    assert match is not None
    return normalise(match[1]), frozenset(e.strip() for e in (match[2] or "").split(",") if e)
