import html

import numpy as np
import pandas as pd
import pytest

from rapport.present.chapters import lifecycle as show
from rapport.present.chapters import lifecycle_words as tell
from rapport.present.chapters.lifecycle_contracts import contract_cohort_figure
from rapport.present.draw import draw, texts_of
from rapport.present.figures.cohorts import cohort_triangle
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_figure, describe_table
from rapport.present.sentences import Sentence, all_templates, slots_of
from rapport.present.tables import render_table
from rapport.present.values import Suppressed, Value, label_value, parameter_value
from support import table

ORDERS = ("prospect", "new", "growing", "loyal", "at_risk", "churned")
CONTRACTS = ("prospect", "trial", "active", "silent", "ended")
MONTHS = [f"2009-{month:02}" for month in range(11, 13)] + [f"2010-{n:02}" for n in range(1, 12)]


def share(name, value, low, high):
    return Value(f"lifecycle.{name}", value, "ratio", "share", n=900, interval=(low, high))


@pytest.fixture
def values():
    days = {"risk_after_days": 60, "churn_after_days": 180, "activation_days": 90}
    return {
        **tell.name_words({"month": "2010-11", "observable": "2010-05", "first": "2010-05"},
                          "at_risk"),
        **{name: parameter_value(name, n, "days") for name, n in days.items()},
        "confidence": parameter_value("confidence", 0.95, "share"),
        "min_count": parameter_value("min_count", 10, "customers"),
        "gaps_n": Value("lifecycle.gaps.n", 16243, "count", "orders"),
        "move_loyal_at_risk": share("move.loyal.at_risk", 0.13, 0.121, 0.14),
        "move_churned_any": share("move.churned.any", 0.137, 0.123, 0.15),
        "retention_1": share("retention.1", 0.2, 0.18, 0.22),
        "retention_3": share("retention.3", 0.23, 0.21, 0.26),
    }  # fmt: skip


def sizes(stages, months=13):
    rows = [
        (month, stage, 100 * (place + 1)) for month in MONTHS[-months:]
        for place, stage in enumerate(stages)
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=["period", "stage", "n_customers"])
    return found.assign(
        share=found["n_customers"] / found.groupby("period")["n_customers"].transform("sum")
    )


def texts(spec, language="en", shape="wide"):
    return html.unescape(" ".join(texts_of(draw(spec, language, shape))))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("stages", [ORDERS, CONTRACTS])
def test_bars_name_every_stage_of_the_last_month(values, stages, shape, language):
    spec = show.stage_figure(sizes(stages), values, min_count=10)

    shown = texts(spec, language, shape)

    for stage in stages:
        assert Sentence("lifecycle.stage_name", {"stage": label_value("stage", stage)}).text(
            language
        ) in shown.replace("\xa0", " ")
    describe_figure(spec)


def test_a_stage_of_few_customers_is_not_drawn_and_neither_is_the_next_smallest(values):
    few = sizes(ORDERS)
    few.loc[few["stage"] == "new", "n_customers"] = 3

    spec = show.stage_figure(few, values, min_count=10)

    assert set(spec.data["stage"]) == {"growing", "loyal", "at_risk", "churned"}
    assert "10" in spec.caption.text("en")
    assert "n_customers" not in spec.data


def test_one_month_end_is_no_figure(values):
    assert show.stage_figure(sizes(ORDERS, months=1), values, min_count=10) is None


def test_the_table_of_stages_leaves_out_what_the_data_do_not_reach(values):
    found = table(
        """
        stage    n_customers  share  n_before  n_last_year
        loyal    60           0.6    50        -
        at_risk  40           0.4    30        -
        total    100          1.0    80        -
        """,
        index="stage",
    ).assign(n_last_year=pd.NA)

    spec = show.stage_table(found, values, lead="at_risk")

    assert [column.key for column in spec.columns] == ["stage", "n_customers", "share", "n_before"]
    assert spec.strong == {1}
    assert render_table(spec, "zh")[2][0] == "全部客户"


@pytest.fixture
def pooled():
    return table(
        """
        stage    stage_after  n     n_moves  n_customers  n_moved  share  low    high
        loyal    at_risk      4168  543      1618         500      0.130  0.121  0.140
        loyal    growing      4168  12       1618         8        0.003  0.001  0.005
        loyal    any          4168  555      1618         505      0.133  0.12   0.14
        loyal    stay         4168  3613     1618         1600     0.867  0.85   0.88
        churned  growing      2463  337      752          300      0.137  0.123  0.150
        churned  any          2463  337      752          300      0.137  0.123  0.150
        churned  stay         2463  2126     752          740      0.863  0.85   0.877
        """
    )


def test_a_move_of_few_customers_is_hidden_with_the_next_smallest_of_its_stage(pooled):
    cells = show.hide_moves(pooled, min_count=10).set_index(["stage", "stage_after"])

    assert ("loyal", "any") not in cells.index
    assert cells.loc[("loyal", "growing"), "n_moves"] == Suppressed(10)
    assert cells.loc[("loyal", "at_risk"), "n_moves"] is None
    assert cells.loc["loyal"].loc[["growing", "at_risk"], ["share", "low"]].isna().all(axis=None)
    assert cells.loc[("churned", "growing"), "n_moves"] == 337


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_the_heat_map_shows_share_and_count_and_hides_what_is_hidden(
    values, pooled, shape, language
):
    cells = show.hide_moves(pooled, min_count=10)

    spec = show.move_figure(cells, values, ORDERS)

    shown = texts(spec, language, shape)
    assert "13.7%" in shown
    assert "337" in shown
    assert "<10" in shown
    assert "13.0%" not in shown
    assert "543" not in shown
    describe_figure(spec)


def test_the_table_of_moves_leaves_out_who_stayed_and_what_is_hidden(values, pooled):
    cells = show.hide_moves(pooled, min_count=10)

    rows = render_table(show.move_table(cells, values), "en")

    assert rows == [["Churned", "Growing", "2,463", "337", "13.7%", "12.3% to 15.0%"]]
    published = show.publish_moves(cells)
    assert published["n_moves"].isna().sum() == 2
    assert list(published.columns)[:4] == ["stage", "stage_after", "n", "n_moves"]


def test_without_moves_there_is_nothing_to_show(values, pooled):
    nothing = show.hide_moves(pooled[:0], min_count=10)

    assert show.move_figure(nothing, values, ORDERS) is None
    assert show.move_table(nothing, values) is None
    assert show.publish_moves(nothing).empty


def contract_cells(n=6, size=60):
    quarters = [f"{2024 + at // 4}-Q{at % 4 + 1}" for at in range(n)]
    rows = [
        (quarters[place], since, size - 6 * since, size, 1 - 0.1 * since, place + since < n - 1,
         False)
        for place in range(n) for since in range(n - place)
    ]  # fmt: skip
    names = ["cohort", "months_since", "n_customers", "size", "share", "is_whole", "is_mixed"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_cohorts_of_contracts_are_drawn_by_quarter_without_a_handful(values, shape, language):
    spec = contract_cohort_figure(contract_cells(), values, min_count=10, min_n=30)

    words = texts_of(draw(spec, language, shape))
    assert ("Contracts" if language == "en" else "合约") in words
    # Six had ended a quarter on: of the first cells none is told.
    first = spec.data[spec.data["months_since"] == 1]
    assert first["share"].isna().all()
    assert spec.data["share"].notna().any()
    assert spec.alt.text(language) and spec.subtitle.text(language)


def test_too_few_contracts_or_quarters_have_no_picture(values):
    assert contract_cohort_figure(contract_cells(size=29), values, min_count=10, min_n=30) is None
    assert contract_cohort_figure(contract_cells(n=2), values, min_count=10, min_n=30) is None
    assert contract_cohort_figure(contract_cells()[:0], values, min_count=10, min_n=30) is None


def triangle(n=13, size=200):
    rows = [
        (MONTHS[place], since, int(size * 0.3), size, 0.3, place + since < n - 1, place < 2)
        for place in range(n) for since in range(n - place)
    ]  # fmt: skip
    names = ["cohort", "months_since", "n_customers", "size", "share", "is_whole", "is_mixed"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_the_triangle_holds_every_cohort_and_marks_the_month_that_is_not_over(
    values, shape, language
):
    spec = show.cohort_figure(triangle(), values, min_count=10, min_n=30)

    svg = draw(spec, language, shape)

    assert "2009-11" in texts(spec, language, shape)
    assert svg.count("stroke-dasharray") >= 12
    assert "2010" in spec.caption.text(language)
    describe_figure(spec)


def test_cohorts_of_few_customers_are_empty_cells(values):
    few = triangle()
    few.loc[few["cohort"] == "2010-03", ["size", "n_customers"]] = [20, 12]
    few.loc[few["cohort"] == "2010-04", "n_customers"] = 9
    few.loc[few["cohort"] == "2010-05", ["size", "n_customers"]] = [6, 3]

    spec = show.cohort_figure(few, values, min_count=10, min_n=30)

    hidden = set(spec.data.loc[spec.data["share"].isna(), "cohort"])
    assert hidden == {"2010-03", "2010-04", "2010-05"}
    assert "<10" in texts(spec)


def test_a_triangle_that_holds_nothing_is_not_drawn(values):
    assert show.cohort_figure(triangle(size=20), values, min_count=10, min_n=30) is None
    assert show.cohort_figure(triangle(n=2), values, min_count=10, min_n=30) is None
    assert show.cohort_figure(triangle()[:0], values, min_count=10, min_n=30) is None


def test_a_triangle_without_sizes_says_so_in_its_subtitle():
    cells = triangle(n=3).query("months_since > 0")

    spec = cohort_triangle(cells.assign(size=Suppressed(10)), id="lifecycle.cohorts")

    assert spec.subtitle.text("en")


def test_activation_is_drawn_from_the_first_month_that_has_a_rate(values):
    months = pd.DataFrame({
        "cohort_month": range(4), "period": MONTHS[:4], "n_at_start": 50, "n_again": 20,
        "rate": [np.nan, 0.4, np.nan, 0.5], "low": 0.3, "high": 0.6,
    })  # fmt: skip

    spec = show.activation_figure(months, values)

    assert spec.data["period"].tolist() == MONTHS[1:4]
    assert show.activation_figure(months[:2], values) is None
    assert show.activation_figure(months[:0], values) is None


def test_the_curve_of_waits_is_drawn_with_those_still_watched(values):
    points = pd.DataFrame({
        "group": "all", "time": [0, 30, 90], "survival": [1, 0.5, 0.2], "low": [1, 0.4, 0.1],
        "high": [1, 0.6, 0.3],
    })  # fmt: skip
    at_risk = pd.DataFrame([[100, 50, 20]], index=["all"], columns=[0, 30, 90])

    spec = show.gap_figure(points, at_risk, values)

    assert "All orders" in texts(spec)
    assert show.gap_figure(points, pd.DataFrame(), values) is None


def test_stays_and_forecast_are_tables_where_there_are_any(values):
    stays = pd.DataFrame(
        [("loyal", 90, 0.9, 0.5, 0.4, 0.6, np.nan)],
        columns=["stage", "n", "one", "three", "low", "high", "median"],
    )
    ahead = pd.DataFrame(
        [("loyal", 158, 166.5, 145.7, 187.6)],
        columns=["stage", "n_now", "expected", "low", "high"],
    )

    assert render_table(show.dwell_table(stays, values), "en") == [
        ["Loyal", "90", "90.0%", "50.0%", "40.0% to 60.0%", "not reached"]
    ]
    assert render_table(show.forecast_table(ahead, values), "en") == [
        ["Loyal", "158", "167", "146 to 188"]
    ]
    assert show.dwell_table(stays[:0], values) is None
    assert show.forecast_table(None, values) is None
    describe_table(show.dwell_table(stays, values))


def test_who_has_gone_quiet_is_a_table_where_enough_have(values):
    quiet = pd.DataFrame(
        {"n_customers": [12, 12, 24], "spend": [30.5, 10, 40.5],
         "spend_per_customer": [2.5, 0.8, 1.7], "share_spend": [0.75, 0.25, 1.0]},
        index=["loyal", "growing", "total"],
    )  # fmt: skip

    spec = show.entered_table(quiet, values, currency="GBP", min_count=10)

    assert render_table(spec, "en")[0] == ["Loyal", "12", "30.50", "75.0%", "2.50"]
    assert show.entered_table(quiet, values, currency="GBP", min_count=25) is None
    assert show.entered_table(quiet[1:], values, currency="GBP", min_count=10) is None
    assert show.entered_table(quiet[:0], values, currency="GBP", min_count=10) is None


def test_lists_hold_what_is_known_and_nothing_else(values):
    tests = pd.DataFrame({"stage": ["new", "loyal"], "is_seasonal": [True, False]})

    moves, retained = tell.list_moves(values), tell.list_retention(values)

    said = Sentence("lifecycle.moves", {**values, "moves": moves}, case="some").text("en")
    assert "13.0% (95%\xa0interval 12.1% to 14.0%) of loyal customers fell quiet; 13.7%" in said
    assert "20.0%" in Sentence(
        "lifecycle.retention", {"retained": retained}, case="some").text("zh")  # fmt: skip
    assert len(tell.list_seasonal(tests).items) == 1
    assert tell.list_moves({}).items == ()


def test_every_template_has_both_languages_with_the_same_slots():
    for identity in [name for name in all_templates() if name.startswith("lifecycle.")]:
        entry = all_templates()[identity]
        for forms in entry.get("cases", {None: entry}).values():
            assert slots_of(forms["en"]) == slots_of(forms["zh"]), identity
