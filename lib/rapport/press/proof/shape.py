"""The shape of a record's parts: what is read of a stranger's record is what it is taken for.

A seal that nobody signed is made by anybody, and says whatever its maker liked. What compares,
traces or computes again reads parts by their names, so they are looked at once, here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.errors import TamperedError

MAPPINGS = (
    "code", "environment", "execution", "machine", "methods", "parameters", "places", "printing",
    "rendering", "shown", "sources", "tables", "unit_parameters",
)  # fmt: skip
OF_MAPPINGS = ("methods", "places", "shown", "tables")
TEXTS = ("canonical", "formats", "languages")
INNER = {"code": ("cells", "modules"), "rendering": ("assets", "versions")}
VALUE = ("id", "value", "kind", "unit", "n", "interval", "shown", "chapter")


def check_parts(predicate: Mapping[str, Any]) -> None:
    """Raise unless every part of a record that is there is of its kind.

    Raises
    ------
    TamperedError
        One is not; the message names it.
    """
    wrong = [name for name in MAPPINGS if not _is_mapping(predicate.get(name, {}))]
    wrong += [name for name in TEXTS if not _is_texts(predicate.get(name, []))]
    for name in OF_MAPPINGS:
        if name not in wrong and not all(map(_is_mapping, predicate.get(name, {}).values())):
            wrong.append(name)
    for name, inner in INNER.items():
        part = predicate.get(name, {})
        if name not in wrong and not all(_is_mapping(part.get(each, {})) for each in inner):
            wrong.append(name)
    if wrong:
        raise TamperedError(f"record: its part {wrong[0]} is none. Ask for the original.")


def check_values(values: Sequence[Any]) -> None:
    """Raise unless every value is told in full, and each id stands once.

    Raises
    ------
    TamperedError
        A value is told otherwise, or twice.
    """
    ids = {value["id"] for value in values if _is_value(value)}
    if len(ids) != len(values):
        raise TamperedError(
            "record: its values are not told one by one, each under a name of its own. Ask for "
            "the original."
        )


def _is_value(value: Any) -> bool:
    if not _is_mapping(value) or not all(name in value for name in VALUE):
        return False
    texts = (value["id"], value["kind"], value["chapter"])
    ends, shown = value["interval"], value["shown"]
    return (
        all(isinstance(text, str) for text in texts)
        and (ends is None or (isinstance(ends, list) and len(ends) in (0, 2)))
        and _is_mapping(shown)
        and all(text is None or isinstance(text, str) for text in shown.values())
    )


def _is_mapping(part: Any) -> bool:
    return isinstance(part, Mapping)


def _is_texts(part: Any) -> bool:
    return isinstance(part, list) and all(isinstance(text, str) for text in part)
