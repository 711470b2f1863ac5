"""Units whose tables are not those of a shop get a report of the chapters that they can have.

One run of all units: each is a unit by its parameters alone, so nothing is learnt by running them
apart, and starting the command for each would take a minute.
"""

import json
import os
import re
from pathlib import Path

import pytest

from functional.command import rapport
from functional.shop import make_project

FOLDERS = [Path(folder) for folder in os.environ.get("RAPPORT_DATA_PATH", "").split(os.pathsep)]
NEEDED = {
    "telco": "telco_churn/telco_customer_churn.csv.gz",
    "bank": "bank_marketing/bank_full.csv.gz",
    "completejourney": "completejourney/transactions_sample.parquet",
    "ecom-funnel": "clickstream/retentioneering_ecom.csv.gz",
    "groceries": "groceries/groceries.csv.gz",
}
PERIODS = {
    "telco": "2018-01",
    "bank": "all",
    "completejourney": "2017-12",
    "ecom-funnel": "2024-05",
    "groceries": "all",
}
CHAPTERS = {name: {"ingestion", "summary"} for name in NEEDED}
CHAPTERS["completejourney"] |= {"campaigns", "recommendation"}
CHAPTERS["groceries"] |= {"recommendation"}
CHAPTERS["ecom-funnel"] = {"ingestion", "profiling", "summary"}
CHAPTERS["telco"] = {"ingestion", "lifecycle", "value", "churn", "summary"}
SAYS = {
    "telco": ("26.5% of 7,043 contracts have ended; sales are not measured",
              "It is known that they ended, not when", "35 months"),
    "bank": ("45,211 customers are known; sales are not measured", "5,289",
             "Education: secondary", "11.7% are marked"),
    "completejourney": ("The lines of orders are a draw of all", "604", "3,647",
                        "what goes together cannot be told"),
    "ecom-funnel": ("468 customers had a contact in May; sales are not measured",
                    "4.9% came through to the last step", "Fewest went on from payment details"),
    "groceries": ("165 of 14,196 pairs of products go together; no sales measured", "9,835",
                  "165 of 14,196 pairs of products belong together"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    absent = [path for path in NEEDED.values() if not any((f / path).is_file() for f in FOLDERS)]
    if absent:
        pytest.skip(f"{', '.join(absent)}: in no folder of RAPPORT_DATA_PATH")
    folder = tmp_path_factory.mktemp("units") / "project"
    project = make_project(folder, chapters=("",), params=list(NEEDED))
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    env = {"RAPPORT_DATA_PATH": os.environ["RAPPORT_DATA_PATH"]}
    done = rapport(project, "run", *NEEDED, "--format", "html", "--json", env=env)
    assert done.code == 0, done.said[-2_000:]
    return done.json


def read_page(reports, unit, language="en"):
    (folder,) = (Path(r["folder"]) for r in reports["reports"] if r["unit"] == unit)
    html = (folder / f"report.{language}.html").read_text(encoding="utf-8")
    bare = re.sub(r"<(style|template)\b.*?</\1>|<wbr>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", bare).replace("\u00a0", " "))


@pytest.mark.parametrize("unit", NEEDED)
def test_the_report_is_of_the_one_period_that_fits_and_of_the_chapters_that_can_be(reports, unit):
    made = [row for row in reports["chapters"] if row["unit"] == unit]
    (report,) = (row for row in reports["reports"] if row["unit"] == unit)

    assert {row["chapter"] for row in made} == CHAPTERS[unit]
    assert {row["status"] for row in made} == {"executed"}
    assert report["period"] == PERIODS[unit]


@pytest.mark.parametrize("unit", NEEDED)
def test_the_page_says_what_the_unit_delivers_and_what_is_not_measured(reports, unit):
    page = read_page(reports, unit)

    assert [part for part in SAYS[unit] if part not in page] == []
    assert not re.search(r"\b(nan|NaT|None|inf)\b", page)


@pytest.mark.parametrize("unit", NEEDED)
def test_the_chinese_page_names_the_same_gap(reports, unit):
    page = read_page(reports, unit, "zh")

    assert ("均未衡量" if unit == "completejourney" else "未衡量销售额") in page


def test_a_snapshot_is_not_called_incomplete_and_compares_with_nothing(reports):
    page = read_page(reports, "telco")

    assert "nothing earlier to compare" in page
    assert "had not ended" not in page


def test_the_values_of_telco_are_the_published_ones(reports):
    (folder,) = (Path(r["folder"]) for r in reports["reports"] if r["unit"] == "telco")
    listed = json.loads((folder / "values.json").read_text(encoding="utf-8"))
    values = {value["id"]: value["value"] for value in listed}

    assert values["churn.ended.n"] == 1_869
    assert values["churn.spells.n"] == 7_043
    assert round(values["churn.stay.first"], 4) == 0.7031
