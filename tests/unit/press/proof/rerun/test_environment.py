"""The environment at hand against the lock."""

import base64
import hashlib
from importlib.metadata import PathDistribution

import pytest

from rapport.errors import UnverifiableError
from rapport.press.proof.rerun.environment import compare_with_lock, make_environment, read_pins

LOCK = """\
# Made by a tool
tables==2.0 \\
    --hash=sha256:00
numbers==1.0 ; python_full_version == '3.11.*' \\
    --hash=sha256:00
numbers==1.1 ; python_full_version == '3.12.*' \\
    --hash=sha256:00
"""


@pytest.fixture
def site(tmp_path):
    """Give what installs a package of one file into a folder, as a wheel does."""

    def install(name, version, text="x = 1\n", needs=()):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        digest = hashlib.sha256(text.encode()).digest()
        spelled = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        needed = "".join(f"Requires-Dist: {need}\n" for need in needs)
        told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}"
        (info / "METADATA").write_text(told)
        (info / "RECORD").write_text(f"{name}.py,sha256={spelled},{len(text)}\n")
        return PathDistribution(info)

    return install


def test_a_lock_names_versions_by_package():
    assert read_pins(LOCK) == {"tables": {"2.0"}, "numbers": {"1.0", "1.1"}}


def test_packages_as_locked_are_the_locks_environment(site):
    found = compare_with_lock(LOCK, [site("tables", "2.0"), site("numbers", "1.0")])

    assert found == ([], [], [])


def test_a_package_that_the_lock_has_for_another_python_may_be_absent(site):
    assert compare_with_lock(LOCK, [site("tables", "2.0")]).other == []


def test_a_file_that_was_edited_is_named(site, tmp_path):
    packages = [site("tables", "2.0")]
    (tmp_path / "tables.py").write_text("x = 2\n", encoding="utf-8")

    assert compare_with_lock(LOCK, packages).other == ["tables: tables.py was altered"]


def test_another_version_and_a_missing_package_are_named(site):
    assert compare_with_lock(LOCK, [site("numbers", "0.9")]).other == [
        "numbers 0.9: the lock has 1.0, 1.1", "tables: not installed",
    ]  # fmt: skip


WIDER = """\
tables==2.0 \\
    --hash=sha256:00
columns==1.0 \\
    --hash=sha256:00
words==1.0 \\
    --hash=sha256:00
tests==1.0 \\
    --hash=sha256:00
"""


def test_of_the_lock_only_what_the_program_leads_to_must_be_there(site):
    needs = ["tables>=1", "tests; extra == 'lab'", "words; extra == 'text'"]
    program = site("rapport-reports", "1.0", needs=needs)
    tables = site("tables", "2.0", needs=["columns>=1"])

    found = compare_with_lock(WIDER, [program, tables])

    assert found.other == ["columns: not installed", "words: not installed"]
    assert found.absent == ["tests"]


def test_a_package_beside_the_lock_is_told_and_let_be(site):
    found = compare_with_lock(LOCK, [site("tables", "2.0"), site("games", "3.0")])

    assert found == ([], ["games 3.0"], [])


@pytest.mark.parametrize("name", ["sitecustomize.py", "stray.pth"])
def test_a_stray_file_that_python_runs_as_it_starts_is_named(site, tmp_path, name):
    packages = [site("tables", "2.0")]
    (tmp_path / name).write_text("import os\n", encoding="utf-8")

    assert compare_with_lock(LOCK, packages).other == [f"{name}: belongs to no package"]


def test_of_two_packages_of_one_name_the_first_counts(site, tmp_path):
    first, second = site("tables", "9.9"), site("numbers", "1.0")
    other = PathDistribution(tmp_path / "tables-9.9.dist-info")

    found = compare_with_lock(LOCK, [first, second, other])

    assert found.other == ["tables 9.9: the lock has 2.0"]


def test_a_lock_that_cannot_be_installed_offers_the_environment_at_hand(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("no such line of a lock ===\n", encoding="utf-8")

    with pytest.raises(UnverifiableError, match="`--env current`, which gives grade C at best"):
        make_environment(lock, tmp_path)
