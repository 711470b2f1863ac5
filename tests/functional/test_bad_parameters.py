"""Wrong parameters, wherever they stand: exit code 2, what is meant, and nothing is started."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from functional.command import rapport, tree_of

FAULTS = {
    "misspelt": ("rfm_dayz", "90", "rfm_dayz is no parameter. Did you mean rfm_days?"),
    "of a wrong type": ("churn_after_days", "soon", "churn_after_days"),
    "out of range": ("rfm_days", "5", "rfm_days"),
}


@pytest.fixture
def temporary():
    with tempfile.TemporaryDirectory(prefix="p") as folder:
        yield Path(folder)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", ["-p", "-f", "the unit's file"])
def test_a_wrong_parameter_starts_neither_worker_nor_kernel(copied, temporary, way, fault):
    name, value, says = FAULTS[fault]
    words, place = write_parameter(copied, way, name, value)
    before = tree_of(copied)
    untouched = temporary.stat().st_mtime_ns

    done = rapport(copied, "run", "shop", "--json", *words, env={"TMPDIR": str(temporary)})

    (event,) = [json.loads(line) for line in done.said.splitlines()]
    assert (done.code, event["kind"], event["exit_code"]) == (2, "error", 2)
    assert says in event["message"]
    assert place in event["message"]
    assert done.out == ""
    # Workers and kernels have sockets, for which a run makes a folder.
    assert temporary.stat().st_mtime_ns == untouched
    assert tree_of(copied) == before


def write_parameter(project, way, name, value):
    """Set a parameter as people do; give the words to type, and the place to be named."""
    if way == "-p":
        return ("-p", name, value), "-p"
    path = project / ("more.yml" if way == "-f" else "params/shop.yml")
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(f"{text}{name}: {value}\n", encoding="utf-8", newline="\n")
    place = f"{path.name} line {len(text.splitlines()) + 1}"
    return (("-f", path.name) if way == "-f" else ()), place
