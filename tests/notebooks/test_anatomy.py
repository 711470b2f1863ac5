import ast
from pathlib import Path

import anatomy
import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def parameters(notebook):
    (cell,) = [cell for cell in anatomy.code_cells(notebook) if "parameters" in anatomy.tags(cell)]
    return {
        node.target.id: ast.literal_eval(node.value)
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.AnnAssign)
    }


def test_there_are_chapters():
    assert {"01_ingestion", "03_segmentation", "06_churn", "10_summary"} <= {
        p.stem for p in CHAPTERS
    }


@pytest.mark.parametrize("rule", anatomy.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_keeps_the_rule(path, rule):
    assert rule(read(path)) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_parameters_cell_repeats_the_defaults(path):
    defaults = yaml.safe_load((ROOT / "params" / "_defaults.yml").read_text(encoding="utf-8"))

    own = {k: v for k, v in parameters(read(path)).items() if k not in ("unit", "period")}

    assert own == {name: defaults[name] for name in own}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_cell_has_an_id_of_its_own(path):
    ids = [cell.id for cell in read(path).cells]

    assert len(set(ids)) == len(ids)


def good():
    return [
        new_markdown_cell("# A", metadata={"tags": ["en"]}),
        new_markdown_cell("# 甲", metadata={"tags": ["zh"]}),
        new_code_cell("rfm_days: int = 365  # days", metadata={"tags": ["parameters"]}),
        new_code_cell("from rapport.chapter import open_chapter", metadata={"tags": ["setup"]}),
        new_code_cell("assert True", metadata={"tags": ["check"]}),
        new_code_cell("total = 1", metadata={"tags": ["publish"]}),
    ]


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        (anatomy.definitions, new_code_cell("f = lambda x: x")),
        (anatomy.long_cells, new_code_cell("\n".join(f"a{n} = {n}" for n in range(9)))),
        (anatomy.reused_names, new_code_cell("total = 2")),
        (anatomy.untwinned_prose, new_markdown_cell("More", metadata={"tags": ["en"]})),
        (anatomy.numbers_in_prose, new_markdown_cell("Sales rose 3%.", metadata={"tags": ["en"]})),
        (anatomy.untyped_parameters, new_code_cell("k = 3", metadata={"tags": ["parameters"]})),
        (anatomy.world_outside, new_code_cell("import os")),
        (anatomy.tag_order, new_code_cell("x = 1", metadata={"tags": ["parameters"]})),
        (anatomy.stored_outputs, new_code_cell("x = 1", execution_count=1)),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_each_rule_finds_its_fault_and_nothing_in_a_good_notebook(rule, cell):
    cells = good()

    assert rule(new_notebook(cells=cells)) == []
    assert (
        rule(new_notebook(cells=[cell, *cells] if rule is anatomy.tag_order else [*cells, cell]))
        != []
    )
