from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis import lifecycle_study as study
from rapport.analysis import lifecycle_tables as tables
from rapport.analysis import lifecycle_views as views
from rapport.analysis.reorder_time import fit_return_time
from support import table

MARCH = 2010 * 12 + 2


def draw(drawn, *, kind="orders", observable=MARCH - 3, last=MARCH):
    rows = table(drawn)
    rows["month_no"] = MARCH + rows.pop("month")
    rows["stage_before"] = rows["before"].where(rows.pop("before") != "-", None)
    return rows.rename(columns={"n": "n_customers"}).assign(
        kind=kind, last_month=last, observable_month=observable
    )


MOVES = """
    month  before   stage    n
    -1     -        loyal    60
    -1     -        at_risk  30
    -1     -        churned  10
    0      loyal    loyal    50
    0      loyal    at_risk  10
    0      at_risk  at_risk  25
    0      at_risk  churned  5
    0      churned  growing  2
    0      churned  churned  8
"""


@pytest.fixture
def stages():
    return study.study_stages(draw(MOVES))


def patterns(*rows):
    names = ["stage", "stage_after", "n_months", "n_moves", "n_customers"]
    return pd.DataFrame(rows, columns=names).assign(kind="orders")


@pytest.fixture
def moved(stages):
    found = patterns(
        ("loyal", None, 1, 0, 60), ("loyal", "at_risk", 1, 1, 10), ("loyal", "any", 1, 1, 10),
        ("churned", None, 1, 0, 40), ("churned", "growing", 1, 1, 12), ("churned", "any", 1, 1, 12),
        ("growing", None, 1, 0, 9), ("growing", "any", 1, 1, 3), ("growing", "loyal", 1, 1, 3),
    )  # fmt: skip
    return study.study_moves(stages, found, study.MoveSettings())


def test_stages_of_a_unit_are_counted_at_its_last_month_end(stages):
    assert (stages.kind, stages.n) == ("orders", 100)
    assert study.name_months(stages, window_months=12) == {
        "month": "2010-03", "observable": "2009-12", "first": "2009-12",
    }  # fmt: skip


@pytest.mark.parametrize(("moves", "is_snapshot"), [(draw(MOVES), True), (draw(MOVES)[:0], False)])
def test_a_snapshot_and_a_unit_without_customers_have_no_month_end(moves, is_snapshot):
    found = study.study_stages(moves, is_snapshot=is_snapshot)
    nothing = study.study_moves(found, patterns(), study.MoveSettings())

    assert found.months is None
    assert (found.n, found.counts.empty, found.moves.empty) == (0, True, True)
    assert (nothing.pooled.empty, nothing.tests.empty, nothing.forecast) == (True, True, None)
    assert study.measure_stages(found) == []
    assert study.list_comparisons(found) == []
    assert study.list_moves(found, nothing, []) == []
    assert views.list_forecasts(found, []) == []
    assert study.name_months(found, window_months=12) == {}
    assert study.draw_sizes(found).empty
    assert views.list_retention(found, []) == views.list_activation(found, []) == []
    assert study.add_up(nothing.pooled)


def test_customers_without_a_whole_month_have_no_stage():
    found = study.study_stages(draw(MOVES, last=MARCH + 1))

    assert found.months is None


def test_values_are_told_of_the_quiet_and_the_lost_alone(stages):
    found = {one.name: one.value for one in study.measure_stages(stages)}

    assert found == {
        "n": 100, "stage.at_risk.n": 35, "stage.at_risk.share": 0.35, "stage.at_risk.before": 30,
        "stage.churned.n": 13, "stage.churned.share": 0.13, "stage.churned.before": 10,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("observable", "case"),
    [(MARCH, "orders_alone"), (MARCH - 1, "orders_month"), (MARCH - 12, "orders_year")],
)
def test_the_comparison_is_the_longest_that_the_data_allow(observable, case):
    found = study.study_stages(draw(MOVES, observable=observable))

    assert study.list_comparisons(found) == [case]
    assert study.list_comparisons(found, min_n=200) == []


def test_a_unit_in_which_nobody_is_lost_yet_says_so(stages):
    found = study.study_stages(draw("month  before  stage  n\n0  -  loyal  50"))

    assert study.list_comparisons(found) == ["none"]


def test_stages_of_few_customers_have_no_rates(moved):
    assert set(moved.pooled["stage"]) == {"loyal", "churned"}
    assert study.add_up(moved.pooled)


def test_moves_that_are_known_are_told_with_interval_and_month_ends(moved, stages):
    found = {
        one.slot: one for one in study.measure_moves(moved.pooled, kind="orders", min_count=10)
    }

    assert set(found) == {"move_loyal_at_risk", "move_churned_any"}
    assert found["move_churned_any"].value == 0.3
    assert found["move_churned_any"].n == 40
    assert study.choose_case(stages, found) == "orders"
    assert study.list_moves(stages, moved, found.values()) == ["some"]


def test_moves_of_too_few_customers_are_not_told(moved, stages):
    found = study.measure_moves(moved.pooled, kind="orders", min_count=11)

    assert [one.slot for one in found] == ["move_churned_any"]
    assert study.choose_case(stages, [one.slot for one in found]) == "sizes"
    assert study.list_moves(stages, moved, []) == ["few"]


@pytest.mark.parametrize(
    ("is_snapshot", "min_n", "case"),
    [(True, 30, "snapshot"), (False, 101, "few"), (False, 30, "sizes")],
)
def test_the_headline_says_no_more_than_the_data_allow(stages, is_snapshot, min_n, case):
    assert study.choose_case(stages, [], min_n=min_n, is_snapshot=is_snapshot) == case
    assert study.name_data(case, stages) == ("snapshot" if is_snapshot else "orders")


def test_one_pair_of_months_cannot_tell_the_season(moved):
    assert study.list_steadiness(moved) == ["untested"]
    assert study.measure_steadiness(moved.tests) == []
    assert views.take_forecast(moved) is None
    assert views.measure_forecast(moved.forecast, kind="orders") == []


def draw_now(*rows):
    names = ["stage_before", "stage", "from_month", "net_12m"]
    found = pd.DataFrame(rows, columns=names)
    return found.assign(
        customer_id=[f"c{n}" for n in range(len(found))], order_key=range(len(found))[::-1],
        month_no=MARCH, net_12m=found["net_12m"].map(Decimal), gross_12m=Decimal(1),
    )  # fmt: skip


NOW = draw_now(
    *[("loyal", "at_risk", MARCH, "30.10")] * 12, *[("growing", "at_risk", MARCH, "5.05")] * 14,
    *[("new", "at_risk", MARCH, "1")] * 3, *[("growing", "at_risk", MARCH - 1, "99")] * 5,
    *[(None, "new", MARCH, "7")] * 8,
)  # fmt: skip


def test_who_has_just_gone_quiet_is_counted_by_the_stage_left_small_ones_together():
    found = tables.tabulate_entered(NOW, kind="orders", spend="net")

    assert found["n_customers"].to_dict() == {"loyal": 12, "other": 17, "total": 29}
    assert found["spend"].to_dict() == {
        "loyal": Decimal("361.20"), "other": Decimal("73.70"), "total": Decimal("434.90"),
    }  # fmt: skip
    assert found.loc["loyal", "share_spend"] == pytest.approx(361.20 / 434.90)
    told = {
        one.slot: one.value for one in tables.measure_entered(found, kind="orders", currency="GBP")
    }
    assert told["entered_n"] == 29
    assert told["entered_best_n"] == 12
    assert tables.list_entered(found, told, kind="orders", n_customers=42) == ["orders_best"]


def test_of_few_quiet_customers_nothing_is_told():
    found = tables.tabulate_entered(NOW[NOW["stage_before"] == "new"], kind="orders", spend="net")

    assert tables.measure_entered(found, kind="orders", currency="GBP") == []
    assert tables.list_entered(found, [], kind="orders", n_customers=9) == ["few"]


def test_nobody_gone_quiet_is_said_and_no_customer_is_not_spoken_of():
    found = tables.tabulate_entered(NOW[NOW["stage"] == "new"], kind="orders", spend="gross")

    assert found.empty
    assert tables.list_entered(found, [], kind="orders", n_customers=8) == ["none"]
    assert tables.list_entered(found, [], kind="orders", n_customers=0) == []


def test_where_returns_outweigh_a_stage_no_parts_of_the_whole_are_given():
    rows = NOW.assign(net_12m=NOW["net_12m"].mask(NOW["stage_before"] == "growing", Decimal(-9)))

    found = tables.tabulate_entered(rows, kind="orders", spend="net")

    assert found["share_spend"].isna().all()
    told = {one.slot for one in tables.measure_entered(found, kind="orders", currency="GBP")}
    assert "entered_best_share" not in told


def test_one_order_of_1e12_keeps_its_money_to_the_cent():
    rows = pd.concat([NOW, draw_now(("loyal", "at_risk", MARCH, "1000000000000.01"))])

    found = tables.tabulate_entered(rows, kind="orders", spend="net")

    assert found.loc["total", "spend"] == Decimal("1000000000434.91")


def test_the_stage_of_every_customer_is_published_by_order_key():
    found = tables.list_stages(NOW, kind="orders")

    assert found["order_key"].is_monotonic_increasing
    assert set(found["month"]) == {"2010-03"}
    assert found["is_entered"].sum() == 29
    last = found.iloc[-1]
    assert last[["customer_id", "stage", "stage_before", "since"]].tolist() == [
        "c0", "at_risk", "loyal", "2010-03",
    ]  # fmt: skip


def test_stays_are_told_of_stages_that_enough_customers_entered():
    spells = table(
        """
        stage    duration_months  event_observed  n
        new      1                True            90
        growing  1                True            20
        growing  2                True            15
        growing  3                False           5
        loyal    4                False           40
        churned  1                True            3
        """
    )

    found = tables.tabulate_dwell(spells, kind="orders", min_n=30, confidence=0.95).set_index(
        "stage"
    )

    assert list(found.index) == ["growing", "loyal"]
    assert found.loc["growing", ["one", "three"]].tolist() == pytest.approx([0.5, 0.125])
    assert found.loc["growing", "median"] == 1
    assert pd.isna(found.loc["loyal", "median"])


def waited(*rows):
    return fit_return_time(pd.DataFrame(rows, columns=["duration_days", "event_observed", "n"]))


@pytest.mark.parametrize(("days", "verdict"), [(120, "fits"), (180, "longer"), (90, "shorter")])
def test_the_days_to_churn_are_held_against_the_evidence(stages, days, verdict):
    found = waited((100, True, 90), (400, False, 60))

    assert views.list_verdicts(found, stages, churn_after_days=days) == [verdict]
    told = {one.slot: one.value for one in views.measure_return_time(found)}
    assert told["gaps_days"] == 120
    assert told["gaps_year"] == pytest.approx(0.6)


def test_the_curve_is_drawn_as_long_as_enough_are_watched(stages):
    points, at_risk = views.draw_gaps(waited((10, True, 90), (200, False, 60), (900, False, 5)))

    assert list(at_risk.columns) == [0, 60, 120, 180]
    assert at_risk.loc["all"].tolist() == [155, 65, 65, 65]
    assert points["time"].max() <= 180
    assert views.draw_gaps(waited((10, True, 5)))[0].empty
    assert views.list_verdicts(waited((10, False, 5)), stages, churn_after_days=9) == ["short"]


def test_cohorts_and_gaps_of_orders_are_not_shown_of_contracts():
    silent = MOVES.replace("at_risk", "silent").replace("loyal", "active")
    silent = silent.replace("churned", "ended").replace("growing", "trial")
    found = study.study_stages(draw(silent, kind="contracts"))
    rows = pd.DataFrame({"a": [1]})

    assert found.kind == "contracts"
    assert views.select_cohorts(rows, found).empty
    assert views.select_gaps(rows, found).empty
    assert views.list_retention(found, []) == views.list_headings(found) == ["contracts"]
    assert views.list_activation(found, []) == []
    assert views.list_verdicts(waited((10, True, 5)), found, churn_after_days=9) == []
    assert study.list_comparisons(found) == ["contracts_month"]
