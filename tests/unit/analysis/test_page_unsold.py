"""Page one of units without sales: what stands there instead, and what is not said."""

from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.findings import PAIRS
from rapport.analysis.key_figures import KeyTables, Rules, list_key_figures
from rapport.analysis.measured import Measured, tabulate
from rapport.analysis.page_one import choose_headline
from rapport.analysis.page_story import choose_lead, choose_warnings, split_change
from rapport.analysis.page_unsold import (
    Delivered,
    choose_minds,
    choose_unsold,
    list_told,
    list_unsold,
    measure_unsold,
)
from rapport.analysis.page_unsold_drawn import (
    draw_plans,
    list_plans,
    measure_pair,
    measure_plans,
    take_steps,
)
from rapport.present.chapters.unsold import funnel_figure, funnel_words
from rapport.present.figures.funnel import step_value
from rapport.present.formats import show
from rapport.present.sentences import Sentence
from rapport.present.values import Value
from support import table

RULES = Rules("EUR", min_n=30)


def snapshot(n_customers=0, n_orders=0):
    return pd.DataFrame({"n_customers": [n_customers], "n_orders": [n_orders]})


def contracts(ended, running):
    return pd.DataFrame({"event_observed": [True, False], "n": [ended, running]})


def contacts():
    return table(
        """
        window           position  is_comparable  n_visitors  n_contacts
        current                 0           True          48         300
        previous                1           True          40         200
        last_year               2          False           0           0
        history-2026-05         3           True          40         200
        history-2026-06         4           True          48         300
        """
    )


def names(figures):
    return [figure.name for figure in figures]


def test_a_unit_with_orders_has_none_of_these_figures():
    assert list_unsold(snapshot(5, 1), Delivered(contacts()), rules=RULES) == []


def test_a_unit_to_which_nothing_was_delivered_has_none_either():
    assert list_unsold(snapshot(), Delivered(), rules=RULES) == []


def test_of_contracts_the_share_that_ended_is_told_with_its_interval():
    figures = list_unsold(snapshot(100), Delivered(contracts=contracts(25, 75)), rules=RULES)

    assert names(figures) == ["ended", "contracts", "customers"]
    ended = figures[0].now
    assert (ended.value, ended.n) == (0.25, 100)
    assert ended.interval[0] < 0.25 < ended.interval[1]


def test_of_few_contracts_no_share_is_told():
    figures = list_unsold(snapshot(9), Delivered(contracts=contracts(2, 7)), rules=RULES)

    assert names(figures) == ["contracts", "customers"]


def test_of_contacts_customers_and_their_number_are_compared():
    visitors, visits, known = list_unsold(snapshot(60), Delivered(contacts()), rules=RULES)

    assert (visitors.now.value, visits.now.value, known.now.value) == (48, 300, 60)
    assert visitors.against["previous"].change.case == "up"
    assert "last_year" not in visitors.against
    assert visits.history == (200.0, 300.0)


def test_of_baskets_their_number_alone_is_told():
    figures = list_unsold(snapshot(0, 9_835), Delivered(has_baskets=True), rules=RULES)

    assert [(f.name, f.now.value, f.now.unit) for f in figures] == [("baskets", 9_835, "baskets")]


@pytest.mark.parametrize(
    ("delivered", "case"),
    [
        (Delivered(), "unsold_customers"),
        (Delivered(contacts()), "unsold_visitors"),
        (Delivered(contracts=contracts(40, 60)), "unsold_ended"),
        (Delivered(contracts=contracts(4, 6)), "unsold_contracts"),
        (Delivered(has_baskets=True), "unsold_baskets"),
    ],
)
def test_the_headline_is_of_the_first_figure_and_no_sale_is_spoken_of(delivered, case):
    figures = list_unsold(snapshot(50), delivered, rules=RULES)

    assert choose_headline(figures, None, is_whole=True) == case
    assert choose_lead(figures, None, is_whole=False) == []


def periods():
    return pd.DataFrame({
        "window": ["current", "previous"], "position": [0, 1], "is_comparable": [True, True],
        "net": [Decimal(120), Decimal(100)], "gross": [Decimal(120), Decimal(100)],
        "returns": [Decimal(0), Decimal(0)], "identified_net": [Decimal(120), Decimal(100)],
        "identified_gross": [Decimal(120), Decimal(100)], "identified_orders": [12, 10],
        "n_orders": [12, 10], "n_active": [6, 5], "unidentified_net": [Decimal(0), Decimal(0)],
    })  # fmt: skip


def buyers():
    return pd.DataFrame({
        "window": ["current"] * 6 + ["previous"] * 5, "customer_id": [*"abcdef", *"abcde"],
        "order_key": [*range(6), *range(5)], "n_orders": [2] * 11, "net": [Decimal(20)] * 11,
        "gross": [Decimal(20)] * 11, "returns": [Decimal(0)] * 11,
    })  # fmt: skip


def test_of_a_draw_of_lines_nothing_is_told_that_needs_whole_orders():
    whole = list_key_figures(KeyTables(periods(), buyers()), rules=RULES)
    drawn = KeyTables(periods(), buyers(), has_whole_orders=False)

    assert {"frequency", "aov"} <= set(names(whole))
    assert not {"frequency", "aov", "top_share"} & set(names(list_key_figures(drawn, rules=RULES)))
    assert split_change(periods(), can_split=False) is None


def test_of_a_draw_of_lines_the_page_says_so_first():
    found = choose_warnings(periods(), {}, has_surveys=True, is_whole=True, is_drawn=True)

    assert found[0] == ("mind_drawn", None)


def rules_found():
    return tabulate(
        [
            Measured("rules", 165, "count", "rules"),
            Measured("items", 169, "count", "products"),
            Measured("pairs.possible", 14_196, "count", "pairs"),
            Measured("baskets.of_two", 7_676, "count", "baskets"),
            Measured("hits.rules", 0.27, "estimator", "share", 1_543, (0.26, 0.28)),
        ]
    )


def test_of_baskets_whose_rules_are_known_these_come_first():
    delivered = Delivered(has_baskets=True, rules=rules_found())
    figures = list_unsold(snapshot(0, 9_835), delivered, rules=RULES)
    goods = pd.DataFrame(
        {"name_a": ["root"], "name_b": ["leaf"], "n_ab": [466], "n_a": [1_072],
         "n_expected": [297.8], "low": [0.4], "high": [0.47]}
    )  # fmt: skip
    told = {m.slot: m for m in (*measure_unsold(delivered, figures), *measure_pair(goods, figures))}

    assert names(figures) == ["rules", "baskets", "two_products", "products", "hit_rate"]
    assert figures[-1].now.interval == (0.26, 0.28)
    assert choose_headline(figures, None, is_whole=True) == "unsold_rules"
    assert told["pairs_possible"].value == 14_196
    assert told["first_confidence"].value == 466 / 1_072
    assert choose_unsold(figures, {"rules", *told}) == [[("unsold_pair", None)]]
    assert choose_minds(figures, is_snapshot=False) == [("mind_baskets", None)]


def test_rules_that_lead_the_page_are_no_finding_beside_it():
    figures = list_unsold(
        snapshot(0, 40), Delivered(has_baskets=True, rules=rules_found()), rules=RULES
    )

    assert list_told(figures) == [PAIRS]
    assert list_told(figures[1:]) == list_told([]) == []


def test_without_a_rule_baskets_alone_are_told():
    none = tabulate([Measured("rules", 0, "count", "rules")])
    delivered = Delivered(has_baskets=True, rules=none)
    figures = list_unsold(snapshot(0, 9), delivered, rules=RULES)

    assert names(figures) == ["baskets"]
    assert measure_unsold(delivered, figures) == measure_pair(None, figures) == []
    assert choose_unsold(figures, {"baskets"}) == []


def test_of_contracts_page_one_says_how_long_they_run_and_what_is_at_stake():
    found = [
        Measured("overall.first", 0.84, "estimator", "share", 7_043, (0.83, 0.85)),
        Measured("overall.second", 0.79, "estimator", "share", 7_043, (0.78, 0.8)),
        Measured("loss.total", 653.0, "estimator", "USD", 3_527),
        Measured("loss.first.n", 353, "count", "customers"),
        Measured("loss.first.share", 0.31, "estimator", "share"),
    ]
    durations = table(
        """
        plan   duration_months  event_observed   n
        basic                3            True  40
        basic               24           False  60
        gold                 9            True  20
        gold                30           False  80
        """
    )
    delivered = Delivered(contracts=durations, stays=tabulate(found))
    figures = list_unsold(snapshot(200), delivered, rules=RULES)
    plans = list_plans(durations, figures, confidence=0.95)
    told = [*measure_unsold(delivered, figures), *measure_plans(plans)]
    slots = {one.slot for one in told}

    assert names(figures) == ["ended", "contracts", "stay_year", "stay_years", "customers"]
    assert {"stake_total", "stake_n", "stake_share", "stay_first", "group_last"} <= slots
    assert choose_unsold(figures, slots) == [[("unsold_plans", None), ("unsold_stake", None)]]
    assert choose_minds(figures, is_snapshot=True) == [("mind_snapshot", None)]
    assert [len(frame) > 0 for frame in draw_plans(plans)] == [True, True]


def test_a_unit_with_sales_has_no_curve_of_plans():
    assert list_plans(contracts(25, 75), [], confidence=0.95) is None
    assert measure_plans(None) == []
    assert [len(frame) for frame in draw_plans(None)] == [0, 0]


def came(k=20, n=400, before=(30, 400)):
    measured = [
        Measured("funnel.entered", n, "count", "customers"),
        Measured("funnel.share", k / n, "ratio", "share", n, (0.03, 0.08)),
        Measured("funnel.narrow", 0.4, "ratio", "share", 50, (0.27, 0.53)),
        Measured("visits.n", 1_000, "count", "sessions"),
        Measured("visit_to_order", 0.1, "ratio", "share", 1_000, (0.08, 0.12)),
        Measured("visits.contacts", 8, "estimator", "contacts", 1_000, (8.0, 9.0)),
    ]  # fmt: skip
    if before:
        share = before[0] / before[1]
        measured.append(Measured("funnel.share.previous", share, "ratio", "share", before[1]))
        measured.append(Measured("visits.n.previous", 800, "count", "sessions"))
    return tabulate(measured)


STEPS = table(
    """
    name      n_customers  n_customers_any  share_step
    view              400              400         1.0
    cart              100              150        0.25
    checkout           50               60         0.5
    """
)


def test_visits_fill_page_one_of_a_unit_of_clicks():
    figures = list_unsold(snapshot(600), Delivered(contacts(), visits=came()), rules=RULES)

    assert names(figures) == [
        "visitors", "funnel_share", "visit_orders", "visits", "visit_contacts", "contacts",
        "customers",
    ]  # fmt: skip
    against = {figure.name: figure.against for figure in figures}
    # 5 % of 400 against 7.5 % of 400 may be chance; 1,000 visits after 800 are counted.
    assert against["funnel_share"]["previous"].change.case == "unclear"
    assert against["visits"]["previous"].change.case == "up"
    assert not against["visit_orders"]
    assert choose_headline(figures, None, is_whole=True) == "unsold_visitors"


def test_what_a_funnel_of_few_cannot_say_is_left_out():
    few = tabulate([Measured("visits.n", 40, "count", "sessions")])
    figures = list_unsold(snapshot(60), Delivered(contacts(), visits=few), rules=RULES)

    assert names(figures) == ["visitors", "visits", "contacts", "customers"]
    assert take_steps(STEPS, figures) is None
    assert choose_unsold(figures, {"visits"}) == []
    assert measure_unsold(Delivered(visits=few), figures) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paragraph_and_the_figure_tell_of_the_funnel(language):
    delivered = Delivered(contacts(), visits=came(before=None))
    figures = list_unsold(snapshot(600), delivered, rules=RULES)
    told = [figure.now for figure in figures] + measure_unsold(delivered, figures)
    values = {
        m.slot: Value(f"summary.{m.name}", m.value, m.kind, m.unit, n=m.n, interval=m.interval)
        for m in told
    } | funnel_words(take_steps(STEPS, figures))  # fmt: skip

    [sentences] = choose_unsold(figures, values)
    said = [Sentence(f"summary.{name}", values).text(language) for name, _ in sentences]

    assert len(said) == 2
    # From view to cart a quarter goes on, from cart to checkout a half.
    steps = [show(values[f"funnel_{end}"], language) for end in ("from", "to")]
    assert steps == [show(step_value(name), language) for name in ("view", "cart")]
    assert all(step in said[0] for step in steps)
    assert funnel_figure(STEPS, values).id == "summary.funnel"
    assert funnel_figure(None, values) is None
