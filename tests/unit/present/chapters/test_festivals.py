import datetime as dt

import pandas as pd
import pytest

from rapport.present.chapters.festivals import festival_table, festival_words
from rapport.present.sentences import Sentence, all_templates
from rapport.present.values import Value, date_value

DAYS = dt.date(2026, 2, 17), dt.date(2025, 1, 29)
SAID = {
    **festival_words(DAYS),
    "as_of": date_value("as_of", dt.date(2026, 2, 20)),
    "data_from": date_value("data_from", dt.date(2024, 1, 1)),
    "festival_net": Value("profiling.festival.net", 93_200, "money", "CNY"),
    "festival_net_before": Value("profiling.festival.net_before", 63_400, "money", "CNY"),
    "festival_change": Value("profiling.festival.change", 0.47, "ratio", "change"),
}
CASES = [
    (template, case)
    for template in ("profiling.festival", "summary.mind_festival")
    for case in all_templates()[template]["cases"]
]


def text(template, case, language):
    return Sentence(template, SAID, case=case).text(language).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("template", "case"), CASES)
def test_both_days_are_named_whatever_can_be_compared(template, case):
    english, chinese = text(template, case, "en"), text(template, case, "zh")

    assert "17 February 2026" in english
    assert "29 January 2025" in english
    assert "2026年2月17日" in chinese.replace(" ", "")
    assert "2025年1月29日" in chinese.replace(" ", "")


def test_both_months_are_told_with_their_change():
    told = text("profiling.festival", "whole", "en")

    assert "CN¥93.2k against CN¥63.4k in both months a year before, +47.0%" in told


def test_no_words_are_there_where_the_feast_stayed():
    assert festival_words(None) == {}


def test_no_table_is_shown_where_nothing_is_compared():
    empty = pd.DataFrame({"name": [], "unit": [], "current": []})

    assert festival_table(empty, SAID, case="early") is None
