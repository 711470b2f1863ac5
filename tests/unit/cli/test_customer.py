"""One customer's sheet: what it tells, and what it does not."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from rapport.cli.customer import _find_newest, _make_sheet, _plain, _write
from rapport.cli.persons import Held
from rapport.errors import DataError
from rapport.params.tags import Tag

WORDS = {"en": "Regular", "zh": "常购客户"}
UNIT = SimpleNamespace(
    title=SimpleNamespace(en="Shop", zh="商店"), currency="GBP", language="en",
    privacy=SimpleNamespace(consent_default={"profiling": "given", "phone": "withdrawn"}),
    tags={"regular": Tag(when="true", name=WORDS, description=WORDS, owner=WORDS)},
)  # fmt: skip
DAY = date(2026, 6, 30)


def order(key, day, amount="5", kind="sale", status=None):
    return {"order_key": key, "ordered_on": date(2026, 6, day), "amount": Decimal(amount),
            "kind": kind, "status": status}  # fmt: skip


def rows(**more):
    measures = {
        "age_band": "25-34", "region": "GB-LND", "first_ordered_on": date(2026, 1, 2),
        "n_orders": 3, "total_spend": Decimal("120.50"), "loyalty_tier": None,
    }  # fmt: skip
    return {
        "customer_measures": [measures],
        "customer_habits": [{"median_gap_days": Decimal("12.5"), "main_channel": "web"}],
        "segments": [{"segment": "high_value"}],
        "churn_scores": [{"risk": 0.25}],
        "customer_tags": [{"tag": "regular", "since": date(2026, 5, 31)}],
        "orders": [order(1, 1), order(2, 9, "-5", "return")],
        **more,
    }


def said(language="en", **more):
    sheet = _make_sheet(rows(**more), UNIT)
    return "\n".join(_write(sheet, UNIT, DAY, language)).replace("\xa0", " ")


def withdrawn(state="withdrawn"):
    return [{"purpose": "profiling", "state": state, "changed_at": pd.Timestamp("2026-03-01")}]


def test_the_sheet_tells_what_reports_know_in_the_readers_language():
    text = said()

    for line in ("Age band: 25 to 34", "Region: London", "Orders: 3", "Days between orders: 12.5",
                 "Segment: High value", "Churn risk: 25.0%", "Regular: 31 May 2026"):  # fmt: skip
        assert f"  {line}\n" in text
    chinese = said("zh")
    assert chinese.startswith("客户单页 · 商店 · 2026年6月30日")
    assert "  常购客户：2026年5月31日\n" in chinese
    assert "  客群：高价值客户\n" in chinese


def test_what_is_not_known_has_no_line():
    assert "Loyalty tier" not in said()
    assert "Contact" not in said()


def test_who_did_not_agree_to_profiling_is_not_profiled():
    text = said(consents=withdrawn())

    assert "Segment" not in text
    assert "Regular" not in text
    assert "Churn risk" not in text
    assert "did not agree to profiling" in text
    assert "  Orders: 3\n" in text


def test_the_last_word_on_profiling_counts():
    again = [*withdrawn(), {**withdrawn("given")[0], "changed_at": pd.Timestamp("2026-04-01")}]

    assert "Segment: High value" in said(consents=again)


def test_the_newest_orders_stand_first_and_cancelled_ones_nowhere():
    orders = [order(key, key) for key in range(1, 9)] + [order(9, 20, status="cancelled")]

    lines = said(orders=orders).split("Last orders and returns\n")[1].splitlines()

    assert lines[0] == "  2026-06-08 order: £5.00"
    assert len(lines) == 5


def test_what_a_source_wrote_cannot_steer_the_terminal():
    text = said(customer_habits=[{"top_category": "\x1b[2Jcups\u202e"}])

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "cups" in text


def test_a_word_that_we_do_not_know_is_printed_as_it_is():
    assert "Main channel: kiosk" in said(customer_habits=[{"main_channel": "kiosk"}])


def test_a_tag_that_is_no_longer_declared_is_shown_by_its_key():
    gone = [{"tag": "gone", "since": date(2026, 5, 31)}]

    assert "  gone: 31 May 2026" in said(customer_tags=gone)


def test_values_are_given_plainly():
    plain = _plain(_make_sheet(rows(), UNIT))

    assert {"name": "Spend", "value": Decimal("120.50")} in plain["buying"]
    assert plain["tags"] == [{"name": "Regular", "value": date(2026, 5, 31)}]


def test_the_newest_report_is_taken():
    names = ("2026-05/customer_measures", "2026-W20/customer_measures", "2026-06/periods")

    assert _find_newest(Held(dict.fromkeys(names), None), "shop") == "2026-05"


def test_a_unit_without_a_report_says_what_to_run():
    with pytest.raises(DataError, match=r"customers was made yet\. Run `rapport run shop`"):
        _find_newest(Held({"orders": None}, None), "shop")
