"""The words around the chapters, as their readers get them."""

import re

import pytest

from rapport.assets.files import asset_path
from rapport.press.render.frame import read_words
from rapport.press.render.markdown import read_prose
from rapport.press.render.walk import block_runs

SOURCE = {"kind": "template", "id": "document.words"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_mark_of_weight_is_left_in_the_text(language):
    left = [
        key
        for key, words in read_words().items()
        for block in read_prose(words[language].replace("{", "").replace("}", ""), source=SOURCE)
        for run in block_runs(block)
        if "**" in run["text"]
    ]

    assert left == []


def test_every_name_of_a_value_is_read_in_both_languages():
    lines = asset_path("locale", "values.yml").read_text(encoding="utf-8").splitlines()
    listed = [line.partition(":")[0] for line in lines if not line.startswith("#")]

    named = {key: words for key, words in read_words().items() if key.startswith("value.")}

    assert list(named) == [f"value.{key}" for key in listed]
    assert all(
        words["en"] and re.search("[\u4e00-\u9fff]", words["zh"]) for words in named.values()
    )
