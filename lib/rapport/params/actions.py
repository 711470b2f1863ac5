"""What a unit decided, aims at and wants to be told of: `params/<unit>.actions.yml` and more.

Decisions stand in a file of their own, because others than analysts keep it; targets and limits
of alerts stand in the unit's file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from rapport.params.strict import Strict

Figure = Literal[
    "net", "active", "frequency", "aov", "repurchase", "churn", "nps", "value", "return_rate",
    "top_share", "identified_share",
]  # fmt: skip
"""A key figure, as the summary names them."""
Finite = Annotated[float, Field(allow_inf_nan=False)]
Targets = Mapping[Figure, Annotated[float, Field(gt=0, allow_inf_nan=False)]]


class Words(Strict):
    """One line of a person's own words in both languages; one text alone stands for both."""

    en: str = Field(min_length=1, max_length=120)
    zh: str = Field(min_length=1, max_length=120)

    @model_validator(mode="before")
    @classmethod
    def _one_text_is_both(cls, given: Any) -> Any:
        return {"en": given, "zh": given} if isinstance(given, str) else given

    @field_validator("en", "zh")
    @classmethod
    def _is_one_plain_line(cls, text: str) -> str:
        # Line ends, tabs, and signs that turn or hide text: a table's cell shows what stands there.
        hidden = {sign for sign in text if unicodedata.category(sign) in _UNSEEN}
        if hidden:
            points = ", ".join(sorted(f"U+{ord(sign):04X}" for sign in hidden))
            raise ValueError(f"holds {points}, which no reader sees. Write one plain line")
        kept = unicodedata.normalize("NFC", text).strip()
        if not kept:
            raise ValueError("holds no word")
        return kept


_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


class Decision(Strict):
    """Something decided: what, by whom (a role, no person's name), and what shall tell.

    `measure` is the key figure that it was to move; `decided` and `due` are days. `campaign` is
    the id of the campaign that carried it out, where one did.
    """

    decision: Words
    owner: Words
    measure: Figure
    decided: date
    due: date
    campaign: Annotated[str | None, Field(min_length=1, max_length=100)] = None

    @model_validator(mode="after")
    def _due_follows(self) -> Decision:
        if self.due < self.decided:
            raise ValueError(f"due {self.due} lies before decided {self.decided}")
        return self


class Bounds(Strict):
    """Where a key figure shall not go without word: below, above, or either."""

    below: Finite | None = None
    above: Finite | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Bounds:
        if self.below is None and self.above is None:
            raise ValueError("names neither `below` nor `above`")
        if self.below is not None and self.above is not None and self.below >= self.above:
            raise ValueError(f"below {self.below:g} does not lie under above {self.above:g}")
        return self


class Plans(Strict):
    """The content of `params/<unit>.actions.yml`."""

    actions: tuple[Decision, ...] = Field(default=(), max_length=50)


def trust_decisions(values: Any) -> tuple[Decision, ...]:
    """Take over decisions that were validated before, as JSON, without making the validators."""
    return tuple(
        Decision.model_construct(
            decision=Words.model_construct(**each["decision"]),
            owner=Words.model_construct(**each["owner"]),
            measure=each["measure"],
            decided=date.fromisoformat(each["decided"]),
            due=date.fromisoformat(each["due"]),
            campaign=each.get("campaign"),
        )
        for each in values or ()
    )


def trust_bounds(values: Mapping[str, Any] | None) -> dict[str, Bounds]:
    """Take over limits of alerts that were validated before."""
    return {name: Bounds.model_construct(**each) for name, each in (values or {}).items()}
