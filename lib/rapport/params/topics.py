"""Topics of comments, as a unit's file declares them: a pattern for each language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from rapport.params.strict import Strict
from rapport.params.tags import TagName, TagTitle

MOST_TOPICS = 20
Pattern = Annotated[str, Field(min_length=1, max_length=1_000)]


class Topic(Strict):
    """One topic: a comment is about it if the pattern for its language occurs in it.

    Patterns are regular expressions of RE2, case set aside, searched in time linear in a comment:
    there is no look-around and no back-reference.
    """

    name: TagTitle
    patterns: Mapping[Literal["en", "zh"], Pattern] = Field(min_length=1)

    @field_validator("patterns")
    @classmethod
    def _can_be_searched(cls, patterns: Mapping[str, str]) -> Mapping[str, str]:
        for language, pattern in patterns.items():
            if _finds_nothing(pattern):
                raise ValueError(f"the pattern for {language} matches every text")
        return patterns


# Many units search for the same topics.
@lru_cache(maxsize=256)
def _finds_nothing(pattern: str) -> bool:
    """Say whether a pattern is met by a text without a character.

    Raises
    ------
    ValueError
        It is no pattern that RE2 searches.
    """
    # The same engine as searches later; loaded for units with topics alone.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    # Of its bytes: to make an array of a value, Arrow loads pandas and looks at the value.
    blank = pa.StringArray.from_buffers(1, pa.py_buffer(bytes(8)), pa.py_buffer(b""))
    try:
        found = pc.match_substring_regex(blank, pattern, ignore_case=True)
    except pa.ArrowInvalid as error:
        raise ValueError(
            "is no regular expression of RE2, which has no look-around and no back-reference"
        ) from error
    return bool(found[0].as_py())


Topics = Annotated[Mapping[TagName, Topic], Field(max_length=MOST_TOPICS)]


def trust_topics(values: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Topic]:
    """Take over topics that were validated before."""
    return {
        name: Topic.model_construct(
            name=TagTitle.model_construct(**topic["name"]), patterns=topic["patterns"]
        )
        for name, topic in (values or {}).items()
    }
