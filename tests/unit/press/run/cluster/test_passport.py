import sys
from dataclasses import replace
from importlib.metadata import packages_distributions

import pytest

from rapport.press.run.cluster.passport import (
    Passport,
    Unmoved,
    find_differences,
    list_files,
    parse_passport,
    read_packages,
    read_passport,
)
from rapport.press.run.kernels.preload import PRELOADED

OURS = Passport("3.11", "linux x86_64", {"numpy": "2.4.6"}, {"a.py": "1", "b.py": "2"})


@pytest.fixture
def package(tmp_path):
    (tmp_path / "analysis" / "__pycache__").mkdir(parents=True)
    (tmp_path / "analysis" / "rfm.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "analysis" / "__pycache__" / "rfm.pyc").write_bytes(b"")
    (tmp_path / "assets" / "project").mkdir(parents=True)
    (tmp_path / "assets" / "project" / "lock").write_text("", encoding="utf-8")
    return tmp_path


def test_equal_sides_do_not_differ():
    assert find_differences(OURS, parse_passport(OURS.spell())) == []


@pytest.mark.parametrize(
    ("here", "told"),
    [
        ({"python": "3.12"}, "Python 3.12 here, 3.11 in the run"),
        ({"system": "linux aarch64"}, "system linux aarch64 here, linux x86_64 in the run"),
        ({"packages": {"numpy": "2.4.5"}}, "numpy 2.4.5 here, 2.4.6 in the run"),
        ({"packages": {}}, "numpy not installed here, 2.4.6 in the run"),
        (
            {"packages": {"numpy": "2.4.6", "rjieba": "0.2"}},
            "rjieba 0.2 here, not installed in the run",
        ),
        ({"files": {"a.py": "1", "b.py": "3"}}, "other code in `b.py`"),
        ({"files": {"a.py": "1", "b.py": "2", "c.py": "3"}}, "other code in `c.py`"),
        (
            {"files": {"c": "", "d": ""}},
            "other code in `a.py`, `b.py`, `c` and 1 more",
        ),
    ],
)
def test_a_difference_is_named(here, told):
    assert find_differences(OURS, replace(OURS, **here)) == [told]


def test_a_wheel_and_a_checkout_of_one_state_are_equal(package):
    assert list_files(package) == ["analysis/rfm.py"]


def test_the_passport_covers_whatever_kernels_import():
    owners = packages_distributions()
    tops = {name.partition(".")[0] for name in PRELOADED} - sys.stdlib_module_names
    wanted = {owner.lower() for top in tops for owner in owners[top]}

    assert wanted <= read_packages().keys()


def test_a_file_that_is_edited_added_or_removed_is_noticed(package):
    unmoved = Unmoved(package)
    assert unmoved.find_move() is None

    (package / "analysis" / "new.py").write_text("", encoding="utf-8")
    assert unmoved.find_move() == "analysis/new.py"
    (package / "analysis" / "new.py").unlink()
    (package / "analysis" / "rfm.py").write_text("x = 12\n", encoding="utf-8")
    assert unmoved.find_move() == "analysis/rfm.py"
    assert read_passport(package).files != {}
