"""Projects made once and copied by the tests that change them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from functional.command import Done, rapport
from functional.shop import add_shop, draw_orders, make_project
from rapport.press.proof.seal.files import read_trust
from rapport.press.proof.trust import Trust
from shared import make_once

SIGNER = "集团 Analytics"


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
    """Make the shop's report once for all tests of all workers."""
    folder = make_once(tmp_path_factory, "a-shop", _make_shop)
    done = Done(**json.loads((folder / "done.json").read_text(encoding="utf-8")))
    return Made(folder / "project", done)


def _make_shop(folder: Path) -> None:
    project = make_project(folder / "project")
    add_shop(project, draw_orders())
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    done = rapport(project, "run", "shop", "--json")
    (folder / "done.json").write_text(json.dumps(asdict(done)), encoding="utf-8")


@pytest.fixture(scope="session")
def signed(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of `project`, whose report is signed, and `keys`; tests only read it."""
    return make_once(tmp_path_factory, "a-signed-shop", lambda folder: sign(made.project, folder))


def sign(project: Path, folder: Path) -> None:
    """Sign the shop's report: nothing is executed again, its pages are printed with the name."""
    copy = Path(shutil.copytree(project, folder / "project", symlinks=True))
    keys = folder / "keys"
    keys.mkdir()
    assert rapport(copy, "keys", "new", str(keys / "sign"), "--signer", SIGNER).code == 0
    assert rapport(copy, "keys", "new", str(keys / "other"), "--signer", "Mallory").code == 0
    done = rapport(copy, "run", "shop", "--json", env={"RAPPORT_SIGNING_KEY": str(keys / "sign")})
    assert done.code == 0, done.said
    assert set(done.actions.values()) == {"reused"}


@pytest.fixture(scope="session")
def report(signed: Path) -> Path:
    """Give the folder of the signed report."""
    return signed / "project" / "reports" / "shop" / "2026-05"


@pytest.fixture(scope="session")
def trust(signed: Path) -> Trust:
    """Trust whoever signed it."""
    return read_trust(signed / "keys" / "sign.allowed")


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
