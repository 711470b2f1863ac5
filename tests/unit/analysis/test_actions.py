"""Decisions: their figure before and after, and no more claimed than the intervals allow."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.actions import follow_up
from rapport.analysis.change import compare_totals
from rapport.analysis.key_figures import Comparison, KeyFigure, Rules
from rapport.analysis.measured import Measured

RULES = Rules("GBP")


@dataclass(frozen=True)
class Words:
    en: str = "Free delivery"
    zh: str = "包邮"


@dataclass(frozen=True)
class Decision:
    measure: str = "net"
    decided: dt.date = dt.date(2026, 4, 12)
    due: dt.date = dt.date(2026, 9, 30)
    decision: Words = Words()
    owner: Words = Words("Marketing", "市场部")


def periods(*, is_whole=True):
    months = [(2026, month) for month in range(1, 7)]
    rows = [("current", "2026-06", (2026, 6), 0), ("previous", "2026-05", (2026, 5), 1)]
    rows += [
        (f"history-{year}-{month:02d}", f"{year}-{month:02d}", (year, month), 2 + place)
        for place, (year, month) in enumerate(months)
    ]
    frame = pd.DataFrame(rows, columns=["window", "period", "month", "position"])
    starts = pd.to_datetime([dt.date(*month, 1) for month in frame["month"]])
    ends = starts + pd.offsets.MonthEnd(0)
    return frame.assign(starts_on=starts, ends_on=ends, is_whole=is_whole)


def total(now=330, past=(("2026-03", 300),)):
    measured = {code: Measured("net", Decimal(n), "money", "GBP") for code, n in past}
    return KeyFigure("net", Measured("net", Decimal(now), "money", "GBP"), {}, (), measured)


def share(now, then, *, n=400):
    def one(value):
        return Measured("repurchase", value, "ratio", "share", n=n)

    return KeyFigure("repurchase", one(now), {}, (), {"2026-03": one(then)})


def followed(decisions, figures, **more):
    return follow_up(decisions, figures, more.pop("of", periods()), rules=RULES, **more)


def test_before_is_the_last_whole_period_that_ended_before_the_day():
    (row,) = followed([Decision()], [total()]).to_dict("records")

    assert (row["before"], row["after"], row["verdict"]) == (Decimal(300), Decimal(330), "up")
    assert (row["change"], row["change_unit"]) == (0.1, "change")


def test_a_decision_on_the_last_day_of_a_month_still_has_it_before_no_longer():
    past = (("2026-02", 200), ("2026-03", 300))

    (on_the_last,) = followed([Decision(decided=dt.date(2026, 3, 31))], [total(330, past)])[
        "before"
    ]
    (on_the_next,) = followed([Decision(decided=dt.date(2026, 4, 1))], [total(330, past)])["before"]

    assert (on_the_last, on_the_next) == (Decimal(200), Decimal(300))


@pytest.mark.parametrize(
    ("decided", "told"),
    [(dt.date(2026, 6, 1), "up"), (dt.date(2026, 6, 2), "early"), (dt.date(2026, 6, 30), "early")],
)
def test_a_period_that_began_before_the_day_shows_nothing_yet(decided, told):
    figure = total(330, (("2026-05", 300),))

    (row,) = followed([Decision(decided=decided)], [figure]).to_dict("records")

    assert row["verdict"] == told
    assert (row["after"] is None) == (told == "early")


def test_a_period_that_has_not_ended_is_too_early():
    (row,) = followed([Decision()], [total()], of=periods(is_whole=False)).to_dict("records")

    assert (row["before"], row["after"], row["verdict"]) == (Decimal(300), None, "early")


def test_a_decision_after_the_last_day_is_not_told():
    assert followed([Decision(decided=dt.date(2026, 7, 1))], [total()]).empty


@pytest.mark.parametrize(("now", "told"), [(0.62, "up"), (0.54, "unclear"), (0.30, "down")])
def test_shares_are_compared_by_the_interval_of_their_difference(now, told):
    (row,) = followed([Decision("repurchase")], [share(now, 0.5)]).to_dict("records")

    assert row["verdict"] == told
    assert row["change"] == pytest.approx(now - 0.5)


def test_a_mean_is_judged_only_against_a_period_whose_customers_are_known():
    before = Measured("aov.previous", 40.0, "ratio", "GBP")
    against = {"previous": Comparison(before, compare_totals(44, 40))}
    past = {code: Measured("aov", 40.0, "ratio", "GBP") for code in ("2026-03", "2026-05")}
    figure = KeyFigure("aov", Measured("aov", 44.0, "ratio", "GBP", n=200), against, (), past)

    table = followed([Decision("aov"), Decision("aov", dt.date(2026, 6, 1))], [figure])

    assert table["verdict"].tolist() == ["up", "unjudged"]
    assert table["change"].round(4).tolist() == [0.1, 0.1]


def test_a_figure_that_is_not_measured_now_or_then_is_said_to_be_unknown():
    table = followed([Decision("churn"), Decision("net")], [total(330, past=())])

    assert table["verdict"].tolist() == ["unknown", "unknown"]
    assert table["before"].tolist() == [None, None]


def test_few_customers_are_not_shown_and_their_change_neither():
    past = {"2026-03": Measured("active", 4, "count", "customers")}
    figure = KeyFigure("active", Measured("active", 40, "count", "customers"), {}, (), past)

    (row,) = followed([Decision("active")], [figure], min_count=10).to_dict("records")

    assert (row["before"], row["after"], row["change"]) == (None, 40, None)


def test_the_newest_decision_stands_first():
    days = [dt.date(2026, 2, 1), dt.date(2026, 5, 1), dt.date(2026, 3, 1)]

    table = followed([Decision(decided=day) for day in days], [total()])

    assert table["decided"].tolist() == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [(40, 10, "up"), (10, 40, "down"), (20, 10, "unclear"), (-5, -4, "unclear")],
)
def test_a_score_is_compared_in_points_as_unsure_as_both(now, then, verdict):
    def one(value):
        return Measured("nps", float(value), "estimator", "nps", 60, (value - 15.0, value + 15.0))

    figure = KeyFigure("nps", one(now), {}, (), {"2026-03": one(then)})

    (row,) = followed([Decision(measure="nps")], [figure]).to_dict("records")

    assert (row["change"], row["verdict"]) == (now - then, verdict)
    assert (row["unit"], row["change_unit"]) == ("nps", "nps")
