import re
import shutil
import subprocess
import sys

import nbformat
import pytest
import sample_project as sample

from rapport.press.canonical import canonicalise, find_accidents, is_code, join_text, tags_of

MOST_BYTES = 700_000
TEXTS = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
ADVICE = "If the change is meant, run `nox -s reference` and commit what it writes by itself."


def read_reference(stem):
    return nbformat.read(sample.REFERENCES / f"{stem}.ipynb", as_version=4)


def cells_of(notebook):
    return [(cell.cell_type, tags_of(cell), join_text(cell.source)) for cell in notebook.cells]


@pytest.fixture(params=sample.CHAPTERS)
def both(request, pressed):
    """The reference of a chapter and what the press made of it just now."""
    return read_reference(request.param), pressed[request.param].notebook


def test_every_chapter_has_a_reference():
    assert sorted(path.stem for path in sample.REFERENCES.iterdir()) == sample.CHAPTERS


@pytest.mark.parametrize("stem", sample.CHAPTERS)
def test_a_reference_is_of_the_chapter_as_it_stands(stem):
    chapter = nbformat.read(sample.ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)

    assert cells_of(read_reference(stem)) == cells_of(chapter), ADVICE


@pytest.mark.parametrize("stem", sample.CHAPTERS)
def test_a_reference_is_small_and_shows_nothing_accidental(stem):
    assert (sample.REFERENCES / f"{stem}.ipynb").stat().st_size < MOST_BYTES
    assert find_accidents(read_reference(stem)) == []


def test_nbval_finds_every_output_as_it_was(project):
    # nbval's kernel works in the folder of the notebook, which must lie in a project.
    shutil.copytree(sample.REFERENCES, project / "reference")
    (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = ["-m", "pytest", "--nbval", "--nbval-current-env", "--color=no", "-q", "--tb=short"]

    done = subprocess.run(
        [sys.executable, *command, "-p", "no:cacheprovider", "-p", "no:xdist", "reference"],
        cwd=project, env=sample.environment(), check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip

    n_cells = sum(is_code(cell) for stem in sample.CHAPTERS for cell in read_reference(stem).cells)
    assert done.returncode == 0, f"{shorten(done.stdout)}\n{ADVICE}"
    assert f"{n_cells} passed" in done.stdout


def shorten(said):
    """Leave out the middle of long lines: a bundle with its drawings is one line to nbval."""
    lines = [ln if len(ln) < 500 else f"{ln[:240]} ... {ln[-240:]}" for ln in said.splitlines()]
    return "\n".join(lines[-200:])


def test_the_press_shows_what_the_reference_shows(both):
    reference, now = (sample.outputs_of(canonicalise(notebook)) for notebook in both)

    # Compared as a whole and said in one word: the tests below say what differs.
    assert (now == reference) is True, ADVICE


def test_values_are_those_of_the_reference(both):
    reference, now = ({v["id"]: v for v in values_of(notebook)} for notebook in both)

    assert now == reference, ADVICE


def values_of(notebook):
    return [value for b in sample.bundles_of(notebook, "values") for value in b["values"]]


def test_sentences_are_those_of_the_reference(both):
    reference, now = ([said(b) for b in sample.bundles_of(nb, "sentence")] for nb in both)

    assert now == reference, ADVICE


def said(bundle):
    return bundle["id"], bundle["role"], *map(text_of, bundle["text"].values())


def text_of(runs):
    return "".join(run["text"] for run in runs)


def test_figures_and_tables_stand_on_the_data_of_the_reference(both):
    reference, now = (data_of(notebook) for notebook in both)

    assert now == reference, ADVICE


def data_of(notebook):
    shown = sample.bundles_of(notebook, "figure", "table")
    written = sample.bundles_of(notebook, "written")
    return {b["id"]: b["data"] for b in shown} | {b["table"]: b["digest"] for b in written}


def test_figures_bear_the_titles_and_texts_of_the_reference(both):
    reference, now = (words_of_figures(notebook) for notebook in both)

    assert now == reference, ADVICE


def words_of_figures(notebook):
    """Give title, alternative text and every text drawn, by figure, language and shape."""
    return {
        (figure["id"], language, shape): (
            text_of(figure["title"][language]),
            figure["alt"][language],
            TEXTS.findall(svg),
        )
        for figure in sample.bundles_of(notebook, "figure")
        for language, shapes in figure["shapes"].items()
        for shape, svg in shapes.items()
    }


def test_figures_have_texts_to_compare(pressed):
    words = [words_of_figures(one.notebook) for one in pressed.values()]

    assert all(texts for figures in words for _, _, texts in figures.values())
    assert any(figures for figures in words)


def test_cells_of_tables_are_those_of_the_reference(both):
    kinds = ("table", "key_figures", "actions")
    reference, now = ([without_drawings(b) for b in sample.bundles_of(nb, *kinds)] for nb in both)

    assert now == reference, ADVICE


def without_drawings(bundle):
    cards = [card | {"sparkline": None} for card in bundle.get("cards", [])]
    return bundle | {"cards": cards}
