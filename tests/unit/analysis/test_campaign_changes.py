"""Campaigns without control: what is said, and when nothing is."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.campaign_changes import study_broadcasts, study_targeted
from rapport.analysis.campaign_effects import CampaignRules
from rapport.analysis.campaign_returns import study_returns
from rapport.analysis.clv import Margin
from rapport.analysis.cuped import Moments
from rapport.analysis.did import Changes, Windows, compare_changes, name_outcome, pool
from rapport.analysis.experiment import Difference
from rapport.analysis.resampling import Interval

RULES = CampaignRules()
MONEY = ("during", "before", "earlier", "days_after", "days_before", "year_after", "year_before",
         "during_squared", "before_squared", "change_squared", "change_before_squared",
         "days_change_squared")  # fmt: skip


def funnel(design="targeted", name="c", **others):
    row = {"campaign_id": name, "name": "Letter", "design": design, "n_targeted": 100,
           "started_on": pd.Timestamp("2026-05-01"), "cost": Decimal(100), "contact_cost": None,
           "net": Decimal(500), "n_bought": 20}  # fmt: skip
    return pd.DataFrame([row | others])


def group(*, contacted, n=100, known=1, **money):
    """Give one group; every customer is like the next, so squares are those of the mean."""
    sums = {at: Decimal(str(money.get(at, 0))) for at in MONEY}
    row = {"campaign_id": "c", "is_contacted": contacted, "is_known": known, "n": n,
           "n_days": 14, "compare_days": 7, "is_ended": True, "has_before": True,
           "is_comparable": True, "has_year_before": True}  # fmt: skip
    return row | sums | {at: value for at, value in money.items() if at in row}


def compare(*groups, is_drawn=False, **given):
    found, pooled = study_targeted(funnel(**given), pd.DataFrame(groups), RULES, is_drawn=is_drawn)
    return found[0], pooled


SPREAD = {"change_squared": 4000, "change_before_squared": 4000}


def test_what_contacted_customers_gained_over_others_is_per_customer_and_week():
    found, _ = compare(
        group(contacted=1, during=1000, before=600, earlier=600, **SPREAD),
        group(contacted=0, during=500, before=400, earlier=400, **SPREAD),
    )

    # 4 each less 1 each, over two weeks.
    assert found.changes.estimate.value == pytest.approx(1.5)
    assert found.changes.placebo.value == 0.0
    assert found.changes.naive_before.value == pytest.approx(1.0)
    assert found.outcome == "more"


def test_a_placebo_that_is_not_nought_withholds_the_estimate():
    found, _ = compare(
        group(contacted=1, during=1000, before=600, earlier=200, **SPREAD),
        group(contacted=0, during=500, before=400, earlier=400, **SPREAD),
    )

    assert found.outcome == "withheld"


@pytest.mark.parametrize(
    ("edit", "outcome"),
    [
        ({"is_ended": False}, "running"),
        ({"has_before": False}, "no_before"),
        ({"n": 49}, "too_few"),
    ],
)
def test_a_campaign_that_cannot_be_compared_says_why(edit, outcome):
    found, _ = compare(group(contacted=1, **edit), group(contacted=0))

    assert (found.outcome, found.changes) == (outcome, None)


def test_a_campaign_that_left_nobody_out_has_nobody_to_compare_with():
    found, _ = compare(group(contacted=1), group(contacted=0, n=10))

    assert found.outcome == "no_others"


def test_a_campaign_without_customers_known_before_is_too_small():
    found, _ = compare(group(contacted=1, known=0), group(contacted=0, known=0))

    assert found.outcome == "too_few"


def test_in_a_draw_of_lines_everybody_counts_as_known():
    found, _ = compare(
        group(contacted=1, known=0, **SPREAD), group(contacted=0, known=0, **SPREAD), is_drawn=True
    )

    assert found.outcome == "unclear"


def difference(value, half):
    return Difference(value, Interval(value - half, value + half))


def test_an_estimate_that_its_placebo_could_be_is_no_effect():
    assert name_outcome(difference(-0.10, 0.09), difference(-0.06, 0.10)) == "unclear"
    assert name_outcome(difference(-0.10, 0.03), difference(-0.06, 0.10)) == "less"


def test_campaigns_are_put_together_by_precision():
    sharp = Changes(*[difference(1.0, 0.1)] * 4, error=0.1, placebo_error=0.1)
    loose = Changes(*[difference(4.0, 0.2)] * 4, error=0.2, placebo_error=0.2)

    pooled = pool([sharp, loose])

    assert pooled.estimate.value == pytest.approx((1 * 100 + 4 * 25) / 125)
    assert pooled.naive_before == pytest.approx(2.5)
    assert pool([sharp]) is None


def test_windows_without_any_spend_differ_by_nothing():
    empty = Moments(60, 0.0, 0.0)

    found = compare_changes(Windows(*[empty] * 4), Windows(*[empty] * 4), weeks=2.0)

    assert (found.estimate.value, found.outcome) == (0.0, "unclear")


def broadcast(*groups):
    (found,) = study_broadcasts(funnel("broadcast"), pd.DataFrame(groups), RULES, is_drawn=False)
    return found


def test_before_and_after_is_a_change_and_never_an_effect():
    found = broadcast(
        group(contacted=1, days_before=300, days_after=500, days_change_squared=2000,
              year_before=100, year_after=150),
        group(contacted=0, days_before=100, days_after=200),
    )  # fmt: skip

    assert found.outcome == "changed"
    assert (found.before, found.after, found.change.value) == (3.0, 5.0, 2.0)
    assert (found.year_change, found.others_change) == (0.5, 1.0)


def test_days_after_that_are_not_over_are_waited_for():
    found = broadcast(group(contacted=1, is_comparable=False))

    assert (found.outcome, found.change) == ("open", None)


def test_few_others_stand_beside_nothing():
    found = broadcast(group(contacted=1), group(contacted=0, n=49))

    assert found.others_change is None


def test_a_return_is_given_only_of_what_a_design_allows():
    stays = Margin(0.5, "parameter")
    held, _ = compare(
        group(contacted=1, during=1000, before=600, earlier=200, **SPREAD),
        group(contacted=0, during=500, before=400, earlier=400, **SPREAD),
    )
    told, _ = compare(
        group(contacted=1, during=1000, before=600, earlier=600, **SPREAD),
        group(contacted=0, during=500, before=400, earlier=400, **SPREAD),
    )

    (without,) = study_returns(funnel(), (), (held,), stays, is_drawn=False)
    (with_one,) = study_returns(funnel(), (), (told,), stays, is_drawn=False)

    assert without.roi is None
    assert without.attributed == pytest.approx(1.5)
    # 1.5 a week x 2 weeks x 100 customers x half, for 100.
    assert with_one.roi.value == pytest.approx(0.5)


def test_the_cost_by_buyer_is_of_all_who_bought_and_tells_of_no_handful():
    stays = Margin(1.0, "sales")

    told, hidden = (
        study_returns(funnel(), (), (), stays, is_drawn=False, min_count=n)[0] for n in (20, 21)
    )

    assert told.per_buyer == pytest.approx(5.0)
    assert np.isnan(hidden.per_buyer)


def test_without_a_cost_or_of_a_draw_there_is_no_return():
    stays = Margin(1.0, "sales")

    assert study_returns(funnel(cost=None), (), (), stays, is_drawn=False) == ()
    assert study_returns(funnel(), (), (), stays, is_drawn=True) == ()
