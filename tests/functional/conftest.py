"""Projects made once and copied by the tests that change them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from functional.command import Done, rapport
from functional.shop import add_shop, draw_orders, make_project


@dataclass(frozen=True)
class Made:
    """A project whose one unit, `shop`, has its report; tests only read it."""

    project: Path
    done: Done

    @property
    def report(self) -> Path:
        """The folder of the report, by its link."""
        return self.project / "reports" / "shop" / "2026-05"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make the shop's report once for all tests."""
    project = make_project(tmp_path_factory.mktemp("a-shop") / "project")
    add_shop(project, draw_orders())
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    return Made(project, rapport(project, "run", "shop", "--json"))


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Path:
    """Copy the project with its store and report, for a test that changes it."""
    return Path(shutil.copytree(made.project, tmp_path / "project", symlinks=True))


@pytest.fixture
def new_project(tmp_path: Path) -> Callable[..., Path]:
    """Make a project of one's own, with a key of pseudonyms."""

    def make(**how: object) -> Path:
        project = make_project(tmp_path / "project", **how)  # type: ignore[arg-type]
        assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
        return project

    return make
