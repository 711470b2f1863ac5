"""What one more report costs the index of a thousand: 200 units of five periods each.

Prints processor seconds of a first update, of one after a single report came, and of one after
nothing moved, each as a ratio to reading every record whole, which an index without memory does.
Records are as long as those of a sample unit: 100 kB, with page one as data beside them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rapport.press.index import write_index

N_UNITS = 200
PERIODS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
SPARK = "<svg xmlns='http://www.w3.org/2000/svg'>" + "<path d='M0 0L1 1'/>" * 45 + "</svg>"
NAMES = {
    "en": ("Net sales", "June sales rose 29% to £17.9k, mainly through more customers"),
    "zh": ("销售额（净，万英镑）", "6月销售额 1.79 万英镑，环比增长 28.6%，主要来自下单客户"),
}


def make_record(unit: str, period: str) -> dict[str, Any]:
    """Make a record and page one as data, of the usual length."""
    cards = range(6)
    ids = [f"summary.figure_{place}" for place in cards]
    value = {"kind": "money", "unit": "GBP", "n": None, "interval": None}
    pages = {
        language: {"cards": [
            {"id": id_, "name": name, "value": "£17.9k", "arrow": "up", "change": "28.6% on May",
             "small": "complete count", "sparkline": SPARK} for id_ in ids
        ]}
        for language, (name, _) in NAMES.items()
    }  # fmt: skip
    shown = {
        language: {"title": unit, "period": period, "as_of": period, "headline": headline}
        for language, (_, headline) in NAMES.items()
    }
    digests = {f"rapport/{place}.py": f"{place:064}" for place in range(1200)}
    names = [f"report.{language}.{form}" for language in NAMES for form in ("html", "pdf")]
    return {
        "manifest.json": {
            "subject": [{"name": name} for name in [*names, "page_one.json"]],
            "predicate": {"run": f"{hash((unit, period)) & 0xFFFFFFFFFFFF:012x}", "shown": shown,
                          "made": "2026-06-03T04:15:00+00:00", "code": digests},
        },
        "page_one.json": {"bands": [], "pages": pages,
                          "values": {id_: {"value": "17941.13", **value} for id_ in ids}},
    }  # fmt: skip


def add(reports: Path, unit: str, period: str) -> None:
    """Put one report in its place."""
    record = make_record(unit, period)
    run = record["manifest.json"]["predicate"]["run"]
    folder = reports / unit / "runs" / f"{period}-{run}"
    folder.mkdir(parents=True)
    for name, content in record.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (reports / unit / period).symlink_to(os.path.relpath(folder, reports / unit))


def spent(work: Callable[[], object]) -> float:
    """Give the processor seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder)
        for number in range(N_UNITS):
            for period in PERIODS:
                add(reports, f"unit-{number:03}", period)
        records = sorted(reports.glob("*/runs/*/manifest.json"))
        whole = spent(lambda: [json.loads(path.read_bytes()) for path in records])
        first = spent(lambda: write_index(reports))
        add(reports, "unit-007", "2026-06")
        one = spent(lambda: write_index(reports))
        add(reports, "unit-008", "2026-05-rerun")
        path = reports / "unit-008" / "2026-05-rerun"
        path.replace(reports / "unit-008" / "2026-05")
        again = spent(lambda: write_index(reports))
        none = spent(lambda: write_index(reports))
        size = (reports / "index.html").stat().st_size
    print(f"{len(records)} reports of {N_UNITS} units; page of {size / 1e6:.1f} MB")
    print(f"reading every record whole          {whole:6.2f} CPU s   1.0")
    for name, seconds in (("first update", first), ("one report more", one),
                          ("a report run again", again), ("nothing new", none)):  # fmt: skip
        print(f"{name:<36}{seconds:5.2f} CPU s {seconds / whole:5.1f}")


if __name__ == "__main__":
    sys.exit(main())
