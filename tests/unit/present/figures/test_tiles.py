"""Places on a grid of tiles and as ranked bars: data, texts, geometry."""

from decimal import Decimal

import pandas as pd
import pytest

from rapport.present.draw import draw, texts_of
from rapport.present.figures.tiles import PROVINCES, has_map, place_bars, place_map
from rapport.present.labels import label

CHINA = {
    "CN-GD": (300, "483200.50"), "CN-SH": (170, "240000"), "CN-NM": (33, "-800"),
    "other": (20, "8000"), "unknown": (10, "40000"),
}  # fmt: skip


def places(cells):
    rows = [(name, n, Decimal(net)) for name, (n, net) in cells.items()]
    frame = pd.DataFrame(rows, columns=["place", "n_customers", "net"])
    total = float(sum(frame["net"]))
    return frame.assign(share=frame["net"].astype(float) / total if total > 0 else float("nan"))


def texts(spec, language="en", shape="wide"):
    return [one.replace("\xa0", " ") for one in texts_of(draw(spec, language, shape))]


EVERY = {code: (10 + n, str(1000 * (n + 1))) for n, code in enumerate(PROVINCES)}
LONG = {"a code of a place that somebody wrote as a whole sentence": (30, "1e12"), "GB": (9, "-1")}


@pytest.mark.parametrize("shape", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("figure", "cells"),
    [
        (place_map, CHINA), (place_map, EVERY), (place_bars, EVERY), (place_bars, LONG),
        (place_bars, {"GB": (30, "0")}), (place_bars, {"GB": (30, "-5"), "FR": (30, "-9")}),
    ],
    ids=["map", "every province", "long", "long names", "nothing", "returns only"],
)  # fmt: skip
def test_nothing_lies_outside_or_on_another_text(figure, cells, language, shape):
    spec = figure(places(cells), id="a.b", currency="CNY")

    assert texts(spec, language, shape)


def test_the_grid_has_every_province_on_a_square_of_its_own():
    assert len(PROVINCES) == 34
    assert len(set(PROVINCES.values())) == 34
    for code in PROVINCES:
        assert label(f"tile.{code}", "zh") == label(f"place.{code}", "zh")


def test_the_north_is_up_and_the_east_at_the_right():
    column, row = (lambda c: PROVINCES[c][0]), (lambda c: PROVINCES[c][1])

    assert row("CN-HL") < row("CN-BJ") < row("CN-SH") < row("CN-GD") < row("CN-HI")
    assert column("CN-XJ") < column("CN-SC") < column("CN-HB") < column("CN-SH")


def test_a_tile_says_the_share_where_there_is_one():
    shown = texts(place_map(places(CHINA), id="a.b", currency="CNY"))

    assert shown[shown.index("GD") + 1] == "63%"
    assert not shown[shown.index("NM") + 1].endswith("%")
    assert sum(text.endswith("%") for text in shown) == 2


def test_every_bar_says_its_money():
    shown = texts(place_map(places(CHINA), id="a.b", currency="CNY"), "zh")

    assert {"48.32 万元", "24.00 万元", "−800 元", "8,000 元", "4.00 万元"} <= set(shown)
    assert {"广东", "上海", "其他地区", "未知"} <= set(shown)


@pytest.mark.parametrize(
    ("names", "is_china"),
    [
        (["CN-GD", "CN-SH", "other", "unknown"], True),
        (["CN-GD", "FR"], False),
        (["CN-GD", "unknown"], False),
        (["GB-LND", "GB-MAN"], False),
        ([], False),
    ],
)
def test_only_provinces_of_china_have_a_map(names, is_china):
    assert has_map(pd.DataFrame({"place": names})) is is_china


def test_a_place_without_a_word_is_named_by_its_code():
    cells = {"GB-LND": (30, "50"), "QQ-1": (30, "40")}

    assert {"London", "QQ-1"} <= set(texts(place_bars(places(cells), id="a.b", currency="GBP")))


def test_figures_say_themselves_in_both_languages():
    spec = place_map(places(CHINA), id="a.b", currency="CNY")

    assert "533 customers" in spec.alt.text("en").replace("\xa0", " ")
    assert "广东 48.32" in spec.alt.text("zh").replace("\xa0", " ")
    assert list(spec.kinds) == list(spec.data.columns)


def test_the_same_bytes_come_every_time():
    spec = place_map(places(CHINA), id="a.b", currency="CNY")

    assert draw(spec, "zh", "wide") == draw(spec, "zh", "wide")
