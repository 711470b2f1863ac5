"""Topics of comments in a unit's file."""

import pytest
from pydantic import TypeAdapter, ValidationError

from rapport.params.topics import Topic, Topics, trust_topics

NAME = {"en": "Price", "zh": "价格"}


def read(**patterns):
    return Topic.model_validate({"name": NAME, "patterns": patterns})


def test_a_topic_has_a_pattern_for_one_language_or_both():
    assert read(en=r"\bprice", zh="价格|贵").patterns == {"en": r"\bprice", "zh": "价格|贵"}
    assert read(zh="贵").patterns == {"zh": "贵"}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("a(?=b)", "no look-around"), (r"(a)\1", "no look-around"), ("(?<!a)b", "no look-around"),
        ("[", "no regular expression"), ("(a{1000}){1000}", "no regular expression"),
        ("", "at least 1 character"), (".*", "matches every text"), ("a|", "matches every text"),
        ("a" * 1_001, "at most 1000 characters"),
    ],
)  # fmt: skip
def test_a_pattern_that_cannot_be_searched_or_finds_nothing_is_refused(pattern, said):
    with pytest.raises(ValidationError, match=said):
        read(en=pattern)


def test_other_languages_and_more_than_twenty_topics_are_refused():
    with pytest.raises(ValidationError, match="Input should be 'en' or 'zh'"):
        read(fr="prix")
    many = {f"t{n}": {"name": NAME, "patterns": {"en": "x"}} for n in range(21)}
    with pytest.raises(ValidationError, match="at most 20 items"):
        TypeAdapter(Topics).validate_python(many)


def test_topics_that_were_checked_are_taken_over():
    taken = trust_topics({"price": {"name": NAME, "patterns": {"en": "price"}}})

    assert taken["price"].name.zh == "价格"
    assert trust_topics(None) == {}
