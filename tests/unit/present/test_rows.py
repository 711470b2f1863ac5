"""Rows of small frames: the same cells as pandas gives, without its time."""

from decimal import Decimal

import pandas as pd

from rapport.present.rows import cells_of, records_of, tuples_of

FRAME = pd.DataFrame(
    {
        "n": [3, 4],
        "share": [0.25, float("inf")],
        "is_new": [True, False],
        "name": ["at_risk", None],
        "spend": [Decimal("1.50"), Decimal("2")],
        "day": pd.to_datetime(["2026-06-30", None]),
        "maybe": pd.array([1, None], dtype="Int64"),
        "a b": [1.5, 2.5],
    }
)


def test_cells_are_those_of_pandas_in_value_and_type():
    expected = list(FRAME.itertuples(index=False, name=None))

    found = list(zip(*cells_of(FRAME), strict=True))

    assert [[repr(cell) for cell in row] for row in found] == [
        [repr(cell) for cell in row] for row in expected
    ]
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]


def test_records_name_every_cell_by_its_column():
    expected = next(FRAME.itertuples(index=False, name=None))

    assert list(records_of(FRAME)[0]) == list(FRAME.columns)
    assert repr(list(records_of(FRAME)[0].values())) == repr(list(expected))


def test_tuples_name_a_column_that_is_no_identifier_by_its_place():
    assert tuples_of(FRAME)[1]._fields == next(FRAME.itertuples(index=False))._fields
    assert tuples_of(FRAME)[1]._7 == 2.5


def test_a_frame_without_rows_or_without_columns_has_no_rows():
    assert tuples_of(FRAME.head(0)) == records_of(FRAME.head(0)) == []
    assert records_of(pd.DataFrame(index=[1, 2])) == []


def test_columns_of_one_name_keep_their_own_cells():
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])

    assert cells_of(twice) == [[1], [2]]
