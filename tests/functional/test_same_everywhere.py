"""The same run in two places on two machines' settings gives the same report."""

import shutil

import pytest

from functional.command import rapport
from rapport.press.proof.slot import restore_body

NAMES = [f"report.{language}.{form}" for language in ("en", "zh") for form in ("html", "pdf")]
ELSEWHERE = {
    "TZ": "Pacific/Auckland",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "4711",
    "OMP_NUM_THREADS": "2",
}


@pytest.fixture(scope="module")
def both(made, tmp_path_factory):
    """Run as usual, and in a folder with a blank and a Chinese character elsewhere."""
    project = tmp_path_factory.mktemp("place") / "b 报告"
    shutil.copytree(made.project, project, ignore=shutil.ignore_patterns("store", "reports"))
    done = rapport(project, "run", "shop", "--jobs", "1", env=ELSEWHERE)
    assert done.code == 0, done.said
    return made.report, project / "reports" / "shop" / "2026-05"


@pytest.mark.parametrize("name", NAMES)
def test_bodies_are_equal_byte_by_byte(both, name):
    here, there = (restore_body((folder / name).read_bytes()) for folder in both)

    assert here == there


def test_values_tables_and_notebooks_are_equal(both):
    here, there = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in (".parquet", ".ipynb") or path.name == "values.json"
        }
        for folder in both
    )

    assert here == there


def test_the_run_has_one_number(both):
    assert both[0].readlink() == both[1].readlink()
