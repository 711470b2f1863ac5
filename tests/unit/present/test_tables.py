from decimal import Decimal

import pandas as pd
import pytest

from rapport.chapter.numbers import hide_suppressed
from rapport.present.digests import digest_frame
from rapport.present.sentences import Sentence
from rapport.present.tables import (
    Column,
    TableSpec,
    join_unit,
    render_heads,
    render_table,
    withhold,
)
from rapport.present.values import WITHHELD, Suppressed
from support import table

COLUMNS = (
    Column("group", {"en": "After the", "zh": "在第几单之后"}, "label", "order_rank"),
    Column("n", {"en": "Orders", "zh": "订单"}, "count", "orders"),
    Column("rate", {"en": "Not back", "zh": "未再来"}, "estimator", "share"),
    Column(
        "rate", {"en": "95% interval", "zh": "95% 区间"}, "estimator", "share",
        style="limits", limits=("low", "high"),
    ),
    Column("days", {"en": "Half after", "zh": "半数所需"}, "estimator", "days", style="unit"),
)  # fmt: skip


def curves():
    frame = table(
        """
        group  n     rate    low     high    days
        1      1558  0.5479  0.5172  0.5786  108
        4      5300  0.0949  0.085   0.106   22
        """
    )
    return frame.astype({"group": str})


def spec(frame, columns=COLUMNS):
    return TableSpec("churn.return", columns, frame, Sentence("figures.row_flow.title"))


def test_cells_are_text_in_both_languages():
    rows = render_table(spec(curves()), "en")

    assert rows == [
        ["1st order", "1,558", "54.8%", "51.7% to 57.9%", "108\u00a0days"],
        ["4th or later", "5,300", "9.5%", "8.5% to 10.6%", "22\u00a0days"],
    ]
    assert render_table(spec(curves()), "zh")[0] == [
        "首单", "1,558", "54.8%", "51.7% 至 57.9%", "108\u00a0天",
    ]  # fmt: skip


def test_a_column_keeps_its_decimals_so_that_points_align():
    frame = pd.DataFrame({"rate": [1.0, 0.0042, 0.0], "days": [1.5, 2.0, 30.0]})
    columns = (
        Column("rate", {"en": "Rate", "zh": "率"}, "ratio", "share"),
        Column("days", {"en": "Days", "zh": "天"}, "ratio", "days"),
    )

    assert render_table(spec(frame, columns), "en") == [
        ["100.0%", "1.5"], ["0.4%", "2.0"], ["0.0%", "30.0"],
    ]  # fmt: skip


def test_missing_and_hidden_cells_say_so():
    frame = pd.DataFrame({"n": pd.Series([Suppressed(10), None, 12, WITHHELD], dtype=object)})
    columns = (Column("n", {"en": "Customers", "zh": "客户"}, "count", "customers"),)

    assert render_table(spec(frame, columns), "en") == [["<10"], ["n/a"], ["12"], ["withheld"]]
    assert render_table(spec(frame, columns), "zh") == [["<10"], ["不适用"], ["12"], ["不显示"]]


def test_the_currency_stands_in_the_head_and_not_in_the_cells():
    frame = pd.DataFrame({"spend": [Decimal("8832003.274"), Decimal("-5.005")]})
    columns = (Column("spend", {"en": "Spend", "zh": "消费（净）"}, "money", "GBP"),)

    assert render_heads(spec(frame, columns), "en") == ["Spend, £"]
    assert render_heads(spec(frame, columns), "zh") == ["消费（净，英镑）"]
    assert render_table(spec(frame, columns), "en") == [["8,832,003.27"], ["−5.01"]]


def test_numbers_stand_right_and_words_left():
    assert [column.align for column in COLUMNS] == ["left", "right", "right", "right", "right"]


def test_dates_and_whole_numbers_of_numpy_are_shown():
    frame = pd.DataFrame({"day": pd.to_datetime(["2010-12-09"]), "n": [4312]})
    columns = (
        Column("day", {"en": "Day", "zh": "日期"}, "date", "date"),
        Column("n", {"en": "Rows", "zh": "行"}, "count", "rows"),
    )

    assert render_table(spec(frame, columns), "zh") == [["2010-12-09", "4,312"]]


def test_a_table_without_rows_has_heads():
    empty = curves().iloc[:0]

    assert render_table(spec(empty), "en") == []
    assert render_heads(spec(empty), "en")[0] == "After the"


def test_a_column_that_the_frame_lacks_is_named():
    with pytest.raises(ValueError, match="no columns days, high, low"):
        spec(curves()[["group", "n", "rate"]])


def test_a_unit_joins_a_chinese_name():
    assert join_unit("销售额（净）", "万英镑") == "销售额（净，万英镑）"
    assert join_unit("客单价", "") == "客单价"


def test_a_column_of_several_measures_shows_each_row_in_its_own_unit():
    frame = pd.DataFrame(
        {"figure": ["net", "churn", "active"], "value": [17900.0, 0.09, 220.0],
         "unit": ["GBP", "share", "customers"]}
    )  # fmt: skip
    columns = (
        Column("figure", "segment.new", "label", "key_figure"),
        Column("value", "segment.new", "ratio", "count", style="headline", units="unit"),
    )
    spec = TableSpec("a.b", columns, frame, Sentence("figures.item"))

    assert [row[1] for row in render_table(spec, "en")] == ["£17.9k", "9.0%", "220"]
    assert spec.kinds == {"figure": "label", "value": "ratio", "unit": "label"}


def test_a_column_of_somebodys_words_shows_those_of_the_language():
    frame = pd.DataFrame({"said_en": ["Free delivery"], "said_zh": ["包邮"]})
    words = {"en": "said_en", "zh": "said_zh"}
    column = Column("said", "segment.new", "label", "text", words=words)
    spec = TableSpec("a.b", (column,), frame, Sentence("figures.item"))

    assert (render_table(spec, "en"), render_table(spec, "zh")) == ([["Free delivery"]], [["包邮"]])
    assert list(spec.kinds) == ["said_en", "said_zh"]


def test_a_withheld_cell_is_published_as_an_empty_one():
    frame = pd.DataFrame({"share": [0.25, 0.5], "n": [40, 12]})

    hidden = withhold(frame, [False, True], ["share"])

    assert digest_frame(hidden) == digest_frame(frame.assign(share=[0.25, None]))
    assert hide_suppressed(hidden)["share"].tolist() == [0.25, None]
