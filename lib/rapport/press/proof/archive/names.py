"""Names inside an archive: which may stand there, whatever system it is put back on."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from rapport.errors import TamperedError

CONTENTS, SIGNATURE = "archive.json", "archive.signature.json"
LOCK = "requirements.lock"
WHEELS, SDISTS = "wheelhouse/", "sdists/"
PINNED = "wheelhouse/requirements.txt"
PACKAGE = "lib/rapport/"
DIGEST = r"[0-9a-f]{64}"
LONGEST = 240  # characters; more than any name that an archive is made with
# Control characters, those that turn the direction of text, and what Windows reads otherwise.
_STRANGE = re.compile('[\\x00-\\x1f\\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\\\\:*?"<>|]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_UNIT = r"[a-z0-9][a-z0-9-]{0,39}"
_PLACES = tuple(
    re.compile(place)
    for place in (
        r"archive(?:\.signature)?\.json|__main__\.py|README\.(?:en|zh)\.md|README\.md|LICENSE|pyproject\.toml",
        re.escape(LOCK),
        r"lib/rapport_reports-[\w.]+\.dist-info/(?:METADATA|entry_points\.txt)",
        # No compiled code: nobody can read it, and Python would take it for its source.
        r"lib/rapport/(?!.*(?:__pycache__|\.(?:pyc|pyd|so|dll|dylib|pth)$))[\w./-]+",
        rf"params/[\w.-]+|params/notes/{_UNIT}/[\w.-]+\.md",
        r"notebooks/[^/]+\.ipynb",
        rf"reports/log\.jsonl|reports/{_UNIT}/runs/[\w-]+/(?:[a-z]+/)?[\w.-]+",
        rf"data/store/objects/[0-9a-f]{{2}}/{DIGEST}",
        r"wheelhouse/(?:requirements\.txt|[A-Za-z0-9][\w.+!-]*\.whl)",
        r"sdists/[A-Za-z0-9][\w.+!-]*\.(?:tar\.gz|zip)",
    )
)


def check_names(names: Iterable[str]) -> None:
    """Raise unless every name is one that an archive may hold, and no two are one file.

    Raises
    ------
    TamperedError
        A name leads out of the folder, is read otherwise by some system, has no place in an
        archive, or stands twice, be it in other letters.
    """
    listed = list(names)
    for name in listed:
        if not is_name(name):
            raise TamperedError(
                f"archive: {_quote(name)} is no name that an archive holds. Nothing was put back; "
                "ask for the original."
            )
    folders = {folder for name in listed for folder in PurePosixPath(_fold(name)).parents}
    both = [name for name in listed if PurePosixPath(_fold(name)) in folders]
    if both:
        raise TamperedError(
            f"archive: {_quote(both[0])} is a file and a folder. Nothing was put back; ask for the "
            "original."
        )
    twice = [name for name, times in Counter(map(_fold, listed)).items() if times > 1]
    if twice:
        raise TamperedError(
            f"archive: {_quote(twice[0])} stands there twice. Nothing was put back; ask for the "
            "original."
        )


def is_name(name: str) -> bool:
    """Say whether a name may stand in an archive.

    Examples
    --------
    >>> is_name("lib/rapport/errors.py"), is_name("lib/rapport/../../x.py"), is_name("/etc/x")
    (True, False, False)
    """
    parts = name.split("/")
    return (
        len(name) <= LONGEST
        and not _STRANGE.search(name)
        and unicodedata.is_normalized("NFC", name)
        and not any(
            part in ("", ".", "..") or part[-1] in ". " or _DEVICE.match(part) for part in parts
        )
        and any(place.fullmatch(name) for place in _PLACES)
    )


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _quote(name: str) -> str:
    return ascii(name[:60])
