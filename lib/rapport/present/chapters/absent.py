"""The chapters that a unit cannot have: what they would answer, and of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rapport.params.chapters import Lack
from rapport.present.labels import LANGUAGES, Language, label
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec, by_language
from rapport.schema import SCHEMAS

HEAD = "summary.head"
_COMMA: Mapping[Language, str] = {"en": ", ", "zh": "、"}
_OR: Mapping[Language, str] = {"en": " or ", "zh": "或"}
_AND: Mapping[Language, str] = {"en": " and ", "zh": "和"}
# What a chapter tells little without, beside what its usual table must have.
_WANTED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("profiling", "segmentation", "lifecycle", "value", "churn"), ("customer_id",)),
    "satisfaction": ("customer_id", "answered_at", "nps", "csat"),
}


def absent_table(lacks: Sequence[Lack]) -> TableSpec | None:
    """Give the table of chapters that a unit cannot have; None where it has them all.

    Parameters
    ----------
    lacks : as `params.chapters.list_lacks` gives them
    """
    if not lacks:
        return None
    columns = (
        Column("chapter", f"{HEAD}.chapter", "label", "topic"),
        Column("tables", f"{HEAD}.tables", "label", "words", words=by_language("tables")),
        Column("columns", f"{HEAD}.columns", "label", "words", words=by_language("columns")),
        Column("reason", f"{HEAD}.reason", "label", "lack"),
    )
    told = {
        f"{name}_{language}": [say(lack, language) for lack in lacks]
        for language in LANGUAGES
        for name, say in (("tables", _say_tables), ("columns", _say_columns))
    }
    frame = pd.DataFrame(lacks)[["chapter", "reason"]].assign(**told)
    title = Sentence("summary.absent_title")
    return TableSpec(id="summary.absent", columns=columns, frame=frame, title=title)


def list_columns(table: str, chapter: str) -> tuple[str, ...]:
    """Name the columns of a table that a chapter cannot do without, as a source delivers them.

    Examples
    --------
    >>> list_columns("orders", "value")
    ('order_id', 'customer_id', 'ordered_at', 'amount')
    """
    wanted = _WANTED.get(chapter, ())
    given = [column for column in SCHEMAS[table].columns if not column.derived]
    return tuple(column.name for column in given if column.required or column.name in wanted)


def _say_tables(lack: Lack, language: Language) -> str:
    one_of = _spell([f"table.{name}" for name in lack.tables], language, _OR[language])
    return _AND[language].join([one_of, *(_name(f"table.{t}", language) for t in lack.besides)])


def _say_columns(lack: Lack, language: Language) -> str:
    names = list_columns(lack.tables[0], lack.chapter)
    return _spell([f"column.{name}" for name in names], language, _COMMA[language])


def _spell(names: Sequence[str], language: Language, last: str) -> str:
    named = [label(names[0], language), *(_name(name, language) for name in names[1:])]
    return last.join(part for part in (_COMMA[language].join(named[:-1]), named[-1]) if part)


def _name(identity: str, language: Language) -> str:
    """Give a label as it stands within a sentence."""
    return label(identity, language).lower()
