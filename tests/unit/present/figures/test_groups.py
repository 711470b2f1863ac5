"""Groups side by side, ranked bars, what can be used, pairs of products."""

from decimal import Decimal

import pandas as pd
import pytest

from rapport.present.draw import draw, texts_of
from rapport.present.figures.groups import Measured, group_dots, name_ends
from rapport.present.figures.pairs import pair_dots
from rapport.present.figures.ranked import ranked_bars
from rapport.present.figures.usable import usable_bars
from rapport.present.theme import ACCENT
from rapport.present.values import label_value, text_value
from support import table

HEADS = {
    "place": (label_value("segmentation.head", "place"), "text"),
    "age": (label_value("segmentation.head", "age"), "age"),
}
GROUPS = """
    attribute  name     value  low   high  n
    place      London   0.30   0.25  0.35  90
    place      Leeds    0.18   0.10  0.25  60
    place      other    0.05   0.01  0.09  40
    age        25-34    0.12   0.08  0.16  80
    age        35-44    0.22   0.15  0.30  70
"""


@pytest.fixture
def groups():
    return table(GROUPS)


def draw_of(groups, whole=0.2, **columns):
    measured = Measured("share", whole)
    return group_dots(groups.assign(**columns), id="a.b", heads=HEADS, measured=measured)


def test_a_group_is_coloured_where_its_interval_leaves_out_the_whole(groups):
    spec = draw_of(groups)

    assert spec.data["is_clear"].tolist() == [True, False, True, True, False]
    assert draw(spec, "en", "wide").count(f"stroke: {ACCENT.lower()}") == 3


def test_what_the_chapter_tested_together_says_which_groups_are_coloured(groups):
    spec = draw_of(groups, is_clear=[False, False, False, False, True])

    assert spec.data["is_clear"].tolist() == [False, False, False, False, True]


def test_attributes_stand_over_their_groups_in_the_readers_language(groups):
    assert texts_of(draw(draw_of(groups), "zh", "narrow")).index("地区") >= 0
    assert "25 至 34 岁" in texts_of(draw(draw_of(groups), "zh", "wide"))


def test_a_hidden_group_has_a_name_and_no_dot(groups):
    hidden = groups.astype({"n": object})
    hidden.loc[1, ["value", "low", "high", "n"]] = None

    texts = texts_of(draw(draw_of(hidden), "en", "wide"))

    assert "Leeds" in texts
    assert texts.count("n/a") == 1
    assert draw_of(hidden).data["value"].isna().sum() == 1


def test_a_hidden_share_is_called_hidden_where_every_missing_one_is(groups):
    hidden = groups.astype({"n": object})
    hidden.loc[1, ["value", "low", "high", "n"]] = None
    measured = Measured("share", 0.2, is_hidden=True)

    spec = group_dots(hidden, id="a.views", heads=HEADS, measured=measured)

    assert texts_of(draw(spec, "zh", "wide")).count("不显示") == 1


def test_many_groups_stand_in_two_columns_where_the_sheet_is_wide(groups):
    many = pd.concat([groups.assign(name=[f"{name} {at}" for name in groups["name"]],
                                    attribute="place" if at % 2 else "age") for at in range(4)],
                     ignore_index=True)  # fmt: skip
    heads = {name: (head, "text") for name, (head, _) in HEADS.items()}
    spec = group_dots(many, id="a.b", heads=heads, measured=Measured("share", 0.2))

    assert spec.heights["wide"] < 0.6 * spec.heights["narrow"]
    for shape in ("wide", "narrow"):
        assert draw(spec, "en", shape)


def test_the_rest_is_neither_the_lowest_nor_the_highest_group_of_a_title(groups):
    ends = name_ends(draw_of(groups), HEADS, unit="share")

    assert (ends["least_name"].value, ends["least"].value) == ("25-34", 0.12)
    assert (ends["most_name"].value, ends["most"].value) == ("London", 0.3)


def test_bars_are_drawn_from_zero_on_either_side_with_their_money():
    rows = pd.DataFrame({"name": ["Lighting", "Garden"], "n_customers": [40, 30], "share": 0.5,
                         "net": [Decimal("4352.94"), Decimal("-120.00")]})  # fmt: skip
    spec = ranked_bars(rows, id="a.b", currency="GBP", named=lambda name: text_value("c", name))

    assert {"£4.4k", "−£120"} <= set(texts_of(draw(spec, "en", "wide")))


@pytest.mark.parametrize("share", [0.0, 0.847, 1.0, 1.2])
def test_what_can_be_used_is_said_over_both_ends_of_its_bar(share):
    wholes = pd.DataFrame({"whole": ["rows", "sales"], "share": share, "rest": 1 - share})

    for shape in ("wide", "narrow"):
        texts = texts_of(draw(usable_bars(wholes, id="a.b"), "en", shape))

        assert len(texts) == 4


def test_a_pair_of_products_stands_in_two_lines():
    pairs = pd.DataFrame(
        {"name_a": ["Tea"], "name_b": ["Cup"], "n_ab": [241], "n_expected": [35.5]}
    )

    texts = texts_of(draw(pair_dots(pairs, id="a.b"), "en", "wide"))

    assert {"Tea", "+ Cup", "241", "35.5"} <= set(texts)
