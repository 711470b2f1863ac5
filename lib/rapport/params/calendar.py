"""The part of a unit's file that says how its years are cut and which public holidays it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from rapport.params.strict import Strict


class Calendar(Strict):
    """Fiscal years, weeks and public holidays of a unit (docs/methods/calendar.md).

    `year_starts`: month in which the fiscal year begins; 1 without `weeks` is the civil year.
    `year_named`: by the calendar year in which it ends or starts. `weeks`: none, or the weeks of
    the three periods of a quarter. `week_starts`: first day of such a week. `week_rule`: the year
    begins on the first day of a week that is nearest to the first of its month, or the last one
    that is no later. `holidays`: public holidays of England and Wales (gb-eng), Scotland (gb-sct),
    Northern Ireland (gb-nir) or China (cn).
    """

    year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    year_named: Literal["end", "start"] = "end"
    weeks: Literal["none", "4-4-5", "4-5-4", "5-4-4"] = "none"
    week_starts: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    week_rule: Literal["nearest", "last"] = "nearest"
    holidays: Literal["none", "gb-eng", "gb-sct", "gb-nir", "cn"] = "none"


def trust_calendar(values: Mapping[str, Any] | None) -> Calendar:
    """Take over what was validated before, without making the validators again."""
    return Calendar.model_construct(**(values or {}))
