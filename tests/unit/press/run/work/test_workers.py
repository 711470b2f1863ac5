"""What is left of a worker that was killed."""

import tempfile
from pathlib import Path

import pytest

from rapport.press.run.execute import run_tasks
from rapport.press.run.tasks import TableTask


@pytest.fixture
def short_temporary(monkeypatch):
    """Give a temporary folder of this test alone, with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="w") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_temporary_files_of_a_killed_worker_go_with_the_run(make_world, tmp_path, short_temporary):
    function = "unit.press.run.table_functions:leave_temporary_files"
    note = tmp_path / "note"
    task = TableTask("shop/x/a", "shop", None, "a", function, {"note": str(note)}, {}, ())

    (result,) = run_tasks([task], make_world(tmp_path), workers=1).values()

    assert "was killed by signal 9" in result.error.message
    assert short_temporary in Path(note.read_text(encoding="utf-8")).parents
    assert list(short_temporary.iterdir()) == []
