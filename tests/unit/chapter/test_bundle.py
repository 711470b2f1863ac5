import json
from datetime import date
from decimal import Decimal

import pytest

from rapport.chapter import bundle
from rapport.errors import DataError
from rapport.present.values import Value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.10"), '"0.10"'),
        (Decimal("1E+3"), '"1000"'),
        (date(2026, 6, 30), '"2026-06-30"'),
        (0.1, "0.1"),
        (3, "3"),
        ("new", '"new"'),
        (None, "null"),
    ],
)
def test_json_holds_a_value_exactly(value, expected):
    assert json.dumps(bundle.to_json(value)) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_refused(value):
    with pytest.raises(DataError, match="not a finite number"):
        bundle.to_json(value)


def test_a_value_is_described_with_its_denominator_interval_and_table():
    value = Value(
        "a.rate", 0.4, "ratio", "share", n=10, interval=(0.25, Decimal("0.5")), table="rates"
    )

    assert bundle.describe_value(value) == {
        "id": "a.rate",
        "value": 0.4,
        "kind": "ratio",
        "unit": "share",
        "n": 10,
        "interval": [0.25, "0.5"],
        "table": "rates",
    }


def test_a_bundle_stands_beside_the_forms_that_others_read(shown):
    bundle.emit("table", {"id": "a.b"}, plain="a.b", html="<table></table>")

    assert shown() == [
        {
            "text/plain": "a.b",
            "text/html": "<table></table>",
            bundle.MIME: {"v": 1, "type": "table", "id": "a.b"},
        }
    ]
