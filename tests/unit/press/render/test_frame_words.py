"""The words around the chapters, as their readers get them."""

import pytest

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
