"""Packages of an archive: read from the lock, fetched by pip, put back without a network."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from rapport.errors import TamperedError, UnverifiableError
from rapport.press.proof.archive.locked import find_strangers, read_file_name, read_pins
from rapport.press.proof.archive.wheels import fetch, list_needed

ROOT = Path(__file__).parents[4]
A, B = "a" * 64, "b" * 64


def test_the_lock_of_this_project_is_read_whole():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    pins = read_pins(text)

    assert len(pins) == sum("==" in line.partition(";")[0] for line in text.splitlines())
    assert sum(len(pin.hashes) for pin in pins) == text.count("--hash=sha256:")


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple", "-r other.txt", "-e .", "evil",
        "evil @ https://example.org/evil.whl", f"evil==1.0 --hash=sha256:{A} --no-binary :all:",
        f"evil==1.0 ; x --index-url y --hash=sha256:{A}", "evil==1.0 --hash=md5:00", "evil==1.0",
    ],
)  # fmt: skip
def test_a_line_of_a_lock_that_is_no_pin_with_digests_is_refused(line):
    with pytest.raises(TamperedError, match="entry 1"):
        read_pins(line + "\n")


@pytest.mark.parametrize(
    "name",
    ["-r.whl", "a-1.0-py3-none-any.whl.exe", "../a-1.0-py3-none-any.whl", "a.whl", "a-1.0.whl",
     "a-1.0-py3-none-any.whl --extra", "a b-1.0-py3-none-any.whl"],
)  # fmt: skip
def test_names_that_are_no_wheels_are_none(name):
    assert read_file_name(name) is None


def test_files_are_of_the_lock_by_name_version_and_digest():
    pins = read_pins(f"one==1.0 \\\n    --hash=sha256:{A}\ntwo_b==2.0 --hash=sha256:{B}\n")

    strangers = find_strangers(
        {
            "one-1.0-py3-none-any.whl": A,
            "one-1.1-py3-none-any.whl": A,
            "two.b-2.0-py3-none-any.whl": A,
            "Two_B-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": B,
            "other-1.0-py3-none-any.whl": A,
        },
        pins,
        {},
    )

    assert strangers == [
        "one-1.1-py3-none-any.whl", "two.b-2.0-py3-none-any.whl", "other-1.0-py3-none-any.whl",
    ]  # fmt: skip


def test_a_wheel_that_was_built_is_known_by_the_sdist_it_is_from():
    pins = read_pins(f"one==1.0 --hash=sha256:{A}\n")
    files = {"one-1.0-py3-none-any.whl": B, "one-1.0.tar.gz": A, "two-1.0-py3-none-any.whl": B}

    assert find_strangers(
        files, pins, {"one-1.0-py3-none-any.whl": "one-1.0.tar.gz", "two-1.0-py3-none-any.whl":
                      "one-1.0.tar.gz"},
    ) == ["two-1.0-py3-none-any.whl"]  # fmt: skip
    assert "one-1.0-py3-none-any.whl" in find_strangers(files, pins, {})


def test_every_package_that_the_project_needs_is_installed_as_the_lock_says():
    pins = read_pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))

    needed = {pin.name: pin for pin in list_needed(ROOT, pins)}

    assert {"pandas", "duckdb", "autograd-gamma", "tornado"} <= needed.keys()
    assert not {"pytest", "mypy", "ruff", "jupyterlab", "nox"} & needed.keys()


def test_a_package_of_another_version_is_named():
    pins = read_pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))

    with pytest.raises(UnverifiableError, match="pandas is not installed as the lock names it"):
        list_needed(ROOT, [pin for pin in pins if pin.name != "pandas"])


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Path:
    """A folder that pip takes packages from, and no index."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def make_wheel(folder: Path, name: str) -> Path:
    """Write a wheel of one module by hand, as PEP 427 has it."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": b"ANSWER = 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{n},sha256={_url(content)},{len(content)}" for n, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for at, content in files.items():
            wheel.writestr(at, content)
    return path


def _url(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def pin(path: Path) -> str:
    name, version = read_file_name(path.name) or ("", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def test_packages_are_fetched_by_pip_and_installed_again_without_a_network(shelf, tmp_path):
    wheel = make_wheel(shelf, "answering")
    (tmp_path / "fetched").mkdir()

    house = fetch(read_pins(pin(wheel)), tmp_path / "fetched")

    assert house.built == {}
    assert sorted(house.files) == [
        "wheelhouse/answering-1.0-py3-none-any.whl", "wheelhouse/requirements.txt",
    ]  # fmt: skip
    assert read_pins(house.files["wheelhouse/requirements.txt"].decode()) == read_pins(pin(wheel))


def test_a_package_whose_file_is_not_the_one_that_is_locked_is_not_fetched(shelf, tmp_path):
    make_wheel(shelf, "answering")
    (tmp_path / "fetched").mkdir()

    with pytest.raises(UnverifiableError, match="pip download failed"):
        fetch(read_pins(f"answering==1.0 --hash=sha256:{A}\n"), tmp_path / "fetched")


BACKEND = """\
import shutil
def build_wheel(directory, settings=None, metadata=None):
    name = "answering-1.0-py3-none-any.whl"
    shutil.copy(name, directory)
    return name
"""


def make_sdist(shelf: Path, tmp_path: Path) -> Path:
    """Write a source package whose own backend makes its wheel."""
    wheel = make_wheel(tmp_path, "answering")
    files = {
        "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "own"\n'
        b'backend-path = ["."]\n[project]\nname = "answering"\nversion = "1.0"\n',
        "own.py": BACKEND.encode(),
        wheel.name: wheel.read_bytes(),
        "PKG-INFO": b"Metadata-Version: 2.1\nName: answering\nVersion: 1.0\n",
    }
    path = shelf / "answering-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as sdist:
        for at, content in files.items():
            entry = tarfile.TarInfo(f"answering-1.0/{at}")
            entry.size = len(content)
            sdist.addfile(entry, io.BytesIO(content))
    return path


def test_a_package_without_a_wheel_is_built_once_and_both_files_are_kept(shelf, tmp_path):
    sdist = make_sdist(shelf, tmp_path)
    (tmp_path / "fetched").mkdir()

    house = fetch(read_pins(pin(sdist)), tmp_path / "fetched")

    assert house.built == {"answering-1.0-py3-none-any.whl": "answering-1.0.tar.gz"}
    assert sorted(house.files) == [
        "sdists/answering-1.0.tar.gz", "wheelhouse/answering-1.0-py3-none-any.whl",
        "wheelhouse/requirements.txt",
    ]  # fmt: skip
