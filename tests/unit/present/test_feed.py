"""The feed of alerts, as https://www.jsonfeed.org/version/1.1/ has it."""

import json
from dataclasses import replace
from datetime import date

import pytest

from rapport.present.feed import Told, spell_alerts

TOLD = Told(
    "shop", {"en": "Shop", "zh": "商店"}, "2026-05", date(2026, 5, 31), ("en", "zh"), 0.9
)  # fmt: skip
NET = {
    "figure": "net", "rule": "control", "side": "above", "unit": "CNY",
    "value": 72278.42, "limit": 66713.09, "low": None, "high": None,
}  # fmt: skip
CHURN = {
    "figure": "churn", "rule": "threshold", "side": "below", "unit": "share",
    "value": 0.05, "limit": 0.08, "low": 0.03, "high": 0.07,
}  # fmt: skip


def spell(*rows, told=TOLD):
    return json.loads(spell_alerts(rows, told))


def texts(language, *rows):
    items = [item for item in spell(*rows)["items"] if item["language"] == language]
    return [item["content_text"].replace("\N{NO-BREAK SPACE}", " ") for item in items]


def test_an_alert_is_an_item_in_each_language_of_the_unit():
    feed = spell(NET, CHURN)

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"].startswith("Shop, May")
    assert [(item["id"], item["language"]) for item in feed["items"]] == [
        ("shop/2026-05/net/control/above/en", "en"),
        ("shop/2026-05/net/control/above/zh", "zh"),
        ("shop/2026-05/churn/threshold/below/en", "en"),
        ("shop/2026-05/churn/threshold/below/zh", "zh"),
    ]
    assert len(spell(NET, CHURN, told=replace(TOLD, languages=("zh",)))["items"]) == 2


def test_an_item_says_figure_limit_and_interval_in_words():
    net, churn = texts("en", NET, CHURN)

    limit = "above the limit of CN¥66.7k that past periods lead to expect."
    assert net == f"Net sales stood at CN¥72.3k, {limit}"
    assert churn.startswith("Churn stood at 5.0%, below the limit of 8.0% that the unit set. ")
    assert churn.endswith("Its 90% interval 3.0% to 7.0% leaves the limit out.")
    assert texts("zh", NET) == ["销售额（净）为 7.23 万元，高于以往各期所示的界限 6.67 万元。"]


def test_items_carry_the_last_day_observed_and_no_clock():
    (item, _) = spell(NET)["items"]

    assert item["date_published"] == "2026-05-31T00:00:00Z"
    assert spell_alerts([NET], TOLD) == spell_alerts([dict(reversed(NET.items()))], TOLD)
    undated = spell(NET, told=replace(TOLD, as_of=None))
    assert "date_published" not in undated["items"][0]


def test_programs_get_the_numbers_themselves():
    assert spell(CHURN)["items"][0]["_alert"] == CHURN


@pytest.mark.parametrize("hidden", [None, float("nan")])
def test_a_number_that_the_report_hides_is_hidden_in_the_feed(hidden):
    (item, _) = spell(NET | {"value": hidden})["items"]

    assert item["_alert"]["value"] is None
    assert "stood at n/a" in item["content_text"]


def test_no_alert_is_a_feed_without_items():
    feed = spell()

    assert feed["items"] == []
    assert sorted(feed) == ["items", "title", "version"]
