"""The part of a unit's file that says when records of several sources are one customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from rapport.params.strict import Strict

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*){0,3}$")]


class Identity(Strict):
    """When two records are one customer; without keys and model the number alone says it.

    `keys` are columns of `customers`, or several joined by `+`, in the order of their trust.
    Those made of `household_keys` alone join only records whose names agree.
    `link` is the probability from which the model joins two records; from .5 to there they are
    listed for review. `calling_code` is that of phone numbers written without one, which begin
    with `trunk_prefix`. `overrides` names a source with the columns `action` (link or never),
    `source`, `source_id`, `other_source`, `other_id`. With `own_numbers` each source numbers its
    customers for itself; `numbers_of` says whose numbers the rows of a source carry that lists no
    customers. `birth_dates: count` leaves two birth dates in one customer.
    """

    keys: tuple[Key, ...] = ()
    max_per_key: Annotated[int, Field(ge=1, le=20)] = 3
    household_keys: tuple[str, ...] = ("phone", "email", "address", "postcode")
    model: bool = False
    link: Annotated[float, Field(ge=0.9, le=0.999)] = 0.95
    max_cluster: Annotated[int, Field(ge=2, le=200)] = 20
    birth_dates: Literal["cut", "count"] = "cut"
    overrides: str | None = None
    calling_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")] | None = None
    trunk_prefix: Annotated[str, Field(pattern=r"^[0-9]{0,2}$")] = "0"
    own_numbers: bool = False
    numbers_of: Mapping[str, str] = Field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        """Say whether anything but the number joins records."""
        return bool(self.keys or self.model or self.overrides)
