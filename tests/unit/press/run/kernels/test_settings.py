import hashlib
import os
import sys
from pathlib import Path

from rapport.press.run.kernels.settings import ENFORCED, kernel_environment, read_conditions
from rapport.press.run.kernels.specs import jupyter_path, kernel_spec_folder
from rapport.press.run.keys.code import PACKAGE_FOLDER


def test_enforced_settings_replace_ambient_ones_and_others_stay():
    environment = kernel_environment({"TZ": "Asia/Shanghai", "HOME": "/home/ann"})

    assert environment["TZ"] == "UTC"
    assert environment["HOME"] == "/home/ann"
    assert ENFORCED.items() <= environment.items()


def test_settings_that_would_change_a_chapter_are_dropped():
    ambient = {"PYTHONOPTIMIZE": "1", "PYTHONSTARTUP": "a.py", "SOURCE_DATE_EPOCH": "0"}

    assert not ambient.keys() & kernel_environment(ambient).keys()


def test_no_chapter_is_told_the_secrets_of_deliveries_and_sources():
    secrets = {
        "RAPPORT_SMTP_PASSWORD": "a", "RAPPORT_WEBHOOK_BOARD_URL": "https://b",
        "RAPPORT_DATABASE_ERP_URL": "mysql://c", "RAPPORT_DATABASE_ERP_PASSWORD": "d",
        "AWS_ACCESS_KEY_ID": "e", "AWS_SECRET_ACCESS_KEY": "f", "AWS_SESSION_TOKEN": "g",
    }  # fmt: skip

    environment = kernel_environment({**secrets, "RAPPORT_DATA_PATH": "c"})

    assert environment["RAPPORT_DATA_PATH"] == "c"
    assert not secrets.keys() & environment.keys()


def test_the_python_path_is_whole_and_without_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ambient = {"PYTHONPATH": os.pathsep.join(["lib", "", str(tmp_path / "b")])}

    _, *rest = kernel_environment(ambient)["PYTHONPATH"].split(os.pathsep)

    assert rest == [str(tmp_path / "lib"), str(tmp_path / "b")]


def test_kernels_import_the_package_that_keys_are_made_of():
    first, *_ = kernel_environment({"PYTHONPATH": "/elsewhere"})["PYTHONPATH"].split(os.pathsep)

    assert Path(first) / "rapport" == PACKAGE_FOLDER


def test_a_private_folder_holds_the_profile(tmp_path):
    environment = kernel_environment({"IPYTHONDIR": "/home/ann"}, private=tmp_path)

    assert environment["IPYTHONDIR"] == str(tmp_path / "ipython")


def test_matplotlib_reads_our_file_and_it_sets_nothing():
    path = Path(kernel_environment({})["MATPLOTLIBRC"])

    lines = path.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_conditions_hold_the_digest_of_the_lock(tmp_path):
    assert read_conditions(tmp_path).lock is None
    (tmp_path / "requirements.lock").write_bytes(b"a==1\n")

    conditions = read_conditions(tmp_path)

    assert conditions.lock == hashlib.sha256(b"a==1\n").hexdigest()
    assert conditions.python == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_our_kernels_come_before_the_users_own_and_once():
    ours = str(kernel_spec_folder())
    once = jupyter_path({"JUPYTER_PATH": "/home/ann/jupyter"})

    assert once.split(os.pathsep) == [ours, "/home/ann/jupyter"]
    assert jupyter_path({"JUPYTER_PATH": once}) == once
