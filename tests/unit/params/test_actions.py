"""Decisions, targets and limits of alerts: what may stand in their files."""

import datetime as dt

import pytest

from rapport.errors import ParameterError
from rapport.params import load_unit, trust_unit

UNIT = """\
title: {en: Shop, zh: 商店}
currency: GBP
sources:
  sales: {path: sales.csv, format: csv}
tables:
  orders: {from: sales, columns: {order_id: receipt}}
"""
PLANS = """\
actions:
- decision: {en: Free delivery from 40 pounds, zh: 满 40 英镑包邮}
  owner: Marketing
  measure: aov
  decided: 2026-04-12
  due: 2026-09-30
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "_defaults.yml").write_text("seed: 0\n")
    (tmp_path / "params" / "shop.yml").write_text(UNIT, encoding="utf-8")
    return tmp_path


def write(project, text, name="shop.actions.yml"):
    (project / "params" / name).write_text(text, encoding="utf-8")


def message(project):
    with pytest.raises(ParameterError) as caught:
        load_unit(project, "shop")
    return str(caught.value)


def test_a_unit_without_the_file_decided_nothing(project):
    unit = load_unit(project, "shop")

    assert (unit.actions, dict(unit.targets), dict(unit.alerts)) == ((), {}, {})


def test_a_decision_is_read_and_one_text_stands_for_both_languages(project):
    write(project, PLANS)

    (decided,) = load_unit(project, "shop").actions

    assert (decided.decision.zh, decided.owner.en, decided.owner.zh) == (
        "满 40 英镑包邮", "Marketing", "Marketing",
    )  # fmt: skip
    assert (decided.measure, decided.decided) == ("aov", dt.date(2026, 4, 12))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("measure: aov", "measure: sales", "shop.actions.yml line 4: actions.0.measure:"),
        ("due: 2026-09-30", "due: 2026-04-11", "due 2026-04-11 lies before decided 2026-04-12"),
        ("due: 2026-09-30", "due: soon", "shop.actions.yml line 6: actions.0.due:"),
        ("  due: 2026-09-30\n", "", "shop.actions.yml line 1: actions.0.due is missing."),
        ("owner: Marketing", "ower: Marketing", "actions.0.ower is no parameter. Did you mean own"),
        ("owner: Marketing", 'owner: ""', "shop.actions.yml line 3: actions.0.owner"),
        ("owner: Marketing", 'owner: "  "', "holds no word"),
        ("owner: Marketing", 'owner: "a\\nb"', "holds U+000A, which no reader sees"),
        ("owner: Marketing", 'owner: "a\\u202eb"', "holds U+202E"),
        ("owner: Marketing", 'owner: "\\u200b"', "holds U+200B"),
        ("actions:\n", "currency: EUR\nactions:\n", "line 1: currency: only `actions` stands here"),
    ],
)
def test_a_fault_is_told_with_file_and_line(project, old, new, told):
    write(project, PLANS.replace(old, new))

    assert told in message(project)


def test_decisions_do_not_stand_in_the_unit_s_own_file(project):
    write(project, UNIT + PLANS, name="shop.yml")

    assert message(project) == "shop.yml line 7: actions: stands in <unit>.actions.yml."


def test_targets_and_limits_of_alerts_stand_in_the_unit_s_file(project):
    write(project, UNIT + "targets: {net: 20000}\nalerts: {churn: {above: 0.1}}\n", name="shop.yml")

    unit = load_unit(project, "shop")

    assert unit.targets["net"] == 20000
    assert (unit.alerts["churn"].above, unit.alerts["churn"].below) == (0.1, None)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("targets: {sales: 1}", "line 7: targets.sales"),
        ("targets: {net: .nan}", "line 7: targets.net"),
        ("alerts: {churn: {}}", "names neither `below` nor `above`"),
        ("alerts: {churn: {above: 0.1, below: 0.2}}", "below 0.2 does not lie under above 0.1"),
        ("alerts: {churn: {over: 0.1}}", "alerts.churn.over is no parameter."),
    ],
)
def test_a_wrong_target_or_limit_is_told_with_its_line(project, more, told):
    write(project, UNIT + more + "\n", name="shop.yml")

    assert told in message(project)


def test_a_chapter_gets_what_was_validated(project):
    write(project, UNIT + "targets: {net: 2}\nalerts: {churn: {above: 0.1}}\n", name="shop.yml")
    write(project, PLANS)
    unit = load_unit(project, "shop")

    taken = trust_unit(unit.model_dump(mode="json", by_alias=True, exclude={"limits"}))

    assert (taken.actions, taken.targets, taken.alerts) == (
        unit.actions, dict(unit.targets), unit.alerts,
    )  # fmt: skip
