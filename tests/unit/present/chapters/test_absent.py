from rapport.params.chapters import NEEDS, Lack
from rapport.present.chapters.absent import absent_table
from rapport.present.labels import LANGUAGES
from rapport.present.tables import render_heads, render_table


def test_what_a_chapter_would_answer_and_of_what_is_told_in_both_languages():
    lacks = [Lack("value", "undelivered", ("orders", "order_lines", "subscriptions"))]

    spec = absent_table(lacks)

    assert render_table(spec, "en") == [[
        "Value: what is a customer worth?", "Orders, order lines or contracts",
        "Order number, customer number, time of order, amount", "not delivered",
    ]]  # fmt: skip
    assert render_table(spec, "zh") == [[
        "价值：一位客户值多少？", "订单、订单明细或合约",
        "订单编号、客户编号、下单时间、金额", "未提供",
    ]]  # fmt: skip


def test_what_is_needed_besides_is_named_too():
    spec = absent_table([Lack("campaigns", "undelivered", ("campaign_contacts",), ("campaigns",))])

    assert render_table(spec, "en")[0][1] == "Campaign contacts and campaigns"
    assert render_table(spec, "zh")[0][1] == "活动触达和营销活动"


def test_every_chapter_that_can_lack_something_has_words_for_it():
    reasons = ("undelivered", "undated", "drawn")
    lacks = [Lack(name, why, tables) for name, tables in NEEDS.items() for why in reasons]

    for language in LANGUAGES:
        cells = [cell for row in render_table(absent_table(lacks), language) for cell in row]
        assert all([*render_heads(absent_table(lacks), language), *cells])


def test_a_unit_that_has_every_chapter_gets_no_table():
    assert absent_table([]) is None
