"""A project with one published report, made once and copied for every test."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import executed
from rapport.deliver.unit import Job
from rapport.params.delivery import Delivery
from rapport.press.publish import Chapter, Report, publish
from rapport.press.render.frame import Frame
from shared import make_once

TITLE = "Ann's shop\r\nBcc: someone@example.com"


def write_report(
    reports, *, said="Sales rose", title="Shop", period="2026-05", forms=("html", "pdf"), **frame
):
    """Publish a small report of the unit `shop`, HTML and PDF in both languages."""
    cells = executed.notebook(
        executed.opening("Topic: what?", "主题：是什么？"),
        executed.code(
            executed.sentence("headline", said, "销售额上升"),
            executed.sentence("lead", "More customers bought.", "下单客户更多。"),
        ),
    )
    content = json.dumps(cells, ensure_ascii=False).encode("utf-8")
    made = Frame(
        unit="shop", titles={"en": title, "zh": "商店"}, period=period,
        period_labels={"en": "May 2026", "zh": "2026年5月"},
        as_of_labels={"en": "data to 31 May 2026", "zh": "数据截至2026年5月31日"},
        languages=("en", "zh"),
    )  # fmt: skip
    made = replace(made, **frame)
    chapter = Chapter("summary", 10, "key", content, (), {})
    whole = Report(made, date(2026, 5, 31), (chapter,), forms, {}, {"tables": {}})
    return publish(whole, reports=reports)


def _make(folder: Path) -> None:
    write_report(folder / "reports")


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    return make_once(tmp_path_factory, "a-report-to-deliver", _make)


@pytest.fixture
def root(published, tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(published, copy, symlinks=True)
    return copy


READER, OTHER, KEEPER = "reader@example.com", "other@example.org", "keeper@example.com"


@pytest.fixture
def job(root):
    """Give a delivery to two readers and one maintainer, without pauses."""

    def make(**changed):
        plain = {
            "sender": "reports@example.com",
            "readers": [{"mail": READER, "language": "en"}, {"mail": OTHER, "language": "zh"}],
            "maintainers": [{"mail": KEEPER}],
        }
        more = {name: changed.pop(name) for name in list(changed) if name in Job.__annotations__}
        delivery = Delivery.model_validate(plain | changed)
        return Job(root, "shop", "en", delivery, None, pauses=(0.0, 0.0), **more)

    return make


def environ(server, **more):
    """Name a mail server of the tests as the environment does."""
    found = {"RAPPORT_SMTP_HOST": "127.0.0.1", "RAPPORT_SMTP_PORT": str(server.port),
             "RAPPORT_SMTP_SECURITY": server.tls or "none"}  # fmt: skip
    return found | more
