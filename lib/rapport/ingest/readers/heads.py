"""The names of a file's columns, as people and programs write them into its head."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapport.ingest.faults import Fault

# Not seen, but two names that look alike would differ: marks of byte order and of direction,
# blanks without width, controls. A joiner stays, as emoji and Persian names need it.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
RESERVED = frozenset(["source_file", "source_row", "source_rule", "file_row_number"])
LONGEST = 400


def name_columns(cells: Sequence[str]) -> list[str]:
    """Give the names of a head: NFC, trimmed, nothing unseen; one without a name gets a number.

    Examples
    --------
    >>> name_columns(["\ufeff id ", "", "a\u202eb"])
    ['id', 'column 2', 'ab']
    """
    names = [unicodedata.normalize("NFC", UNSEEN.sub("", cell)).strip() for cell in cells]
    return [name or f"column {number}" for number, name in enumerate(names, start=1)]


def check_columns(source: str, file: str, names: Sequence[str], *, most: int) -> list[Fault]:
    """Say what is wrong with the names of a file's columns; places are told, never the names.

    A file without a head has a customer where a name is expected.
    """
    faults = []
    if not names:
        faults.append(Fault(source, "", f"{file} has no head", "Mend the head."))
    if len(names) > most:
        found = f"{file} has {len(names):,} columns, more than {most:,}"
        faults.append(Fault(source, "", found, "State the `delimiter`, or raise `limits`."))
        return faults
    places: dict[str, list[int]] = {}
    for number, name in enumerate(names, start=1):
        places.setdefault(name.lower(), []).append(number)
    twice = [numbers for numbers in places.values() if len(numbers) > 1]
    for numbers in twice[:5]:
        listed = " and ".join(map(str, numbers[:5]))
        found = f"{file} has one name for columns {listed} (case apart)"
        faults.append(Fault(source, "", found, "Mend the head, or state `names`."))
    for name, numbers in places.items():
        if name in RESERVED:
            found = f"{file} calls column {numbers[0]} {name}, which is a name of ours"
            faults.append(Fault(source, "", found, "Rename it."))
        if len(name) > LONGEST:
            found = f"the name of column {numbers[0]} of {file} has over {LONGEST} letters"
            faults.append(Fault(source, "", found, "Mend the head, or state the `delimiter`."))
    return faults
