"""Tags, places, and the mix behind a change of spend, as the profile shows them."""

import pytest

from rapport.analysis.mix_study import list_groups, list_splits, measure_mix
from rapport.analysis.regions import Places, measure_places, sum_places
from rapport.analysis.tags import count_tags, measure_tags
from rapport.params.tags import Tag
from rapport.present.chapters import mix_rate as show_mix
from rapport.present.chapters import places as show_places
from rapport.present.chapters import tags as show_tags
from rapport.present.draw import draw, texts_of
from rapport.present.sentences import Sentence
from rapport.present.tables import render_heads, render_table
from rapport.present.values import Value, period_value
from unit.analysis.test_mix_study import SIMPSON, study
from unit.analysis.test_regions import NOBODY, groups
from unit.analysis.test_tags import held, people

PREVIOUS = {"previous": period_value("2026-05", name="previous")}


def values_of(measured):
    return {
        one.slot: Value(one.name, one.value, one.kind, one.unit, n=one.n, interval=one.interval)
        for one in measured
    } | PREVIOUS


def tag(en, zh):
    words = {"en": en, "zh": zh}
    return Tag(when="n_orders > 1", name=words, description=words, owner=words)


TAGS = {"big": tag("Big spender", "大额客户"), "often": tag("Regular", "常购客户")}


def count(**carried):
    counts = count_tags(held(**carried), people(100, before=90), list(TAGS))
    values = values_of(measure_tags(counts)) | show_tags.name_lead(counts.table, TAGS)
    return counts, values


def test_tags_are_named_in_the_readers_language():
    counts, values = count(big=range(30), often=range(10, 60))

    table = show_tags.tag_table(counts.table, TAGS, values, min_count=10)
    meanings = show_tags.meaning_table(counts.table, TAGS, values)

    assert [row[0] for row in render_table(table, "zh")] == ["常购客户", "大额客户"]
    assert render_table(table, "en")[1][:3] == ["Big spender", "30", "30.0%"]
    assert render_table(table, "en")[1][5:] == ["Regular", "66.7%"]
    assert render_table(meanings, "zh")[0] == ["常购客户", "常购客户", "常购客户"]
    assert table.title.text("en") == (
        "“Regular” is the most common tag: 50.0% of customers carry it"
    )
    assert table.title.text("zh") == "最常见的标签是“常购客户”：50.0% 的客户带有"


def test_a_tag_of_few_customers_is_not_said_to_lead():
    counts, values = count(big=range(4))

    table = show_tags.tag_table(counts.table, TAGS, values, min_count=10)

    assert table.title.text("en") == "Customers by tag"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("outcome", ["some", "unheld", "none"])
def test_what_there_is_to_say_of_tags_is_said(outcome, language):
    _, values = count(big=range(30))

    assert Sentence("tags.held", values, case=outcome).text(language)


def test_without_tags_nothing_is_shown():
    counts = count_tags(held(), people(10), [])

    assert show_tags.tag_table(counts.table, {}, {}, min_count=10) is None
    assert show_tags.meaning_table(counts.table, {}, {}) is None
    assert show_tags.name_lead(counts.table, {}) == {}


def place(now, before=None, *, has_before=True):
    found = sum_places(groups(now, before), NOBODY, has_before=has_before)
    values = values_of(measure_places(found, currency="CNY"))
    return found, values | show_places.name_places(values)


CHINA = ({"CN-GD": (50, 300), "CN-SH": (40, 100), None: (14, 50)}, {"CN-GD": (40, 200)})


def test_provinces_of_china_are_shown_as_tiles():
    found, values = place(*CHINA)

    figure = show_places.place_figure(found.table, values, currency="CNY")

    assert figure.title.text("zh") == "广东占销售额（净）的 66.7%"
    assert {"广东", "新疆"} <= set(texts_of(draw(figure, "zh", "wide")))


def test_other_places_are_bars():
    found, values = place({"GB-LND": (50, 300), "GB-MAN": (40, 100)})

    figure = show_places.place_figure(found.table, values, currency="GBP")

    assert set(texts_of(draw(figure, "en", "wide"))) == {"London", "Manchester", "£300", "£100"}


def test_the_table_of_places_names_those_that_are_too_few():
    found, values = place({"CN-GD": (50, 300), "CN-SH": (12, 100)})

    table = show_places.place_table(found.table, values, currency="CNY", has_before=True)

    assert render_table(table, "en")[0][:5] == ["Guangdong", "50", "300.00", "75.0%", "6.00"]
    assert render_table(table, "en")[1][4] == "withheld"
    assert table.note.text("en").endswith("Too few customers for spend per customer: Shanghai.")
    assert "样本不足而不给出客均消费：上海" in table.note.text("zh")


def test_without_a_period_before_there_is_no_column_of_changes():
    found, values = place({"CN-GD": (50, 300), "CN-SH": (42, 100)}, has_before=False)

    table = show_places.place_table(found.table, values, currency="CNY", has_before=False)

    assert len(render_heads(table, "en")) == 6


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("now", "case"),
    [
        ({"a": (50, 300), "b": (40, 100)}, "places"),
        ({"a": (20, 300), "b": (20, 100)}, "few"),
        ({"a": (50, 300)}, "one"),
        ({"a": (5, 300)}, "none"),
    ],
)
def test_the_leading_place_gets_its_sentence(now, case, language):
    found, values = place(now)

    assert show_places.choose_lead(found.outcome, values) == case
    assert Sentence("places.lead", values, case=case).text(language)


def test_no_places_show_nothing():
    empty = Places(
        "country", sum_places(groups({}), NOBODY, has_before=False).table, frozenset(), False
    )

    assert show_places.place_figure(empty.table, {}, currency="GBP") is None
    assert show_places.place_table(empty.table, {}, currency="GBP", has_before=False) is None


def test_customers_without_a_place_alone_make_no_table():
    found, values = place({None: (60, 300)})

    assert show_places.place_table(found.table, values, currency="GBP", has_before=True) is None


def mix(**spent):
    found = study(**spent)
    return found, values_of(measure_mix(found, currency="GBP"))


def test_a_simpson_pair_is_told_with_its_parts():
    found, values = mix(**SIMPSON)

    case = show_mix.choose_case(found.outcome, values)
    said = Sentence("mix.parts", values, case=case).text("en").replace("\xa0", " ")

    assert case == "simpson_down"
    assert said.startswith(
        "Spend per customer fell from £42.02 to £20.62, yet it rose in every group of loyalty tier"
    )
    assert "每一组都上升了" in Sentence("mix.parts", values, case=case).text("zh")


def test_the_parts_stand_side_by_side_by_grouping():
    found, values = mix(**SIMPSON)

    table = show_mix.split_table(list_splits(found), values, currency="GBP")

    (row,) = render_table(table, "en")
    assert row[0] == "loyalty tier"
    assert row[6] == "each the other way"
    assert row[2].startswith("−") and row[4].startswith("+")
    assert "£" not in row[3]
    assert render_heads(table, "zh")[2] == "构成（英镑）"


def test_groups_of_the_leading_grouping_are_shown():
    found, values = mix(**SIMPSON)

    table = show_mix.group_table(list_groups(found, min_n=10), values, currency="GBP")

    assert [row[:3] for row in render_table(table, "en")] == [
        ["new", "20", "80"], ["gold", "80", "20"],
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "case",
    ["agree", "unclear", "simpson_up", "simpson_down", "outweighed_up", "outweighed_down", "none"],
)
def test_every_case_of_the_parts_can_be_said(case, language):
    _, values = mix(**SIMPSON)

    assert Sentence("mix.parts", values, case=case).text(language)


@pytest.mark.parametrize(
    ("grouping", "group", "en", "zh"),
    [
        ("place", "CN-GD", "Guangdong", "广东"),
        ("main_channel", "web", "Web", "官网"),
        ("newness", "new", "New customers", "新增客户"),
        ("loyalty_tier", "Gold", "Gold", "Gold"),
        ("loyalty_tier", "unknown", "unknown", "未知"),
        ("place", "other", "Other places", "其他地区"),
    ],
)
def test_groups_are_named_where_there_is_a_word(grouping, group, en, zh):
    name = show_mix.name_group(grouping, group)

    assert (name.words("en"), name.words("zh")) == (en, zh)


def test_without_a_split_nothing_is_shown():
    found, values = mix(then_a=(40, 10))

    assert show_mix.split_table(list_splits(found), values, currency="GBP") is None
    assert show_mix.group_table(list_groups(found), values, currency="GBP") is None
    assert show_mix.choose_role(found.outcome) == "gap"
