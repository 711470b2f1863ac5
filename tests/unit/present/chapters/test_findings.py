"""Findings in words: every wording in both languages, the money in front, short on page one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from unicodedata import east_asian_width

import pytest
import yaml

from rapport.assets.files import asset_path
from rapport.present.chapters.findings import choose_case, list_item, say_finding, template_of
from rapport.present.labels import has_label
from rapport.present.page_one import lead
from rapport.present.sentences import Sentence, find_template, slots_of
from rapport.present.values import Value, date_value, parameter_value, period_value

TEMPLATES = yaml.safe_load(asset_path("locale", "sentences.findings.yml").read_text("utf-8"))
CASES = sorted(
    (template, case) for template, forms in TEMPLATES.items()
    for case in forms.get("cases", {None: None})
)  # fmt: skip
ONE = sorted({template.removesuffix("_short") for template in TEMPLATES})
MONEY = {"best_spend", "broken_money", "clv", "entered_spend", "net", "net_last_year",
         "net_previous", "spend", "stake"}  # fmt: skip
SHARES = {"best_share", "best_spend_share", "identified_share", "rate", "rate_previous",
          "repurchase", "repurchase_previous", "sizes_earlier", "sizes_later",
          "top_share"}  # fmt: skip
COUNTS = {"broken_rows": "rows", "control": "customers", "entered_n": "customers",
          "horizon": "months", "n": "customers", "nps_n": "customers", "pairs_possible": "pairs",
          "repurchase_days": "days", "rules": "rules", "sizes_n_later": "customers",
          "treated": "customers", "window_days": "days"}  # fmt: skip


def number(slot):
    if slot in MONEY:
        return Value(slot, Decimal("21345.50"), "money", "GBP", 300, (19000, 23000))
    if slot in SHARES:
        return Value(slot, 0.25, "ratio", "share", 400, (0.21, 0.29))
    if slot in COUNTS:
        return Value(slot, 1234, "count", COUNTS[slot])
    return OTHERS[slot]


OTHERS = {
    "as_of": date_value("as_of", date(2026, 6, 30)),
    "change": Value("change", -30.6, "estimator", "nps", None, (-59.0, -2.0)),
    "churn_after_days": parameter_value("churn_after_days", 180, "days"),
    "cut": period_value("2025-12", name="cut"),
    "effect": Value("effect", 0.105, "estimator", "pp", 900, (0.07, 0.14)),
    "error": Value("error", -0.25, "iterative", "change"),
    "month": period_value("2026-06"),
    "name": Value("name", "Spring voucher", "label", "text"),
    "net_change": Value("net_change", 0.286, "ratio", "change"),
    "net_change_year": Value("net_change_year", 0.286, "ratio", "change"),
    "nps": Value("nps", 5.0, "estimator", "nps", 59, (-17.0, 26.0)),
    "period": period_value("2026-06"),
    "previous": period_value("2026-05", name="period.previous"),
    "started": period_value("2026-04"),
}


@dataclass(frozen=True)
class Found:
    name: str
    case: str | None = None
    stake: object = None


def fill(template, case, language):
    text = find_template(template, language, case)
    return Sentence(template, {slot: number(slot) for slot in slots_of(text)}, case).text(language)


@pytest.mark.parametrize(("template", "case"), CASES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_wording_tells_its_numbers_in_both_languages(template, case, language):
    text = fill(template, case, language)

    assert text.endswith({"en": ".", "zh": "。"}[language])
    assert "n/a" not in text and "{" not in text and "None" not in text


@pytest.mark.parametrize(("template", "case"), CASES)
def test_both_languages_tell_the_same_numbers(template, case):
    told = [slots_of(find_template(template, language, case)) for language in ("en", "zh")]
    parts = {"period", "previous"}  # a language may say the month where the other need not

    assert told[0] - parts == told[1] - parts


@pytest.mark.parametrize("template", ONE)
def test_page_two_says_what_each_finding_is_about(template):
    assert has_label(f"finding.{template.removeprefix('findings.')}")


@pytest.mark.parametrize(
    ("stake", "en", "zh"),
    [
        (number("stake"), "£21.3k · Churn. ", "2.13\u00a0万英镑 · 流失："),
        (None, "Churn. ", "流失："),
    ],
)
def test_the_money_at_stake_stands_in_front_where_there_is_any(stake, en, zh):
    values = {f"finding_churn_rate_{slot}": number(slot) for slot in ("rate", "rate_previous")}
    values |= {slot: number(slot) for slot in ("churn_after_days", "previous")}
    values |= {} if stake is None else {"finding_churn_rate_stake": stake}
    finding = Found("churn.rate", "orders_up", stake)

    item = Sentence("summary.finding", list_item(finding, values), choose_case(finding))

    assert item.text("en").startswith(en + "25.0%")
    assert item.text("zh").startswith(zh)


def test_a_number_of_one_finding_is_never_taken_for_another():
    values = {f"finding_campaigns_experiment_{k}_name": Value("n", name, "label", "text")
              for k, name in ((1, "Letter"), (11, "Card"))}  # fmt: skip

    said = say_finding("campaigns.experiment.1", "raised", values)

    assert said.slots["name"].value == "Letter"
    assert template_of("campaigns.experiment.1") == "findings.campaigns_experiment"


SHORT = [(template, case) for template, case in CASES if template.endswith("_short")]
# The longest that can stand before, and beside, a finding on page one.
BEFORE = [("known", "down"), ("active", "down"), ("frequency", "level"), ("unknown", "up")]


def words_of(text, language):
    """Words of English, characters of Chinese, of which digits and Latin letters are half."""
    if language == "en":
        return len(text.split())
    return sum(1 if east_asian_width(letter) in "WF" else 0.5 for letter in text.replace(" ", ""))


@pytest.mark.parametrize(("language", "most"), [("en", 65), ("zh", 110)])
def test_the_verdict_of_page_one_stays_short(language, most):
    longest = max(words_of(fill(*short, language), language) for short in SHORT)
    values = {
        "active": Value("a", 1234, "count", "customers"),
        "active_difference": Value("d", -123, "count", "customers"),
        "frequency": Value("f", 1.6, "ratio", "orders_per_customer"),
        "identified_change": Value("i", Decimal(-3810), "money", "GBP"),
        "previous": OTHERS["previous"],
        "unidentified": number("net"), "unidentified_change": number("net"),
    }  # fmt: skip

    before = " ".join(item.text(language) for item in lead(BEFORE, values).items)

    assert words_of(before, language) + longest <= most
