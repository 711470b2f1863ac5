"""Quarto as a second renderer: the copy that it gets, the call, and what its end is taken for.

`stub_quarto.py` stands for the program where only the plumbing is tested; what needs the real one
is in `test_contract.py`.
"""

import datetime as dt
import json
import os
import sys
from pathlib import Path

import pytest

import document as example
from rapport.errors import ParameterError, RapportError
from rapport.press.render.quarto.copy import escape, make_copy
from rapport.press.render.quarto.find import Quarto, find_quarto
from rapport.press.render.quarto.render import list_arguments, render_quarto

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="the stub is a program by its first line"
)
DAY = dt.date(2010, 11, 30)
PAGE = "<html><body>made by a stub</body></html>"


@pytest.fixture
def stub(tmp_path):
    """Give a stub program and a function that tells it what to do."""
    folder = tmp_path / "stub"
    folder.mkdir()
    text = Path(__file__).with_name("stub_quarto.py").read_text(encoding="utf-8")
    program = folder / "quarto"
    program.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    program.chmod(0o755)

    def plan(**what):
        (folder / "plan").write_text(json.dumps(what), encoding="utf-8")
        return Quarto(str(program), "1.9.38")

    plan()
    return plan


def render(quarto, *, form="html", seconds=20.0):
    return render_quarto(example.example("en"), form, quarto, day=DAY, seconds=seconds)


def said(quarto, **how):
    with pytest.raises(RapportError) as caught:
        render(quarto, **how)
    return str(caught.value)


def cells_of(language="en", **changed):
    return json.loads(make_copy({**example.example(language), **changed}))["cells"]


def test_the_call_executes_nothing_and_hides_no_failure():
    assert list_arguments("q", "html") == [
        "q", "render", "report.ipynb", "--to", "html", "--no-execute", "-M", "embed-resources:true",
    ]  # fmt: skip
    assert list_arguments("q", "pdf") == [
        "q", "render", "report.ipynb", "--to", "typst", "--no-execute",
    ]  # fmt: skip


def test_quarto_is_found_by_its_variable_then_on_the_path(stub, tmp_path):
    program = stub(version="1.9.38").program

    assert find_quarto({"QUARTO_PATH": program}) == Quarto(program, "1.9.38")
    assert find_quarto({"PATH": str(Path(program).parent)}).program == program


def test_where_there_is_no_quarto_the_message_says_how_to_get_it(tmp_path):
    with pytest.raises(ParameterError, match=r"not found \(QUARTO_PATH unset, not on PATH\)"):
        find_quarto({"PATH": str(tmp_path)})


@pytest.mark.parametrize("version", ["1.3.450", "0.9", "?"])
def test_an_old_quarto_is_refused(stub, version):
    program = stub(version=version).program

    with pytest.raises(ParameterError, match=r"1\.4 or newer is needed"):
        find_quarto({"QUARTO_PATH": program})


def test_a_program_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="does not say its version"):
        find_quarto({"QUARTO_PATH": str(tmp_path / "quarto")})


def test_the_copy_is_the_same_bytes_each_time_and_holds_no_html_and_no_metadata():
    one, two = make_copy(example.example("en")), make_copy(example.example("en"))

    assert one == two
    cells = json.loads(one)["cells"]
    assert all(cell["metadata"] == {} for cell in cells)
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert {kind for output in outputs for kind in output["data"]} == {
        "image/svg+xml", "text/markdown",
    }  # fmt: skip


def test_the_front_matter_names_report_language_fonts_and_paper():
    brand = {**example.example("zh")["brand"], "paper": "letter"}

    text = cells_of("zh", brand=brand)[0]["source"]

    told = json.loads(text.removeprefix("---\n").removesuffix("\n---"))
    assert told["lang"] == "zh-Hans"
    assert told["execute"] == {"enabled": False, "echo": False}
    assert told["format"]["typst"] == {"mainfont": "Noto Sans SC", "papersize": "us-letter"}


def test_every_figure_and_table_has_a_label_and_a_caption():
    cells = [cell for cell in cells_of() if cell["cell_type"] == "code"]

    heads = [cell["source"].splitlines() for cell in cells]
    assert len(heads) >= 4
    labels = [lines[0] for lines in heads]
    assert len(set(labels)) == len(labels)
    assert all(line.startswith(('#| label: "fig-', '#| label: "tbl-')) for line in labels)
    assert all("-cap: " in lines[1] and lines[-1] == "#| echo: false" for lines in heads)


def test_a_tables_cells_are_those_of_the_tree():
    document = example.example("en")
    (table,) = [b for b in document["chapters"][1]["blocks"] if b["type"] == "table"]

    found = [
        output["data"]["text/markdown"]
        for cell in cells_of()
        for output in cell.get("outputs", ())
        if "text/markdown" in output["data"]
    ]

    row = "| " + " | ".join(escape(cell) for cell in table["rows"][0]["cells"]) + " |"
    assert any(row in text for text in found)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "{{< include /etc/passwd >}}", "```{=html}", "[a](http://b)",
        "![](//x.example/a)", "$\\input{x}$", "`r 1+1`", "@fig-1", "# no heading", "a | b", "1. a",
        "---", ":::{.column}",
    ],
)  # fmt: skip
def test_a_customers_words_are_neither_markup_nor_code(text):
    plain = escape(text)

    assert not set("<>{}[]()`$@#|*_\\!:-.=/\"'~^") & set(plain.replace("&#", ""))
    assert escape("a\n\n# b") == "a  &#35; b"


def test_the_file_that_quarto_makes_is_taken_and_its_folder_is_gone(stub):
    quarto = stub(makes={"report.html": PAGE})

    assert render(quarto) == PAGE.encode()

    called = json.loads(Path(quarto.program).with_name("called").read_text(encoding="utf-8"))
    assert called["files"] == ["report.ipynb"]
    assert not Path(called["cwd"]).exists()


def test_quarto_gets_no_key_no_profile_and_a_fixed_date(stub, monkeypatch):
    for name in ("RAPPORT_SIGNING_KEY", "RAPPORT_PSEUDONYM_KEY", "QUARTO_PROFILE", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "secret")
    quarto = stub(makes={"report.html": PAGE})

    render(quarto)

    called = json.loads(Path(quarto.program).with_name("called").read_text(encoding="utf-8"))
    assert "secret" not in called["env"].values()
    assert called["env"]["SOURCE_DATE_EPOCH"] == "1291075200"
    assert called["env"]["HOME"] == called["cwd"]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"code": 1}, "quarto: ended with 1. It said nothing."),
        ({"code": 1, "says": "\x1b[31mERROR: no input\x1b[39m"}, "ERROR: no input"),
        ({}, "made no file"),
        (
            {"makes": {"report.html": PAGE}, "says": "WARNING: Unable to resolve crossref @fig-x"},
            "left something out",
        ),
        (
            {"makes": {"report.html": PAGE}, "says": "[WARNING] Could not fetch resource"},
            "left something out",
        ),
        ({"makes": {"report.html": '<script src="https://cdn.x/a.js">'}}, "from elsewhere"),
        ({"makes": {"report.html": "<link href='//cdn.x/a.css'>"}}, "from elsewhere"),
    ],
)
def test_an_end_that_is_not_good_is_an_error_with_quartos_words(stub, plan, message):
    assert message in said(stub(**plan))


def test_what_is_no_pdf_is_not_taken_for_one(stub):
    assert "made no PDF" in said(stub(makes={"report.pdf": "text"}), form="pdf")


def test_a_quarto_that_hangs_is_ended_with_all_that_it_started(stub):
    quarto = stub(hang=True)

    message = said(quarto, seconds=4)

    # What it started would hold its output open until it has written this.
    assert "was ended after 4 seconds" in message
    assert Path(quarto.program).with_name("called").exists()
    assert not Path(quarto.program).with_name("survived").exists()


def test_a_program_that_cannot_be_started_is_said_to_be_one(tmp_path):
    assert "cannot be started" in said(Quarto(str(tmp_path / "none"), "1.9"))


def test_the_source_is_unchanged_by_rendering(stub):
    document = example.example("en")
    before = json.dumps(document)

    render_quarto(document, "html", stub(makes={"report.html": PAGE}), day=DAY)

    assert json.dumps(document) == before
