"""How numbers and dates are written in the texts of a source: declared, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

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


def _check_order(forms: str | tuple[str, ...]) -> str | tuple[str, ...]:
    for one, other in combinations(dict.fromkeys(list_forms(forms)), 2):
        alike = re.sub("%[dm]", "%", one) == re.sub("%[dm]", "%", other)
        if alike or {one, other} == {"serial", "serial1904"}:
            raise ValueError(f"{one} and {other} read one text as two days: state one of them")
    return forms


DateForm = Annotated[str, Field(min_length=2, max_length=40), AfterValidator(_check_form)]
DateForms = Annotated[DateForm | tuple[DateForm, ...], AfterValidator(_check_order)]
Numbers = NumberForm | Mapping[str, NumberForm] | None
Dates = DateForms | Mapping[str, DateForms] | None


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
