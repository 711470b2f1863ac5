"""The long tests can be run in parts, which together are all of them."""

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def read_parts():
    """Read the parts from the sessions, whose tool tests do not need."""
    for statement in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "THOROUGH":
            return ast.literal_eval(statement.value)
    raise AssertionError("noxfile.py names no parts")


def collect(part):
    """Name the tests of this small file that pytest would run."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/unit/test_sessions.py"],
        cwd=ROOT, env=os.environ | {"RAPPORT_TEST_PART": part}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [line.rpartition("::")[2] for line in done.stdout.splitlines() if "::" in line]


def test_parts_of_the_long_tests_are_there_and_none_is_in_two():
    paths = [path for paths in read_parts().values() for path in paths]

    assert [path for path in paths if not (ROOT / "tests" / path).exists()] == []
    assert len(set(paths)) == len(paths)


def test_every_test_with_a_long_form_is_in_a_part_or_is_short_enough_for_the_rest():
    known = [ROOT / "tests" / path for paths in read_parts().values() for path in paths]
    long = [
        path
        for path in sorted((ROOT / "tests" / "functional").glob("test_*.py"))
        if "RAPPORT_TEST_SHARE" in path.read_text(encoding="utf-8")
    ]

    assert [path.name for path in long if path not in known] == []


def test_numbered_parts_hold_every_test_once():
    names = [name for name in globals() if name.startswith("test_")]

    assert sorted([*collect("1/2"), *collect("2/2")]) == sorted(names)
