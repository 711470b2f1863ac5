"""Assets are found from a checkout and from a wheel, and all of them are shipped."""

import tomllib
from pathlib import Path

import pytest
import yaml

from rapport.assets.files import asset_path, font_paths, locale_paths

ROOT = Path(__file__).parents[2]


def test_assets_lie_inside_the_package():
    assert asset_path("fonts").parent == ROOT / "lib" / "rapport" / "assets"


def test_there_are_two_fonts_in_two_weights_latin_first():
    assert [path.name.split("-")[0] for path in font_paths()] == [
        "NotoSans", "NotoSans", "NotoSansSC", "NotoSansSC",
    ]  # fmt: skip
    assert all(path.is_file() for path in font_paths())


def test_locale_files_come_in_the_order_of_their_names():
    paths = locale_paths("sentences.")

    assert paths == sorted(paths)
    assert {path.stem for path in paths} >= {"sentences.summary", "sentences.ingestion"}


@pytest.mark.parametrize("path", locale_paths(""), ids=lambda path: path.name)
def test_every_locale_file_is_utf_8_yaml_with_both_languages(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))

    def check(node):
        for value in node.values():
            if isinstance(value, dict) and {"en", "zh"} & value.keys():
                assert {"en", "zh"} <= value.keys(), value
            elif isinstance(value, dict):
                check(value)

    if path.name != "digits.yml":  # names of things that a sentence may hold a digit of
        check(content)


def test_the_wheel_takes_the_whole_package_and_both_licences():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["lib/rapport"]
    for licence in project["project"]["license-files"]:
        assert (ROOT / licence).is_file()
