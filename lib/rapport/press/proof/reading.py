"""A run's record found and read, whatever a person names it by: file, folder, number, or period."""

from __future__ import annotations

import re
from pathlib import Path

from rapport.errors import ParameterError, TamperedError, UnverifiableError
from rapport.press.proof.compare import Recorded
from rapport.press.proof.packed import spell_out
from rapport.press.proof.seal.check import check
from rapport.press.proof.seal.files import read_plain
from rapport.press.proof.shape import check_parts, check_values
from rapport.press.proof.strict import read_json

MANIFEST, VALUES = "manifest.json", "values.json"
FORMS = (".html", ".pdf")
NUMBER = re.compile(r"[0-9a-f]{6,12}")


def read_recorded(where: str, reports: Path) -> Recorded:
    """Read the record of a run.

    Parameters
    ----------
    where : a report file, a run's folder, the number of a run (six digits or more of it), or unit
        and period as `shop/2026-05`
    reports : the folder of all reports, for the last two

    Raises
    ------
    ParameterError
        There is no such report.
    TamperedError
        A report file is not the one that was sealed.
    UnverifiableError
        It was made by a later version.
    """
    path = find_report(where, reports)
    return read_file(path) if path.is_file() else read_folder(path)


def find_report(where: str, reports: Path) -> Path:
    """Find what a person named: a report file or a run's folder.

    Raises
    ------
    ParameterError
        There is none, or the number fits several.
    """
    path = Path(where)
    if path.is_file() and path.suffix.lower() in FORMS:
        return path
    folders = [path, path.parent] if path.name == MANIFEST else [path]
    if not path.exists():
        folders = [reports / where]
        if NUMBER.fullmatch(where):
            folders = sorted(reports.glob(f"*/runs/*-{where}*"))
    found = [folder for folder in folders if (folder / MANIFEST).is_file()]
    if len(found) != 1:
        raise ParameterError(
            f"{path.name}: is {'no report' if not found else 'the number of several'}. Name a "
            "report's HTML or PDF file, a run's folder, its number, or unit and period as "
            "shop/2026-05."
        )
    return found[0]


def read_file(path: Path) -> Recorded:
    """Read the record that a report file carries; see `read_recorded`."""
    seal = check(read_plain(path), None)
    if seal.verdict == "newer":
        raise UnverifiableError(f"{path.name}: was made by a later version. Use that one.")
    return Recorded(*spell_out(seal.statement))


def read_folder(folder: Path) -> Recorded:
    """Read the record that lies in a run's folder; see `read_recorded`."""
    try:
        predicate = read_json((folder / MANIFEST).read_bytes())["predicate"]
        values = read_json((folder / VALUES).read_bytes())
        check_parts(predicate)
        check_values(values)
        return Recorded(predicate, values)
    except (OSError, KeyError, TypeError, AttributeError, TamperedError) as error:
        raise ParameterError(
            f"{folder.name}: its {MANIFEST} or {VALUES} is missing or damaged. Take it from a "
            "copy, or name one of its report files."
        ) from error
