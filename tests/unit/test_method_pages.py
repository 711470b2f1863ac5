"""A page for each method in `docs/methods/`: complete, true to the code, and its examples run."""

import doctest
import importlib
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "methods"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "index.md")
MODULES = sorted(
    path.stem for path in (ROOT / "lib" / "rapport" / "analysis").glob("*.py")
    if path.stem != "__init__"
)  # fmt: skip
SECTIONS = ["definition", "assumptions", "when not to use it", "example", "reference"]
# What joins methods to chapters, or is the arithmetic beneath several: no question of its own.
BOOKKEEPING = {
    "measured": "numbers as records",
    "measures": "columns as floats",
    "threads": "one numeric thread",
    "few": "what page one does not tell of few customers: docs/methods.md 1.3",
    "page_one": "which headline the figures allow",
    "page_story": "which sentences the figures allow",
    "page_unsold": "page one of a unit without sales",
    "privacy_study": "what the page on privacy counts",
}
STUDY = re.compile(r"_(study|views|groups|figures|tables|story)$|^ingestion_|^page_")
FENCE = re.compile(r"^```\w*$", re.MULTILINE)
FLAGS = doctest.NORMALIZE_WHITESPACE


def run_examples(text, name, scope):
    test = doctest.DocTestParser().get_doctest(text, scope, name, name, 0)
    told = []
    results = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append)
    return results.attempted, "".join(told)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_says_everything_that_its_reader_must_know(page):
    text = page.read_text(encoding="utf-8")

    heads = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert [head.lower() for head in heads if head != "Question"] == SECTIONS
    parts = re.split(r"^## .+$", text, flags=re.MULTILINE)
    assert [part for part in parts if not part.strip()] == []
    assert "?" in text.split("## Definition")[0], "a page opens with the question"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_worked_example_of_a_page_gives_what_it_prints(page):
    examples = FENCE.sub("", page.read_text(encoding="utf-8"))

    attempted, told = run_examples(examples, page.name, {})

    assert attempted > 1
    assert told == ""


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings_give_what_they_print(name):
    module = importlib.import_module(f"rapport.analysis.{name}")

    finder = doctest.DocTestFinder(recurse=True)
    told = []
    for test in finder.find(module, module.__name__):
        doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append)

    assert "".join(told) == ""


def test_every_method_has_a_page_and_every_page_its_code():
    named = set()
    for page in PAGES:
        code = set(re.findall(r"`((?:analysis|ingest)/[\w/]+(?:\.py)?)", page.read_text("utf-8")))
        assert code, f"{page.name} names no code"
        gone = [at for at in code if not (ROOT / "lib" / "rapport" / at).exists()]
        assert gone == [], page.name
        named |= {Path(at).stem for at in code}

    methods = {name for name in MODULES if name not in BOOKKEEPING and not STUDY.search(name)}

    assert methods - named == set(), "methods without a page in docs/methods/"


@pytest.mark.parametrize("page", [*PAGES, FOLDER / "index.md"], ids=lambda path: path.stem)
def test_links_of_a_page_lead_to_files(page):
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (FOLDER / target).exists()] == []


def test_the_index_names_every_page():
    writer = runpy.run_path(str(ROOT / "tools" / "write_docs.py"))
    index = (FOLDER / "index.md").read_text(encoding="utf-8")

    assert index == writer["methods_text"](FOLDER), "run `nox -s docs`"
