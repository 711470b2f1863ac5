"""A chapter is executed again for the figures that it shows and for no other."""

from pathlib import Path

import pytest

from rapport.press.run.keys.code import Package
from rapport.press.run.keys.sources import Sources, make_chapter_task

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"
ITS_OWN = {
    "01_ingestion": {"calendar", "completeness", "flow", "usable"},
    "02_profiling": {
        "affinity",
        "dots",
        "dumbbells",
        "forecast",
        "funnel",
        "lorenz",
        "monthly",
        "ranked",
        "tiles",
        "trend",
    },
    "03_segmentation": {"dots", "dumbbells", "grids", "groups", "radar", "sizes"},
    "04_lifecycle": {"cohorts", "monthly", "stages", "survival", "transitions"},
    "05_value": {"dumbbells", "holdout", "value"},
    "06_churn": {"effects", "gains", "groups", "monthly", "survival"},
    "07_satisfaction": {"drivers", "feedback", "groups", "satisfaction"},
    "09_recommendation": {"affinity", "dumbbells", "hits", "pairs", "rules"},
    "08_campaigns": {"campaigns", "survival"},
    "10_summary": {"bridge", "bullets", "dumbbells", "funnel", "groups", "pairs", "survival"},
}
# Parts of a chapter that are rooms of their own.
PARTS = {
    "07_satisfaction": {"feedback"},
    "02_profiling": {"behaviour", "calendar", "festivals", "mix", "places", "tags"},
    "10_summary": {"absent", "change", "festivals", "findings", "target", "unsold"},
}
SHARED = {"__init__", "marks", "spec"}


@pytest.mark.parametrize("notebook", ITS_OWN)
def test_a_chapter_rests_on_the_figures_that_it_shows_and_on_no_other(notebook):
    task = make_chapter_task(
        NOTEBOOKS / f"{notebook}.ipynb", ("sample-retail", "2026-06"), parameters={}, context={}
    )

    modules = Sources(Package()).modules(task)

    figures = {Path(at).stem for at in modules if at.startswith("present/figures/")}
    assert figures - SHARED == ITS_OWN[notebook]
    assert figures >= SHARED


@pytest.mark.parametrize("notebook", ITS_OWN)
def test_a_chapter_rests_on_the_words_around_its_own_figures_only(notebook):
    task = make_chapter_task(
        NOTEBOOKS / f"{notebook}.ipynb", ("sample-retail", "2026-06"), parameters={}, context={}
    )

    modules = Sources(Package()).modules(task)

    chapters = {Path(at).stem.split("_")[0] for at in modules if at.startswith("present/chapters/")}
    assert chapters - {""} <= {notebook.split("_")[1], *PARTS.get(notebook, ())}
