import pandas as pd
import pytest

from rapport.analysis.expected_loss import (
    draw_cost_curve,
    join_loss,
    list_points,
    list_remarks,
    measure_cost,
    measure_loss,
    name_cost,
    study_loss,
)


@pytest.fixture
def scores():
    names = [f"c{i}" for i in range(40)]
    return pd.DataFrame(
        {"customer_id": names, "order_key": range(40), "risk": [0.9 - i / 50 for i in range(40)]}
    )


@pytest.fixture
def values():
    # Value rises as risk falls; of five customers it is not known.
    return pd.Series({f"c{i}": float(i) for i in range(35)})


def test_the_list_is_ordered_by_loss_and_not_by_risk(scores, values):
    study = study_loss(scores, values)

    loss = study.ranked["expected_loss"]
    assert loss.is_monotonic_decreasing
    assert study.ranked["customer_id"].iloc[0] == "c22"
    assert study.total == pytest.approx(sum((0.9 - i / 50) * i for i in range(35)))


def test_lists_hold_no_fewer_than_may_be_told(scores, values):
    lists = study_loss(scores, values).lists

    # A tenth of 35 is 4 customers.
    assert lists["list"].tolist() == ["50", "100"]
    assert lists["n"].tolist() == [18, 35]
    assert lists["share"].iloc[-1] == pytest.approx(1)


def test_those_without_a_value_stand_last_by_risk(scores, values):
    joined = join_loss(scores, study_loss(scores, values))

    assert joined["customer_id"].tolist()[-5:] == ["c35", "c36", "c37", "c38", "c39"]
    assert joined["expected_loss"].isna().sum() == 5
    assert list_remarks(study_loss(scores, values)) == [("loss_without", "few")]


def test_who_brings_more_back_has_nothing_to_lose(scores, values):
    study = study_loss(scores, values - 30)

    assert (study.ranked["expected_loss"] >= 0).all()


@pytest.mark.parametrize(
    ("scored", "worth", "reason"),
    [(False, True, "no_list"), (True, False, "no_value"), (True, True, "none")],
)
def test_without_risk_or_value_the_reason_is_said(scores, values, scored, worth, reason):
    study = study_loss(scores if scored else None, values * 0 if worth else None)

    assert study.reason == reason
    assert measure_loss(study, currency="GBP") == []
    assert draw_cost_curve(study, save_rate=0.5, contact_cost=1.0) is None
    assert join_loss(scores, study) is scores


def test_a_contact_pays_as_long_as_it_saves_more_than_it_costs(scores, values):
    study = study_loss(scores, values)

    curve = draw_cost_curve(study, save_rate=0.1, contact_cost=0.6)

    saved = 0.1 * study.ranked["expected_loss"]
    assert curve.best == int((saved > 0.6).sum())
    assert curve.gain == pytest.approx((saved[saved > 0.6] - 0.6).sum())
    assert name_cost(curve) == ["pays"]
    assert list_points(curve)["is_best"].sum() == 1
    assert [one.value for one in measure_cost(curve, currency="GBP")] == [curve.best, curve.gain]


def test_where_no_contact_pays_it_is_said(scores, values):
    curve = draw_cost_curve(study_loss(scores, values), save_rate=0.1, contact_cost=50.0)

    assert (curve.best, curve.gain, name_cost(curve)) == (0, 0.0, ["none"])


@pytest.mark.parametrize(("save_rate", "contact_cost"), [(0.0, 1.0), (0.1, 0.0)])
def test_nothing_is_weighed_without_both_parameters(scores, values, save_rate, contact_cost):
    study = study_loss(scores, values)

    curve = draw_cost_curve(study, save_rate=save_rate, contact_cost=contact_cost)

    assert curve is None
    assert name_cost(curve) == measure_cost(curve, currency="GBP") == []
