import shutil
from pathlib import Path

import pytest
import sample_project


@pytest.fixture(scope="session")
def run_project(tmp_path_factory) -> Path:
    """The project after one run, shared by all workers: nobody may write to it."""
    return sample_project.share_project(tmp_path_factory)


@pytest.fixture(scope="module")
def project(run_project, tmp_path_factory) -> Path:
    """A copy of that project for one file's tests to draft in."""
    folder = tmp_path_factory.mktemp("project") / "shop"
    return Path(shutil.copytree(run_project, folder))


@pytest.fixture(scope="module")
def pressed(run_project) -> dict[str, sample_project.Pressed]:
    """What the press made of each chapter."""
    return sample_project.read_pressed(run_project)
