"""Words and numbers can be written without what figures and tables are made with."""

import subprocess
import sys

import pytest

HEAVY = ("matplotlib", "numpy", "pandas", "scipy", "seaborn")


@pytest.mark.parametrize("name", ["formats", "labels", "sentences", "dates", "values"])
def test_words_and_numbers_need_neither_frames_nor_figures(name):
    code = (
        f"import sys, rapport.present.{name}\n"
        f"print([heavy for heavy in {HEAVY} if heavy in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "[]\n"
