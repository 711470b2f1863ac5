"""Measure what it takes to find one customer in several records: by keys, and with the model.

The records are those of `sample-people`, drawn in the number asked for; who is truly who is
known, so precision and recall of pairs are printed beside the processor seconds. The goal is 100
thousand records in under 60.

Usage: bench_identity.py [RECORDS]
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
from measuring import ROOT, cost_of_call, print_table

sys.path.insert(0, str(ROOT / "lib"))

from rapport.ingest.identity.overrides import Overrides
from rapport.ingest.identity.records import make_records
from rapport.ingest.identity.resolve import resolve
from rapport.ingest.sample import write_sample
from rapport.params.identity import Identity
from rapport.tables.engine import Engine

RECORDS_A_PERSON = 1.945
KEYS = ("loyalty_id", "phone", "email", "name+birth_date")
FILES = {
    "crm": ("members.csv", "gb18030", {
        "会员号": "source_id", "姓名": "name", "手机": "phone", "邮箱": "email",
        "出生日期": "birth_date", "城市": "city", "注册日期": "day",
    }),
    "app": ("mini_program.csv", "utf-8", {
        "openid": "source_id", "member": "loyalty_id", "birth": "birth_date", "created": "day",
    }),
    "store": ("store_cards.csv", "utf-8", {
        "卡号": "source_id", "姓": "family_name", "名": "given_name", "电话": "phone",
        "生日": "birth_date", "城市": "city", "开卡日期": "day",
    }),
}  # fmt: skip
COLUMNS = ("name", "given_name", "family_name", "phone", "email", "birth_date", "city",
           "loyalty_id")  # fmt: skip


class People(NamedTuple):
    """Raw records as the room takes them, and the person of each by its id."""

    records: pa.Table
    truth: dict[str, str]


def read_people(folder: Path) -> People:
    """Read the records of all channels under one set of names."""
    parts = []
    for position, (source, (name, encoding, names)) in enumerate(FILES.items()):
        part = pd.read_csv(folder / name, dtype=str, encoding=encoding).rename(columns=names)
        parts.append(part.assign(source=source, position=position, id=part["source_id"]))
    records = pd.concat(parts).assign(loyalty_id=_own_card)
    records["day"] = pd.to_datetime(records["day"]).dt.date
    held = ["position", "source", "source_id", "id", "day", *COLUMNS]
    truth = pd.read_csv(folder / "_persons.csv", dtype=str)
    return People(
        pa.Table.from_pandas(records[held].astype(object).where(records[held].notna(), None),
                             preserve_index=False),
        dict(zip(truth["source_id"], truth["person"], strict=True)),
    )  # fmt: skip


def _own_card(records: pd.DataFrame) -> "pd.Series[str]":
    return records["loyalty_id"].where(records["source"] != "crm", records["source_id"])


def measure(people: People, *, model: bool) -> tuple[str, ...]:
    """Join the records and give processor seconds, customers, precision, recall, review pairs."""
    rules = Identity(keys=KEYS, calling_code="86", model=model)
    found = {}

    def join() -> None:
        with Engine({}, threads=1) as engine:
            engine.add("identity raw", people.records)
            make_records(engine, COLUMNS, rules)
            found["resolution"] = resolve(engine, rules, Overrides(), seed=0)
            ids = engine.fetch('SELECT id FROM "identity records" ORDER BY record')["id"]
            found["ids"] = ids.to_pylist()

    cost = cost_of_call(join)
    customers = found["resolution"].customer.tolist()
    persons = [people.truth[record] for record in found["ids"]]
    both = count_pairs(zip(persons, customers, strict=True))
    precision, recall = both / count_pairs(customers), both / count_pairs(persons)
    return (
        "keys and model" if model else "keys", f"{len(customers):,}", f"{cost.cpu:.1f}",
        f"{len(set(customers)):,}", f"{precision:.4f}", f"{recall:.4f}",
        f"{2 * precision * recall / (precision + recall):.4f}",
        f"{len(found['resolution'].review.a):,}",
    )  # fmt: skip


def count_pairs(groups: Iterable[Hashable]) -> int:
    """Count the pairs of equal things."""
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def main(arguments: Sequence[str]) -> None:
    """Draw people, join their records both ways, print a table."""
    n_records = int(arguments[0]) if arguments else 100_000
    with tempfile.TemporaryDirectory() as folder:
        n_people = round(n_records / RECORDS_A_PERSON)
        write_sample(Path(folder), units=["sample-people"], rows=n_people)
        people = read_people(Path(folder) / "sample-people")
    head = ("by", "records", "CPU s", "customers", "precision", "recall", "F1", "review")
    rows = [measure(people, model=model) for model in (False, True)]
    print_table("Records of one customer found", head, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
