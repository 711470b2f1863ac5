"""What was read from elsewhere: which reading a source has, and what is cleaned away."""

from __future__ import annotations

import pytest

from rapport.errors import DataError
from rapport.ingest import find_sources
from rapport.ingest.remote.readings import (
    Reading,
    add_readings,
    asked_of,
    folder_of,
    land,
    list_unread,
    name_file,
    next_moment,
)


@pytest.fixture
def far(elsewhere, tmp_path):
    """A shop of two tables of one database."""
    unit = elsewhere.shop.unit
    unit["databases"] = {"till": {"kind": "postgresql"}}
    place = {"format": "database", "database": "till"}
    unit["sources"] = {"log": {**place, "table": "log"}, "more": {**place, "table": "more"}}
    (tmp_path / "aside").mkdir()
    return elsewhere


def put(far, **contents):
    """Add a reading of these sources, one moment for all."""
    unit, aside = far.shop.params(), far.shop.root / "aside"
    folder = folder_of(far.shop.root, unit.name)
    made = []
    for name, content in contents.items():
        (aside / "made").write_text(content, encoding="utf-8")
        landed = land(folder, name, aside / "made")
        made.append(Reading(name, asked_of(unit, name), next_moment(folder), (landed,)))
    add_readings(folder, made, aside)


def found(far):
    files = find_sources(far.shop.params(), far.shop.root, env={}).files
    return {name: path.read_text("utf-8") for name, (path,) in files.items()}


def test_the_newest_reading_counts(far):
    put(far, log="a", more="x")
    put(far, log="b", more="y")

    assert found(far) == {"log": "b", "more": "y"}


def test_sources_of_one_database_are_never_of_two_moments(far):
    put(far, log="a", more="x")
    put(far, log="b")

    assert found(far) == {"log": "a", "more": "x"}


def test_a_reading_whose_file_is_gone_gives_way_to_the_one_before(far):
    put(far, log="a", more="x")
    put(far, log="b", more="y")
    find_sources(far.shop.params(), far.shop.root, env={}).files["log"][0].unlink()

    assert found(far) == {"log": "a", "more": "x"}


def test_another_table_was_not_read_yet(far):
    put(far, log="a", more="x")
    far.shop.unit["sources"]["log"]["table"] = "other"

    assert find_sources(far.shop.params(), far.shop.root, env={}).missing == ("log", "more")


def test_other_limits_and_times_read_nothing_anew(far):
    put(far, log="a", more="x")
    far.shop.unit["sources"]["log"]["limits"] = {"rows": 9}
    far.shop.unit["databases"]["till"] |= {"seconds": 5, "tls": "none"}

    assert found(far) == {"log": "a", "more": "x"}


def test_what_was_read_is_readable_by_its_owner_alone(far):
    put(far, log="a", more="x")

    files = [path for path in far.kept() if "fetched" in path.parts]
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_a_damaged_list_is_told(far):
    put(far, log="a", more="x")
    (folder_of(far.shop.root, "shop") / "readings.json").write_text('{"readings": [{}]}')

    with pytest.raises(DataError, match="the list of what was fetched is damaged"):
        found(far)


def test_cleaning_keeps_the_newest_the_present_and_what_reports_name(far):
    for letter in "abcd":
        put(far, log=letter, more=letter)
        if letter == "b":
            named = set(find_sources(far.shop.params(), far.shop.root, env={}).digests.values())
    unit = far.shop.params()

    gone = list_unread(far.shop.root, [unit], named, keep=1)
    gone_without_names = list_unread(far.shop.root, [unit], set(), keep=3)

    assert sorted(path.read_text("utf-8") for path in gone) == ["a", "a", "c", "c"]
    assert sorted(path.read_text("utf-8") for path in gone_without_names) == ["a", "a"]


def test_reading_what_is_the_same_makes_no_file(far):
    put(far, log="a", more="x")
    before = len(far.kept())

    put(far, log="a", more="x")

    assert len(far.kept()) == before


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a/b/销售 6.csv", "销售_6.csv"),
        ("../../etc/passwd", "passwd"),
        ("a/..", "file"),
        ("a\\b:c\n.csv", "a_b_c_.csv"),
        ("-rf.csv", "rf.csv"),
        ("x" * 300 + ".parquet", "x" * 80 + ".parquet"),
    ],
)
def test_a_files_name_is_harmless(key, name):
    assert name_file(key) == name
