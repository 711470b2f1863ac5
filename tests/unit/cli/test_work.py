from datetime import date
from pathlib import Path

import pytest

from rapport.cli.work import Unit, require_chapters, require_period, spans_of
from rapport.errors import ParameterError
from rapport.ingest import ResolvedSources
from rapport.params import UnitParams


def unit(data_from=date(2009, 12, 1), data_until=date(2010, 12, 9), grain="month", **more):
    params = UnitParams.model_validate(
        {
            "name": "shop",
            "title": {"en": "Shop", "zh": "商店"},
            "currency": "GBP",
            "period_grain": grain,
            "sources": {"till": {"path": "till.csv", "format": "csv"}},
            "tables": {"orders": {"from": "till", "columns": {"order_id": "no"}}},
            **more,
        }
    )
    return Unit(params, ResolvedSources({}, {}), data_from, data_until)


def codes(*arguments, **options):
    return [period.code for period in spans_of(*arguments, **options)]


@pytest.mark.parametrize(("grain", "code"), [("month", "2010-11"), ("quarter", "2010-Q3")])
def test_the_newest_whole_period_is_the_default(grain, code):
    assert codes(unit(grain=grain), None) == [code]


def test_data_shorter_than_a_period_get_the_one_they_lie_in():
    assert codes(unit(date(2010, 12, 3), date(2010, 12, 9)), None) == ["2010-12"]


def test_a_snapshot_has_the_one_period_of_its_last_day():
    assert codes(unit(snapshot=True), None) == ["2010-12"]
    assert codes(unit(snapshot=True), "2010-Q4") == ["2010-Q4"]
    with pytest.raises(ParameterError, match="does not hold 2010-12-09, the one day"):
        spans_of(unit(snapshot=True), "2010-11")


def test_data_without_a_day_have_the_one_period_all():
    assert codes(unit(None, None), None) == ["all"]
    assert codes(unit(None, None), "2010-12") == ["all"]


def test_a_range_gives_every_period_of_it_that_has_data():
    assert codes(unit(), "2010-11..2011-02") == ["2010-11", "2010-12"]


def test_a_period_without_a_day_of_the_data_is_refused():
    message = "unit shop: period 2011-01 holds none of its days, which run from 2009-12-01 to"
    with pytest.raises(ParameterError, match=message):
        spans_of(unit(), "2011-01")


def test_a_unit_that_was_not_named_is_skipped_with_a_line(capsys):
    assert codes(unit(), "2011-01", is_named=False) == []
    assert "Skipped." in capsys.readouterr().err


APRIL = {"year_starts": 4}


def test_a_fiscal_quarter_is_the_default_of_a_unit_with_fiscal_years():
    assert codes(unit(grain="quarter", calendar=APRIL), None) == ["FY2011-Q2"]
    assert codes(unit(grain="month", calendar=APRIL), None) == ["2010-11"]


def test_a_range_of_fiscal_quarters_is_asked_for_like_any_other():
    shop = unit(grain="quarter", calendar=APRIL)

    assert codes(shop, "FY2010-Q4..FY2011-Q1") == ["FY2010-Q4", "FY2011-Q1"]
    assert codes(shop, "2010-Q2") == ["2010-Q2"]


def test_a_unit_without_such_years_is_skipped_or_refused(capsys):
    require_period("FY2011-Q1")

    assert codes(unit(), "FY2011-Q1", is_named=False) == []
    assert "its calendar has no period FY2011-Q1. Skipped." in capsys.readouterr().err
    with pytest.raises(ParameterError, match="calendar of the unit has no such period"):
        spans_of(unit(), "FY2011-Q1")


@pytest.mark.parametrize(
    "code", ["2010-13", "soon", "FY2011-Q5", "FY2011-M01", "2010-01..", "..2010-01", "2010-W54"]
)
def test_what_is_no_period_is_refused_before_anything_starts(code):
    with pytest.raises(ParameterError, match="period"):
        require_period(code)


def test_a_chapter_that_no_notebook_makes_is_refused(tmp_path: Path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "06_churn.ipynb").touch()

    require_chapters(tmp_path, ["churn"])
    with pytest.raises(ParameterError, match="weather is none of churn"):
        require_chapters(tmp_path, ["weather"])
