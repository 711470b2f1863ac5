"""A stranger's record, sealed and unsigned, holds whatever its maker liked."""

import pytest

from rapport.cli import main
from rapport.errors import TamperedError
from rapport.press.proof.packed import pack, spell_out
from sealing import statement, unsigned

VALUE = {
    "id": "churn.rate", "value": 0.1, "kind": "ratio", "unit": "share", "n": 9, "interval": None,
    "shown": {"en": "10%", "zh": "10%"}, "chapter": "churn",
}  # fmt: skip
PARTS = {
    "tables as a list": {"tables": []},
    "a table as a text": {"tables": {"orders": "all"}},
    "code as a text": {"code": "mine"},
    "modules as a list": {"code": {"modules": []}},
    "methods as numbers": {"methods": {"churn": 1}},
    "languages as a text": {"languages": "en"},
    "canonical tables as numbers": {"canonical": [1]},
    "an environment that is nothing": {"environment": None},
}
VALUES = {
    "a number": [1],
    "a value without a name": [{**VALUE, "id": None}],
    "a value of a list for a name": [{**VALUE, "id": ["churn.rate"]}],
    "a value without a kind": [{name: VALUE[name] for name in VALUE if name != "kind"}],
    "one name for two": [VALUE, {**VALUE, "value": 0.2}],
    "an interval of three ends": [{**VALUE, "interval": [0, 1, 2]}],
    "characters that are a number": [{**VALUE, "shown": {"en": 10}}],
    "characters that are a list": [{**VALUE, "shown": ["10%"]}],
}


def told(parts, values):
    return statement(packed=pack({"values": values, **parts}))


def test_a_record_of_its_shape_is_read():
    predicate, values = spell_out(told({"tables": {"orders": {"rows": 1}}}, [VALUE]))

    assert (predicate["tables"], values) == ({"orders": {"rows": 1}}, [VALUE])


@pytest.mark.parametrize("case", PARTS)
def test_a_part_that_is_another_thing_is_refused_by_name(case):
    (name,) = PARTS[case]

    with pytest.raises(TamperedError, match=f"its part {name} is none"):
        spell_out(told(PARTS[case], [VALUE]))


@pytest.mark.parametrize("case", VALUES)
def test_values_that_are_told_otherwise_are_refused(case):
    with pytest.raises(TamperedError, match="its values are not told one by one"):
        spell_out(told({}, VALUES[case]))


@pytest.mark.parametrize("command", ["diff", "trace"])
def test_a_strangers_record_ends_no_command_in_a_traceback(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    files = []
    for number, (parts, values) in enumerate(
        [*((parts, [VALUE]) for parts in PARTS.values()), *(({}, v) for v in VALUES.values())]
    ):
        files.append(tmp_path / f"{number}.html")
        files[-1].write_bytes(unsigned(packed=pack({"values": values, **parts})))

    codes = [main([command, str(file), str(file)]) for file in files]

    assert set(codes) == {TamperedError.exit_code}
    assert "Ask for the original" in capsys.readouterr().err
