"""Parameter files hold what YAML says they hold."""

from pathlib import Path

import pytest
import yaml

from rapport.errors import ParameterError
from rapport.params.files import read_yaml

PARAMS = Path(__file__).parents[3] / "params"
DRAWN = {
    "words": "a: 'no'\nb: no\nc: ~\nd:\ne: \"1\"\nf: 0x1f\n1: one\n2.5: x\ntrue: y\n",
    "numbers": "a: 1\nb: 1.0\nc: -.inf\nd: 1e3\ne: 0o17\nf: 1_000\ng: 017\n",
    "days": "a: 2026-06-30\nb: [2026-06-30 12:00:00, 12:30]\n",
    "merged mappings": "a: &x {b: 1, c: [2]}\nd: {<<: *x, b: 3}\ne: *x\n",
    "tags": "a: !!str 1\nb: !!set {x, y}\nc: !!float 1\nd: !!binary aGk=\n",
    "keys of several words": "? [a, b]\n: 1\n",
    "nothing": "a: []\nb: {}\nc: ''\n",
}


@pytest.mark.parametrize("path", sorted(PARAMS.glob("*.yml")), ids=lambda path: path.name)
def test_every_file_of_the_repository_is_read_as_yaml_reads_it(path):
    assert repr(read_yaml(path)[0]) == repr(yaml.safe_load(path.read_text(encoding="utf-8")) or {})


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_whatever_yaml_knows_is_read_as_it_reads_it(tmp_path, name):
    (tmp_path / "x.yml").write_text(DRAWN[name], encoding="utf-8")

    try:
        expected = repr(yaml.safe_load(DRAWN[name]))
    except yaml.MarkedYAMLError:
        with pytest.raises(ParameterError, match="not YAML"):
            read_yaml(tmp_path / "x.yml")
    else:
        assert repr(read_yaml(tmp_path / "x.yml")[0]) == expected


def test_a_name_that_stands_twice_is_refused(tmp_path):
    (tmp_path / "x.yml").write_text("a: 1\nb: 2\na: 3\n", encoding="utf-8")

    with pytest.raises(ParameterError, match=r"x\.yml line 3: a stands there twice"):
        read_yaml(tmp_path / "x.yml")
