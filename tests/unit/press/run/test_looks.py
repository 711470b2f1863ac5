"""A look at files tells whether they are what they were, however they were written over."""

import os

import pytest

from rapport.press.run.looks import STEP, Looks, is_as_seen, list_files, look_at, take_looks

SECOND = 10**9


@pytest.fixture
def files(tmp_path):
    """Give a folder of two files."""
    for name in ("a", "b"):
        (tmp_path / name).write_text("whole")
    return tmp_path


def take(root, *paths, after=10 * SECOND, **more):
    """Look so long after the first file was written."""
    return take_looks(root, paths, before=look_at(str(root), "a").changed + after, **more)


def overwrite(path, text="false"):
    """Write as many letters over a file and give it the time it had."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("after", [0, 10 * SECOND])
def test_files_that_nobody_touched_are_as_seen(files, after):
    looks = take(files, "a", "b", "absent", there=["b"], after=after)

    assert is_as_seen(files, looks)
    assert is_as_seen(files, Looks.read({**looks._asdict(), "paths": list(looks.paths)}))


@pytest.mark.parametrize("after", [0, 10 * SECOND])
@pytest.mark.parametrize(
    "change",
    [
        lambda at: overwrite(at / "a"),
        lambda at: (at / "a").unlink(),
        lambda at: (at / "b").replace(at / "a"),
        lambda at: (at / "absent").write_text("x"),
    ],
)
def test_files_that_were_changed_replaced_removed_or_added_are_not(files, change, after):
    (files / "b").write_text("other")
    looks = take(files, "a", "absent", after=after)

    change(files)

    assert not is_as_seen(files, looks)


def test_what_was_just_written_is_known_by_its_content(files):
    assert take(files, "a", after=STEP).contents.keys() == {"a"}
    assert take(files, "a", after=STEP + 1).contents == {}
    assert take(files, "a", after=0, sure=["a"]).contents == {}


def test_of_some_files_only_that_they_are_there_counts(files):
    looks = take(files, "a", there=["b"])

    overwrite(files / "b")
    assert is_as_seen(files, looks)
    (files / "b").unlink()
    assert not is_as_seen(files, looks)


def test_bytecode_is_not_listed(files):
    (files / "__pycache__").mkdir()
    (files / "__pycache__" / "a.pyc").write_text("x")

    assert list_files(files) == [str(files / "a"), str(files / "b")]
    assert list_files(files / "absent") == []
