import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.few import Few
from rapport.analysis.trading_days import span_windows, study_fiscal, study_holidays
from rapport.present.chapters.calendar import fiscal_words, holiday_items
from rapport.present.sentences import Sentence, all_templates
from rapport.present.values import Value, date_value, period_value
from support import table

PERIODS = """
    window     starts_on   ends_on     is_whole  is_comparable  net  trading_days
    current    2024-03-03  2024-04-06  True      True           360  30
    previous   2024-02-04  2024-03-02  True      False          240  24
    last_year  2023-03-05  2023-04-08  True      True           320  32
"""
EASTER = (dt.date(2024, 3, 29), "good_friday"), (dt.date(2024, 4, 1), "easter_monday")
BEFORE = ((dt.date(2023, 4, 7), "good_friday"),)
ABOUT = {
    "starts_on": dt.date(2024, 3, 3), "last_on": dt.date(2024, 4, 6), "weeks": 5,
    "same_on": dt.date(2023, 2, 26), "before_on": dt.date(2024, 2, 4), "weeks_before": 4,
}  # fmt: skip
FIRST = dt.date(2021, 1, 1)


def drawn(text=PERIODS, **columns):
    frame = table(text)
    for name in ("starts_on", "ends_on"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.assign(net=[Decimal(int(net)) for net in frame["net"]], **columns)


def holidays(now=EASTER, then=BEFORE, periods=None, **settings):
    periods = drawn() if periods is None else periods
    return study_holidays(periods, {"current": now, "last_year": then}, currency="GBP", **settings)


def fiscal(periods=None, about=ABOUT, **settings):
    periods = drawn() if periods is None else periods
    given = {"data_from": FIRST, "currency": "GBP"} | settings
    return study_fiscal(periods, about, **given)


def values(found):
    return {one.name: one.value for one in found.measured}


def test_the_days_of_both_windows_are_looked_at():
    assert span_windows(drawn())["last_year"] == (dt.date(2023, 3, 5), dt.date(2023, 4, 8))
    assert "previous" not in span_windows(drawn())


def test_holidays_that_only_one_year_has_are_named():
    found = holidays()

    assert (found.outcome, found.now, found.then) == ("year_more", EASTER[1:], ())
    assert (values(found)["holidays"], values(found)["holidays.last_year"]) == (2, 1)
    assert holidays(BEFORE, EASTER).outcome == "year_fewer"
    assert holidays(EASTER[:1], EASTER[1:]).outcome == "year_swapped"


def test_sales_are_then_given_per_trading_day_too():
    found = values(holidays())

    # 360 of 30 days are 12 a day, 320 of 32 days 10 a day.
    assert found["days_change_year"] == pytest.approx(0.125)
    assert found["days_change_year.daily"] == pytest.approx(0.2)


def test_nothing_is_said_where_the_holidays_are_the_same():
    assert holidays(EASTER[:1], BEFORE).outcome is None
    assert holidays((), ()).measured == ()


def test_of_a_feast_with_more_days_than_a_year_ago_the_last_ones_are_named():
    now = tuple((dt.date(2025, 5, day), "labour_day") for day in (1, 2))
    then = ((dt.date(2024, 5, 1), "labour_day"),)

    assert (holidays(now, then).outcome, holidays(now, then).now) == ("year_more", now[1:])
    assert holidays(then, now).then == now[1:]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Labour Day (1 May to 2 May), Mid-Autumn Festival (6 October)"),
     ("zh", "劳动节（5月1日至5月2日）、中秋节（10月6日）")],
)  # fmt: skip
def test_days_of_a_feast_that_follow_each_other_are_told_together(language, said):
    days = [(dt.date(2025, 10, 6), "mid_autumn"), (dt.date(2025, 5, 2), "labour_day"),
            (dt.date(2025, 5, 1), "labour_day")]  # fmt: skip

    text = Sentence("profiling.holidays", {"items": holiday_items(days)}, case="alone").text(
        language
    )

    assert said in text.replace("\N{NO-BREAK SPACE}", " ")


def test_without_a_year_before_the_holidays_of_the_period_are_named():
    alone = holidays(periods=drawn(is_comparable=False))

    assert (alone.outcome, alone.now, alone.is_daily) == ("alone", EASTER, False)


@pytest.mark.parametrize(
    "few", [Few(frozenset(), frozenset({"current"})), Few(frozenset(), frozenset({"last_year"}))]
)
def test_no_sales_of_too_few_are_told(few):
    found = holidays(few=few)

    assert found.outcome == "year_more"
    assert not found.is_daily
    assert "net.last_year" not in values(found)


def test_of_as_many_trading_days_a_change_a_day_says_no_more():
    even = drawn(PERIODS.replace("360  30", "360  32"))

    assert holidays(periods=even).outcome == "year_more"
    assert not holidays(periods=even).is_daily


def test_of_an_unfinished_period_sales_a_day_are_told_elsewhere():
    assert not holidays(periods=drawn(is_whole=False)).is_daily


def test_weeks_shifted_by_a_long_year_and_uneven_ones_are_told():
    found = fiscal()

    assert found.told == (("fiscal", "weeks"), ("shifted", None), ("uneven", "daily"))
    assert (values(found)["fiscal.weeks"], values(found)["fiscal.weeks_before"]) == (5, 4)
    # 12 a day after 10 a day.
    assert values(found)["days_change.daily"] == pytest.approx(0.2)


def test_years_of_whole_months_tell_their_days_alone():
    months = ABOUT | {"weeks": 0, "weeks_before": 0, "same_on": dt.date(2023, 3, 5)}

    assert fiscal(about=months).told == (("fiscal", "months"),)
    assert fiscal(about=None).told == ()


def test_uneven_weeks_before_the_data_begin_are_not_the_reason():
    found = fiscal(data_from=dt.date(2024, 2, 20))

    assert ("uneven", "daily") not in found.told


def test_uneven_weeks_of_too_few_have_no_sales():
    found = fiscal(few=Few(frozenset(), frozenset({"previous"})))

    assert ("uneven", "plain") in found.told
    assert "net.previous" not in values(found)


SAID = {
    **fiscal_words(ABOUT, drawn().set_index("window")),
    "period": period_value("FY2024-P02"), "previous": period_value("FY2024-P01"),
    "items": holiday_items(EASTER), "others": holiday_items(BEFORE),
    "net": Value("profiling.net", 360, "money", "GBP"),
    **{one.slot: Value(one.name, one.value, one.kind, one.unit)
       for one in (*holidays().measured, *fiscal().measured)},
    "day": date_value("day", EASTER[0][0]),
}  # fmt: skip
NAMES = ("fiscal", "shifted", "uneven", "holidays", "per_day")
CASES = [
    (f"profiling.{name}", case)
    for name in NAMES
    for case in all_templates()[f"profiling.{name}"].get("cases", {None: None})
]


@pytest.mark.parametrize(("template", "case"), CASES)
def test_every_sentence_is_filled_in_both_languages(template, case):
    english, chinese = (Sentence(template, SAID, case=case).text(each) for each in ("en", "zh"))

    assert english
    assert "FY" not in chinese
    assert "{" not in english + chinese


def test_holidays_are_listed_with_their_days():
    told = Sentence("profiling.holidays", SAID, case="year_swapped")

    assert "Good Friday (29\u00a0March), Easter Monday (1\u00a0April)" in told.text("en")
    assert "耶稣受难日（3月29日）、复活节星期一（4月1日）" in told.text("zh")
