"""What the plans of units are made of beside their sources and the store, by content.

What all units share: the package, notebooks, lock, defaults, what was asked for. What is a unit's
own: every file in `params/` that bears its name.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from rapport.cli.planning import EXTRAS
from rapport.cli.reporting import Shape, name_signer, read_versions
from rapport.cli.self_record import FILE
from rapport.params import list_units
from rapport.press.run.looks import digest_file, list_files, look_at
from rapport.press.run.plan import World
from rapport.privacy import KEY_VARIABLE

# What anything else of `params/` than a unit's own file belongs to.
SHARED = ""


class Mark(NamedTuple):
    """What some files hold, and how they look."""

    digest: str
    states: str
    """Not kept: only within one process does it tell of an edit that was taken back."""


def group_params(root: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Give the files of `params/` by the unit whose name they bear; all others are shared.

    `<unit>.<anything>` and `notes/<unit>/<anything>` are a unit's.
    """
    params, units = root / "params", {*names, *list_units(root)}
    found: dict[str, list[str]] = {}
    for path in list_files(params):
        first, *rest = Path(path).relative_to(params).parts
        name = rest[0] if first == "notes" and len(rest) > 1 else first.partition(".")[0]
        is_own = name in units and (not rest or first == "notes")
        found.setdefault(name if is_own else SHARED, []).append(path)
    return found


def mark_own(root: Path, files: Iterable[str]) -> Mark:
    """Mark what stands in the files of a unit."""
    return _mark(root, files, {})


def mark_shared(
    root: Path, arguments: argparse.Namespace, shape: Shape, world: World, files: Iterable[str]
) -> Mark:
    """Mark all that the plans of a project's units share.

    Parameters
    ----------
    shape : formats and languages asked for
    files : of `params/` that are no unit's own
    """
    told = {
        "v": 1,
        "asked": [arguments.period, arguments.parameters, *map(list, shape)],
        "conditions": asdict(world.conditions),
        "versions": read_versions(),
        "extras": [name for names in EXTRAS.values() for name in names if find_spec(name)],
        "signer": name_signer(),
        "data": os.environ.get("RAPPORT_DATA_PATH", ""),
    }
    key = os.environ.get(KEY_VARIABLE)
    read = [
        *list_files(world.package),
        *list_files(root / "notebooks"),
        *files,
        *(str(path.absolute()) for path in arguments.files),
        str(root / "reports" / FILE),
        *([str(Path(key).absolute())] if key else []),
    ]
    return _mark(root, read, told)


def _mark(root: Path, files: Iterable[str], told: Mapping[str, Any]) -> Mark:
    listed = list(files)
    # Before they are read: an edit on the way shows as one afterwards.
    states = [look_at(str(root), path).state for path in listed]
    held = {os.path.relpath(path, root): digest_file(Path(path)) for path in listed}
    text = json.dumps([told, held], sort_keys=True, ensure_ascii=False, allow_nan=False)
    return Mark(hashlib.sha256(text.encode()).hexdigest(), "\n".join(states))
