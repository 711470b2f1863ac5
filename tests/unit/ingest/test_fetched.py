"""Functions of the project that fetch: run once for each delivery, kept, read ever after."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from decimal import Decimal

import pytest

from rapport.errors import DataError, ParameterError
from rapport.ingest import find_sources
from rapport.ingest.fetched import fetch_sources, list_unneeded
from rapport.press.run.store import Store

TILL = """
from pathlib import Path

import pyarrow as pa


def orders(shop, delivery=None):
    calls = Path(__file__).with_name("calls.txt")
    calls.write_text((calls.read_text() if calls.is_file() else "") + f"{shop} {delivery}\\n")
    for number in range(3):
        yield pa.record_batch({
            "order": [f"{number}a", f"{number}b"], "customer": ["ann", "bob"],
            "day": ["2024-03-01", "2024-03-02"], "product": ["cup", "pot"],
            "quantity": [1, 2], "amount": [2.5, 5.0],
        })


def failing():
    yield pa.record_batch({"order": ["1"]})
    raise OSError("the key 4711 of ann is wrong")


def nothing():
    return iter(())


def words():
    yield {"order": 1}


def uneven():
    yield pa.record_batch({"order": ["1"]})
    yield pa.record_batch({"other": ["1"]})
"""


@pytest.fixture
def api(shop):
    folder = shop.root / "sources"
    folder.mkdir()
    (folder / "till.py").write_text(TILL, encoding="utf-8")
    shop.unit["sources"]["log"] = {
        "format": "python", "function": "till:orders", "arguments": {"shop": "north"},
        "delivery": "2024-03",
    }  # fmt: skip
    return shop


def calls(shop):
    path = shop.root / "sources" / "calls.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def fetch(shop):
    return fetch_sources(shop.params(), shop.root, store_of(shop).lease_folder)


def store_of(shop):
    return Store(shop.root / "data" / "store")


def kept(shop):
    files = (path for path in (shop.root / "data" / "store").rglob("*") if path.is_file())
    return sorted(path for path in files)


def test_what_a_function_yields_is_read_as_a_source(api):
    fetch(api)

    delivery = api.ingest()

    assert delivery.facts["net"] == Decimal("22.5000")
    assert delivery.sources["n_rows"].tolist() == [6]


def test_a_delivery_is_fetched_once(api):
    assert fetch(api) == ["log"]
    before = find_sources(api.params(), api.root, env={})

    assert fetch(api) == []

    assert calls(api) == ["north 2024-03"]
    assert find_sources(api.params(), api.root, env={}) == before


def test_another_word_of_delivery_fetches_anew_and_keeps_the_older(api):
    fetch(api)
    api.unit["sources"]["log"]["delivery"] = "2024-04"

    fetch(api)

    assert calls(api) == ["north 2024-03", "north 2024-04"]
    assert len(kept(api)) == 2


def test_other_arguments_fetch_anew(api):
    fetch(api)
    api.unit["sources"]["log"]["arguments"] = {"shop": "south"}

    fetch(api)

    assert calls(api) == ["north 2024-03", "south 2024-03"]


def test_what_was_not_fetched_is_missing_and_looking_for_it_fetches_nothing(api):
    assert find_sources(api.params(), api.root, env={}).missing == ("log",)
    assert calls(api) == []


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("failing", r"till:failing failed with OSError in line 20 of sources/till.py"),
        ("nothing", "yields nothing"),
        ("words", "yields dict. Yield pyarrow.RecordBatch"),
        ("uneven", "batches that differ"),
    ],
)
def test_a_function_that_fails_leaves_nothing_and_tells_no_secret(api, function, said):
    api.unit["sources"]["log"] = {"format": "python", "function": f"till:{function}"}

    with pytest.raises(DataError, match=said) as refused:
        fetch(api)

    assert "4711" not in str(refused.value)
    assert kept(api) == []


def test_more_than_the_limits_allow_is_refused(api):
    api.unit["sources"]["log"]["limits"] = {"rows": 5}

    with pytest.raises(DataError, match="yields more than its limits allow"):
        fetch(api)

    assert kept(api) == []


def test_a_module_that_fails_to_load_is_named_with_its_line(api):
    (api.root / "sources" / "till.py").write_text("x = 1\ny = 1 / 0\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"failed with ZeroDivisionError in line 2 of sources/till"):
        fetch(api)


@pytest.mark.parametrize(
    ("function", "said"),
    [("shop:orders", "sources/shop.py is absent"), ("till:sales", "has no function sales")],
)
def test_a_function_that_is_not_there_is_a_fault_of_the_unit(api, function, said):
    api.unit["sources"]["log"] |= {"function": function}

    with pytest.raises(ParameterError, match=said):
        fetch(api)


@pytest.mark.parametrize("function", ["../till:orders", "os.path:join", "till", "till:a b"])
def test_a_function_is_a_module_of_the_project_and_a_name(api, function):
    api.unit["sources"]["log"] |= {"function": function}

    with pytest.raises(ValueError, match="function"):
        api.params()


ENDLESS = """
import os, signal

import pyarrow as pa


def orders():
    yield pa.record_batch({"order": ["1"]})
    os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED = """
import sys
from pathlib import Path

from rapport.ingest.fetched import fetch_sources
from rapport.params import load_unit
from rapport.press.run.store import Store

root = Path(sys.argv[1])
fetch_sources(load_unit(root, "shop"), root, Store(root / "data" / "store").lease_folder)
"""


@pytest.mark.skipif(os.name != "posix", reason="processes are killed otherwise on Windows")
def test_what_a_killed_fetch_left_is_not_read_and_the_next_run_sweeps_it(api):
    (api.root / "sources" / "till.py").write_text(ENDLESS, encoding="utf-8")
    api.unit["sources"]["log"] = {"format": "python", "function": "till:orders"}
    params = api.params()
    folder = api.root / "params"
    folder.mkdir(exist_ok=True)
    (folder / "_defaults.yml").write_text("{}\n", encoding="utf-8")
    (folder / "shop.yml").write_text(json.dumps(api.unit), encoding="utf-8")

    done = subprocess.run([sys.executable, "-c", KILLED, str(api.root)], check=False)

    assert done.returncode == -signal.SIGKILL
    assert find_sources(params, api.root, env={}).missing == ("log",)
    assert len(kept(api)) > 0
    assert store_of(api).sweep() == 1
    assert kept(api) == []


def test_old_deliveries_go_but_for_those_that_a_unit_or_a_report_names(api):
    paths = {}
    for at, word in enumerate(["one", "two", "three", "four"]):
        api.unit["sources"]["log"]["delivery"] = word
        fetch(api)
        (paths[word],) = set(kept(api)) - set(paths.values())
        paths[word].write_bytes(word.encode())
        os.utime(paths[word], (1e9 + at, 1e9 + at))
    api.unit["sources"]["log"]["delivery"] = "one"
    reported = hashlib.sha256(paths["two"].read_bytes()).hexdigest()
    part = paths["one"].with_name(f".{paths['one'].name}.99.part")
    part.write_bytes(b"")

    def unneeded(*named, keep=1):
        return list_unneeded(api.root, [api.params()], named, keep=keep)

    assert unneeded() == [paths["two"], paths["three"], part]
    assert unneeded(reported) == [paths["three"], part]
    assert unneeded(keep=2) == [paths["two"], part]
    assert unneeded(keep=9) == [part]
