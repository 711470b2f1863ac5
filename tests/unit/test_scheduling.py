"""What the page for schedulers promises is what the command gives."""

import ast
import json
import re
from dataclasses import fields

import pytest
import yaml

from functional.shop import ROOT
from rapport.cli.closing import Row, describe_failure
from rapport.cli.main import INTERRUPTED, TERMINATED
from rapport.cli.parsers import build_parser
from rapport.cli.progress import describe_event
from rapport.errors import ChapterError, DataError, DisclosureError, ParameterError
from rapport.params.delivery import load_delivery
from rapport.params.model import Limits
from rapport.press.run.tasks import Event, Kernel
from unit.cli.driver import make_failure, make_result, make_task

PAGE = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)


def told():
    table = PAGE.partition("| field |")[2].partition("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`(\w+)`", row[1] + row[3])}


def test_every_field_of_an_event_is_told(tmp_path):
    error = make_failure("DataError", "orders: no row.")
    kernel = Kernel("cold")
    events = [
        Event("cell", make_task("shop", "churn"), 1, 9, cell=1, n_cells=9),
        *(
            Event(
                "executed", make_task("shop", name), 1, 9,
                result=make_result(make_task("shop", name), "executed", kernel=kernel),
            )
            for name in ("churn", "report", "customers")
        ),
        Event(
            "failed", make_task("shop", "churn"), 1, 9,
            result=make_result(
                make_task("shop", "churn"), "failed", error=error, log=tmp_path / "log"
            ),
        ),
    ]  # fmt: skip

    given = set().union(*(describe_event(event) for event in events)) - {"kind"}

    assert given | set(describe_failure(error)) | {f.name for f in fields(Kernel)} <= told()
    assert {f.name for f in fields(Row)} <= told()


def test_every_exit_code_of_a_run_is_told():
    table = PAGE.partition("| code |")[2].partition("\n\n")[0]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)}

    errors = (ChapterError, ParameterError, DataError, DisclosureError)
    assert codes == {0, *(error.exit_code for error in errors), INTERRUPTED, TERMINATED}


def test_limits_are_those_that_a_unit_may_set():
    (example,) = [block for block in blocks("yaml") if block.startswith("limits")]

    assert set(yaml.safe_load(example)["limits"]) == set(Limits.model_fields)


@pytest.mark.parametrize("line", sorted(set(re.findall(r"rapport run [^`\n\"|>]*", PAGE))))
def test_every_command_is_one(line):
    words = re.sub(r"\{\{.*?\}\}", "2026-06", line).split()

    assert build_parser().parse_args(words[1:]).command == ("run", "run")


@pytest.mark.parametrize("line", sorted(set(re.findall(r"rapport deliver [^`\n\"|>]*", PAGE))))
def test_every_delivery_is_one(line):
    words = re.sub(r"\{\{.*?\}\}", "2026-06", line).split()

    assert build_parser().parse_args(words[1:]).command == ("deliver", "deliver")


def test_the_example_of_a_delivery_is_one(tmp_path):
    (example,) = [block for block in blocks("yaml") if block.startswith("sender")]
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "shop.delivery.yml").write_text(example, encoding="utf-8")

    assert len(load_delivery(tmp_path, "shop").readers) == 4


def test_every_variable_of_a_delivery_is_told():
    source = (ROOT / "lib" / "rapport" / "deliver" / "settings.py").read_text(encoding="utf-8")
    known = set(re.findall(r"RAPPORT_SMTP_[A-Z]+", source)) | {
        f"RAPPORT_SMTP_{name}" for name in ("USER", "PASSWORD")
    }

    assert known == set(re.findall(r"RAPPORT_SMTP_[A-Z]+", PAGE))


def test_what_is_to_be_copied_can_be_read():
    for block in blocks("python"):
        ast.parse(block)
    for block in blocks("json"):
        json.loads(block)
    (job,) = [yaml.safe_load(block) for block in blocks("yaml") if "kind: CronJob" in block]
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert build_parser().parse_args(container["command"][1:]).units == ["shop"]
