import json

from rapport.press.run.chapters import Watch


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
