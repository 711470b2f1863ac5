"""An auditor with a report, a trust file and a clone of the project computes every number again.

The clone holds chapters, parameters, lock and sources, and nothing that the run left. The cases of
the audit's list that begin with a sealed report: 1 to 3, 11 and 13 to 17; what needs no kernel is
tried in this process.
"""

import base64
import json
import os
import shutil
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from functional.command import rapport
from rapport.cli import main
from rapport.cli.rerun.statement import write_statement
from rapport.press.proof.ed25519 import verify
from rapport.press.proof.envelope import PAYLOAD_TYPE, encode_signed
from rapport.press.proof.rerun.code import digest_cells
from rapport.press.proof.rerun.environment import check_at_hand
from rapport.press.proof.trust import parse_trust, public_bytes
from rapport.tables import write_table

IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
REPORT = "report.zh.pdf"
# What must move no number: where it is done, by whose settings, on how many threads.
ELSEWHERE = {
    "TZ": "Pacific/Auckland", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "4711",
    "OMP_NUM_THREADS": "8",
}  # fmt: skip
GONE = "k3\nk7\n"


@pytest.fixture
def clone(signed, tmp_path):
    """Give what an auditor has: a clone with sources and key, beside it one file and a trust."""
    project, folder = signed / "project", tmp_path / "审计 clone"
    for name in ("params", "notebooks", "data/raw"):
        shutil.copytree(project / name, folder / name)
    for name in ("requirements.lock", "pseudonym.key"):
        shutil.copy(project / name, folder)
    shutil.copy(project / "reports" / "shop" / "2026-05" / REPORT, tmp_path)
    shutil.copy(signed / "keys" / "sign.allowed", tmp_path / "trust")
    return folder


@pytest.fixture
def whole(signed, tmp_path):
    """Give a copy of the project with its store and reports."""
    shutil.copy(signed / "keys" / "sign.allowed", tmp_path / "trust")
    return Path(shutil.copytree(signed / "project", tmp_path / "whole", symlinks=True))


@pytest.fixture
def ask(monkeypatch):
    """Give what asks for a rerun in a folder, in this process, and gives the verdict."""

    def verify_again(folder, *words, report=None, trust="trust"):
        monkeypatch.chdir(folder)
        monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", str(folder / "pseudonym.key"))
        file = report or folder.parent / REPORT
        flags = ["--trust", str(folder.parent / trust)] if trust else []
        out = StringIO()
        with redirect_stdout(out):
            code = main(["verify", str(file), "--rerun", "--json", *flags, *words])
        told = json.loads(out.getvalue())
        assert (told["exit_code"], told["rerun"]["exit_code"]) == (code, code)
        return told["rerun"]

    return verify_again


def change_one_amount(path):
    """Change the amount of one order by a cent, and leave all else."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "2026-05-" in line and ",sale," in line)
    words, _, amount = lines[at].rstrip("\n").rpartition(",")
    lines[at] = f"{words},{float(amount) + 0.01:.2f}\n"
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def test_a_clone_and_one_file_give_every_byte_again(clone, ask, monkeypatch):
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    statement = clone.parent / "statement.json"

    verdict = ask(clone, "--statement", str(statement))

    assert verdict["grade"] == "A", verdict
    assert all(verdict["bodies"].values())
    assert set(verdict["counts"]) == {"A"}
    assert verdict["ingestion"]["grade"] == "A"
    told = json.loads(statement.read_text(encoding="utf-8"))
    assert told["signatures"] == []


def test_a_cent_more_in_one_order_is_named_with_what_it_moved(clone, ask):
    change_one_amount(clone / "data" / "raw" / "shop.csv")

    verdict = ask(clone)

    assert (verdict["grade"], verdict["exit_code"]) == ("D", 5)
    assert verdict["ingestion"]["sources"] == ["till"]
    assert ("input", "orders") in {(c["part"], c["name"]) for c in verdict["causes"]}
    moved = {value["id"]: value for value in verdict["values"]}
    net = moved["summary.net"]
    assert (net["grade"], round(net["absolute"], 6), net["limit"]) == ("D", 0.01, None)
    assert float(net["new"]) - float(net["old"]) == pytest.approx(0.01)
    assert net["cause"] == "data in data_quality, data in orders"
    others = {value["id"] for value in verdict["values"] if value["chapter"] != "summary"}
    assert others == {"churn.spend.each"}


def test_erased_customers_are_told_from_numbers_that_are_wrong(whole, signed, ask):
    (whole / "gone.txt").write_text(GONE, encoding="utf-8")
    key = {"RAPPORT_SIGNING_KEY": str(signed / "keys" / "sign")}
    report = whole / "reports" / "shop" / "2026-05" / REPORT
    assert rapport(whole, "erase", "shop", "--customers", "gone.txt", env=key).code == 0

    verdict = ask(whole, report=report)

    assert (verdict["grade"], verdict["why"], verdict["exit_code"]) == ("U", "erased", 6)
    orders = next(each for each in verdict["inputs"] if each["table"] == "orders")
    assert orders["state"] == "erased"
    assert orders["rows_found"] < orders["rows_sealed"]
    assert orders["signers"] == ["集团 Analytics"]
    assert {row["kind"] for row in verdict["rows"]} == {"all", "customers"}
    drift = {value["id"]: value for value in verdict["values"]}
    assert drift["summary.active"]["grade"] == "U"
    assert drift["summary.active"]["new"] < drift["summary.active"]["old"]


def test_data_that_are_gone_without_a_word_are_named_louder(whole, monkeypatch, capsys):
    manifest = json.loads((whole / "reports/shop/2026-05/manifest.json").read_bytes())
    shutil.rmtree(whole / "data" / "raw")
    for table in manifest["predicate"]["canonical"]:
        digest = manifest["predicate"]["tables"][table]["sha256"]
        (whole / "data" / "store" / "objects" / digest[:2] / digest).unlink()
    monkeypatch.chdir(whole)
    report, trust = f"reports/shop/2026-05/{REPORT}", str(whole.parent / "trust")

    assert main(["verify", report, "--rerun", "--trust", trust]) == 6

    said = capsys.readouterr().out
    assert "Rerun: grade U, missing. DATA ARE MISSING AND NO ERASURE" in said
    assert "orders: missing" in said


def test_nothing_is_run_without_a_signature_that_is_trusted(clone, signed, made, ask):
    no_trust = ask(clone, trust=None)
    stranger = ask(clone, trust=signed / "keys" / "other.allowed")
    unsigned = ask(clone, report=made.report / REPORT)

    verdicts = [no_trust, stranger, unsigned]
    assert [verdict["grade"] for verdict in verdicts] == ["U", "X", "U"]
    assert [verdict["exit_code"] for verdict in verdicts] == [6, 7, 6]
    assert [verdict["executed"] for verdict in verdicts] == [False] * 3


def test_nothing_is_run_of_a_report_that_was_changed(clone, ask):
    file = clone.parent / REPORT
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    verdict = ask(clone)

    assert (verdict["grade"], verdict["executed"]) == ("X", False)


def test_nothing_is_run_of_a_notebook_that_is_not_the_records(clone, ask):
    path = clone / "notebooks" / "06_churn.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(c for c in notebook["cells"] if "setup" in c["metadata"].get("tags", ()))
    cell["source"] = [*cell["source"], "\nimport os; os.system('touch /tmp/never')"]
    path.write_text(json.dumps(notebook), encoding="utf-8")

    verdict = ask(clone)

    assert (verdict["grade"], verdict["exit_code"], verdict["executed"]) == ("U", 6, False)
    assert "notebook of churn" in verdict["why"]


def test_prose_and_comments_of_a_notebook_are_no_code(clone):
    path = clone / "notebooks" / "06_churn.ipynb"
    before = digest_cells(path)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = ["Other words."]
    path.write_text(json.dumps(notebook), encoding="utf-8")

    assert digest_cells(path) == before


def test_another_lock_is_named_and_current_is_offered(clone, ask):
    with (clone / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# another day\n")

    verdict = ask(clone)

    assert (verdict["grade"], verdict["exit_code"], verdict["executed"]) == ("U", 6, False)
    assert "requirements.lock" in verdict["why"]
    assert "--env current" in verdict["why"]


def test_a_statement_is_signed_by_whoever_verified(signed, tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_SIGNING_KEY", str(signed / "keys" / "other"))
    report = {"subject": [{"name": REPORT, "digest": {"sha256": "0" * 64}}], "predicate": {}}
    path = tmp_path / "statement.json"

    told = write_statement(path, report, {"grade": "A"})

    envelope = json.loads(path.read_text(encoding="utf-8"))
    payload = base64.b64decode(envelope["payload"])
    (signature,) = envelope["signatures"]
    trusted = parse_trust((signed / "keys" / "other.allowed").read_text(encoding="utf-8"))
    assert told["signer"] == "Mallory"
    assert signature["keyid"] == trusted.keys[0].key
    public = public_bytes(signature["keyid"])
    spelled = base64.b64decode(signature["sig"])
    assert verify(public, spelled, encode_signed(PAYLOAD_TYPE, payload))
    assert json.loads(payload)["predicate"]["verdict"] == {"grade": "A"}


@pytest.mark.skipif(not IS_THOROUGH, reason="makes an environment of the lock; `nox -s thorough`")
def test_an_environment_made_of_the_lock_gives_every_byte_again(clone, ask, monkeypatch, tmp_path):
    # Another pandas stands before the locked one, so the environment at hand is not the lock's.
    front = tmp_path / "front" / "pandas-9.9.dist-info"
    front.mkdir(parents=True)
    (front / "METADATA").write_text("Metadata-Version: 2.1\nName: pandas\nVersion: 9.9\n")
    monkeypatch.syspath_prepend(str(front.parent))
    check_at_hand.cache_clear()

    verdict = ask(clone)

    check_at_hand.cache_clear()
    assert verdict["environment"]["at_hand"][0].startswith("pandas 9.9: the lock has")
    assert (verdict["environment"]["made"], verdict["grade"]) == (True, "A")


@pytest.mark.skipif(not IS_THOROUGH, reason="three reruns; `nox -s thorough`")
@pytest.mark.parametrize("threads", ["1", "2", "8"])
def test_other_threads_and_kernels_of_linear_algebra_move_no_byte(whole, ask, monkeypatch, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX512_SPR")

    verdict = ask(whole, report=whole / "reports" / "shop" / "2026-05" / REPORT)

    assert verdict["grade"] == "A", verdict["tables"]


@pytest.mark.skipif(not IS_THOROUGH, reason="a rerun; `nox -s thorough`")
def test_the_environment_at_hand_gives_grade_c_at_best(clone, ask):
    verdict = ask(clone, "--env", "current")

    assert (verdict["grade"], verdict["exit_code"]) == ("C", 0)
    assert verdict["why"].startswith("would be A")


@pytest.fixture
def orders(whole):
    """Give the sealed table of orders, and a folder to be named by `--data`."""
    manifest = json.loads((whole / "reports/shop/2026-05/manifest.json").read_bytes())
    digest = manifest["predicate"]["tables"]["orders"]["sha256"]
    (whole.parent / "given").mkdir()
    table = pq.read_table(whole / "data" / "store" / "objects" / digest[:2] / digest)
    return table, whole.parent / "given"


@pytest.mark.skipif(not IS_THOROUGH, reason="a rerun; `nox -s thorough`")
def test_a_table_that_was_put_in_place_of_another_is_named(whole, orders, ask):
    orders, given = orders
    days = [str(day) for day in orders["ordered_on"].to_pylist()]
    last = max(place for place, day in enumerate(days) if day.startswith("2026-05"))
    kept = [place for place in range(orders.num_rows) if place != last]
    write_table(orders.take(kept), given / "orders.parquet")

    verdict = ask(whole, "--data", str(given), report=whole / "reports/shop/2026-05" / REPORT)

    assert verdict["grade"] == "D"
    (moved,) = [each for each in verdict["inputs"] if each["table"] == "orders"]
    assert (moved["state"], moved["rows_sealed"] - moved["rows_found"]) == ("other", 1)
    assert {row["kind"] for row in verdict["rows"]} == {"all", "customers", "month"}


@pytest.mark.skipif(not IS_THOROUGH, reason="a rerun; `nox -s thorough`")
def test_a_table_of_the_same_rows_in_another_file_moves_no_value(whole, orders, ask):
    orders, given = orders
    pq.write_table(orders, given / "orders.parquet", row_group_size=50, compression="gzip")

    verdict = ask(whole, "--data", str(given), report=whole / "reports/shop/2026-05" / REPORT)

    assert (verdict["grade"], verdict["exit_code"]) == ("A", 0)
    (moved,) = [each for each in verdict["inputs"] if each["table"] == "orders"]
    assert (moved["state"], moved["rows_sealed"] - moved["rows_found"]) == ("other", 0)
    assert all(verdict["bodies"].values())
