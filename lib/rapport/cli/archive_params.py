"""A unit's files of parameters against the record of a report that was made by them.

A record holds what the files came to, not the files: comments and the order of lines are nobody's.
They may rightly differ, where a run was given values by `-p` or `-f`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rapport.cli.planning import describe_unit
from rapport.cli.recorded import describe_printing
from rapport.cli.reporting import define
from rapport.errors import RapportError
from rapport.params import UnitParams, load_unit
from rapport.params.brand import read_brand
from rapport.params.notes import read_notes
from rapport.press.proof.packed import canonical_json

SETTLED = "auto"
"""Stands in a file for a number that the data settle, and that the record holds."""


def list_other_parameters(root: Path, predicate: Mapping[str, Any]) -> list[str]:
    """Name what a unit's files say otherwise than the record of its report.

    Parameters
    ----------
    root : the project that holds `params/`
    predicate : of the record

    Returns
    -------
    names of parameters, definitions and notes, as the record has them; sorted
    """
    unit = predicate["unit"]
    try:
        params, brand, notes = load_unit(root, unit), read_brand(root, unit), read_notes(root, unit)
    except RapportError as error:
        return [f"params/{unit}.yml, which cannot be used ({error})"]
    pairs = {**_pair_values(params, predicate), **_pair_definitions(params, predicate)}
    told = describe_printing({"brand": brand})
    pairs["brand"] = predicate["printing"].get("brand"), told["brand"]
    digests = {note.file: note.digest for note in notes}
    sealed = predicate.get("notes", {})
    pairs |= {f"note {file}": (digest, digests.get(file)) for file, digest in sealed.items()}
    return sorted(name for name, pair in pairs.items() if not _is_same(*pair))


def _pair_values(params: UnitParams, predicate: Mapping[str, Any]) -> dict[str, Any]:
    sealed = {**predicate["unit_parameters"], **predicate["parameters"]}
    at_hand = {**describe_unit(params), **params.chapter_values()}
    names = [n for n in sealed.keys() & at_hand.keys() if at_hand[n] != SETTLED]
    return {name: (sealed[name], at_hand[name]) for name in names}


def _pair_definitions(params: UnitParams, predicate: Mapping[str, Any]) -> dict[str, Any]:
    at_hand, sealed = define(params), predicate.get("definitions", {})
    return {f"definition of {n}": (sealed[n], at_hand.get(n)) for n in sealed}


def _is_same(sealed: Any, at_hand: Any) -> bool:
    return canonical_json(sealed) == canonical_json(at_hand)
