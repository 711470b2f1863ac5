"""The auditor's page: every case has a test that exists, every exit and grade is the program's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from rapport.cli.parsers import build_parser
from rapport.press.proof.seal.check import EXITS
from rapport.press.proof.tolerance import RELATIVE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[list[str]]:
    """Give the rows of the tables below a heading, heads and rules left out."""
    part = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [row for row in rows if not row[0].startswith("-")]


def list_tests() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_each_of_the_twenty_cases_names_a_test_that_exists():
    cases = rows_of("7. Twenty cases")[1:]
    named = [re.findall(r"`(test_\w+)`", row[-1]) for row in cases]

    assert len([row for row in cases if not row[0].startswith("*")]) == 20
    assert [row[0] for row, tests in zip(cases, named, strict=True) if not tests] == []
    assert {test for tests in named for test in tests} - list_tests() == set()


def test_the_exits_of_the_seal_are_the_programs():
    told = {row[1]: int(row[0]) for row in rows_of("1. Check the seal") if row[0].isdigit()}
    words = {"not signed": "unsigned", "no trust file": "no trust"}

    assert {words.get(name, name): code for name, code in told.items()} == EXITS


def test_the_commands_of_the_page_exist():
    (commands,) = [a.choices for a in build_parser()._actions if a.choices]
    named = {
        (words[1], words[2] if len(words) > 2 else "")
        for words in (match.split() for match in re.findall(r"`(rapport [a-z][^`]*)`", PAGE))
    }

    assert {command for command, _ in named} - commands.keys() == set()
    flags = set(re.findall(r"`(--[a-z-]+)[` ]", PAGE))
    known = {
        flag for command in commands.values() for a in command._actions for flag in a.option_strings
    }
    known |= {
        flag
        for command in commands.values()
        for group in command._actions
        if isinstance(group.choices, dict)
        for inner in group.choices.values()
        for a in inner._actions
        for flag in a.option_strings
    }
    assert flags - known == set()


def test_the_limits_of_the_page_are_those_of_a_rerun():
    spelled = {"ratio": "1e-12", "estimator": "1e-8", "iterative": "1e-6"}

    assert {kind: f"{RELATIVE[kind]:.0e}".replace("-0", "-") for kind in spelled} == spelled
    assert all(limit in PAGE for limit in spelled.values())
