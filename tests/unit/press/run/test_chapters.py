import json

from rapport.press.run.chapters import Watch, shorten_traceback


def test_a_long_execution_is_saved_now_and_then(tmp_path):
    told = []
    notebook = {"cells": [{"cell_type": "code"}, {"cell_type": "code"}]}
    watch = Watch(tmp_path, lambda *cell: told.append(cell), every=0)
    watch.start(notebook)
    notebook["cells"][0]["outputs"] = ["客户"]

    watch.cell_done(cell_index=0, cell={}, execute_reply={})

    assert json.loads((tmp_path / "partial.ipynb").read_text(encoding="utf-8")) == notebook
    assert told == [(1, 2)]


def test_a_short_execution_is_not_saved_on_the_way(tmp_path):
    watch = Watch(tmp_path, lambda *_: None, every=60)
    watch.start({"cells": [{}]})

    watch.cell_done(cell_index=0)

    assert list(tmp_path.iterdir()) == []


DEEP = [
    "-----",
    "KeyError                       Traceback (most recent call last)",
    "Cell In[3], line 2",
    "      1 import pandas",
    "\x1b[32m----> 2 \x1b[0mscores = score_rfm(customers)",
    "",
    *(f"File frame.py:{n}, in f()" for n in range(20)),
    "KeyError: 'spend'",
]


def test_a_deep_traceback_keeps_the_line_of_the_cell_and_the_end():
    shown = shorten_traceback("\n".join(DEEP))

    assert len(shown) == 10
    assert shown[0] == "----> 2 scores = score_rfm(customers)"
    assert shown[-1] == "KeyError: 'spend'"


def test_a_short_traceback_is_shown_as_it_is():
    assert shorten_traceback("a\nCell In[1], line 1\n----> 1 x\nNameError: x") == (
        "a", "Cell In[1], line 1", "----> 1 x", "NameError: x",
    )  # fmt: skip
