import datetime as dt
from decimal import Decimal

import pandas as pd

from rapport.present.chapters.profiling_bands import band_table, band_words
from rapport.present.sentences import Sentence
from rapport.present.tables import render_table
from rapport.present.values import date_value

BANDS = pd.DataFrame({
    "low": [None, Decimal(500), Decimal(2000)], "high": [Decimal(500), Decimal(2000), None],
    "customers": [60, 30, 20], "share_customers": [60 / 110, 30 / 110, 20 / 110],
    "spend": [Decimal(900), Decimal(3000), Decimal(60000)], "share_spend": [0.014, 0.047, 0.939],
    "per_customer": [15.0, 100.0, 3000.0],
})  # fmt: skip
WORDS = {"as_of": date_value("as_of", dt.date(2026, 6, 30))}


def first_cells(language):
    spec = band_table(BANDS, WORDS, currency="CNY", min_n=20)
    return [row[0].replace("\N{NO-BREAK SPACE}", " ") for row in render_table(spec, language)]


def test_bands_are_named_by_their_ends_in_both_languages():
    assert first_cells("en") == ["under CN¥500", "CN¥500 to under CN¥2k", "CN¥2k or more"]
    assert first_cells("zh") == ["不足 500 元", "500 元至不足 2,000 元", "2,000 元及以上"]


def test_a_sentence_can_name_the_bands():
    words = band_words(BANDS, currency="CNY")

    named = [Sentence("profiling.band", dict(w.items[0].slots), case=w.items[0].case).text("en")
             for w in (words["bands_most"], words["bands_richest"])]  # fmt: skip
    assert named == ["under CN¥500", "CN¥2k or more"]


def test_without_bands_there_is_neither_table_nor_word():
    assert band_table(BANDS[:0], WORDS, currency="CNY", min_n=20) is None
    assert band_words(BANDS[:0], currency="CNY") == {}
