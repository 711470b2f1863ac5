"""All units of a period: totals within a currency, rankings, movements, alerts."""

import re

import pytest

from rapport.press.index import write_index
from unit.press.index.shelf import add_report, money, page, share


def rows_of(text, heading):
    part = text.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]
    cells = re.findall(r"<tr.*?</tr>", part, flags=re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", cell)).strip() for cell in cells]
    return plain[1:]


def test_amounts_are_added_within_a_currency_and_never_across(tmp_path):
    add_report(tmp_path, "a", "2026-05", title="A", cards=[{}], values=money("1000.30", "800"))
    add_report(tmp_path, "b", "2026-05", title="B", cards=[{}], values=money("2000.40", "2000"))
    add_report(tmp_path, "c", "2026-05", title="C", cards=[{}], values=money("77", unit="CNY"))

    write_index(tmp_path)

    text = page(tmp_path, "all.2026-05.en.html")
    rows = rows_of(text, "Net sales, GBP")
    assert [row.split()[:2] for row in rows[:2]] == [["B", "2,000"], ["A", "1,000"]]
    assert rows[2] == "Total, 2 units 3,001 +7.2% on the periods before"
    assert "Total" not in "".join(rows_of(text, "Net sales, CNY"))
    assert "3,078" not in text


def test_a_total_tells_no_change_if_a_unit_lacks_the_period_before_or_the_end_of_this_one(tmp_path):
    add_report(tmp_path, "a", "2026-05", cards=[{}], values=money("1000", "800"))
    add_report(tmp_path, "b", "2026-05", cards=[{}], values=money("2000"))
    add_report(tmp_path, "a", "2026-06", cards=[{}], values=money("1000", "800"))
    add_report(
        tmp_path, "b", "2026-06", cards=[{}], values=money("2000", "900"), bands=["incomplete"]
    )

    write_index(tmp_path)

    for period in ("2026-05", "2026-06"):
        rows = rows_of(page(tmp_path, f"all.{period}.en.html"), "Net sales, GBP")
        assert rows[-1] == "Total, 2 units 3,000"
    assert "Not final: Shop." in page(tmp_path, "all.2026-06.en.html")


@pytest.mark.parametrize("value", [None, "nan", "Infinity", "hidden"])
def test_what_is_withheld_is_no_part_of_a_total_and_stands_last(tmp_path, value):
    for unit, amount in (("a", value), ("b", "5"), ("c", "7000")):
        add_report(tmp_path, unit, "2026-05", title=unit, cards=[{"value": f"*{unit}"}],
                   values=money(amount))  # fmt: skip

    write_index(tmp_path)

    rows = rows_of(page(tmp_path, "all.2026-05.en.html"), "Net sales, GBP")
    assert [row.split()[:2] for row in rows] == [
        ["c", "7,000"], ["b", "5"], ["a", "*a"], ["Total,", "2"],
    ]  # fmt: skip


def test_estimates_shares_and_counts_have_no_total(tmp_path):
    cards = [{"id": f"summary.{name}", "name": name} for name in ("value", "churn", "active")]
    values = {
        **money(100, of="summary.value", kind="iterative"),
        **share(0.1, 0.05, 0.2),
        **money(40, of="summary.active", kind="count", unit="customers"),
    }
    for unit in ("a", "b"):
        add_report(tmp_path, unit, "2026-05", cards=cards, values=values)

    write_index(tmp_path)

    text = page(tmp_path, "all.2026-05.en.html")
    assert rows_of(text, "churn")
    assert "Total" not in text


def test_shares_are_ranked_with_their_intervals_on_one_axis(tmp_path):
    card = {"id": "summary.churn", "name": "Churn"}
    for unit, ends in (("a", (0.1, 0.0, 0.2)), ("b", (0.3, 0.2, 0.4))):
        add_report(tmp_path, unit, "2026-05", title=unit, cards=[card], values=share(*ends))

    write_index(tmp_path)

    text = page(tmp_path, "all.2026-05.en.html")
    assert [row[0] for row in rows_of(text, "Churn")] == ["b", "a"]
    assert "on one axis from 0% to 40%" in text.replace("0.0%", "0%")
    lines = re.findall(r'<line x1="([\d.]+)" x2="([\d.]+)"', text)
    assert lines == [("100.0", "194.0"), ("6.0", "100.0")]
    assert re.findall(r'cx="([\d.]+)"', text) == ["147.0", "53.0"]


def test_which_units_moved_is_told_by_name_whatever_their_currency(tmp_path):
    for unit, arrow, currency in (("a", "up", "GBP"), ("b", "down", "CNY"), ("c", "none", "GBP")):
        add_report(tmp_path, unit, "2026-05", title=f"Unit {unit}", cards=[{"arrow": arrow}],
                   values=money("10", unit=currency))  # fmt: skip

    write_index(tmp_path)

    (moved,) = rows_of(page(tmp_path, "all.2026-05.en.html"), "Which units moved")
    assert moved == "Net sales Unit a 5% on April Unit b 5% on April Unit c"
    assert "Net sales: up in 1 of 3 units, down in 1" in page(tmp_path, "all.2026-05.en.html")
    assert "3 个业务单元中，销售额上升 1 个，下降 1 个" in page(tmp_path, "all.2026-05.zh.html")


def test_alerts_of_all_units_stand_together(tmp_path):
    add_report(tmp_path, "a", "2026-05", title="A", alerts=["Net sales stood above the limit."])
    add_report(tmp_path, "b", "2026-05", title="B")

    write_index(tmp_path)

    text = page(tmp_path, "all.2026-05.en.html")
    assert "Net sales stood above the limit." in text
    assert "No unit raised an alert." not in text


def test_a_period_of_one_unit_has_no_page_and_a_page_that_is_stale_goes(tmp_path):
    add_report(tmp_path, "a", "2026-05")
    add_report(tmp_path, "b", "2026-05")
    write_index(tmp_path)
    assert 'href="all.2026-05.en.html"' in page(tmp_path)
    (tmp_path / "b" / "2026-05").unlink()

    write_index(tmp_path)

    assert list(tmp_path.glob("all.*")) == []
    assert "all.2026-05" not in page(tmp_path)


def test_only_pages_whose_reports_moved_are_drawn(tmp_path):
    for period in ("2026-04", "2026-05"):
        for unit in ("a", "b"):
            add_report(tmp_path, unit, period)
    assert write_index(tmp_path).n_together == 4
    changed = {"title": "Another shop", "alerts": ["Sales fell."]}
    add_report(tmp_path, "a", "2026-05", record="c" * 12, **changed)

    work = write_index(tmp_path)

    assert work.n_together == 2
    assert set(work.written) == {"index.html", "all.2026-05.en.html", "all.2026-05.zh.html"}
