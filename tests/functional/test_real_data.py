"""Real data sets end to end, where RAPPORT_DATA_PATH holds them."""

import json
import os
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from functional.command import rapport
from functional.shop import ROOT, make_project

FOLDERS = [Path(folder) for folder in os.environ.get("RAPPORT_DATA_PATH", "").split(os.pathsep)]
NEEDED = {
    "online-retail": "online_retail/online_retail_II_2009_2010.parquet",
    "cdnow": "cdnow/CDNOW_sample.txt.gz",
}


def require(unit):
    if not any((folder / NEEDED[unit]).is_file() for folder in FOLDERS):
        pytest.skip(f"{NEEDED[unit]} is in no folder of RAPPORT_DATA_PATH")


def start_project(tmp_path_factory, unit, chapters):
    require(unit)
    folder = tmp_path_factory.mktemp(unit) / "project"
    project = make_project(folder, chapters=chapters, params=[unit])
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    return project


def read_report(project, unit, *asked):
    env = {"RAPPORT_DATA_PATH": os.environ["RAPPORT_DATA_PATH"]}
    done = rapport(project, "run", unit, *asked, "--language", "en", "--json", env=env)
    assert done.code == 0, done.said
    (report,) = done.json["reports"]
    return Path(report["folder"])


def values_of(folder):
    listed = json.loads((folder / "values.json").read_text(encoding="utf-8"))
    return {value["id"]: value["value"] for value in listed}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Online Retail II 2009-10: December 2010 up to the 9th whole, of November a few chapters."""
    unit, page = "online-retail", ("--format", "html")
    project = start_project(tmp_path_factory, unit, ("01_", "03_", "10_"))
    november = read_report(project, unit, *page, "--period", "2010-11")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(path, project / "notebooks")
    december = read_report(project, unit, *page, "--period", "2010-12")
    return {"2010-11": november, "2010-12": december}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ingestion.rows.read", 525_461),
        ("ingestion.rule.order_lines.guest", 107_927),
        ("ingestion.rule.order_lines.credit_note", 10_206),
        ("ingestion.duplicates.exact", 6_865),
        ("ingestion.customers", 4_383),
        ("ingestion.sale_lines.identified", 407_664),
        ("ingestion.buyers", 4_312),
        ("ingestion.sales.identified", 19_213),
    ],
)
def test_counts_of_online_retail_are_the_published_ones(shop, value, expected):
    assert values_of(shop["2010-12"])[value] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ingestion.gross.identified", "8832003.274"),
        ("ingestion.net.identified", "8348208.574"),
        ("summary.net", "377488.45"),
        ("summary.net.last_year", "386973.03"),
    ],
)
def test_sums_of_online_retail_are_exact(shop, value, expected):
    assert Decimal(values_of(shop["2010-12"])[value]) == Decimal(expected)


def test_page_one_compares_days_with_the_same_days_a_year_before(shop):
    page = (shop["2010-12"] / "report.en.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", page).replace("\u00a0", " ")

    assert "From 1 December to 9 December 2010: £377,488.45 in 8 trading days" in text
    assert "against £386,973.03 in 9 a year before: −2.5% in total, +9.7% a day" in text


def test_november_rose_and_half_of_the_rise_has_no_known_customer(shop):
    values = values_of(shop["2010-11"])
    manifest = json.loads((shop["2010-11"] / "manifest.json").read_text(encoding="utf-8"))

    assert Decimal(values["summary.net"]).quantize(Decimal("0.01")) == Decimal("1422654.64")
    assert Decimal(values["summary.net.previous"]) == Decimal("1084094.22")
    assert values["summary.active"] == 1_607
    shown = manifest["predicate"]["shown"]["en"]
    assert "November sales rose 31% to £1.42m" in shown["headline"]


def test_segments_of_online_retail_have_the_published_sizes(shop):
    path = shop["2010-12"] / "tables" / "segment_sizes.parquet"
    if not path.is_file():
        pytest.skip("no chapter publishes segment_sizes yet")
    sizes = pd.read_parquet(path).set_index("segment")["n_customers"]

    assert {name: int(sizes[name]) for name in sizes.index if name != "total"} == {
        "high_value": 848,
        "must_keep": 408,
        "new": 282,
        "potential": 994,
        "general": 412,
        "at_risk": 566,
        "dormant": 738,
    }


def test_the_report_of_cdnow_is_made_and_has_its_pages(tmp_path_factory):
    project = start_project(tmp_path_factory, "cdnow", ("",))
    folder = read_report(project, "cdnow", "--format", "pdf")
    values = values_of(folder)

    assert values["ingestion.rows.read"] == 6_919
    assert values["ingestion.customers"] == 2_357
    assert values["ingestion.duplicates.exact"] == 21
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: the pages were not looked at")
    page = subprocess.run(
        ["pdftotext", "-l", "1", str(folder / "report.en.pdf"), "-"],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "CDNOW" in page.stdout
