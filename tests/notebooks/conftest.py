import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sample_project


@contextmanager
def locked(path: Path) -> Iterator[None]:
    fcntl = pytest.importorskip("fcntl", reason="the shared run needs a lock of POSIX")
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def run_project(tmp_path_factory, worker_id) -> Path:
    """The project after one run, shared by all workers: nobody may write to it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "run-project"
    with locked(shared.with_suffix(".lock")):
        if not shared.exists():
            aside = shared.with_suffix(".aside")
            shutil.rmtree(aside, ignore_errors=True)  # of a worker whose run failed
            sample_project.run_press(sample_project.copy_project(aside))
            aside.rename(shared)
    return shared


@pytest.fixture(scope="module")
def project(run_project, tmp_path_factory) -> Path:
    """A copy of that project for one file's tests to draft in."""
    folder = tmp_path_factory.mktemp("project") / "shop"
    return Path(shutil.copytree(run_project, folder))


@pytest.fixture(scope="module")
def pressed(run_project) -> dict[str, sample_project.Pressed]:
    """What the press made of each chapter."""
    return sample_project.read_pressed(run_project)
