"""`rapport run --renderer quarto` around a stub: where its pages go, and what stays as it was.

The stub renders nothing: see `tests/unit/press/render/quarto/`.
"""

import json
import os
import sys
from pathlib import Path

import pytest

from functional.command import rapport, tree_of

STUB = Path(__file__).parents[1] / "unit" / "press" / "render" / "quarto" / "stub_quarto.py"
PLAN = {"makes": {"report.html": "<p>by a stub</p>", "report.pdf": "%PDF-1.7 by a stub"}}


def test_without_quarto_nothing_starts(made):
    before = tree_of(made.project)

    done = rapport(made.project, "run", "shop", "--renderer", "quarto", env={"PATH": "/nowhere"})

    assert done.code == 2
    assert "Quarto was not found" in done.said
    assert tree_of(made.project) == before


@pytest.mark.skipif(os.name != "posix", reason="the stub is a program by its first line")
def test_quartos_pages_lie_beside_the_sealed_report_which_stays_as_it_was(copied, tmp_path):
    program = tmp_path / "quarto"
    program.write_text(f"#!{sys.executable}\n{STUB.read_text(encoding='utf-8')}", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "plan").write_text(json.dumps(PLAN), encoding="utf-8")
    (run,) = (copied / "reports" / "shop" / "runs").iterdir()
    before = tree_of(run)

    done = rapport(copied, "run", "shop", "--renderer", "quarto", env={"QUARTO_PATH": str(program)})

    beside = copied / "reports" / "shop" / "quarto" / run.name
    assert done.code == 0, done.said
    assert sorted(path.name for path in beside.iterdir()) == [
        "report.en.html", "report.en.pdf", "report.zh.html", "report.zh.pdf",
    ]  # fmt: skip
    assert "(Quarto, not sealed)" in done.said
    assert tree_of(run) == before
