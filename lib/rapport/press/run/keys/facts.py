"""What was found in the package's modules, kept in the store between runs.

Looking through a hundred modules takes longer than planning all else. What is found in one depends
on nothing but its text and place, so it is kept by their digest; whoever deletes it only has it
looked up again.
"""

import hashlib
import sys
from pathlib import Path

from rapport.press.run.keys import code
from rapport.press.run.keys.code import Facts, Known, Package
from rapport.press.run.store import Store

NAME = "code of the package"
# A package has some hundred modules: what is beyond was left by older states of them.
MOST = 2_000


def read_facts(store: Store) -> Known:
    """Read what earlier runs found in modules."""
    kept = store.read_last(NAME) or {}
    if kept.get("by") != _finder():
        return {}
    return {at: Facts(tuple(imports), tuple(words)) for at, (imports, words) in kept["found"]}


def write_facts(store: Store, package: Package) -> None:
    """Keep what was found in modules, unless all of it is kept already."""
    if package.n_found:
        found = list(package.known.items())[-MOST:]
        store.write_last(NAME, {"by": _finder(), "found": found})


def _finder() -> str:
    """Name what looks for facts: another finder may find others."""
    own = hashlib.sha256(Path(code.__file__).read_bytes()).hexdigest()
    return f"{own} {sys.version_info.major}.{sys.version_info.minor}"
