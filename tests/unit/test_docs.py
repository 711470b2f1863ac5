"""The pages of `docs/`: generated ones are fresh, words have one meaning, links lead somewhere."""

import json
import re
import runpy
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from rapport.assets.files import locale_paths
from rapport.cli.parsers import build_parser
from rapport.params import UnitParams
from rapport.present.labels import all_labels

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
# Groups whose labels are nouns: names of measures, columns, tables, heads of tables. Counting
# words (unit, measure), verbs of a step and sentences on a figure are no terms.
NOUNS = {"key", "key_figure", "measure_name", "column", "table", "segment", "stage", "head"}
# One English word for two terms, each with its own Chinese word.
SEPARATE = {
    "new": {"segment.new", "stage.new"},  # an RFM segment; a stage of life
    "at risk": {"segment.at_risk", "stage.at_risk"},
    "orders": {"measure_name.n_orders", "table.orders"},  # how many; what they are
    "returns": {"measure_name.n_returns", "measure_name.returns"},  # how many; their money
    "channel": {"measure_name.acquisition_channel", "column.channel"},  # of the first; of any
}
# Words that staff would understand and reports do not use: the term has another one.
SYNONYMS = {
    "用户": "客户", "顾客": "客户", "消费者": "客户", "回购": "复购", "重复购买率": "复购率",
    "置信区间": "区间", "营业额": "销售额", "营收": "销售额", "销售收入": "销售额",
    "平均订单金额": "客单价", "退款率": "退货率", "留存比例": "留存率", "客户价值": "客户终身价值",
    "细分群体": "客群", "分群": "客群", "存活曲线": "生存曲线",
    "存活分析": "生存分析", "离群值": "异常值", "缺失率": "完整率",
}  # fmt: skip
ENGLISH_SYNONYMS = re.compile(r"\b(client|shopper|consumer)s?\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def writer():
    return runpy.run_path(str(ROOT / "tools" / "write_docs.py"))


def test_the_schema_of_a_units_file_is_the_models(writer):
    page = (DOCS / "params.schema.json").read_text(encoding="utf-8")

    assert page == writer["schema_text"](), "run `nox -s docs`"


@pytest.mark.parametrize("name", ["brand", "delivery", "actions"])
def test_the_schema_of_a_units_other_file_is_the_models(writer, name):
    page = (DOCS / f"{name}.schema.json").read_text(encoding="utf-8")

    assert page == writer["other_text"](name), "run `nox -s docs`"


def test_an_example_of_a_units_other_file_names_its_schema(writer):
    files = [
        (path, name)
        for name in writer["OTHER_FILES"]
        for path in (ROOT / "params").glob(f"*.{name}.yml")
    ]

    assert {name for _, name in files} >= {"brand", "actions"}
    for path, name in files:
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert first == f"# yaml-language-server: $schema=../docs/{name}.schema.json"


def test_the_schema_names_what_stands_in_a_file():
    schema = json.loads((DOCS / "params.schema.json").read_text(encoding="utf-8"))

    assert set(schema["properties"]) == set(UnitParams.model_fields)
    assert "from" in schema["$defs"]["TableMapping"]["properties"]


def test_the_terms_are_those_of_the_labels(writer):
    page = (DOCS / "terms.md").read_text(encoding="utf-8")

    assert page == writer["terms_text"](all_labels()), "run `nox -s docs`"


def test_labels_of_equal_words_share_a_row_and_signs_are_no_terms(writer):
    labels = {
        "key.aov": {"en": "Average order", "zh": "客单价"},
        "key.mean": {"en": "Average order", "zh": "客单价"},
        "score.1": {"en": "1", "zh": "1"},
    }

    groups = writer["group_terms"](labels)

    assert groups == {"key": [("Average order", "客单价", "`key.aov`, `key.mean`")]}


def test_one_english_term_has_one_chinese_word():
    chinese = defaultdict(lambda: defaultdict(set))
    for identity, words in all_labels().items():
        parts = identity.split(".")
        # A short form for narrow axes is no second word: it stands in the full one.
        if parts[0] in NOUNS and "short" not in parts:
            # The unit in a heading, 客户（位）, is no part of the word.
            word = re.sub(r"（.*?）", "", words["zh"])
            chinese[words["en"].casefold()][word].add(identity)

    double = {
        english: {word: sorted(ids) for word, ids in found.items()}
        for english, found in chinese.items()
        if len(found) > 1 and not set().union(*found.values()) <= SEPARATE.get(english, set())
    }

    assert double == {}


def test_no_label_is_defined_twice():
    for path in locale_paths(""):
        text = path.read_text(encoding="utf-8")
        ids = re.findall(r"^([\w.]+):", text, flags=re.MULTILINE)
        twice = {one for one in ids if ids.count(one) > 1}
        assert twice == set(), f"{path.name}: the second definition wins silently"


def texts_of(language):
    for path in locale_paths(""):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if isinstance(content, dict):
            yield from ((path.name, text) for text in leaves(content, language))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if language in cell["metadata"].get("tags", []):
                yield path.name, "".join(cell["source"])


def leaves(node, language):
    for key, value in node.items():
        if isinstance(value, dict):
            yield from leaves(value, language)
        elif key == language and isinstance(value, str):
            yield value


def test_reports_use_no_second_chinese_word_for_a_term():
    used = [
        f"{name}: {synonym}, the term is {term}: {text[:40]}"
        for name, text in texts_of("zh")
        for synonym, term in SYNONYMS.items()
        if synonym in text
    ]

    assert used == []


def test_a_customer_is_called_a_customer():
    used = [
        f"{name}: {text[:60]}" for name, text in texts_of("en") if ENGLISH_SYNONYMS.search(text)
    ]

    assert used == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)

    missing = [target for target in targets if not (page.parent / target).exists()]

    assert missing == []


def test_every_published_figure_that_the_methods_name_has_its_test():
    text = (DOCS / "methods.md").read_text(encoding="utf-8")
    there = {path.name for path in (ROOT / "tests" / "published").glob("test_*.py")}

    named = set(re.findall(r"`(test_\w+\.py)`", text))

    assert named - {path.name for path in ROOT.glob("tests/**/test_*.py")} == set()
    assert there - named == set(), "published tests that docs/methods.md does not name"


def test_commands_that_pages_name_exist():
    parser = build_parser()
    known = set(parser._subparsers._group_actions[0].choices)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = re.findall(r"^rapport ([\w-]+)", text, flags=re.MULTILINE)
        assert set(shown) <= known, page.name


def test_the_picture_of_the_readme_is_small():
    picture = DOCS / "picture.png"

    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 200_000
