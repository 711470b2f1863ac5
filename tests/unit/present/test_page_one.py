"""Page one in words: cards, actions, the lead, and what moved net sales."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.change import Change, compare_totals
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.page_one import ActionFact
from rapport.present.labels import LANGUAGES
from rapport.present.page_one import (
    action_rows,
    key_cards,
    lead,
    parts_figure,
    segment_overview,
    target_words,
    time_words,
)
from rapport.present.pieces import (
    describe_actions,
    describe_cards,
    describe_figure,
    describe_table,
)
from rapport.present.sentences import Sentence, all_templates, text_of
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value, date_value, parameter_value, period_value
from support import table

PERIODS = {"previous": period_value("2026-05", name="period.previous")}
UNITS = {
    "net": ("money", "GBP"), "active": ("count", "customers"), "aov": ("ratio", "GBP"),
    "frequency": ("ratio", "orders_per_customer"), "churn": ("ratio", "share"),
}  # fmt: skip


def money(name, amount):
    return Value(f"summary.{name}", Decimal(amount), "money", "GBP")


def counted(name, n, unit="customers"):
    return Value(f"summary.{name}", n, "count", unit)


def relative(name, change):
    return Value(f"summary.{name}", change, "ratio", "change")


@dataclass(frozen=True)
class Drawn:
    """A key figure as a test draws it: its number, the one before, and what is known besides."""

    name: str
    now: object
    before: object = None
    history: tuple[float | None, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)


def figure(drawn):
    kind, unit = UNITS[drawn.name]
    against = {}
    if drawn.before is not None:
        before = Measured(f"{drawn.name}.previous", drawn.before, kind, unit)
        against["previous"] = Comparison(before, compare_totals(drawn.now, drawn.before))
    now = Measured(drawn.name, drawn.now, kind, unit)
    return KeyFigure(drawn.name, now, against, drawn.history)


def values_of(drawn):
    name = drawn.name
    kind, unit = UNITS[name]
    found = {name: Value(f"summary.{name}", drawn.now, kind, unit, **drawn.more)}
    if drawn.before is not None:
        found[f"{name}_previous"] = Value(f"summary.{name}.previous", drawn.before, kind, unit)
        change = compare_totals(drawn.now, drawn.before).relative
        found[f"{name}_change"] = relative(f"{name}.change", change)
    return found


def card(drawn, **beside):
    cards = key_cards([figure(drawn)], {**values_of(drawn), **beside}, periods=PERIODS)
    # Everything that a card says is said in both languages.
    described = describe_cards(cards)
    assert all(described["cards"][0]["small"][language] for language in LANGUAGES)
    return cards.cards[0]


@pytest.mark.parametrize(
    ("before", "arrow", "words"),
    [
        (100, "up", "20.0% on May"),
        (150, "down", "20.0% on May"),
        (119, "none", "little changed (May 119)"),
        (None, "none", "nothing earlier to compare"),
    ],
)
def test_the_arrow_points_where_a_clear_change_went(before, arrow, words):
    found = card(Drawn("active", 120, before))

    assert found.arrow == arrow
    assert found.change.text("en") == words
    assert found.change.text("zh")


@pytest.mark.parametrize(
    ("before", "arrow", "words"),
    [
        (100, "up", "20.0% on last year"),
        (150, "down", "20.0% on last year"),
        (119, "none", "little changed on last year"),
        (0, "none", "nothing earlier to compare"),
    ],
)
def test_a_card_tells_last_year_where_the_period_before_cannot_be_compared(before, arrow, words):
    drawn = Drawn("active", 120, before)
    of_year = replace(figure(drawn), against={"last_year": figure(drawn).against["previous"]})
    values = values_of(Drawn("active", 120))
    values["active_change_year"] = values_of(drawn)["active_change"]

    (found,) = key_cards([of_year], values, periods=PERIODS).cards

    assert (found.arrow, found.change.text("en")) == (arrow, words)
    assert "last year" not in found.small.text("en") or arrow == "none"
    assert found.change.text("zh")


def test_after_a_period_of_nothing_a_change_has_no_size():
    found = card(Drawn("active", 120, 0))

    assert (found.arrow, found.change.text("en")) == ("none", "nothing earlier to compare")


def test_a_change_that_may_be_chance_has_no_arrow():
    before = Measured("frequency.previous", 1.0, "ratio", "orders_per_customer")
    chance = Comparison(before, Change(0.2, 0.2, -0.1, 0.5, "unclear"))
    now = Measured("frequency", 1.2, "ratio", "orders_per_customer")
    one = KeyFigure("frequency", now, {"previous": chance}, ())

    (found,) = key_cards([one], values_of(Drawn("frequency", 1.2, 1.0)), periods=PERIODS).cards

    assert found.arrow == "none"
    assert found.change.text("en") == "no clear change (May 1.00)"


def test_a_complete_number_says_so():
    assert card(Drawn("net", Decimal("1200.50"))).small.text("en") == "complete count"
    assert card(Drawn("active", 120)).small.text("en") == "complete count"


def test_a_complete_number_is_set_beside_last_year():
    year = relative("net.change_year", 0.125)

    found = card(Drawn("net", Decimal("1200.50")), net_change_year=year)

    assert found.small.text("en") == "complete count · +12.5% on last year"


def test_a_change_on_last_year_that_is_unknown_is_not_said():
    found = card(
        Drawn("net", Decimal("1200.50")), net_change_year=relative("net.change_year", None)
    )

    assert found.small.text("en") == "complete count"


@pytest.mark.parametrize(
    ("year", "words"),
    [(0.5, "12 new · +50.0% on last year"), (None, "complete count · 12 new")],
)
def test_customers_are_told_with_the_new_among_them(year, words):
    beside = {"new": counted("new", 12)}
    if year is not None:
        beside["active_change_year"] = relative("active.change_year", year)

    assert card(Drawn("active", 120), **beside).small.text("en") == words


def test_the_new_belong_to_the_card_of_customers_alone():
    found = card(Drawn("net", Decimal(5)), new=counted("new", 12))

    assert found.small.case == "count"


def test_a_ratio_says_its_interval():
    found = card(Drawn("aov", 35.5, more={"n": 200, "interval": (30.25, 40.75)}))

    assert found.small.case == "ratio"
    assert "30.25" in found.small.text("en")
    assert "40.75" in found.small.text("zh")


def test_a_share_says_its_interval_and_of_how_many():
    found = card(Drawn("churn", 0.1, more={"n": 200, "interval": (0.07, 0.15)}))

    assert found.small.case == "share"
    assert found.small.text("en").endswith("n\u00a0200")
    assert found.small.text("zh").endswith("n\u00a0=\u00a0200")


def test_a_ratio_of_few_says_why_it_has_no_interval():
    found = card(Drawn("frequency", 1.5, more={"n": 12}))

    assert found.small.text("en") == "too few for an interval"


def test_a_ratio_of_everything_is_a_complete_count():
    assert card(Drawn("frequency", 1.5)).small.case == "count"


@pytest.mark.parametrize(
    ("history", "points"),
    [
        ((), None),
        ((None, 5.0, None), None),
        ((None, 5.0, 6.0), (None, 5.0, 6.0)),
    ],
)
def test_a_line_needs_two_points(history, points):
    assert card(Drawn("active", 120, history=history)).points == points


def test_cards_keep_the_order_of_the_figures():
    drawn = [Drawn("active", 120), Drawn("net", Decimal(5))]
    values = {name: value for one in drawn for name, value in values_of(one).items()}

    cards = key_cards([figure(one) for one in drawn], values, periods={})

    assert [one.name for one in cards.cards] == ["key_figure.active", "key_figure.net"]
    assert [one.id for one in cards.cards] == ["summary.active", "summary.net"]


FACTS = [
    ActionFact("ask_for_number", None, Decimal("500"), "counted"),
    ActionFact("newcomers_once", 25, Decimal("900"), "observed"),
    ActionFact("regulars_gone_quiet", 12, Decimal("700"), "observed"),
]


@pytest.fixture
def acting():
    return {
        "period": period_value("2026-06"),
        "unidentified_share": Value("summary.unidentified_share", 0.25, "ratio", "share"),
        "loyal_orders": parameter_value("loyal_orders", 4, "days"),
        "risk_after_days": parameter_value("risk_after_days", 60, "days"),
        "ask_for_number_customers": counted("ask_for_number.customers", None),
        "ask_for_number_money": money("ask_for_number.money", "500"),
        "newcomers_once_customers": counted("newcomers_once.customers", 25),
        "newcomers_once_money": money("newcomers_once.money", "900"),
        "regulars_gone_quiet_customers": counted("regulars_gone_quiet.customers", 12),
        "regulars_gone_quiet_money": money("regulars_gone_quiet.money", "700"),
        "mend_payments_customers": counted("mend_payments.customers", 14),
        "mend_payments_money": Value("summary.mend_payments.money", None, "money", "GBP"),
    }


def test_a_list_is_named_by_its_number_and_never_by_a_path(acting):
    rows = action_rows(FACTS, acting).rows

    assert [row.text.text("en").rsplit(". ", 1)[-1] for row in rows[1:]] == [
        "List\xa01",
        "List\xa02",
    ]
    assert [row.text.text("zh").rsplit("。", 1)[-1] for row in rows[1:]] == [
        "名单\xa01",
        "名单\xa02",
    ]
    assert "List" not in rows[0].text.text("en")


def test_a_list_tells_its_own_customers(acting):
    rows = action_rows(FACTS, acting).rows

    assert "25 newcomers" in rows[1].text.text("en")
    assert "12 regulars" in rows[2].text.text("en")


def test_an_action_stands_beside_customers_money_and_evidence(acting):
    described = describe_actions(action_rows(FACTS, acting))

    cells = [[cell["en"] for cell in row["cells"]] for row in described["rows"]]
    assert cells == [
        ["n/a", "£500", "Counted"],
        ["25", "£900", "Observed only"],
        ["12", "£700", "Observed only"],
    ]
    assert described["head"]["zh"] == ["行动", "客户（位）", "涉及金额", "依据"]
    assert text_of(described["note"]["en"]).startswith("Money concerned")


def test_payments_to_be_mended_are_no_list(acting):
    fact = ActionFact("mend_payments", 14, None, "counted")

    (row,) = action_rows([fact], acting).rows

    assert "14\u00a0customers" in row.text.text("en")
    assert "14" in row.text.text("zh")


def test_numbering_leaves_the_values_as_they_were(acting):
    before = dict(acting)

    action_rows(FACTS, acting)

    assert acting == before


def test_sentences_of_the_lead_are_one_paragraph():
    values = {
        "previous": PERIODS["previous"],
        "identified_change": money("identified_change", "120"),
        "active": counted("active", 40),
        "active_difference": counted("active_difference", -5),
    }
    paragraph = lead([("known", "up"), ("active", "down")], values)

    said = Sentence("summary.lead", {"sentences": paragraph})

    assert said.text("en") == (
        "Customers we know spent £120 more than in May. 40\u00a0customers ordered, 5 fewer."
    )
    assert said.text("zh").count("。") == 2


@pytest.fixture
def moving():
    return {
        "net": money("net", "480"),
        "net_previous": money("net.previous", "280"),
        "period": period_value("2026-06"),
        "previous": PERIODS["previous"],
        "known_share": Value("summary.known_share", 0.3, "ratio", "share"),
    }


@pytest.fixture
def parts():
    drawn = table(
        """
        part          amount
        customers     90
        frequency     -20
        aov           -10
        unidentified  140
        """
    )
    return drawn.assign(amount=[Decimal(str(n)) for n in drawn["amount"]])


def parts_of(parts, values, case):
    return parts_figure(parts, values, case=case, currency="GBP")


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("driver", ["unidentified", "customers", "frequency", "aov"])
def test_the_part_that_leads_is_the_title(parts, moving, way, driver):
    spec = parts_of(parts, moving, f"{way}_{driver}")

    titles = {language: spec.title.text(language) for language in LANGUAGES}
    assert titles["en"] != "What moved net sales"
    assert all(titles.values())


@pytest.mark.parametrize("case", ["up", "down", "unclear", "none", "empty"])
def test_where_no_part_leads_the_title_says_what_is_drawn(parts, moving, case):
    spec = parts_of(parts, moving, case)

    assert spec.title.text("en") == "What moved net sales"
    assert "same days" not in spec.subtitle.text("en")


@pytest.mark.parametrize("way", ["up", "down", "unclear"])
def test_an_incomplete_period_is_set_against_the_same_days(parts, moving, way):
    spec = parts_of(parts, moving, f"incomplete_{way}")

    assert spec.title.text("en") == "What moved net sales"
    said = spec.subtitle.text("en")
    assert "same days of May 2026 (£280) to June 2026 (£480)" in said
    assert "同期" in spec.subtitle.text("zh")


def test_parts_are_described_and_sum_to_the_change(parts, moving):
    spec = parts_of(parts, moving, "up_unidentified")

    assert sum(spec.data["amount"]) == moving["net"].value - moving["net_previous"].value
    assert describe_figure(spec)["data"]["n_rows"] == 4


def test_without_parts_there_is_no_figure(parts):
    assert parts_of(parts.iloc[:0], {}, "none") is None


def test_segments_are_a_table_on_page_two():
    segments = table(
        """
        segment     n_customers  share_customers  share_spend
        high_value  40           0.40             0.70
        potential   60           0.60             0.30
        """
    ).assign(spend=[Decimal("1400.00"), Decimal("600.00")])

    spec = segment_overview(segments, {}, currency="GBP")

    assert render_table(spec, "en")[0] == ["High value", "40", "40.0%", "1,400.00", "70.0%"]
    assert render_heads(spec, "zh")[3] == "消费（英镑）"
    assert describe_table(spec)["title"]["zh"]


def test_a_unit_without_segments_has_no_table():
    assert segment_overview(None, {}, currency="GBP") is None


def windows(*names):
    drawn = table(
        """
        window    period   starts_on
        current   2026-06  2026-06-01
        previous  2026-05  2026-05-01
        """,
        index="window",
    )
    return drawn.assign(starts_on=pd.to_datetime(drawn["starts_on"])).loc[list(names)]


def test_days_and_the_period_before_are_named():
    words = time_words(windows("current", "previous"), pd.Timestamp("2025-01-15"))

    assert words["starts_on"] == date_value("starts_on", dt.date(2026, 6, 1))
    assert words["data_from"] == date_value("data_from", dt.date(2025, 1, 15))
    assert words["previous"] == PERIODS["previous"]


def test_data_without_days_name_none():
    words = time_words(windows("current").assign(starts_on=pd.NaT), pd.NaT)

    assert set(words) == {"starts_on", "data_from"}
    assert words["starts_on"].value is None
    assert words["data_from"].value is None


HEADLINES = [
    *(f"{way}_{part}" for way in ("up", "down")
      for part in ("unidentified", "customers", "frequency", "aov")),
    *(f"incomplete_{way}" for way in ("up", "down", "unclear", "none")),
    "up", "down", "unclear", "none", "empty",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", HEADLINES)
def test_every_headline_finds_its_values(moving, language, case):
    values = {
        **moving,
        "net_change": relative("net.change", 0.2),
        "driver_share": Value("summary.driver_share", 0.7, "ratio", "share"),
        "as_of": date_value("as_of", dt.date(2026, 6, 18)),
    }

    assert Sentence("summary.headline", values, case=case).text(language)


def test_an_expected_value_carries_the_error_of_its_test():
    expected = Measured("value", 8630.0, "iterative", "GBP", n=40, interval=(8460.0, 8800.0))
    values = {
        "value": Value("summary.value", 8630.0, "iterative", "GBP", interval=(8460.0, 8800.0)),
        "value_test": relative("value.test", -0.123),
    }

    (card,) = key_cards([KeyFigure("value", expected, {}, ())], values, periods=PERIODS).cards

    small = "95%\xa0interval £8.5k to £8.8k\xa0· in\xa0a\xa0test\xa0−12.3%"
    assert card.small.text("en") == small
    assert card.small.text("zh").startswith("检验误差 −12.3% · 95% 区间")
    assert card.change.text("en") == "a forecast, not compared"


HEADLINES = all_templates()["summary.headline"]["cases"]
MOST_LETTERS = {"en": 70, "zh": 42}
"""Two lines of page one; the usual numbers below take less."""


@pytest.mark.parametrize("case", HEADLINES)
@pytest.mark.parametrize(
    ("net", "code", "before"),
    [
        ("17941.13", "2026-09", "2026-08"),
        ("123456789.12", "2026-W38", "2026-W37"),
        ("-3456789.12", "2026-Q4", "2026-Q3"),
    ],
)
def test_a_headline_fits_two_lines_whatever_its_numbers(case, net, code, before):
    if float(net) < 0 and case.split("_")[0] in ("up", "down"):
        pytest.skip("no percentage is given of a negative sum")
    slots = {
        "net": Value("n", Decimal(net), "money", "GBP"),
        "net_change": Value("c", 1.286, "ratio", "change"),
        "net_change_year": Value("y", 1.286, "ratio", "change"),
        "driver_share": Value("d", 0.544, "ratio", "share"),
        "period": period_value(code),
        "previous": period_value(before),
        "as_of": date_value("as_of", dt.date(2026, 9, 18)),
        "ended": Value("e", 0.265, "ratio", "share"),
        "min_count": Value("parameter.min_count", 10, "count", "count"),
        **{
            name: Value(name, 712345, "count", unit)
            for name, unit in (
                ("baskets", "baskets"), ("contracts", "contracts"), ("visitors", "customers"),
                ("customers", "customers"), ("rules", "rules"), ("pairs_possible", "pairs"),
            )
        },
    }  # fmt: skip

    for language, most in MOST_LETTERS.items():
        text = Sentence("summary.headline", slots, case=case).text(language)
        assert len(text) <= most, text


def test_a_card_with_a_target_names_it_beside_the_interval():
    churn = Measured("churn", 0.09, "ratio", "share", n=554, interval=(0.069, 0.117))
    figure_now = KeyFigure("churn", churn, {}, ())
    values = {
        "churn": Value("summary.churn", 0.09, "ratio", "share", n=554, interval=(0.069, 0.117)),
        **target_words([figure_now], {"churn": 0.08, "net": 5.0}),
    }

    (card,) = key_cards([figure_now], values, periods=PERIODS).cards

    small = "95%\xa0interval 6.9% to 11.7%\xa0· n\xa0554\xa0· target\xa08.0%"
    assert card.small.text("en") == small
