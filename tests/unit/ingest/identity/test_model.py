"""The model finds whom no key finds, silently, and says what it is not sure of."""

import csv
import logging

import pyarrow as pa
import pytest
from tests.unit.ingest.identity.people import join, named, records

from rapport.errors import ParameterError
from rapport.ingest.identity.overrides import Overrides
from rapport.ingest.identity.records import make_records
from rapport.ingest.identity.resolve import resolve
from rapport.ingest.identity.sounds import load_extra
from rapport.ingest.kept import add
from rapport.ingest.sample import write_sample
from rapport.params.identity import Identity
from rapport.tables import Room
from rapport.tables.engine import Engine

FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡", "伟芳娜敏静磊洋艳勇军杰娟涛明超"


def _town(n=240):
    """Give people of whom every third has a second record with a slip, under no common key."""
    people = [
        {
            "id": f"a{i}",
            "name": FAMILY[i % 15] + GIVEN[i // 15 % 15] + GIVEN[i * 7 % 15],
            "birth_date": f"{1950 + i % 50}-{i % 12 + 1:02d}-{i % 28 + 1:02d}",
            "phone": f"139{i * 7919 % 100_000_000:08d}",
            "city": "上海北京广州深圳"[i % 4 * 2 : i % 4 * 2 + 2],
        }
        for i in range(n)
    ]
    again = [
        {**person, "id": f"b{i}", "phone": person["phone"][:-1] + str((i + 1) % 10)}
        for i, person in enumerate(people)
        if i % 3 == 0
    ]
    return people, again


def test_a_record_that_shares_no_key_is_found(capfd, caplog):
    people, again = _town()

    with caplog.at_level(logging.DEBUG, logger="rapport"):
        customers, found = join(records(*people, *again), model=True)

    pairs = {frozenset(members) for members in customers.values() if len(members) > 1}
    right = {frozenset({f"a{b['id'][1:]}", b["id"]}) for b in again}
    assert len(pairs & right) >= 0.9 * len(right)
    assert pairs <= right
    assert set(found.probability[found.step > 0].tolist()) <= {*found.probability.tolist()}
    assert found.probability.min() >= 0.95
    # splink tells its developers much, and readers of a run's log must not see it.
    assert capfd.readouterr() == ("", "")


def test_names_that_sound_the_same_agree_where_the_model_is_asked():
    people, again = _town()
    homophones = (
        {"id": "x", "name": "王伟", "phone": "13800138001"},
        {"id": "y", "name": "汪炜", "phone": "13800138001"},
        {"id": "z", "name": "Wei Wang", "phone": "13800138001"},
    )

    found = named(records(*people, *again, *homophones), keys=("phone",), model=True)

    assert found["x"] == "x y z"
    assert named(records(*homophones), keys=("phone",))["x"] == "x"


@pytest.mark.parametrize("columns", [("name",), ("name", "address")])
def test_too_few_columns_leave_the_keys_alone_and_say_so(columns):
    rows = [{"id": str(n), "name": f"王{GIVEN[n]}{GIVEN[-n]}", "address": f"Road {n}"}
            for n in range(8)]  # fmt: skip
    raw = records(*({name: row[name] for name in ("id", *columns)} for row in rows))

    customers, found = join(raw, model=True)

    assert len(customers) == 8
    assert not found.is_fitted


def test_without_the_extra_one_sentence_says_what_to_install():
    with pytest.raises(ParameterError, match=r'pip install "rapport-reports\[identity\]"'):
        load_extra("a_library_that_nobody_has")


def test_an_ingestion_that_brings_no_record_asks_the_model_nothing(tmp_path):
    people, again = _town(30)
    raw = records(*people, *again)
    held = ("name", "birth_date", "phone", "city")
    rules = Identity(model=True, calling_code="86", birth_dates="count")
    links = []
    for n in range(2):
        room = Room(tmp_path / f"work{n}", tmp_path / "kept")
        room.folder.mkdir()
        with Engine({}, room=room) as engine:
            engine.add("identity raw", raw)
            make_records(engine, held, rules)
            found = resolve(engine, rules, Overrides(), seed=0)
            if not n:
                # Other scores in their place are believed: nothing is computed a second time.
                (kept,) = (tmp_path / "kept").iterdir()
                key = kept.name.split("-")[0]
                kept.unlink()
                two = {"a": [1], "b": [2], "probability": [0.97]}
                add(room, key, pa.table(two))
        links.append(found.customer.tolist())

    assert links[1][:3] == [0, 0, 2]
    assert links[1] != links[0]


def test_pairs_of_persons_of_the_sample_are_found(tmp_path):
    """F1 of pairs is .97 or more with keys alone and with the model, and no stranger is joined."""
    write_sample(tmp_path, units=["sample-people"], rows=600)
    folder = tmp_path / "sample-people"
    rows = []
    for name, encoding, names in (
        ("members", "gb18030", "id name phone email birth_date city day loyalty_id"),
        ("mini_program", "utf-8", "id loyalty_id name phone email birth_date city day"),
        ("store_cards", "utf-8", "id family_name given_name phone birth_date city day"),
    ):
        with (folder / f"{name}.csv").open(encoding=encoding, newline="") as file:
            for values in list(csv.reader(file))[1:]:
                row = dict(zip(names.split(), [*values, values[0]], strict=False))
                rows.append({**{k: v or None for k, v in row.items()}, "day": None})
    with (folder / "_persons.csv").open(encoding="utf-8", newline="") as file:
        person = {row["source_id"]: row["person"] for row in csv.DictReader(file)}

    for asked in ({}, {"model": True}):
        keys = ("loyalty_id", "phone", "email", "name+birth_date")
        customers, _ = join(records(*rows), keys=keys, **asked)
        precision, recall = _score(customers.values(), person)
        assert precision >= 0.995
        assert 2 * precision * recall / (precision + recall) >= 0.97


def _score(customers, person):
    joined = right = 0
    for members in customers:
        joined += len(members) * (len(members) - 1) // 2
        counts = [sum(person[m] == p for m in members) for p in {person[m] for m in members}]
        right += sum(n * (n - 1) // 2 for n in counts)
    people = list(person.values())
    true = sum(people.count(p) * (people.count(p) - 1) // 2 for p in set(people))
    return right / joined, right / true
