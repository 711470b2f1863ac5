"""`rapport init` makes a whole project from a checkout, and the wheel takes along what it needs."""

import tomllib
from pathlib import Path

import pytest

from rapport.assets.files import asset_path
from rapport.cli import main
from rapport.cli.init import FILES, KEPT_OUT, PROJECT
from rapport.params import list_units, load_unit

ROOT = Path(__file__).parents[3]


def test_a_project_has_every_chapter_the_sample_units_and_the_lock(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "deep" / "project"

    assert main(["init", str(folder)]) == 0

    assert [path.name for path in sorted((folder / "notebooks").iterdir())] == [
        path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    ]
    assert list_units(folder) == ["sample-mall", "sample-retail", "sample-saas"]
    for unit in list_units(folder):
        load_unit(folder, unit)
    assert (folder / "requirements.lock").read_bytes() == (ROOT / "requirements.lock").read_bytes()
    compile((folder / "noxfile.py").read_text(encoding="utf-8"), "noxfile.py", "exec")
    assert "data/deliveries/" in (folder / ".gitignore").read_text(encoding="utf-8")
    assert list(folder.parent.iterdir()) == [folder]
    capsys.readouterr()
    monkeypatch.chdir(folder)
    assert main(["doctor"]) == 0


def test_an_empty_folder_is_taken_and_one_with_a_file_is_not_touched(tmp_path, capsys):
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "mine.txt").write_text("mine", encoding="utf-8")

    assert main(["init", str(empty)]) == 0
    assert main(["init", str(full)]) == 2

    assert [path.name for path in full.iterdir()] == ["mine.txt"]
    assert "is there and not empty" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_where_nothing_can_be_made_it_is_said(tmp_path, capsys, name):
    (tmp_path / "file").write_text("x", encoding="utf-8")

    assert main(["init", str(tmp_path / name)]) in (1, 2)

    assert capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_wheel_takes_along_what_a_project_is_made_of_and_no_more():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert taken == {name: f"rapport/assets/{PROJECT}/{name}" for name in FILES}
    assert not any("delivery" in name for name in taken)
    assert all((ROOT / name).exists() for name in FILES)
    assert asset_path(PROJECT, "noxfile.txt").is_file()
    assert ".*" in KEPT_OUT
