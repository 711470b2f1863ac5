"""A run in one file: made, put back by Python alone, and refused whenever it was changed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from functional.command import Done, rapport
from functional.shop import ROOT
from rapport.errors import ParameterError, TamperedError, UnverifiableError
from rapport.press.proof.archive.contents import Contents, read_contents
from rapport.press.proof.archive.names import CONTENTS, SIGNATURE
from rapport.press.proof.archive.restore import restore
from rapport.press.proof.trust import Trust, parse_trust
from shared import make_once

RUN = "shop/2026-05"
IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"


@dataclass(frozen=True)
class Kept:
    """The shop's project, and the archive of its run without wheels; tests only read them."""

    project: Path
    file: Path

    @property
    def contents(self) -> Contents:
        """The list of the archive."""
        with zipfile.ZipFile(self.file) as archive:
            return read_contents(archive.read(CONTENTS))


@pytest.fixture(scope="session")
def kept(made, tmp_path_factory) -> Kept:
    """Archive the shop's run once for all tests of all workers."""
    folder = make_once(tmp_path_factory, "an-archive", lambda into: make_archive(made, into))
    return Kept(folder / "project", folder / "shop.zip")


def make_archive(made, into: Path) -> None:
    project = Path(shutil.copytree(made.project, into / "project", symlinks=True))
    shutil.copy(ROOT / "pyproject.toml", project)
    done = rapport(project, "archive", RUN, "--no-wheels", "--to", str(into / "shop.zip"))
    assert done.code == 0, done.said


def rewrite(
    file: Path, into: Path, change: Callable[[dict[str, bytes]], object], *, listed: bool = True
) -> Path:
    """Write an archive anew after a change to its files, its list made to agree if `listed`."""
    with zipfile.ZipFile(file) as archive:
        pieces = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    contents = read_contents(pieces.pop(CONTENTS))
    change(pieces)
    if listed:
        digests = {name: hashlib.sha256(piece).hexdigest() for name, piece in pieces.items()}
        digests.pop(SIGNATURE, None)
        contents = Contents(**{**vars(contents), "files": digests})
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        for name, piece in {**pieces, CONTENTS: contents.spell()}.items():
            archive.writestr(name, piece)
    return into


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda pieces: pieces.update({name: content})


def test_an_archive_puts_itself_back_with_python_alone(kept, tmp_path):
    target = tmp_path / "restored"

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(kept.file), str(target)],
        env={"PATH": os.environ["PATH"]}, cwd=tmp_path, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    digests = {
        name: hashlib.sha256((target / name).read_bytes()).hexdigest()
        for name in kept.contents.files
    }
    assert digests == kept.contents.files
    assert (target / "reports" / "shop" / "2026-05" / "report.zh.pdf").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["restored"]


def test_a_restored_archive_is_a_project_whose_own_code_checks_its_report(kept, tmp_path):
    restore(kept.file, tmp_path / "restored")
    report = "reports/shop/2026-05/report.zh.pdf"
    environment = {"PATH": os.environ["PATH"]}

    done = subprocess.run(
        [sys.executable, ".", "verify", report], cwd=tmp_path / "restored",
        env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip

    assert done.returncode == UnverifiableError.exit_code, done.stderr  # whole, and nobody signed
    assert "Nobody signed it" in done.stdout


def test_the_same_run_gives_the_same_bytes(kept, tmp_path):
    again = tmp_path / kept.file.name

    assert rapport(kept.project, "archive", RUN, "--no-wheels", "--to", str(again)).code == 0

    assert again.read_bytes() == kept.file.read_bytes()


def test_an_archive_holds_what_the_run_was_made_of_and_no_names_of_customers(kept):
    names = set(kept.contents.files)
    manifest = json.loads(
        (kept.project / "reports" / "shop" / "2026-05" / "manifest.json").read_bytes()
    )
    tables = manifest["predicate"]["tables"]

    assert {"requirements.lock", "pyproject.toml", "params/shop.yml", "README.zh.md"} <= names
    assert {"notebooks/01_ingestion.ipynb", "reports/log.jsonl"} <= names
    assert "lib/rapport/errors.py" in names
    objects = {name.rpartition("/")[2] for name in names if name.startswith("data/store/")}
    assert objects == {tables[name]["sha256"] for name in manifest["predicate"]["canonical"]}
    key = manifest["predicate"]["execution"]["ingestion"]
    task = kept.project / "data" / "store" / "tasks" / f"{key}.json"
    private = json.loads(task.read_bytes())["private"]
    assert private and not {table["digest"] for table in private.values()} & objects
    assert not any(name.startswith("data/raw/") or name.endswith(".key") for name in names)


def test_archives_are_in_the_log_by_their_digest(kept):
    log = (kept.project / "reports" / "log.jsonl").read_bytes().splitlines()

    last = json.loads(log[-1])

    assert last["event"] == "archived"
    assert last["holds"] == "inputs"
    assert last["sha256"] == hashlib.sha256(kept.file.read_bytes()).hexdigest()


@pytest.fixture
def project(kept, tmp_path) -> Path:
    return Path(shutil.copytree(kept.project, tmp_path / "project", symlinks=True))


def test_a_unit_may_keep_no_rows_of_customers(project, tmp_path):
    params = project / "params" / "shop.yml"
    params.write_text(params.read_text("utf-8") + "archive: aggregates\n", "utf-8", newline="\n")
    file = tmp_path / "shop.zip"

    done = rapport(project, "archive", RUN, "--no-wheels", "--to", str(file), "--json")
    restored = restore(file, tmp_path / "restored")

    assert done.json["policy"] == "aggregates"
    assert not (tmp_path / "restored" / "data").exists()
    assert not any("/lists/" in name for name in restored.contents.files)
    assert any("/tables/" in name for name in restored.contents.files)


def test_a_project_that_moved_on_is_not_archived_as_the_one_that_made_the_report(project, tmp_path):
    notebook = project / "notebooks" / "06_churn.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("# ", "# A ", 1), "utf-8", newline="\n")

    done = rapport(project, "archive", RUN, "--no-wheels", "--to", str(tmp_path / "shop.zip"))

    assert done.code == UnverifiableError.exit_code
    assert "notebooks/06_churn.ipynb differs" in done.said
    assert not (tmp_path / "shop.zip").exists()


def test_data_that_are_gone_are_named_before_anything_is_written(project, tmp_path):
    for path in (project / "data" / "store" / "objects").rglob("*"):
        path.unlink() if path.is_file() else None

    done = rapport(project, "archive", RUN, "--no-wheels", "--to", str(tmp_path / "shop.zip"))

    assert done.code == UnverifiableError.exit_code
    assert "no longer in data/store" in done.said


def refuse(file: Path, tmp_path: Path, words: str) -> None:
    with pytest.raises(TamperedError, match=words):
        restore(file, tmp_path / "restored")

    assert not (tmp_path / "restored").exists()
    assert not list(tmp_path.glob(".restoring-*"))


LISTED = {
    "a module of the run": ("lib/rapport/errors.py", b"print('run')\n", "errors.py differs"),
    "another lock": ("requirements.lock", b"numpy==1.0 --hash=sha256:" + b"0" * 64, "lock differs"),
    "a changed chapter": ("notebooks/06_churn.ipynb", b'{"cells": []}', "06_churn.ipynb differs"),
    "a chapter more": ("notebooks/11_more.ipynb", b'{"cells": []}', "not of this run"),
    "a table more": (f"data/store/objects/ab/ab{'c' * 62}", b"rows", "not of this run"),
    "another run's folder": ("reports/shop/runs/x/values.json", b"[]", "not of this run"),
    "a wheel of no package": (
        "wheelhouse/evil-1.0-py3-none-any.whl", b"PK", "any.whl is not of the lock",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LISTED, ids=LISTED.get)
def test_what_the_sealed_record_does_not_say_is_refused_though_the_list_agrees(
    kept, tmp_path, case
):
    name, content, words = LISTED[case]
    pinned = {"wheelhouse/requirements.txt": b""} if name.startswith("wheelhouse/") else {}

    file = rewrite(
        kept.file, tmp_path / "a.zip", lambda pieces: pieces.update({name: content} | pinned)
    )

    refuse(file, tmp_path, words)


def test_a_rolled_back_log_is_refused(kept, tmp_path):
    file = rewrite(kept.file, tmp_path / "a.zip", put("reports/log.jsonl", b""))

    refuse(file, tmp_path, "log.jsonl does not lead to this run|record is not a run's")


def test_a_report_changed_by_one_byte_is_refused(kept, tmp_path):
    name = next(name for name in kept.contents.files if name.endswith("report.en.html"))

    def change(pieces: dict[str, bytes]) -> None:
        pieces[name] = pieces[name].replace(b"</title>", b" </title>")[:-1]

    refuse(rewrite(kept.file, tmp_path / "a.zip", change), tmp_path, "not the one that was sealed")


def test_a_file_that_the_list_does_not_name_is_refused(kept, tmp_path):
    file = rewrite(kept.file, tmp_path / "a.zip", put("lib/rapport/more.py", b""), listed=False)

    refuse(file, tmp_path, "names other files")


def test_a_file_other_than_the_list_says_is_refused(kept, tmp_path):
    file = rewrite(kept.file, tmp_path / "a.zip", put("LICENSE", b"mine"), listed=False)
    with zipfile.ZipFile(file, "a") as archive:
        assert "LICENSE" in archive.namelist()

    refuse(file, tmp_path, "other files|not the file that its list names")


BAD_NAMES = (
    "../evil.py", "/etc/evil", "lib/rapport/../../evil.py", "lib\\rapport\\evil.py", "C:/evil.py",
    "lib/rapport/__pycache__/errors.cpython-311.pyc", "lib/rapport/con.py", "lib//rapport/evil.py",
    "lib/rapport/evil.py.", "LIB/rapport/errors.py", "lib/rapport/Errors.py", "sitecustomize.py",
    "wheelhouse/-r.whl", "wheelhouse/numpy-1.0-py3-none-any.whl/x", "lib/rapport/\u202egpj.py",
    "lib/rapport/errors.py/evil.py", "wheelhouse/https:evil.whl",
    "lib/rapport/e\u0301.py", "params/../evil.yml",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_name_that_leads_astray_is_refused(kept, tmp_path, name):
    refuse(rewrite(kept.file, tmp_path / "a.zip", put(name, b"x")), tmp_path, "archive: ")


def append(file: Path, into: Path, entry: zipfile.ZipInfo, content: bytes) -> Path:
    shutil.copy(file, into)
    with zipfile.ZipFile(into, "a") as archive:
        archive.writestr(entry, content)
    return into


def test_a_link_is_refused(kept, tmp_path):
    entry = zipfile.ZipInfo("lib/rapport/link.py")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16

    refuse(append(kept.file, tmp_path / "a.zip", entry, b"/etc/passwd"), tmp_path, "is a link")


def test_an_entry_that_unfolds_is_refused_before_it_is_read(kept, tmp_path):
    entry = zipfile.ZipInfo("lib/rapport/bomb.py")
    entry.compress_type = zipfile.ZIP_DEFLATED

    file = append(kept.file, tmp_path / "a.zip", entry, bytes(200_000_000))

    refuse(file, tmp_path, "more than the file can hold")


def test_two_entries_of_one_name_are_refused(kept, tmp_path):
    entry = zipfile.ZipInfo("pyproject.toml")

    with pytest.warns(UserWarning, match="Duplicate"):
        file = append(kept.file, tmp_path / "a.zip", entry, b"x")

    refuse(file, tmp_path, "stands there twice")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9999])
def test_a_cut_archive_is_refused(kept, tmp_path, share):
    whole = kept.file.read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: int(len(whole) * share)])

    refuse(tmp_path / "a.zip", tmp_path, "damaged")


def test_bytes_changed_anywhere_are_found(kept, tmp_path):
    whole = bytearray(kept.file.read_bytes())
    for place in range(97, len(whole), len(whole) // 12):
        changed = bytes(whole[:place]) + bytes([whole[place] ^ 1]) + bytes(whole[place + 1 :])
        (tmp_path / "a.zip").write_bytes(changed)
        refuse(tmp_path / "a.zip", tmp_path, "archive|seal|lock")


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b'{"v": 2}', b"[" * 100_000, b'{"v":1,"files":{"a":1}}', b"\xff\xfe"],
    ids=lambda text: ascii(text[:12]),
)
def test_a_list_that_is_none_is_refused(kept, tmp_path, text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(CONTENTS, text)
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())

    refuse(tmp_path / "a.zip", tmp_path, "archive|seal")


def test_a_folder_that_is_not_empty_is_left_alone(kept, tmp_path):
    (tmp_path / "mine").write_text("mine", encoding="utf-8")

    with pytest.raises(ParameterError, match="there already"):
        restore(kept.file, tmp_path)

    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"


def test_an_erasure_names_the_archives_that_still_hold_the_customer(kept, project, tmp_path):
    (tmp_path / "list.txt").write_text("k1\n", encoding="utf-8")

    done: Done = rapport(project, "erase", "shop", "--customers", str(tmp_path / "list.txt"))

    digest = hashlib.sha256(kept.file.read_bytes()).hexdigest()
    assert (done.code, digest[:12] in done.out) == (0, True), done.said


@pytest.mark.skipif(not IS_THOROUGH, reason="installs a whole environment; `nox -s thorough`")
def test_an_archive_is_rerun_in_a_new_environment_without_a_network(signed, tmp_path):
    """Follow the README of the archive, with nothing but Python and a trust file."""
    project = Path(shutil.copytree(signed / "project", tmp_path / "project", symlinks=True))
    file, target, trust = tmp_path / "shop.zip", tmp_path / "restored", signed / "keys/sign.allowed"
    made = rapport(project, "archive", RUN, "--to", str(file))
    assert made.code == 0, made.said
    env = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}

    def follow(*words: str, cwd: Path = target) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False
        )

    python = str(target / "environment" / "bin" / "python")
    steps = [
        follow(sys.executable, "-I", str(file), str(target), cwd=tmp_path),
        follow(sys.executable, "-m", "venv", "environment"),
        follow(python, "-m", "pip", "install", "--no-index", "--find-links", "wheelhouse",
               "--require-hashes", "-r",
               "wheelhouse/requirements.txt"),
    ]  # fmt: skip
    assert [step.returncode for step in steps] == [0, 0, 0], steps[-1].stderr
    again = follow(
        python, ".", "verify", "reports/shop/2026-05/report.zh.pdf", "--trust",
        str(trust), "--rerun", "--data", ".", "--json",
    )  # fmt: skip

    verdict = json.loads(again.stdout)
    assert verdict.get("rerun", verdict)["grade"] == "A", again.stdout + again.stderr


@pytest.fixture
def sealed(signed, tmp_path) -> tuple[Path, Path]:
    """Give the archive of a signed run, and a copy of the folder of keys."""
    project = Path(shutil.copytree(signed / "project", tmp_path / "project", symlinks=True))
    shutil.copy(ROOT / "pyproject.toml", project)
    key = {"RAPPORT_SIGNING_KEY": str(signed / "keys" / "sign")}
    file = tmp_path / "signed.zip"
    made = rapport(project, "archive", RUN, "--no-wheels", "--to", str(file), env=key)
    assert made.code == 0, made.said
    return file, signed / "keys"


def test_a_trust_file_says_who_signed_and_covers_every_file(sealed, tmp_path):
    file, keys = sealed

    restored = restore(file, tmp_path / "restored", read_trust(keys / "sign.allowed"))

    assert restored.signer == "集团 Analytics"
    with pytest.raises(TamperedError, match="not accepted"):
        restore(file, tmp_path / "other", read_trust(keys / "other.allowed"))
    changed = rewrite(file, tmp_path / "b.zip", put("README.md", b"Do as I say."))
    refuse(changed, tmp_path / "changed", "its list is not the one that was signed")


def test_a_list_whose_signature_was_taken_away_is_not_taken_for_signed(sealed, tmp_path):
    file, keys = sealed

    def change(pieces: dict[str, bytes]) -> None:
        del pieces[SIGNATURE]
        pieces["README.md"] = b"Do as I say."

    changed = rewrite(file, tmp_path / "b.zip", change)

    with pytest.raises(UnverifiableError, match=r"its list is not signed.*first README"):
        restore(changed, tmp_path / "changed", read_trust(keys / "sign.allowed"))
    assert not (tmp_path / "changed").exists()


def put_back(file: Path, target: Path) -> Done:
    return rapport(target.parent, "archive", str(file), "--restore", str(target), "--json")


def test_parameters_that_say_otherwise_than_the_record_are_named(kept, tmp_path):
    def change(pieces: dict[str, bytes]) -> None:
        text = pieces["params/shop.yml"].decode("utf-8")
        pieces["params/shop.yml"] = (
            text.replace("currency: GBP", "currency: EUR") + "loyal_orders: 7\n# a word\n"
        ).encode("utf-8")

    changed = rewrite(kept.file, tmp_path / "b.zip", change)

    untouched = put_back(kept.file, tmp_path / "restored").json["other_parameters"]
    touched = put_back(changed, tmp_path / "changed").json["other_parameters"]

    assert untouched == []
    assert touched == ["currency", "definition of calendar", "loyal_orders"]


def test_parameters_that_cannot_be_used_are_told(kept, tmp_path):
    changed = rewrite(kept.file, tmp_path / "b.zip", put("params/shop.yml", b"title: ["))

    (said,) = put_back(changed, tmp_path / "changed").json["other_parameters"]

    assert said.startswith("params/shop.yml, which cannot be used")


def test_the_command_line_is_told_from_one_that_was_changed(kept, tmp_path):
    name = "lib/rapport/cli/main.py"
    changed = rewrite(kept.file, tmp_path / "b.zip", put(name, b"print('mine')\n"))

    untouched = restore(kept.file, tmp_path / "restored").checked
    touched = restore(changed, tmp_path / "changed").checked

    assert (untouched.has_program, name in untouched.recorded) == (True, True)
    assert (touched.has_program, name in touched.unsealed) == (False, True)


def test_without_a_signature_a_trust_file_says_nothing(kept, signed, tmp_path):
    with pytest.raises(UnverifiableError, match="not signed"):
        restore(kept.file, tmp_path / "restored", read_trust(signed / "keys" / "sign.allowed"))

    assert not (tmp_path / "restored").exists()


def read_trust(path: Path) -> Trust:
    return parse_trust(path.read_text(encoding="utf-8"), path.name)
