"""One word a thing: reports, notebooks and pages use the term of `docs/terms.md`, no second.

A word stands here with the term in its place. Words that mean something else too carry the
places where they may stand.
"""

import functools
import json
import re
from pathlib import Path

import pytest
import yaml

from rapport.assets.files import locale_paths

ROOT = Path(__file__).parents[2]
CHINESE = {
    "用户|顾客|消费者|客人|买家": "客户",
    "老客(?!户)|回头客": "老客户",
    "营业额|营收|销售收入|流水": "销售额",
    "平均订单|订单均价|笔单价": "客单价",
    "购买次数|下单频率": "购买频次",
    "回购|复购比例|重复购买率": "复购率",
    "客户群|分群|细分群体|人群": "客群",
    "队列|同期组": "同期群",
    "存留率|留存比例": "留存率",
    "流失概率|流失倾向": "流失风险",
    "(?<!客户)终身价值|终生价值|生命周期价值": "客户终身价值",
    "转换率": "转化率",
    "关联规律": "关联规则",
    "预估|预计值": "预测",
    "异常点|离群值|离群点": "异常值",
    "截尾|删截": "删失",
    "危险比": "风险比",
    "存活曲线|存活分析": "生存曲线、生存分析",
    "净推荐分": "净推荐值",
    "业务单位": "业务单元",
    "报表": "报告",
    "显著": "差异明确，附大小与区间",
    "置信区间|可信区间|信赖区间": "区间",
    "置信度(?!.{0,8}规则)": "区间（置信度只指关联规则）",
}
ENGLISH = {
    r"clients?|shoppers?|consumers?|buyers": "customer",
    r"purchas(e|es|ed|ing)": "order, or sale",
    r"turnover|revenue": "net sales",
    r"attrition|defection|defectors": "churn",
    r"KPIs?|metrics?": "key figure, or measure",
    r"(in)?significan(t|tly|ce)": "the size and the interval",
    r"basket (size|value)|order value": "average order",
    r"confidence (interval|band)s?|margin of error": "interval",
    r"business units? of|subsidiar(y|ies)": "unit",
}
# Pages for readers of reports; the others speak of libraries that have clients and metrics.
PAGES = sorted([ROOT / "docs" / "executive.md", *(ROOT / "docs" / "methods").glob("*.md")])
# What a source or a library calls it, cited.
CITED = re.compile(r"^## Reference.*", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def leaves(node, language):
    for key, value in node.items():
        if isinstance(value, dict):
            yield from leaves(value, language)
        elif key == language and isinstance(value, str):
            yield re.sub(r"\{[^}]*\}", "", value)


@functools.cache
def texts(language):
    return tuple(read_texts(language))


def read_texts(language):
    for path in locale_paths(""):
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}
        if isinstance(content, dict):
            yield from ((path.name, text) for text in leaves(content, language))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if language in cell["metadata"].get("tags", []):
                yield path.name, "".join(cell["source"])
    if language == "en":
        for path in PAGES:
            yield path.name, CODE.sub("", CITED.sub("", path.read_text(encoding="utf-8")))


def find(pattern, language):
    flags = re.IGNORECASE if language == "en" else 0
    for name, text in texts(language):
        found = re.search(pattern, text, flags)
        if found:
            start = max(0, found.start() - 20)
            yield f"{name}: …{text[start : found.end() + 20]}…"


@pytest.mark.parametrize(("words", "term"), CHINESE.items(), ids=lambda part: part.split("|")[0])
def test_no_second_chinese_word_stands_for_a_thing(words, term):
    assert list(find(words, "zh")) == [], f"the term is {term}"


@pytest.mark.parametrize(("words", "term"), ENGLISH.items(), ids=lambda part: part.split("|")[0])
def test_no_second_english_word_stands_for_a_thing(words, term):
    assert list(find(rf"\b({words})\b", "en")) == [], f"the term is {term}"


def test_a_second_word_would_be_found():
    assert re.search("|".join(CHINESE), "本期顾客数")
    assert re.search("|".join(CHINESE), "老客复购")
    assert not re.search("|".join(CHINESE), "老客户的客户终身价值")
    assert re.search(rf"\b({'|'.join(ENGLISH)})\b", "The change is significant.")
