"""A shop of three orders on disk, which each test changes where it needs to."""

import dataclasses
import gzip
from pathlib import Path
from typing import Any

import pytest

from rapport.ingest import Delivery, check_unit, find_sources, ingest
from rapport.params import UnitParams
from rapport.privacy import SAMPLE_KEY

LINES = """\
order,customer,day,product,quantity,amount
1,ann,2024-03-01 10:00,cup,2,5.00
1,ann,2024-03-01 10:00,pot,1,7.50
2,bob,2024-03-02 23:30,cup,1,2.50
3,,2024-03-04 09:00,pot,1,7.50
"""


@dataclasses.dataclass
class Shop:
    """A project's folder with one unit, whose file is a dictionary until it is read."""

    root: Path
    unit: dict[str, Any]

    def write(self, name: str, text: str, encoding: str = "utf-8") -> None:
        content = text.encode(encoding)
        path = self.root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    def params(self) -> UnitParams:
        return UnitParams.model_validate(self.unit)

    def ingest(self, *, key: bytes = SAMPLE_KEY, threads: int = 2) -> Delivery:
        unit = self.params()
        return ingest(unit, find_sources(unit, self.root, env={}), key=key, threads=threads)

    def check(self) -> Delivery:
        unit = self.params()
        return check_unit(unit, find_sources(unit, self.root, env={}))

    @property
    def lines(self) -> dict[str, Any]:
        return self.unit["tables"]["order_lines"]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(
        tmp_path,
        {
            "name": "shop",
            "title": {"en": "Shop", "zh": "店"},
            "currency": "GBP",
            "sources": {
                "log": {
                    "path": "log.csv",
                    "format": "csv",
                    "types": {"quantity": "integer", "amount": "decimal"},
                }
            },
            "tables": {
                "order_lines": {
                    "from": "log",
                    "columns": {
                        "order_id": "order",
                        "customer_id": "customer",
                        "product_id": "product",
                        "quantity": "quantity",
                        "amount": "amount",
                    },
                    "time": {"column": "day"},
                },
                "orders": {"from_lines": True},
            },
        },
    )
    made.write("log.csv", LINES)
    return made
