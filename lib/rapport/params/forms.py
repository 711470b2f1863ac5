"""How numbers and dates are written in the texts of a source: declared, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

if TYPE_CHECKING:
    from rapport.params.sources import Source

# By the marks: 1,234.5 - 1,234.5 with 万, 亿 and 元 - 1.234,5 - 1 234,5 - 1'234.5.
NumberForm = Literal["english", "chinese", "german", "french", "swiss"]
NUMBER_TYPES = frozenset(["integer", "decimal"])
DATE_TYPES = frozenset(["date", "timestamp"])
NAMED_DATES = frozenset(["chinese", "serial", "serial1904"])


def _check_form(form: str) -> str:
    if form not in NAMED_DATES and "%" not in form:
        names = ", ".join(sorted(NAMED_DATES))
        raise ValueError(f"a form of dates is one of {names}, or has parts such as %Y and %d")
    return form


def _check_order(forms: tuple[str, ...]) -> tuple[str, ...]:
    for one, other in combinations(dict.fromkeys(forms), 2):
        alike = re.sub("%[dm]", "%", one) == re.sub("%[dm]", "%", other)
        if alike or {one, other} == {"serial", "serial1904"}:
            raise ValueError(f"{one} and {other} read one text as two days: state one of them")
    return forms


def _name_shape(given: Any) -> str:
    """Say what somebody meant to write, so that a message is of that alone."""
    if isinstance(given, Mapping):
        return "columns"
    return "form" if isinstance(given, str) else "forms"


DateForm = Annotated[str, Field(min_length=2, max_length=40), AfterValidator(_check_form)]
_OneForm = Annotated[DateForm, Tag("form")]
_Forms = Annotated[tuple[DateForm, ...], AfterValidator(_check_order), Tag("forms")]
_FormsOfColumn = Annotated[_OneForm | _Forms, Discriminator(_name_shape)]
_DatesOfColumns = Annotated[Mapping[str, _FormsOfColumn], Tag("columns")]
_NumbersOfColumns = Annotated[Mapping[str, NumberForm], Tag("columns")]
_OneNumberForm = Annotated[NumberForm, Tag("form")]
Numbers = Annotated[_OneNumberForm | _NumbersOfColumns, Discriminator(_name_shape)] | None
Dates = Annotated[_OneForm | _Forms | _DatesOfColumns, Discriminator(_name_shape)] | None


def list_forms(forms: str | tuple[str, ...]) -> tuple[str, ...]:
    """Give one form of dates, or several, as several."""
    return (forms,) if isinstance(forms, str) else tuple(forms)


def list_numbers(source: Source) -> dict[str, NumberForm]:
    """Give the columns whose numbers are written in a form of their own, with the form."""
    if isinstance(source.numbers, Mapping):
        return dict(source.numbers)
    form = source.numbers
    return {c: form for c, kind in source.types.items() if form and kind in NUMBER_TYPES}


def list_dates(source: Source) -> dict[str, tuple[str, ...]]:
    """Give the columns whose dates are written in forms of their own, with the forms."""
    if isinstance(source.dates, Mapping):
        return {column: list_forms(forms) for column, forms in source.dates.items()}
    forms = list_forms(source.dates) if source.dates else ()
    return {c: forms for c, kind in source.types.items() if forms and kind in DATE_TYPES}


def check_forms(source: Source) -> Source:
    """Refuse a form that stands for no column, and two kinds of form for one.

    Raises
    ------
    ValueError
        `numbers` or `dates` names no column and `types` has none either.
    """
    numbers, dates = list_numbers(source), list_dates(source)
    for name, given, found in (
        ("numbers", source.numbers, numbers),
        ("dates", source.dates, dates),
    ):
        if given and not found:
            raise ValueError(f"`{name}` needs columns: name them, or state their `types`")
    both = sorted(set(numbers) & set(dates))
    if both:
        raise ValueError(f"{', '.join(both)}: a column holds numbers or dates, not both")
    return source
