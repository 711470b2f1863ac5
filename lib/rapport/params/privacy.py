"""The part of a unit's file that says what names people, what they agreed to, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from rapport.params.strict import Strict
from rapport.params.tables import Canonical

IdentifierKind = Literal[
    "name", "phone", "email", "address", "postcode", "openid", "national_id", "loyalty_id",
    "birth_date", "other",
]  # fmt: skip
Purpose = Literal[
    "analysis", "marketing_email", "marketing_sms", "marketing_app", "phone", "profiling",
    "sharing",
]  # fmt: skip
State = Literal["given", "withdrawn"]
Days = Annotated[int, Field(ge=1, le=36_525)]
# Under a contract customers may be counted and described; whoever is written to has agreed to it.
CONSENT_DEFAULT: Mapping[Purpose, State] = {
    "analysis": "given", "profiling": "given", "marketing_email": "withdrawn",
    "marketing_sms": "withdrawn", "marketing_app": "withdrawn", "phone": "withdrawn",
    "sharing": "withdrawn",
}  # fmt: skip
# Old rows of these would leave no customer, product or consent to which other rows belong.
DATED = (
    "orders", "subscriptions", "interactions", "surveys", "campaigns", "campaign_contacts",
)  # fmt: skip


class Privacy(Strict):
    """What a unit says of personal data.

    `identifiers`: source -> kind -> its column or columns, for sources beside those that
    `tables.customers` maps. `retention_days`: table -> days before the last day of the data; older
    rows are left out. `consent_default`: purpose -> what holds for a customer who said nothing.
    `purposes`: table -> what its rows are used for, as the report's readers are told.
    """

    identifiers: Mapping[str, Mapping[IdentifierKind, str | tuple[str, ...]]] = Field(
        default_factory=dict
    )
    retention_days: Mapping[Canonical, Days] = Field(default_factory=dict)
    consent_default: Mapping[Purpose, State] = Field(default_factory=lambda: dict(CONSENT_DEFAULT))
    purposes: Mapping[Canonical, tuple[Purpose, ...]] = Field(default_factory=dict)

    @field_validator("retention_days")
    @classmethod
    def _dated(cls, days: Mapping[str, int]) -> Mapping[str, int]:
        wrong = [name for name in days if name not in DATED]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} is none of {', '.join(DATED)}")
        return days

    @field_validator("consent_default")
    @classmethod
    def _whole(cls, given: Mapping[Purpose, State]) -> Mapping[Purpose, State]:
        return {**CONSENT_DEFAULT, **given}


def trust_privacy(values: Mapping[str, Any] | None) -> Privacy:
    """Take over what was validated before, without making the validators again."""
    return Privacy.model_construct(**(values or {}))
