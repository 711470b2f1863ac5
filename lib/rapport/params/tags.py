"""Tags of customers, as a unit's file declares them: condition, meaning, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from rapport.params.strict import Strict

# More tags than these nobody keeps in mind.
MOST_TAGS = 29
TagName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class TagText(Strict):
    """A sentence in both languages."""

    en: str = Field(min_length=1, max_length=160)
    zh: str = Field(min_length=1, max_length=80)


class TagTitle(Strict):
    """A name in both languages: a tag's, or a department's."""

    en: str = Field(min_length=1, max_length=40)
    zh: str = Field(min_length=1, max_length=20)


class Tag(Strict):
    """One tag: it holds for the customers who meet `when`.

    `when` is one SQL expression over measures of customers (docs/methods/tags.md); `owner` is the
    department that answers for its definition.
    """

    when: str = Field(min_length=1, max_length=1_000)
    name: TagTitle
    description: TagText
    owner: TagTitle


Tags = Annotated[Mapping[TagName, Tag], Field(max_length=MOST_TAGS)]


def trust_tags(values: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Tag]:
    """Take over tags that were validated before."""
    return {name: _trust(tag) for name, tag in (values or {}).items()}


def _trust(tag: Mapping[str, Any]) -> Tag:
    title = TagTitle.model_construct(**tag["name"])
    description = TagText.model_construct(**tag["description"])
    owner = TagTitle.model_construct(**tag["owner"])
    return Tag.model_construct(when=tag["when"], name=title, description=description, owner=owner)
