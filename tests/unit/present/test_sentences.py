from decimal import Decimal

import pytest

from rapport.errors import ChapterError
from rapport.present.labels import read_locale
from rapport.present.sentences import (
    Listing,
    Sentence,
    choose,
    compose,
    fill,
    read_templates,
    text_of,
)
from rapport.present.values import Value, label_value, parameter_value, period_value

RATE = Value("churn.rate.month", 0.053, "ratio", "share", n=3209, interval=(0.046, 0.062))


RATE_IN = {
    "en": "Churn was **{rate:interval}** in {month:short}, after~all.",
    "zh": "{month:short}流失率为|**{rate:interval}**。",
}
DAYS_IN = {"en": "within {days:unit}", "zh": "{days} 天内"}
CHANGE = {"cases": {"up": {"en": "rose to {rate}", "zh": "升至 {rate}"}}}


def test_every_run_names_its_source():
    runs = fill(
        RATE_IN["en"], "en", {"rate": RATE, "month": period_value("2010-11")}, name="shop.rate"
    )

    assert [(run["text"], run["source"]["kind"], run["strong"]) for run in runs] == [
        ("Churn was ", "template", False),
        ("5.3% (95%\u00a0interval 4.6% to 6.2%)", "value", True),
        (" in ", "template", False),
        ("November", "date", False),
        (", after\u00a0all.", "template", False),
    ]
    assert runs[1]["source"]["id"] == "churn.rate.month"
    assert runs[0]["source"]["id"] == "shop.rate"


def test_a_bar_in_a_chinese_headline_is_a_permitted_break():
    runs = fill(
        RATE_IN["zh"], "zh", {"rate": RATE, "month": period_value("2010-11")}, name="shop.rate"
    )

    assert "为\u200b" in "".join(run["text"] for run in runs)
    assert text_of(runs) == "11月流失率为5.3%（95% 区间 4.6% 至 6.2%）。"


def test_a_chinese_number_keeps_its_measure_word():
    slots = {"days": parameter_value("horizon_days", 90, "days")}

    assert text_of(fill(DAYS_IN["zh"], "zh", slots, name="shop.days")) == "90\u00a0天内"
    assert text_of(fill(DAYS_IN["en"], "en", slots, name="shop.days")) == "within 90\u00a0days"
    assert fill(DAYS_IN["en"], "en", slots, name="a.b")[1]["source"]["kind"] == "parameter"


def test_a_chinese_measure_word_follows_ten_thousands_at_once():
    slots = {"n": Value("a.n", 123456, "count", "customers")}

    assert text_of(fill("共 {n:headline} 位", "zh", slots, name="a.b")) == "共 12.35\u00a0万位"


def test_a_case_chooses_the_words():
    assert choose(CHANGE, "shop.change", "en", "up") == "rose to {rate}"
    with pytest.raises(ChapterError, match="no case 'down'"):
        choose(CHANGE, "shop.change", "en", "down")
    with pytest.raises(ChapterError, match="no case 'up'"):
        choose(DAYS_IN, "shop.days", "en", "up")


@pytest.mark.parametrize("bare", [5, 0.053, "5.3%", None])
def test_a_bare_number_or_text_is_refused(bare):
    with pytest.raises(TypeError, match="slot 'value' holds"):
        compose("figures.item", "en", {"name": label_value("segment", "new"), "value": bare})


def test_a_missing_slot_or_template_is_named():
    with pytest.raises(ChapterError, match=r"figures.item needs \['name', 'value'\]"):
        compose("figures.item", "en", {})
    with pytest.raises(ChapterError, match=r"no template 'shop.nothing'"):
        compose("shop.nothing", "en", {})


def test_sentences_can_be_listed_in_a_slot():
    items = tuple(
        Sentence("figures.item", {"name": label_value("segment", name), "value": RATE})
        for name in ("new", "at_risk")
    )

    runs = fill("客群：{groups}。", "zh", {"groups": Listing(items)}, name="shop.list")

    assert text_of(runs) == "客群：新晋客户 5.3%、流失风险客户 5.3%。"


def test_a_template_belongs_to_the_file_of_its_chapter(tmp_path):
    path = tmp_path / "sentences.mall.yml"
    path.write_text('shop.rate: {en: "a", zh: "b"}\n', encoding="utf-8", newline="\n")

    with pytest.raises(ChapterError, match="must begin with 'mall'"):
        read_templates([path])


def test_an_empty_locale_file_has_no_words(tmp_path):
    path = tmp_path / "sentences.none.yml"
    path.write_text("# nothing yet\n", encoding="utf-8", newline="\n")

    assert read_locale(path) == {}


def test_a_blank_after_a_bold_percentage_stays_before_a_han_character():
    change = Value("a.change", 0.5, "ratio", "change")

    runs = fill("**{change}** 环比", "zh", {"change": change}, name="a.b")

    assert text_of(runs) == "+50.0% 环比"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("含 {name} 的", "含 Tea (green) 的"),
        ("含**{name}**的", "含 Tea (green) 的"),
        ("“{name}”的", "“Tea (green)”的"),
    ],
)
def test_a_latin_name_stands_apart_from_chinese_words(template, said):
    name = Value("a.name", "Tea (green)", "label", "text")

    assert text_of(fill(template, "zh", {"name": name}, name="a.b")) == said


@pytest.mark.parametrize(
    ("money", "said"),
    [("1222600", "共 122.26\u00a0万元中"), ("560", "共 560\u00a0元中")],
)
def test_no_blank_stands_after_a_chinese_word_or_bracket(money, said):
    net = Value("a.net", Decimal(money), "money", "CNY")
    share = Value("a.share", 0.679, "ratio", "share", interval=(0.493, 0.821))

    runs = fill(
        "共 {net} 中，{share:interval} 有第二单", "zh", {"net": net, "share": share}, name="a.b"
    )

    assert text_of(runs).startswith(said)
    assert "）有第二单" in text_of(runs)
