import json
import logging
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from jupyter_client import KernelManager

from rapport.press.run.kernels.provisioner import LONGEST_FOLDER, RapportProvisioner
from rapport.press.run.kernels.specs import COLD, kernel_spec_folder


@pytest.fixture
def provisioner():
    return RapportProvisioner(parent=KernelManager())


def test_the_entry_point_is_the_one_that_the_kernelspec_names():
    spec = kernel_spec_folder() / "kernels" / COLD / "kernel.json"
    named = json.loads(spec.read_text(encoding="utf-8"))["metadata"]["kernel_provisioner"]

    (found,) = entry_points(
        group="jupyter_client.kernel_provisioners", name=named["provisioner_name"]
    )

    assert found.load() is RapportProvisioner


@pytest.mark.skipif(os.name != "posix", reason="sockets in folders are POSIX")
def test_sockets_lie_in_the_private_folder(provisioner):
    provisioner._choose_transport(Path("/run/rapport-x"))

    manager = provisioner.parent
    assert (manager.transport, manager.ip) == ("ipc", "/run/rapport-x/k")
    assert manager.cache_ports is False


@pytest.mark.skipif(os.name != "posix", reason="sockets in folders are POSIX")
def test_a_folder_with_too_long_a_path_means_tcp_and_a_line_in_the_log(provisioner, caplog):
    provisioner.log = logging.getLogger("test")

    provisioner._choose_transport(Path("/" + "客" * (LONGEST_FOLDER // 3)))

    assert provisioner.parent.transport == "tcp"
    assert "path over 90 bytes, so TCP is used" in caplog.text


def test_papermills_own_command_line_runs_our_kernel(tmp_path):
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None,
        "source": "import os, time; print(os.environ['OMP_NUM_THREADS'], time.tzname)",
    }  # fmt: skip
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    content["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    (tmp_path / "in.ipynb").write_text(json.dumps(content), encoding="utf-8", newline="\n")
    sockets = tmp_path / "s"
    sockets.mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "papermill", "-k", COLD, "in.ipynb", "out.ipynb"],
        cwd=tmp_path,
        env=os.environ
        | {"JUPYTER_PATH": str(kernel_spec_folder()), "TZ": "Asia/Shanghai"}
        | {"RAPPORT_SOCKETS": str(sockets)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    cells = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))["cells"]
    assert cells[0]["outputs"][0]["text"] == ["1 ('UTC', 'UTC')\n"]
    assert list(sockets.iterdir()) == []
