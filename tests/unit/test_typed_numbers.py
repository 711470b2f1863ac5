"""No number is typed by hand where a report takes its words from; found by file and line."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from rapport.assets.files import asset_path, locale_paths

ROOT = Path(__file__).parents[2]
PRESENT = ROOT / "lib" / "rapport" / "present"
DRAWN = sorted([*(PRESENT / "figures").glob("*.py"), *(PRESENT / "chapters").glob("*.py")])
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
METHOD = ("## Method and sources", "## 方法与来源")
SLOT = re.compile(r"\{[^{}]*\}")
NAMES = sorted(yaml.safe_load(asset_path("locale", "digits.yml").read_text("utf-8")), key=len)
# Names of things of the project, in words about its pages and files.
OF_THE_HOUSE = ("SHA-256", "Ed25519", "sha256")


def has_digit(text: str) -> bool:
    for name in [*reversed(NAMES), *OF_THE_HOUSE]:
        text = text.replace(name, "")
    return any(letter.isdigit() for letter in SLOT.sub("", text))


def typed_in_words(path: Path) -> list[str]:
    """Name every text of a locale file that holds a digit outside its slots, by its line."""
    tree = yaml.compose(path.read_text(encoding="utf-8"))
    return [
        f"{path.name}:{node.start_mark.line + 1}: {node.value[:50]}"
        for node in texts_of(tree)
        if has_digit(node.value)
    ]


def texts_of(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Give the values of a file of words: its keys are no words."""
    if isinstance(node, yaml.MappingNode):
        for _, child in node.value:
            yield from texts_of(child)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from texts_of(child)
    elif isinstance(node, yaml.ScalarNode):
        yield node


def typed_in_prose(path: Path) -> list[str]:
    """Name every line of a notebook's prose, method and sources apart, that holds a digit."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = []
    for cell in json.loads("\n".join(lines))["cells"]:
        source = cell["source"] if isinstance(cell["source"], list) else [cell["source"]]
        if cell["cell_type"] != "markdown" or "".join(source).startswith(METHOD):
            continue
        for text in (text for text in source if has_digit(text)):
            spelled = json.dumps(text, ensure_ascii=False)
            at = next((n for n, line in enumerate(lines, 1) if spelled in line), 0)
            found.append(f"{path.name}:{at}: {text.strip()[:50]}")
    return found


# What sets words on a figure, and where among its arguments the words are.
SETTERS = {"text": 2, "write": 2, "set_xticks": 1, "set_yticks": 1, "rule_x": 2, "rule_y": 2}


def typed_on_figures(path: Path) -> list[str]:
    """Name every number that a figure or caption writes itself, not through `formats.show`.

    Words set on a sheet are names, or come from `canvas.show`, `canvas.join` and `canvas.label`,
    which take values only; so a number made text anywhere in these modules went around them.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.name}:{node.lineno}: {ast.unparse(node)[:50]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and writes_number(node)
    ]


def writes_number(node: ast.expr) -> bool:
    """Say whether an expression spells a number, or sets digits on a sheet.

    Ticks of an axis are read off it and are no statement; a day as a period's code is a name.
    """
    if isinstance(node, ast.FormattedValue):
        spelled = ast.unparse(node.format_spec) if node.format_spec else "''"
        is_tick = isinstance(node.value, ast.Name) and node.value.id == "tick"
        return bool(node.format_spec) and "%Y" not in spelled and not is_tick
    if isinstance(node, ast.BinOp):
        is_text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        return is_text and isinstance(node.op, ast.Mod)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id in ("format", "repr"):
        return True
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    words = node.args[SETTERS[name] :] if name in SETTERS else []
    return any(has_digit(text) for argument in words for text in constants_of(argument))


def constants_of(node: ast.expr) -> Iterator[str]:
    """Give the texts that an argument is, or lists; those inside another call are its ids."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.List | ast.Tuple):
        for part in node.elts:
            yield from constants_of(part)
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from constants_of(part)


SENTENCES = [*locale_paths("sentences."), asset_path("locale", "document.yml")]


@pytest.mark.parametrize("path", SENTENCES, ids=lambda path: path.name)
def test_no_number_is_typed_into_a_template(path):
    assert typed_in_words(path) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_no_number_is_typed_into_prose(path):
    assert typed_in_prose(path) == []


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_figures_and_captions_write_numbers_through_the_one_function_for_values(path):
    assert typed_on_figures(path) == []


def test_a_digit_in_a_template_is_named_with_its_line(tmp_path):
    path = tmp_path / "sentences.a.yml"
    path.write_text(
        '# 1\na.b2: {en: "{n3:whole} of 80/20", zh: "甲"}\na.c:\n  cases:\n    up:\n'
        '      en: "Rose by 7%"\n      zh: "上升"\n',
        encoding="utf-8",
    )

    assert typed_in_words(path) == ["sentences.a.yml:6: Rose by 7%"]


def test_a_digit_in_prose_is_named_with_its_line(tmp_path):
    def prose(*lines: str) -> dict[str, object]:
        return {"cell_type": "markdown", "metadata": {}, "source": list(lines)}

    path = tmp_path / "a.ipynb"
    cells = [prose("# A\n", "\n", "Some 31% leave."), prose("## Method and sources\n", "In 2016.")]
    path.write_text(json.dumps({"cells": cells}, indent=1), encoding="utf-8")

    (found,) = typed_in_prose(path)

    line = path.read_text(encoding="utf-8").splitlines()[int(found.split(":")[1]) - 1]
    assert "Some 31% leave." in line


@pytest.mark.parametrize(
    "code",
    [
        'axes.text(x, y, f"{share:.1%}")',
        'axes.text(x, y, "%d customers" % n)',
        'canvas.write(0, 1, format(n, ","))',
        'canvas.write(0, 1, "31 of 100")',
        'rule_x(axes, [0, 1], ["0", "100"])',
        'axes.set_yticks([0], ["50%"], rules="whole")',
    ],
)
def test_a_figure_that_writes_a_number_itself_is_found(tmp_path, code):
    path = tmp_path / "figure.py"
    path.write_text(f"def draw(axes, canvas):\n    {code}\n", encoding="utf-8")

    assert [found.split(":")[1] for found in typed_on_figures(path)] == ["2"]


def test_names_and_values_on_a_figure_are_fine(tmp_path):
    path = tmp_path / "figure.py"
    path.write_text(
        'axes.text(1.5, 2, canvas.show((value, "whole")))\ncanvas.write(0, 1, label("a.b2", "en"))'
        '\ntext = f"{first} {second}"\n',
        encoding="utf-8",
    )

    assert typed_on_figures(path) == []
