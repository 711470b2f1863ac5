import io
import json
from dataclasses import replace

import pytest

from rapport.cli.closing import lay_out, sum_up, tell_failures
from rapport.cli.progress import Progress
from rapport.press.run.tasks import Event, Kernel
from unit.cli.driver import make_failure, make_result, make_task


def event(kind, task, *, result=None, text="new", **facts):
    return Event(kind, task, 3, 9, text=text, result=result, **facts)


def said(*events, results=None, as_json=False):
    stream = io.StringIO()
    with Progress(stream, as_json=as_json) as progress:
        for each in events:
            progress(each)
        if results is not None:
            progress.close({result.task.id: result for result in results})
    return stream.getvalue().splitlines()


def read(*events, **more):
    return [json.loads(line) for line in said(*events, as_json=True, **more)]


CHURN, REPORT, CUSTOMERS = (make_task("shop", name) for name in ("churn", "report", "customers"))


def test_a_line_for_each_chapter_that_is_settled():
    done = make_result(CHURN, "executed")

    lines = said(
        event("started", CHURN),
        event("cell", CHURN, cell=1, n_cells=9),
        event("executed", CHURN, result=done, text="parameter min_n 10 -> 20"),
    )

    assert lines == ["[3/9] shop/2026-05/churn: executed (parameter min_n 10 -> 20), 2.0 s"]


def test_a_report_is_rendered_or_reused():
    made, known = (make_result(REPORT, status) for status in ("executed", "reused"))

    lines = said(event("executed", REPORT, result=made), event("reused", REPORT, result=known))

    assert lines == [
        "[3/9] shop/2026-05/report: rendered (new), 2.0 s",
        "[3/9] shop/2026-05/report: reused (new)",
    ]


def test_a_gate_is_passed_and_prints_nothing():
    gate = make_task("shop", "report")
    gate = replace(gate, id="shop/2026-05/gate")
    passed = make_result(gate, "executed")

    assert said(event("executed", gate, result=passed)) == [
        "[3/9] shop/2026-05/gate: passed (new), 2.0 s"
    ]
    assert sum_up([passed])[-1].rendered == 0


def test_tables_are_silent_unless_they_fail():
    made, failed = (make_result(CUSTOMERS, status) for status in ("executed", "failed"))

    lines = said(
        event("executed", CUSTOMERS, result=made), event("failed", CUSTOMERS, result=failed)
    )

    assert lines == ["[3/9] shop/2026-05/customers: failed"]


def test_a_cold_kernel_says_why_it_is_not_warm():
    kernel = Kernel("cold", note="the server has 2 threads")
    done = make_result(CHURN, "executed", kernel=kernel)

    (line,) = said(event("executed", CHURN, result=done))

    assert line.endswith("2.0 s, cold kernel: the server has 2 threads")


def test_a_bug_is_told_with_its_traceback_and_what_a_person_can_mend_without():
    bug = make_result(CHURN, "failed", error=make_failure("KeyError", "'x'"))
    fault = make_result(CHURN, "failed", error=make_failure("DataError", "orders: no row."))

    told, mended = tell_failures([bug]), tell_failures([fault])

    assert told[0] == "shop/2026-05/churn, cell 4 in \"What is churn?\": KeyError: 'x'"
    assert told[1:11] == [f"    line {number}" for number in range(10)]
    assert mended[0].endswith("DataError: orders: no row.")
    assert told[11:] == mended[1:]


def test_a_failure_says_what_is_left_and_how_to_go_on(tmp_path):
    error = make_failure("DataError", "orders: no row.")
    result = make_result(CHURN, "failed", error=error, log=tmp_path / "log.txt")

    assert tell_failures([result])[1:] == [
        "    as far as it came: data/store/failed/shop/2026-05-churn/partial.ipynb",
        f"    what it wrote: {tmp_path / 'log.txt'}",
        "    to go on: rapport run shop --period 2026-05 --chapter churn",
    ]


def test_warnings_are_told_at_the_end():
    result = make_result(CHURN, "reused", warnings=("a path in an output",))

    assert tell_failures([result]) == ["shop/2026-05/churn: a path in an output"]


def test_the_closing_table_has_a_row_for_each_unit_and_period():
    results = [
        make_result(make_task("shop", "ingestion", None), "reused"),
        make_result(make_task("mall", "ingestion", None), "executed"),
        make_result(CUSTOMERS, "executed", cpu_seconds=None, peak_bytes=None),
        make_result(CHURN, "failed", error=make_failure("KeyError", "'x'")),
        make_result(make_task("shop", "summary"), "stopped", seconds=0.0),
        make_result(make_task("mall", "churn"), "executed", peak_bytes=800 * 2**20),
        make_result(make_task("mall", "report"), "executed"),
    ]

    assert lay_out(results) == [
        "unit   period   executed  reused  failed  stopped  rendered  seconds  CPU s  peak MB",
        "shop   all             0       1       0        0         0      0.0    0.0        -",
        "shop   2026-05         0       0       1        1         0      4.0    1.5      300",
        "mall   all             1       0       0        0         0      2.0    1.5      300",
        "mall   2026-05         1       0       0        0         1      4.0    3.0      800",
        "total                  2       1       1        1         1     10.0    6.0      800",
    ]


def test_columns_that_are_seldom_needed_stand_there_only_then():
    assert lay_out([make_result(CHURN, "executed")])[0].split()[2:6] == [
        "executed", "reused", "failed", "seconds",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [30, 45, 60, 80])
def test_the_closing_table_fits_its_width(width):
    results = [make_result(make_task("a-unit-of-a-long-name"[: width // 3], "churn"), "stopped")]

    lines = lay_out(results, width)

    assert max(map(len, lines)) <= width
    assert lines[0].startswith("unit")


def test_costs_of_another_run_are_not_counted():
    total = sum_up([make_result(CHURN, "reused")])[-1]

    assert (total.seconds, total.cpu_seconds, total.peak_bytes) == (0, 0, None)


def test_a_system_that_counts_no_processor_time_gives_none():
    total = sum_up([make_result(CHURN, "executed", cpu_seconds=None)])[-1]

    assert total.cpu_seconds is None


def test_a_program_gets_an_object_for_every_event():
    kernel = Kernel("cold", note="no fork here", exit_status=0)
    done = make_result(CHURN, "executed", kernel=kernel)

    started, cell, executed = read(
        event("started", CHURN),
        event("cell", CHURN, cell=1, n_cells=9),
        event("executed", CHURN, result=done),
    )

    place = {
        "unit": "shop", "period": "2026-05", "task": "shop/2026-05/churn", "chapter": "churn",
        "n_settled": 3, "n_tasks": 9,
    }  # fmt: skip
    assert started == {"kind": "started", **place, "reason": "new"}
    assert cell == {"kind": "cell", **place, "cell": 1, "n_cells": 9}
    assert executed == {
        "kind": "executed", **place, "reason": "new", "key": "0f" * 32,
        "seconds": 2.0, "cpu_seconds": 1.5, "peak_bytes": 300 * 2**20,
        "kernel": {
            "start": "cold", "note": "no fork here", "exit_status": 0,
            "cpu_seconds": None, "peak_bytes": None,
        },
    }  # fmt: skip


def test_a_program_gets_reports_and_tables_by_kind():
    rendered, table = read(
        event("executed", REPORT, result=make_result(REPORT, "executed")),
        event("executed", CUSTOMERS, result=make_result(CUSTOMERS, "executed")),
    )

    assert (rendered["kind"], rendered["report"]) == ("rendered", "report")
    assert (table["kind"], table["table"]) == ("executed", "customers")


def test_a_program_gets_the_class_of_an_error_and_its_exit_code(tmp_path):
    error = make_failure("DataError", "orders: 3 of 9 lack a day.\nMend them.")
    result = make_result(CHURN, "failed", error=error, log=tmp_path / "log.txt")

    (failed,) = read(event("failed", CHURN, result=result, text=error.message))

    assert failed["error"] == {
        "class": "DataError",
        "message": "orders: 3 of 9 lack a day.\nMend them.",
        "exit_code": 3,
        "cell": 4,
        "section": "What is churn?",
        "partial": "data/store/failed/shop/2026-05-churn/partial.ipynb",
        "command": "rapport run shop --period 2026-05 --chapter churn",
    }
    assert failed["log"] == str(tmp_path / "log.txt")
    assert "reason" not in failed


def test_a_program_is_told_no_costs_of_what_was_reused():
    (reused,) = read(event("reused", CHURN, result=make_result(CHURN, "reused")))

    assert reused["kind"] == "reused"
    assert not {"seconds", "cpu_seconds", "peak_bytes", "kernel"} & set(reused)


def test_the_last_object_sums_up():
    results = [make_result(CHURN, "executed", warnings=("a path in an output",))]

    warning, closed = read(results=results)

    assert (warning["kind"], warning["message"]) == ("warning", "a path in an output")
    assert closed["kind"] == "closed"
    assert (closed["executed"], closed["seconds"]) == (1, 2.0)
    assert [(row["unit"], row["period"]) for row in closed["rows"]] == [("shop", "2026-05")]
