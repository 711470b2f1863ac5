"""Units with next to nothing in them still get their report, which says so."""

import json
import re

import pytest
from pypdf import PdfReader

from functional.command import rapport
from functional.shop import add_shop, make_project

UNITS = {
    "empty": [],
    "one": [("o1", "k1", "2026-05-03", "sale", "10.00")],
    "equal": [(f"o{n}", f"k{n}", "2026-05-03", "sale", "10.00") for n in range(3)],
}
SAYS = {
    "empty": ("The sources hold no rows", "来源中没有任何数据"),
    "one": ("1 customer", "1 位"),
    "equal": ("3 customers", "3 位"),
}


def read_text(page):
    """Read what a page says: without marks, style, pictures and record."""
    html = page.read_text(encoding="utf-8")
    bare = re.sub(r"<(style|template)\b.*?</\1>|<wbr>", "", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", "", bare).replace("\u00a0", " ")


def read_paper(path):
    return "".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Run every chapter of the repository on all three units at once."""
    project = make_project(tmp_path_factory.mktemp("few") / "project", chapters=("",))
    for name, rows in UNITS.items():
        add_shop(project, rows, name=name)
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    return project, rapport(project, "run", *UNITS, "--json")


def test_every_chapter_stands_nothing_one_and_equals(reports):
    _, done = reports

    failed = [row["unit"] for row in done.json["chapters"] if row["status"] != "executed"]
    assert failed == [], done.said
    assert done.code == 0


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("place", "language"), [(0, "en"), (1, "zh")])
def test_the_report_says_so_in_a_sentence(reports, unit, place, language):
    project, _ = reports
    (folder,) = (project / "reports" / unit).glob("[2a]*")

    page = read_text(folder / f"report.{language}.html")
    paper = read_paper(folder / f"report.{language}.pdf")
    for text in (page, paper):
        assert SAYS[unit][place].replace(" ", "") in re.sub(r"\s", "", text)
        assert not re.search(r"\b(nan|NaT|None|inf)\b", text)


def test_an_empty_unit_has_the_one_period_of_data_without_days(reports):
    project, _ = reports

    manifest = json.loads(
        (project / "reports" / "empty" / "all" / "manifest.json").read_text(encoding="utf-8")
    )
    assert manifest["predicate"]["period"] == "all"
    assert manifest["predicate"]["as_of"] is None
