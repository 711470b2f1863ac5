"""The radar: its data, its texts, its geometry."""

import re

import pandas as pd
import pytest

from rapport.errors import ChapterError
from rapport.present.draw import draw, texts_of
from rapport.present.figures.radar import radar

MEASURES = [
    "rfm_days_since", "n_order_days", "total_spend", "tenure_days", "n_returns",
    "median_gap_days", "gross_90", "n_order_days_90",
]  # fmt: skip


def profile(groups, n_measures=6, *, places=(10, 90, 50, 100, 0, 33, 66, 75)):
    rows = [
        (group, measure, float((place + 7 * number) % 101), 700 - number)
        for number, group in enumerate(groups)
        for measure, place in zip(MEASURES[:n_measures], places, strict=False)
    ]
    return pd.DataFrame(rows, columns=["group", "measure", "percentile", "n"])


LONG = ["A name of a group so long that nobody would read it at once", "名称特别长的一组客户" * 4]


@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("n_measures", [5, 6, 7, 8])
@pytest.mark.parametrize("groups", [["a"], ["a", "b", "c"], LONG], ids=["one", "three", "long"])
def test_nothing_lies_outside_or_on_another_text(groups, n_measures, language, shape):
    texts = texts_of(draw(radar(profile(groups, n_measures), id="a.b"), language, shape))

    assert {"50", "75", "100"} <= set(texts)


def test_every_group_is_named_with_its_customers():
    spec = radar(profile(["high_value", "new"]), id="a.b", labels="segment")

    assert {"● High value", "700 customers", "● New", "699 customers"} <= {
        text.replace("\xa0", " ") for text in texts_of(draw(spec, "en", "wide"))
    }
    assert "● 高价值客户" in texts_of(draw(spec, "zh", "narrow"))


def test_every_measure_is_named():
    texts = " ".join(texts_of(draw(radar(profile(["a"], 5), id="a.b"), "en", "wide")))

    for words in ("Days since last order", "Order days", "Spend", "Tenure", "Returns"):
        assert words in texts


def test_the_fiftieth_percentile_lies_half_way_out():
    spec = radar(profile(["a"], 8, places=[50] * 8), id="a.b")

    ring, outline = (re.findall(rf'd="(M[^"]*)"[^>]*stroke: {colour}', draw(spec, "en", "wide"))
                     for colour in ("#52606d", "#0b5fa5"))  # fmt: skip

    assert ring[0] == outline[0]


def test_the_alt_text_says_where_each_group_stands_highest():
    assert radar(profile(["a", "b"], 5), id="a.b").alt.text("en") == (
        "Radar of percentiles by measure, one outline for each group. "
        "a stands highest on Tenure, at the percentile 100; "
        "b stands highest on Order days, at the percentile 97."
    )


@pytest.mark.parametrize(
    "frame",
    [profile(["a"], 4), profile(["a", "b", "c", "d"], 5), profile(["a", "b"], 6).iloc[:-1]],
    ids=["four axes", "four groups", "a missing cell"],
)
def test_what_is_no_radar_is_refused(frame):
    with pytest.raises(ChapterError, match=r"radar shows up to 3 groups on 5 to 8 measures"):
        radar(frame, id="a.b")


def test_the_same_bytes_come_every_time():
    spec = radar(profile(["a", "b"]), id="a.b")

    assert draw(spec, "zh", "narrow") == draw(spec, "zh", "narrow")
