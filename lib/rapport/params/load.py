"""A unit's parameters from its files, every fault named by file and line.

`_defaults.yml` < `<unit>.yml` < files of `-f` < values of `-p`. Files are read as YAML with the
lines kept; beside a wrong name stands the nearest right one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from rapport.errors import ParameterError
from rapport.params.actions import Bounds, Decision, Plans
from rapport.params.excel import ExcelOptions
from rapport.params.files import read_yaml
from rapport.params.lists import add_exported
from rapport.params.model import Limits, UnitParams
from rapport.params.privacy import Privacy
from rapport.params.secrets import find_secrets
from rapport.params.sources import Source
from rapport.params.tables import Expect, TableMapping

UNIT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Windows opens a device under these names whatever the ending.
DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
NO_UNITS = (".actions", ".brand", ".delivery")


class Place(NamedTuple):
    """Where in which file a value stands."""

    file: str
    line: int


def check_unit_name(name: str) -> str:
    """Give the name back if it can be a unit's: file names and addresses are made from it.

    Raises
    ------
    ParameterError
        The name is not `[a-z0-9][a-z0-9-]{0,39}`, or Windows reads it as a device.
    """
    if UNIT_NAME.fullmatch(name) and name not in DEVICES:
        return name
    raise ParameterError(
        f"unit: {name[:40]!r} cannot be a unit's name. "
        "Use 1 to 40 of a-z, 0-9 and hyphens, beginning with a letter or digit."
    )


def find_root(start: Path) -> Path:
    """Find the project: the nearest folder upwards that holds `params/_defaults.yml`.

    Raises
    ------
    ParameterError
        No folder above is a project.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "params" / "_defaults.yml").is_file():
            return folder
    raise ParameterError(
        "no project here: no folder above holds params/_defaults.yml. Change into the project."
    )


def list_units(root: Path) -> list[str]:
    """Name the units of a project, in order: every `params/<unit>.yml`."""
    stems = (path.name.removesuffix(".yml") for path in (root / "params").glob("*.yml"))
    return sorted(s for s in stems if not s.startswith("_") and not s.endswith(NO_UNITS))


def load_unit(
    root: Path, name: str, *, files: Sequence[Path] = (), overrides: Mapping[str, Any] | None = None
) -> UnitParams:
    """Read one unit's parameters, later places over earlier ones.

    Parameters
    ----------
    root : the project's folder, which holds `params/`
    name : the unit
    files : YAML files that go over the unit's own, in order (`-f`)
    overrides : values that go over all files (`-p`), as text or typed

    Raises
    ------
    ParameterError
        A file is absent or not YAML, a name is unknown, a value has the wrong type or lies
        out of range: every fault at once, each with file, line and the nearest right name.
    """
    check_unit_name(name)
    own = root / "params" / f"{name}.yml"
    if not own.is_file():
        raise ParameterError(f"unit {name}: params/{name}.yml is absent.{_near_unit(root, name)}")
    values: dict[str, Any] = {}
    places: dict[tuple[str, ...], Place] = {}
    for path in (root / "params" / "_defaults.yml", own, *_plans(root, name), *files):
        read, lines = read_yaml(path)
        _keep_apart(path, read, lines)
        values |= read
        places |= {key: Place(path.name, line) for key, line in lines.items()}
    for key, value in (overrides or {}).items():
        values[key] = value
        places[(key,)] = Place("-p", 0)
    _refuse_secrets(values, places)
    return _validate(add_exported(root, values | {"name": name}), places)


def _refuse_secrets(values: Mapping[str, Any], places: Mapping[tuple[str, ...], Place]) -> None:
    """Refuse passwords before anything is said of the values: what is said may quote them."""
    found = [_find_place(path, places) for path in find_secrets(values)]
    if found:
        told = "\n".join(f"{_at(place)}{'.'.join(path)}" for path, place in found)
        raise ParameterError(
            f"{told}: looks like a password, or an address with one. Take it out, change it, and "
            "name it in the environment (docs/data.md, Databases)."
        )


def _plans(root: Path, name: str) -> list[Path]:
    path = root / "params" / f"{name}.actions.yml"
    return [path] if path.is_file() else []


def _keep_apart(path: Path, read: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]) -> None:
    """Refuse decisions outside their file, and anything else in it: one place for each."""
    is_plans = path.name.endswith(".actions.yml")
    wrong = [name for name in read if (name in Plans.model_fields) != is_plans]
    if wrong:
        at = f"{path.name} line {lines[(str(wrong[0]),)]}: {wrong[0]}"
        where = "only `actions` stands here" if is_plans else "stands in <unit>.actions.yml"
        raise ParameterError(f"{at}: {where}.")


def _validate(values: dict[str, Any], places: Mapping[tuple[str, ...], Place]) -> UnitParams:
    try:
        return UnitParams.model_validate(values)
    except ValidationError as error:
        faults = {_describe(fault, places) for fault in error.errors(include_url=False)}
    raise ParameterError("\n".join(text for _, text in sorted(faults)))


def _describe(fault: Any, places: Mapping[tuple[str, ...], Place]) -> tuple[Place, str]:
    path, place = _find_place(tuple(str(part) for part in fault["loc"]), places)
    at = _at(place)
    name = ".".join(path)
    if fault["type"] == "extra_forbidden":
        return place, f"{at}{name} is no parameter.{_nearest(path[-1])}"
    if fault["type"] == "missing":
        return place, f"{at}{name} is missing."
    return place, f"{at}{name}: {fault['msg']}."


def _find_place(
    path: tuple[str, ...], places: Mapping[tuple[str, ...], Place]
) -> tuple[tuple[str, ...], Place]:
    if path[:1] == ("tables",) and path[:3] not in places:
        path = path[:2] + path[3:]  # a table with one mapping is written without a list
    known = (places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places)
    return path, next(known, Place("", 0))


def _at(place: Place) -> str:
    return f"{place.file} line {place.line}: " if place.line else f"{place.file or 'unit'}: "


def _nearest(name: str) -> str:
    known = [
        *UnitParams.model_fields, *Source.model_fields, *TableMapping.model_fields,
        *Expect.model_fields, *Limits.model_fields, *Privacy.model_fields,
        *ExcelOptions.model_fields, *Decision.model_fields, *Bounds.model_fields,
    ]  # fmt: skip
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _near_unit(root: Path, name: str) -> str:
    near = difflib.get_close_matches(name, list_units(root), n=1)
    return f" Did you mean {near[0]}?" if near else " `rapport list` names the units."
