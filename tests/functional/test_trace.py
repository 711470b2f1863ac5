"""`rapport trace`: from a number on a page to what it was made of, in a real report."""

import json
import shutil

import pytest

from functional.command import rapport


@pytest.fixture(scope="module")
def recorded(made):
    return json.loads((made.report / "values.json").read_bytes())


STUDIES = "rapport.analysis.churn_study.study_rates"


def traced(made, *words):
    done = rapport(made.project, "trace", *words, "--json")
    assert done.code == 0, done.said
    return done.json


def test_a_value_leads_to_its_places_cell_functions_tables_and_sources(made):
    told = traced(made, "shop/2026-05", "churn.rate")

    assert told["places"]["en"] == told["places"]["zh"]
    assert "churn" in told["places"]["en"]
    assert told["notebook"]["file"] == "notebooks/06_churn.ipynb"
    assert any(said["id"] == "churn.rate" for said in told["sentences"])
    # Those of the whole cell, which records other values too.
    names = [function["name"] for function in told["functions"]]
    assert {"rapport.analysis.churn_study.measure_rates", STUDIES} <= set(names)
    assert all(function["is_recorded"] for function in told["functions"])
    assert [table["name"] for table in told["tables"]] == ["churn_months"]
    assert told["parameters"]["min_n"] == 30
    assert list(told["sources"]) == ["till"]
    assert told["previous"] is None


def test_the_characters_of_a_page_lead_to_their_value_or_to_those_that_show_them(made, recorded):
    texts = [value["shown"]["en"] for value in recorded if value["shown"]["en"]]
    once = next(text for text in texts if texts.count(text) == 1 and " " not in text)
    twice = next(text for text in texts if texts.count(text) > 1)

    done = rapport(made.project, "trace", "shop/2026-05", twice)

    assert traced(made, "shop/2026-05", once)["value"]["shown"]["en"] == once
    assert done.code == 2
    assert f"{texts.count(twice)} values show so" in done.out


def test_a_pdf_alone_tells_what_its_record_holds(made, tmp_path):
    alone = shutil.copy(made.report / "report.zh.pdf", tmp_path / "sent.pdf")

    done = rapport(tmp_path, "trace", str(alone), "churn.rate")

    assert done.code == 0
    assert "zh: " in done.out
    assert "not at hand: name the run's folder" in done.out
    assert "source     till  sha256" in done.out


def test_a_changed_report_is_not_traced(made, tmp_path):
    content = bytearray((made.report / "report.en.html").read_bytes())
    content[len(content) // 3] ^= 1
    changed = tmp_path / "report.en.html"
    changed.write_bytes(content)

    done = rapport(tmp_path, "trace", str(changed), "churn.rate")

    assert done.code == 7
    assert done.out == ""


def test_a_notebook_that_was_changed_beside_its_report_is_not_believed(copied):
    notebook = copied / "reports" / "shop" / "2026-05" / "notebooks" / "06_churn.ipynb"
    notebook.write_bytes(notebook.read_bytes().replace(b"study_rates", b"study_ratez"))

    file = rapport(copied, "trace", "reports/shop/2026-05/report.en.html", "churn.rate")
    folder = rapport(copied, "trace", "shop/2026-05", "churn.rate")

    assert (file.code, folder.code) == (7, 7)


EVERYWHERE = ("churn", "page-one")
"""Where the heading of the part leads, and what needs no link."""


def test_the_index_of_values_names_the_places_that_a_trace_names(made):
    told = traced(made, "shop/2026-05", "churn.rate")
    page = (made.report / "report.en.html").read_text(encoding="utf-8")

    index = page[page.index('id="values"') :]
    part = index[index.index('<a href="#churn">') :].partition("<h3")[0]
    (row,) = [line for line in part.split("<li>") if 'data-v="churn.rate"' in line]

    places = told["places"]["en"]
    assert "churn" in places
    assert all(f'href="#{anchor}"' in row for anchor in places if anchor not in EVERYWHERE)
    assert ("page one" in row) == ("page-one" in places)
