import datetime as dt

import pandas as pd
import pytest

from rapport.assets.files import locale_paths
from rapport.present.chapters.satisfaction import (
    driver_figure,
    driver_table,
    group_table,
    link_table,
    name_attribute,
    name_group,
    name_words,
    topic_table,
    wave_figures,
)
from rapport.present.chapters.satisfaction_more import weight_table
from rapport.present.draw import draw, texts_of
from rapport.present.labels import LANGUAGES
from rapport.present.locale import read_locale
from rapport.present.sentences import Listing, Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.theme import SHAPES
from rapport.present.values import Value, date_value, parameter_value, period_value, text_value
from support import table

SHARES = ("csat", "year_csat", "ces", "year_ces", "response", "reopened_share",
          "year_promoters", "year_passives",
          "year_detractors", "drivers_explained", "drivers_fix_share", "drivers_fix_performance",
          "drivers_keep_share", "drivers_keep_performance", "drivers_matters_share",
          "drivers_matters_performance", "quick_csat", "slow_csat",
          "promoter", "detractor")  # fmt: skip
SCORES = ("nps", "year_nps", "weighted_nps", "weighted_now_nps", "change", "wave_nps")
PEOPLE = ("answers", "year_nps_n", "nps_n", "year_csat_n", "year_ces_n", "drivers_n",
          "drivers_needed", "followed")  # fmt: skip
COUNTS = ("delivered", "drivers_attributes", "drivers_found")
MONEY = ("after_promoter", "after_detractor", "after_difference")
HOURS = ("reply_hours", "close_hours", "quick_hours")
TICKETS = ("tickets", "reopened_of", "tickets_now", "tickets_before", "close_waiting")
NAMES = ("drivers_first", "drivers_fix", "drivers_keep", "drivers_matters", "wave_name",
         "least_name", "most_name",
         "wave_before_name")  # fmt: skip


def number(name, value, unit, kind="estimator", interval=None):
    return Value(f"satisfaction.{name}", value, kind, unit, interval=interval, currency="GBP")


@pytest.fixture
def values():
    known = {
        "period": period_value("2026-06"),
        "previous": period_value("2026-05", name="period.previous"),
        "as_of": date_value("as_of", dt.date(2026, 6, 30)),
        "confidence": parameter_value("confidence", 0.95, "share"),
        "weighted_gap": number("weighted.gap", 3.4, "points"),
        "weighted_now_gap": number("weighted.now.gap", 3.4, "points"),
        "weighted_effective_n": number("weighted.effective_n", 311.1, "answers"),
        "year_csat_mean": number("year.csat.mean", 4.2, "points"),
        "drivers_together": number("drivers.together", 0.23, "ratio"),
        "quick_gap": number("quick.gap", -0.1, "pp", interval=(-0.2, 0.05)),
        "from": period_value("2025-07", name="a.first"),
        "to": period_value("2026-06", name="a.last"),
        "least": number("least", 30, "answers", "count"),
        "most": number("most", 59, "answers", "count"),
        "scores": Listing(()), "classes": Listing(()), "attributes": Listing(()),
    }  # fmt: skip
    known |= {name: number(name, 0.594, "share", interval=(0.45, 0.73)) for name in SHARES}
    known |= {name: number(name, 27.3, "nps", interval=(18.7, 35.5)) for name in SCORES}
    known |= {name: number(name, 344, "customers", "count") for name in PEOPLE}
    known |= {name: number(name, 6, "count", "count") for name in COUNTS}
    known |= {name: number(name, 69.25, "GBP", interval=(54.06, 89.54)) for name in MONEY}
    known |= {name: number(name, 6.07, "hours", interval=(4.5, 7.5)) for name in HOURS}
    known |= {name: number(name, 27.5, "tickets", interval=(17.4, 41.3)) for name in TICKETS}
    return known | {name: text_value(name, name_attribute("s_delivery")) for name in NAMES}


(FILE,) = [path for path in locale_paths("sentences.") if "satisfaction" in path.name]
TEMPLATES = [
    (identity, case)
    for identity, forms in read_locale(FILE).items()
    for case in (forms.get("cases") or [None])
]


@pytest.mark.parametrize(("identity", "case"), TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_with_the_chapters_values(values, identity, case, language):
    text = Sentence(identity, values, case=case).text(language)

    assert text.strip()
    assert "nan" not in text.lower()
    assert "{" not in text


WEIGHTS = """
    span      n  plain   nps   low  high  effective_n  least  most  n_trimmed
    year    400   27.0  31.2  24.0  38.0        311.1    0.4   2.3          0
    period   59    5.1  10.0  -10.0  28.0         40.2    0.2   5.0          3
"""


@pytest.mark.parametrize(("language", "spans"), [("en", ["twelve months", "the period"]),
                                                 ("zh", ["近十二个月", "报告期"])])  # fmt: skip
def test_weights_are_told_of_the_year_and_the_period(values, language, spans):
    weights = table(WEIGHTS).astype({"nps": float})
    rows = render_table(weight_table(weights, values), language)

    assert [row[0] for row in rows] == spans
    assert rows[1][-3:] == ["0.2", "5.0", "3"]
    assert weight_table(weights.iloc[:0], values) is None


class Trend:
    by, case = "period", "down"

    def __init__(self, rows):
        self.table = rows


WAVES = """
    wave     n_nps  n_detractors  n_passives  n_promoters  nps    low    high   is_enough
    2026-04     45            12          14           19   15.6   -8.3   37.5  True
    2026-05     42             7          13           22   35.7   11.3   55.3  True
    2026-06     59            21          14           24    5.1  -16.7   26.4  True
"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_waves_are_drawn_in_every_language_and_shape(values, language, shape):
    scores, classes = wave_figures(Trend(table(WAVES)), values, is_told=True, min_count=10)

    words = texts_of(draw(scores, language=language, shape=shape))
    assert any("+5" in word for word in words)
    parts = texts_of(draw(classes, language=language, shape=shape))
    assert any("41%" in word for word in parts)
    shares = classes.data[["detractor", "passive", "promoter"]].sum(axis=1)
    assert shares.tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_units_own_names_of_waves_are_printed_and_long_ones_cut(values, language, shape):
    rows = table(WAVES).assign(
        wave=["spring of a year", "a wave with a name of many letters", "autumn of a year"]
    )
    trend = Trend(rows)
    trend.by = "wave"

    for spec in wave_figures(trend, values, is_told=True, min_count=10):
        words = " ".join(texts_of(draw(spec, language=language, shape=shape)))
        assert "autumn" in words
        assert "many letters" not in words


def test_waves_of_too_few_to_tell_are_not_drawn(values):
    rows = table(WAVES)

    assert wave_figures(Trend(rows), values, is_told=False, min_count=10) == ()
    assert wave_figures(Trend(rows), values, is_told=True, min_count=50) == ()
    few = rows.assign(is_enough=[False, False, True])
    assert len(wave_figures(Trend(few), values, is_told=True, min_count=10)) == 1


ATTRIBUTES = """
    attribute   share  share_low  share_high  coefficient  low    high   performance  is_driver  field
    s_delivery  0.594      0.452       0.726         0.95   0.72   1.17        0.576  True       fix_first
    s_quality   0.171      0.085       0.274         0.48   0.27   0.70        0.602  True       keep
    s_website   0.048      0.012       0.119         0.03  -0.19   0.25        0.578  False      watch
    s_gift_box  0.023      0.005       0.073         0.07  -0.14   0.29        0.608  False      leave
"""  # noqa: E501


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_four_fields_are_drawn_with_every_attribute_named(values, language, shape):
    spec = driver_figure(table(ATTRIBUTES), values, case="fix")

    words = texts_of(draw(spec, language=language, shape=shape))

    names = {"en": ("Delivery", "Fix first"), "zh": ("配送", "优先改进")}[language]
    assert set(names) <= set(words)
    assert "Gift box" in words


def test_odds_are_those_of_the_coefficients_and_drivers_are_bold(values):
    spec = driver_table(table(ATTRIBUTES), values)

    rows = render_table(spec, "en")
    assert rows[0][:4] == ["Delivery", "2.59", "2.05 to 3.22", "Driver"]
    assert rows[3][0] == "Gift box"
    assert spec.strong == {0, 1}
    assert len(render_heads(spec, "zh")) == len(rows[0])


def test_without_attributes_nothing_is_shown(values):
    empty = table(ATTRIBUTES).iloc[:0]

    assert driver_figure(empty, values, case="few_answers") is None
    assert driver_table(empty, values) is None


GROUPS = """
    group      n_customers  rate  low   high  is_different  n_answers  nps  nps_low  nps_high  is_apart
    loyal              149  0.43  0.39  0.47  True                117   16        2        30  False
    new                 24  0.33  0.19  0.48  False                10   20      -30        61  False
"""  # noqa: E501


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_stand_with_response_and_score_those_apart_in_bold(values, language):
    spec = group_table(table(GROUPS), values, by="stage")

    rows = render_table(spec, language)

    assert len(rows) == 2
    assert "43.0%" in rows[0]
    assert spec.strong == {0}


def test_groups_without_invitations_have_no_column_of_response(values):
    bare = table(GROUPS).assign(rate=None, low=None, high=None)

    heads = render_heads(group_table(bare, values, by="stage"), "en")

    assert "Response rate" not in heads
    assert group_table(bare.head(1), values, by="stage") is None


def test_names_of_groups_are_words_of_ours_or_the_units_own():
    assert name_group("stage", "loyal").words("zh") == "忠诚客户"
    assert str(name_group("segment", "other")) == "Other"
    assert str(name_group("ticket_topic", "gift wrap")) == "Gift wrap"
    assert name_words({"first": "s_price"})["drivers_first"].value == "Price"


def test_topics_and_classes_are_tables_and_nothing_where_there_are_none(values):
    topics = pd.DataFrame({"topic": ["return"], "n": [63], "share": [0.3], "low": [0.2],
                           "high": [0.4], "reply_hours": [3.9], "close_hours": [24.6]})  # fmt: skip
    classes = pd.DataFrame({
        "nps_class": ["promoter", "detractor"], "n": [171, 55], "orders_before": [3.2, 3.2],
        "orders_after": [1.7, 1.5], "spend_before": [145.6, 117.0], "spend_after": [69.2, 64.4],
        "low": [54.1, 39.9], "high": [89.5, 110.5],
    })  # fmt: skip

    assert render_table(topic_table(topics, values), "zh")[0][0] == "退货"
    assert topic_table(None, values) is None
    shown = link_table(classes, values, currency="GBP", min_count=10)
    assert render_table(shown, "en")[1][0] == "Detractors"
    assert link_table(classes, values, currency="GBP", min_count=60) is None
    assert link_table(None, values, currency="GBP", min_count=10) is None
