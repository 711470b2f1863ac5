"""The shop's sources in a database, or in an object store."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.ingest import find_sources
from rapport.ingest.remote.fetch import Fetched, fetch_remote
from rapport.press.run.store import Store
from servers import Server

NUMBERS = itertools.count(1)


@dataclass
class Elsewhere:
    """A shop whose sources lie elsewhere."""

    shop: Any
    env: dict[str, str] = field(default_factory=dict)

    def fetch(self, *, anew: bool = True) -> Fetched:
        lend = Store(self.shop.root / "data" / "store").lease_folder
        return fetch_remote(self.shop.params(), self.shop.root, lend, anew=anew, env=self.env)

    def digests(self) -> dict[str, str]:
        return dict(find_sources(self.shop.params(), self.shop.root, env={}).digests)

    def files(self, name: str = "log") -> tuple[Path, ...]:
        return find_sources(self.shop.params(), self.shop.root, env={}).files[name]

    def table(self, name: str = "log") -> pa.Table:
        """Read what was read of a source."""
        return pq.read_table(self.files(name)[0])

    def ask(self, kind: str, url: str) -> None:
        """Let the lines lie in the table `log` of a database."""
        self.shop.unit["databases"] = {"till": {"kind": kind, "tls": "none"}}
        self.shop.unit["sources"] = {
            "log": {"format": "database", "database": "till", "table": "log"}
        }
        self.env["RAPPORT_DATABASE_TILL_URL"] = url

    def kept(self) -> list[Path]:
        folder = self.shop.root / "data" / "store"
        return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def elsewhere(shop):
    return Elsewhere(shop)


def create(server: Server) -> str:
    """Make a database of its own for a test."""
    name = f"shop{next(NUMBERS)}"
    server.create(name)
    return name
