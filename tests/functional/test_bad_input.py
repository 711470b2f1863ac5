"""Deliveries that break their contract: every fault in one message, the old report untouched."""

import json
import shutil

import pytest

from functional.command import rapport, reports_of
from functional.shop import add_shop, draw_orders


def read_till(project):
    return (project / "data" / "raw" / "shop.csv").read_text(encoding="utf-8").splitlines()


def write_till(project, lines):
    path = project / "data" / "raw" / "shop.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def spoil(lines, number, column, text):
    cells = lines[number].split(",")
    cells[column] = text
    lines[number] = ",".join(cells)


def test_a_named_unit_without_its_file_ends_with_three(copied):
    (copied / "data" / "raw" / "shop.csv").unlink()

    done = rapport(copied, "run", "shop")

    assert done.code == 3
    assert "unit shop: shop.csv is absent" in done.said
    assert "data/raw" in done.said


def test_a_unit_that_was_not_named_is_skipped_with_a_line(copied):
    add_shop(copied, draw_orders(), name="other")
    (copied / "data" / "raw" / "other.csv").unlink()

    done = rapport(copied, "run", "--json")

    assert done.code == 0
    assert [report["unit"] for report in done.json["reports"]] == ["shop"]
    assert "unit other: other.csv is absent" in done.said
    assert "Skipped." in done.said


def test_a_unit_without_a_day_in_the_period_stops_no_other(copied):
    old = [row for row in draw_orders() if str(row[2]) < "2025-01"]
    add_shop(copied, old, name="closed")

    done = rapport(copied, "run", "shop", "closed", "--period", "2026-05", "--json")

    assert done.code == 2
    assert "unit closed: period 2026-05 holds none of its days" in done.said
    assert [report["unit"] for report in done.json["reports"]] == ["shop"]


@pytest.fixture(scope="module")
def refused(made, tmp_path_factory):
    """Deliver four faults of three kinds at once to a shop that has a report."""
    project = tmp_path_factory.mktemp("faults") / "project"
    shutil.copytree(made.project, project, symlinks=True)
    lines = read_till(project)
    spoil(lines, 3, 2, "31/02/2026")
    spoil(lines, 5, 2, "soon")
    spoil(lines, 9, 4, "12.00 EUR")
    spoil(lines, 14, 3, "gift")
    write_till(project, lines)
    before = reports_of(project, "shop")
    return project, before, rapport(project, "run", "shop")


def test_faults_of_a_delivery_end_with_three_and_no_traceback(refused):
    _, _, done = refused

    assert done.code == 3
    assert "Traceback" not in done.said
    assert 'File "' not in done.said


@pytest.mark.parametrize(
    ("column", "rows"),
    [("ordered_at", "rows 3, 5"), ("amount", "row 9"), ("kind", "row 14")],
)
def test_every_fault_is_told_with_table_column_and_rows(refused, column, rows):
    _, _, done = refused

    told = [line for line in done.said.splitlines() if f"orders.{column}" in line]
    assert any(rows in line and line.strip().endswith(".") for line in told), done.said


def test_no_customer_stands_in_the_message(refused):
    _, _, done = refused

    assert "k1" not in done.said.replace("k1:", "")


def test_the_report_before_is_untouched_and_the_failure_is_logged(refused):
    project, before, _ = refused

    log = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert reports_of(project, "shop") == before
    assert len(log) == 2
    assert '"event": "failed"' in log[1]
    assert '"ingestion": "DataError"' in log[1]


def test_data_check_tells_the_same_faults_without_a_run(refused):
    project, _, run = refused

    done = rapport(project, "data", "check", "shop")

    told = [line.strip() for line in done.said.splitlines() if line.startswith("  orders.")]
    assert done.code == 3
    assert len(told) == 3
    assert all(line in run.said for line in told)


def test_a_column_that_the_file_lacks_is_named(copied):
    lines = read_till(copied)
    lines[0] = lines[0].replace("amount", "total")
    write_till(copied, lines)

    done = rapport(copied, "run", "shop")

    assert done.code == 3
    assert "unit shop: the sources break their contract in 1 fault" in done.said
    assert "orders.amount (source till): the source has no column amount. Mend" in done.said


def test_the_faults_are_told_once(refused):
    _, _, done = refused

    assert done.said.count("break their contract") == 1


def test_a_sale_below_zero_without_a_rule_leaves_and_is_counted(copied):
    lines = read_till(copied)
    spoil(lines, 11, 4, "-5.00")
    write_till(copied, lines)

    done = rapport(copied, "run", "shop", "--format", "html", "--json")

    assert done.code == 0, done.said
    (report,) = done.json["reports"]
    path = copied / "reports" / "shop" / report["period"]
    values = json.loads((path / "values.json").read_text(encoding="utf-8"))
    counted = {value["id"]: value["value"] for value in values}
    assert counted["ingestion.rule.orders.sale_below_zero"] == 1
    assert "Sales below zero" in (path / "report.en.html").read_text(encoding="utf-8")


def test_data_check_says_where_rows_set_aside_stand_and_not_what_they_hold(refused, tmp_path):
    project, _, _ = refused
    copy = shutil.copytree(project, tmp_path / "project", symlinks=True)
    params = copy / "params" / "shop.yml"
    params.write_text(
        params.read_text(encoding="utf-8") + "quarantine: {rows: 20}\n", encoding="utf-8"
    )

    done = rapport(copy, "data", "check", "shop", "--quarantine", "aside.csv")

    assert done.code == 0, done.said
    assert "orders.ordered_at, unreadable, shop.csv: 2 rows: 3, 5" in done.out
    assert "orders.amount, unreadable, shop.csv: 1 row: 9" in done.out
    listed = (copy / "aside.csv").read_text(encoding="utf-8-sig")
    assert "orders,unreadable,amount,till,shop.csv,9" in listed
    for told in (done.out, listed):
        assert "soon" not in told and "12.00 EUR" not in told and "k1" not in told
