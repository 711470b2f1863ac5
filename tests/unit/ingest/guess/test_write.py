import pytest
import yaml

from rapport.ingest.guess.write import scalar

HOSTILE = [
    "a: b", "'quoted'", '"double"', "two\nlines", "carriage\rreturn", "# comment", "{flow: [1]}",
    "\u2028", "\u2029", "\x85", "\ufeff", "\x7f", "!!python/object:os.system", "%tag", "- item",
    "&anchor *alias", "NO", "null", "1e3", "back\\slash", "\u202eright to left", "🙂", "\t",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_yaml_reads_every_name_back_as_it_was(text):
    assert yaml.safe_load(f"key: {scalar(text)} # {scalar(text)}\n") == {"key": text}
    assert yaml.safe_load(f"{{{scalar(text)}: {scalar(text)}}}") == {text: text}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_in_a_comment_ends_no_line(text):
    assert yaml.safe_load(f"a: 1 # {scalar(text)}\nb: 2\n") == {"a": 1, "b": 2}
