import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from rapport.analysis.churn_groups import (
    GroupSettings,
    measure_groups,
    name_groups,
    study_groups,
)
from rapport.chapter.numbers import make_value
from rapport.params import load_unit
from rapport.present.chapters.churn import band_table
from rapport.present.chapters.churn_drivers import (
    driver_figure,
    group_figure,
    group_table,
    name_columns,
    reason_table,
    reference_table,
)
from rapport.present.chapters.churn_risk import (
    cost_figure,
    loss_table,
    rule_table,
    segment_table,
)
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_figure, describe_table
from rapport.present.sentences import Sentence
from rapport.present.tables import render_table
from rapport.present.values import WITHHELD, Value, date_value, label_value, parameter_value
from support import table


def number(name, value, kind="estimator", unit="share", **more):
    return Value(f"churn.{name}", value, kind, unit, **more)


@pytest.fixture
def values():
    counts = {
        "groups_n": 500, "groups_tested": 6, "groups_differing": 2, "groups_time": 90,
        "drivers_n": 500, "drivers_ended": 200, "drivers_terms": 9, "drivers_differing": 3,
        "drivers_moving": 2, "drivers_split": 30, "reasons_n": 120, "loss_n": 300,
        "loss_first_n": 30, "loss_without": 40, "cost_best": 120,
    }  # fmt: skip
    money = {"loss_total": 9000.0, "loss_first": 4000.0, "cost_gain": 800.0}
    return {
        "as_of": date_value("as_of", dt.date(2026, 6, 30)),
        "confidence": parameter_value("confidence", 0.95, "share"),
        "horizon_days": parameter_value("horizon_days", 90, "days"),
        "save_rate": parameter_value("save_rate", 0.2, "share"),
        "contact_cost": parameter_value("contact_cost", 2.0, "GBP"),
        **{name: number(name, n, "count", "customers") for name, n in counts.items()},
        **{name: number(name, n, unit="GBP") for name, n in money.items()},
        "groups_low": label_value("level", "segment=new"),
        "groups_high": label_value("level", "segment=dormant"),
        "groups_low_share": number("low", 0.2, interval=(0.1, 0.3)),
        "groups_high_share": number("high", 0.8, interval=(0.7, 0.9)),
        "drivers_first": label_value("term", "plan=Gold"),
        "drivers_first_ratio": number("ratio", 2.0, unit="hazard_ratio", interval=(1.5, 2.5)),
        "reasons_first": label_value("end_reason", "too dear"),
        "reasons_first_share": number("first", 0.3, "ratio", interval=(0.2, 0.4)),
        "reasons_not_chosen": number("not", 0.1, "ratio"),
        "risk_blind": number("blind", 0.7, unit="auc", interval=(0.6, 0.8)),
        "risk_rules_auc": number("rules", 0.7, unit="auc", interval=(0.6, 0.8)),
        "segments_least": label_value("segment", "new"),
        "segments_most": label_value("segment", "dormant"),
        "segments_least_risk": number("least", 0.2),
        "segments_most_risk": number("most", 0.7),
        "loss_first_share": number("share", 0.4),
        "columns": name_columns(["price", "a_seats"]),
    }


ROOT = Path(__file__).resolve().parents[4]
KINDS = ("orders", "contracts")
CASES = {
    "groups": [
        f"{case}_{kind}"
        for case in ("differ", "alike", "short", "hidden", "few", "one")
        for kind in KINDS
    ],
    "drivers": [
        f"{case}_{kind}"
        for case in ("ok", "plain", "too_few", "none", "not_converged")
        for kind in KINDS
    ],
    "reasons": ["known", "none"],
    "loss": ["ok", "no_list", "no_value", "few", "none"],
    "loss_without": ["some", "few"],
    "cost": ["pays", "none"],
    "moving": [None],
    "left_out": [None],
    "penalised": [None],
    "tenure_warning": [None],
    "rules": [None],
    "segments": [None],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in CASES.items() for case in cases]
)
def test_every_sentence_finds_its_values(values, language, name, case):
    assert Sentence(f"churn.{name}", values, case=case).text(language)


def test_groups_stand_under_their_attribute_in_both_languages(values):
    rows = table(
        """
        group               n    share  low   high  mean  gain  gain_low  gain_high  is_few
        segment=high_value  200  0.20   0.15  0.26  30.0  NaN   NaN       NaN        False
        gender=female       150  0.40   0.33  0.47  41.5  11.5  6.0       17.0       False
        """
    )

    spec = group_table(rows, values, kind="orders")

    cells = {language: render_table(spec, language) for language in LANGUAGES}
    assert cells["en"][0][0] == "Segment: High value"
    assert cells["zh"][1][0] == "性别：女"
    assert cells["en"][1][5:] == ["11.5", "6.0 to 17.0"]
    assert cells["en"][0][5] == "n/a"
    assert cells["zh"][0][5] == "不适用"
    assert group_table(rows.iloc[:0], values, kind="orders") is None


def test_a_hidden_share_and_one_that_nobody_was_watched_for_have_words_of_their_own(values):
    rows = table(
        """
        group               n    share  low  high  mean  gain  gain_low  gain_high  is_few
        segment=high_value  200  NaN    NaN  NaN   30.0  NaN   NaN       NaN        True
        segment=new         150  NaN    NaN  NaN   41.5  11.5  6.0       17.0       False
        """
    )

    cells = render_table(group_table(rows, values, kind="orders"), "zh")

    assert [row[2:4] for row in cells] == [["不显示", "不显示"], ["不适用", "不适用"]]


def compare_segments(kept):
    """Compare segments of which so many of so many were not back after ninety days."""
    spells = pd.DataFrame(
        [
            {
                "segment": name,
                "duration": 100 if at < n_away else 10,
                "event_observed": at >= n_away,
            }
            for name, (n_away, n) in kept.items()
            for at in range(n)
        ]
    )
    return study_groups(spells, GroupSettings(("segment",), 90))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_title_rows_and_table_withhold_a_share_of_too_few_alike(values, language):
    unit = load_unit(ROOT, "sample-retail")
    study = compare_segments(
        {"general": (4, 40), "new": (15, 60), "potential": (50, 100), "dormant": (90, 100)}
    )
    told = values | {one.slot: make_value(one, one.name, unit)
                     for one in measure_groups(study, unit="customers")}  # fmt: skip

    figure = group_figure(study.rows, told, kind="orders")

    cells = render_table(group_table(study.rows, told, kind="orders"), language)
    said = {
        "sentence": Sentence("churn.groups", told, case="differ_orders").text(language),
        "title": figure.title.text(language),
        "rows": figure.alt.text(language),
        "table": " ".join(cell for row in cells for cell in row),
    }
    assert all("50.0%" in text and "90.0%" in text for text in said.values()), said
    # Not 4 of 40, nor 15 of 60, which would give it away, nor a bound of either.
    assert not any(hidden in text for text in said.values()
                   for hidden in ("10.0%", "25.0%", "<")), said  # fmt: skip
    assert figure.data["value"].isna().sum() == figure.data["high"].isna().sum() == 2
    assert {"en": "too few customers", "zh": "客户太少"}[language] in figure.caption.text(language)


@pytest.mark.parametrize(
    ("kept", "name"),
    [
        ({"general": (4, 40), "new": (50, 100)}, "hidden"),
        ({"general": (10, 40), "new": (80, 100)}, "differ"),
        ({"general": (0, 40), "new": (80, 100)}, "differ"),
    ],
)
def test_groups_of_which_one_is_of_too_few_stand_beside_nothing(kept, name):
    study = compare_segments(kept)

    assert name_groups(study) == name
    assert study.rows["is_few"].all() == (name == "hidden")


def test_the_forest_names_its_terms(values):
    effects = table(
        """
        term       hazard_ratio  low  high
        plan=Gold  2.0           1.5  2.7
        price*2    0.8           0.6  1.1
        """
    )

    spec = driver_figure(effects, values, kind="contracts")

    assert "Price ×2" in spec.alt.text("en")
    assert driver_figure(effects.iloc[:0], values, kind="contracts") is None


def test_ratios_that_move_have_both_halves(values):
    moving = table(
        """
        term       early  early_low  early_high  late  late_low  late_high
        plan=Gold  NaN    NaN        NaN         0.5   0.3       0.8
        """
    )

    cells = render_table(reference_table(moving, values), "en")[0]

    assert cells == ["Plan: Gold", "n/a", "n/a", "0.50", "0.30 to 0.80"]


def test_a_reason_of_the_unit_is_printed_as_it_is_written(values):
    reasons = table(
        """
        reason    kind        n   share  low  high
        too_dear  chosen      40  0.4    0.3  0.5
        payment   not_chosen  60  0.6    0.5  0.7
        """
    )

    cells = render_table(reason_table(reasons, values), "zh")

    assert [row[:2] for row in cells] == [["too dear", "客户选择"], ["付款失败", "非客户选择"]]


RULES = """
    rule  n    share  measure      above  at_most
    1     100  0.50   plan=Gold    0.0    NaN
    1     100  0.50   tenure_days  45     90
    2     400  0.01   plan=Gold    NaN    0.0
"""


def test_rules_are_read_in_one_row_each_and_tell_of_no_few(values):
    spec = rule_table(table(RULES), values, kind="orders")

    cells = render_table(spec, "en")
    assert cells[0][:3] == ["Plan: Gold", "Tenure > 45, ≤ 90", ""]
    assert cells[1][0] == "Plan: not Gold"
    # Of 400 four left: the share would tell it.
    assert [row[-1] for row in cells] == ["50.0%", "withheld"]


def test_risk_by_segment_has_outcomes_where_they_are_known(values):
    rows = table(
        """
        segment  n    risk
        dormant  100  0.7
        new      60   0.2
        """
    )
    known = rows.assign(n_test=[90, 40], observed=[0.6, 0.1], low=0.05, high=0.8)

    plain, tested = segment_table(rows, values), segment_table(known, values)

    assert [column.key for column in plain.columns] == ["segment", "n", "risk"]
    # 4 of 40: too few to be told.
    assert tested.frame["observed"].tolist() == [0.6, WITHHELD]
    assert describe_table(tested)["title"]["zh"]


def test_lists_of_the_largest_loss_and_what_contacting_them_brings(values):
    lists = pd.DataFrame(
        {"list": ["10", "100"], "n": [30, 300], "value": [1.0, 2.0], "loss": [4000.0, 9000.0],
         "share": [0.444, 1.0]}
    )  # fmt: skip
    points = pd.DataFrame({"n": [0, 50, 100], "gain": [0.0, 30.0, -80.0]})
    pays = points.assign(is_best=points["n"] == 50)

    assert render_table(loss_table(lists, values, currency="GBP"), "zh")[1][0] == "全部"
    assert describe_figure(cost_figure(pays, values, currency="GBP"))["alt"]["zh"]
    assert cost_figure(points.assign(is_best=points["n"] == 0), values, currency="GBP") is None
    assert cost_figure(None, values, currency="GBP") is None


def test_bands_of_few_contracts_are_hidden(values):
    bands = table(
        """
        band    n_test  observed  low   high  n_score
        high    0       NaN       NaN   NaN   0
        medium  5       0.40      0.10  0.80  2
        low     700     0.07      0.05  0.09  380
        """
    )

    cells = render_table(band_table(bands, values, kind="contracts_dates", min_count=10), "en")

    assert cells[1][1:4] == ["<10", "<10", "withheld"]
    assert "0.07" not in cells[2]
