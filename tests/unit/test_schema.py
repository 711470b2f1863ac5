"""The canonical tables."""

import pytest

from rapport.schema import SCHEMAS
from rapport.tables import ARROW_TYPES, arrow_schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_keys_and_times_are_columns(name):
    schema = SCHEMAS[name]
    names = [column.name for column in schema.columns]

    assert len(names) == len(set(names))
    assert set(schema.key) <= set(names)
    assert schema.time is None or schema.time in names
    assert {stamp for column in schema.columns for stamp in column.local_of} <= set(names)


@pytest.mark.parametrize("name", SCHEMAS)
def test_rows_are_dated_by_a_date(name):
    schema = SCHEMAS[name]
    column = schema.column(schema.time or "")

    assert column is None or column.type == "date"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_type_has_one_in_arrow(name):
    assert {column.type for column in SCHEMAS[name].columns} <= set(ARROW_TYPES)
    assert arrow_schema(SCHEMAS[name]).names == [column.name for column in SCHEMAS[name].columns]


def test_every_table_says_its_grain():
    assert all(schema.grain.startswith("one row") for schema in SCHEMAS.values())


def test_columns_of_a_prefix_are_open():
    found = SCHEMAS["surveys"].column("s_price")

    assert found is not None
    assert (found.type, found.low, found.high) == ("int16", 1, 5)
    assert SCHEMAS["orders"].column("s_price") is None


def test_no_canonical_table_holds_a_birth_year():
    assert SCHEMAS["customers"].column("birth_year") is None
