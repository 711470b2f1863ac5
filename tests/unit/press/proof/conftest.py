"""Two signed reports of one unit, published once for the tests of this folder."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

import executed
import sealing
from rapport.press.proof.trust import spell_line
from rapport.press.publish import Chapter, Report, log_failure, publish
from rapport.press.render.frame import Frame

PERIODS = ("2026-04", "2026-05")
MONTHS = {"2026-04": "More in April.", "2026-05": "More in May.", "2026-06": "More in June."}


def make_report(period):
    cells = executed.notebook(
        executed.opening("Topic: what?", "主题：是什么？"),
        executed.code(executed.sentence("headline", MONTHS[period], "订单更多。")),
    )
    content = json.dumps(cells, ensure_ascii=False).encode("utf-8")
    chapter = Chapter("summary", 10, "key", content, (), {}, {"win_back": b"rank,customer_id\n"})
    frame = Frame(
        unit="shop",
        titles={"en": "Shop", "zh": "商店"},
        period=period,
        period_labels={"en": period, "zh": period},
        as_of_labels={"en": "all data", "zh": "全部数据"},
        languages=("en", "zh"),
        signer=sealing.NAME,
    )
    return Report(frame, date(2026, 5, 31), (chapter,), ("html",), {}, {"tables": {}})


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Publish a signed report of each period, one that failed between them."""
    reports = tmp_path_factory.mktemp("published")
    publish(make_report(PERIODS[0]), reports=reports, signer=sealing.signer())
    log_failure(reports, unit="shop", period=PERIODS[1], tasks={"churn": "DataError"})
    publish(make_report(PERIODS[1]), reports=reports, signer=sealing.signer())
    return reports


@pytest.fixture
def reports(published, tmp_path):
    return Path(shutil.copytree(published, tmp_path / "reports", symlinks=True))


@pytest.fixture
def trusted(tmp_path):
    path = tmp_path / "trust"
    path.write_text(spell_line(sealing.NAME, sealing.signer().key), encoding="utf-8")
    return path


@pytest.fixture
def publish_signed():
    """Publish the report of a period somewhere else."""

    def publish_it(period, reports, signer):
        return publish(make_report(period), reports=reports, signer=signer)

    return publish_it
