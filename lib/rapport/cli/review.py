"""The list of pairs of records that the model is not sure of, for a person to decide.

It holds customer numbers as the sources write them, so it goes into a file of its own that only
its owner may read, and nowhere else. With a word in its first column it is an override file.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from rapport.errors import ParameterError
from rapport.ingest.identity.account import Account
from rapport.ingest.identity.overrides import COLUMNS

# A number that begins so would be a formula to the program in which the list is filled in.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write_review(account: Account | None, file: Path) -> str:
    """Write the list and say what it holds.

    Raises
    ------
    ParameterError
        The unit asks no model, or the file exists or cannot be written.
    """
    if account is None:
        raise ParameterError("identity: the unit joins no records, so there is nothing to review.")
    rows = account.review.to_pylist()
    plain = [row for row in rows if not any(_is_formula(str(cell)) for cell in row.values())]
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*COLUMNS, "probability"])
            writer.writerows(["", *row.values()] for row in plain)
    except OSError as error:
        raise ParameterError(
            f"{file.name}: cannot be written ({error.strerror}). Name a new file."
        ) from error
    left = len(rows) - len(plain)
    told = f", {left:,} left out, whose numbers begin like a formula" if left else ""
    return f"{file}: {len(plain):,} pairs to review{told}"


def _is_formula(cell: str) -> bool:
    return cell.startswith(FORMULAS)
