"""How the model compares two records, column by column: from equal to unlike, in few levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapport.ingest.identity.sounds import load_extra

# Jaro-Winkler similarities: both names of a pair written slightly otherwise.
ALIKE = (0.92, 0.88)


def compare(used: Sequence[str]) -> list[Any]:
    """Give splink's comparisons of the columns that records hold."""
    made = load_extra("splink.comparison_library")
    found = [_names()] if {"given_name", "family_name"} <= set(used) else []
    found += [_birth_date()] if "birth_date" in used else []
    if "email" in used:
        found.append(made.JaroWinklerAtThresholds("email", [0.95, 0.88]))
    found += [
        made.DamerauLevenshteinAtThresholds(name, [1])
        for name in ("phone", "national_id", "postcode") if name in used
    ]  # fmt: skip
    if "address" in used:
        found.append(made.JaroWinklerAtThresholds("address", [0.9, 0.7]))
    if "city" in used:
        # Two people of one village are likelier one than two of a capital.
        city = made.JaroWinklerAtThresholds("city", [0.9])
        found.append(city.configure(term_frequency_adjustments=True))
    return found


def _names() -> Any:
    level = load_extra("splink.comparison_level_library")
    given, family = "given_name", "family_name"

    def both(one: Any, other: Any) -> Any:
        return level.And(one, other)

    levels = [
        both(level.NullLevel(given), level.NullLevel(family)),
        both(level.ExactMatchLevel(given), level.ExactMatchLevel(family)),
        # In either order, and in Chinese by sound: 王伟, 伟王, 王炜.
        level.CustomLevel("name_key_l = name_key_r", "same names in any order, or same sound"),
        *(
            both(level.JaroWinklerLevel(given, least), level.JaroWinklerLevel(family, least))
            for least in ALIKE
        ),
        *(
            level.ExactMatchLevel(name).configure(tf_adjustment_column=name)
            for name in (family, given)
        ),
        level.ElseLevel(),
    ]
    made = load_extra("splink.comparison_library")
    return made.CustomComparison(output_column_name="names", comparison_levels=levels)


def _birth_date() -> Any:
    level = load_extra("splink.comparison_level_library")
    turned = (
        "birth_date_l = concat_ws('-', substr(birth_date_r, 1, 4), substr(birth_date_r, 9, 2), "
        "substr(birth_date_r, 6, 2))"
    )
    levels = [
        level.NullLevel("birth_date"),
        level.ExactMatchLevel("birth_date"),
        level.Or(
            level.DamerauLevenshteinLevel("birth_date", 1),
            level.CustomLevel(turned, "day and month in the other order"),
        ),
        level.DamerauLevenshteinLevel("birth_date", 2),
        level.ElseLevel(),
    ]
    made = load_extra("splink.comparison_library")
    return made.CustomComparison(output_column_name="birth_date", comparison_levels=levels)
