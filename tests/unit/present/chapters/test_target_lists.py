from datetime import date
from types import SimpleNamespace

import pandas as pd

from rapport.present.chapters.target_lists import choose_role, effect_table, list_tables
from rapport.present.tables import render_table

TABLE = pd.DataFrame({"list": ["win_back"], "n_customers": [40], "money": [1234.5]})
WORDS = SimpleNamespace(en="Win back", zh="挽回")
LISTS = {
    "win_back": SimpleNamespace(
        name=WORDS, description=SimpleNamespace(en="At risk", zh="流失风险"),
        owner=SimpleNamespace(en="Care", zh="客服"), purpose="marketing_sms",
    )
}  # fmt: skip


def test_a_list_stands_with_its_purpose_owner_and_file_in_both_languages():
    counts, meanings = list_tables(TABLE, LISTS, {}, currency="GBP")

    assert render_table(counts, "en") == [
        ["Win back", "40", "Marketing by text message", "1,234.50"]
    ]
    assert render_table(counts, "zh")[0][:3] == ["挽回", "40", "短信营销"]
    assert render_table(meanings, "zh") == [["挽回", "流失风险", "客服", "lists/win_back.csv"]]


def test_without_a_list_there_is_no_table():
    assert list_tables(TABLE.iloc[:0], LISTS, {}, currency="GBP") == ()
    assert effect_table(pd.DataFrame(), {}) is None


def test_an_effect_stands_with_its_interval_and_words_of_its_design():
    linked = pd.DataFrame(
        {"decision_en": ["Letter"], "decision_zh": ["信"], "decided": [date(2026, 6, 1)],
         "campaign": ["Trial"], "design": ["experiment"], "n_customers": [500], "unit": ["pp"],
         "estimate": [0.02], "low": [0.01], "high": [0.03], "verdict": ["raised"]}
    )  # fmt: skip

    (row,) = render_table(effect_table(linked, {}), "en")

    assert row[:4] == ["Letter", "Trial", "Experiment", "500"]
    assert "+2.0" in row[4] and "+1.0" in row[5] and row[6] == "raised"


def test_what_is_not_there_is_a_grey_line():
    assert [choose_role(name) for name in ("some", "small", "nobody", "lacking", "none")] == [
        "paragraph", "paragraph", "paragraph", "gap", "gap",
    ]  # fmt: skip
