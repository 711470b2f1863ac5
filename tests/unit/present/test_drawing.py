"""Bytes, glyphs, sparklines and digests."""

from datetime import date
from decimal import Decimal

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_rgb

from rapport.assets.files import font_paths
from rapport.errors import DataError
from rapport.present.compact import compact
from rapport.present.digests import column_kinds, digest_frame, plain_cell
from rapport.present.draw import texts_of
from rapport.present.glyphs import check_glyphs
from rapport.present.sparkline import sparkline
from rapport.present.theme import CATEGORIES, FAMILIES, INK, PAPER, cell_look, settings
from rapport.present.values import Suppressed
from rapport.tables import write_table


def test_every_font_of_our_names_is_our_own():
    settings()

    found = {font.fname for font in font_manager.fontManager.ttflist if font.name in FAMILIES}

    assert found == {str(path) for path in font_paths()}


def test_drawing_leaves_the_settings_of_the_process_alone():
    before = dict(mpl.rcParams)

    sparkline([1.0, 2.0])

    assert dict(mpl.rcParams) == before


def test_coordinates_are_shortened_and_steps_become_strokes():
    long = '<svg x="1"><path d="M 0.123456 1 \nL 5 1 \nL 5 2.5 \nL 5 2.5 \nL 6 3 \nz\n"/></svg>'

    assert compact(long) == '<svg x="1"><path d="M0.12 1H5V2.5L6 3z"/></svg>'


def test_text_is_not_shortened():
    assert compact("<svg><text>0.123456</text></svg>") == "<svg><text>0.123456</text></svg>"


def test_a_missing_glyph_is_named_by_its_code_point():
    check_glyphs("12% 堃喆镕赟祎玥 £ − △ \u200b", where="figure a.b")
    with pytest.raises(DataError, match=r"figure a.b: .* U\+E000, U\+1F600"):
        check_glyphs("\ue000 \U0001f600", where="figure a.b")


@pytest.mark.parametrize(
    "points",
    [[], [None], [1.0], [None] * 12 + [3.0], [1.0, None, 2.0], [5.0] * 13, list(range(13))],
)
def test_a_sparkline_stands_whatever_is_missing(points):
    svg = sparkline(points)

    assert svg == sparkline(points)
    assert 'width="73.7pt"' in svg
    assert texts_of(svg) == []


def test_only_a_known_last_month_has_its_dot():
    assert "#0b5fa5" in sparkline([1.0, 2.0])
    assert "#0b5fa5" not in sparkline([1.0, None])


def test_a_digest_is_of_cells_and_not_of_dtypes():
    frame = pd.DataFrame(
        {"n": [1, 2], "x": [0.1, np.nan], "on": pd.to_datetime(["2010-12-09"] * 2)}
    )

    same = frame.astype({"n": "Int64", "x": object})

    assert digest_frame(frame) == digest_frame(same)
    assert digest_frame(frame) != digest_frame(frame.assign(n=[1, 3]))
    assert digest_frame(frame) != digest_frame(frame.iloc[::-1])


def test_a_digest_takes_decimals_dates_and_hidden_cells():
    cells = [Decimal("1.10"), date(2010, 12, 9), Suppressed(10), None, True]

    assert len(digest_frame(pd.DataFrame({"cell": pd.Series(cells, dtype=object)}))) == 64


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NaT, pd.NA, Decimal("NaN")])
def test_every_missing_cell_is_null(missing):
    assert plain_cell(missing) is None


@pytest.mark.parametrize(
    ("cell", "plain"),
    [(np.float64(0.1), 0.1), (np.int64(3), 3), (np.True_, True), (Decimal("1.10"), "1.10"),
     (pd.Timestamp("2010-12-09"), "2010-12-09T00:00:00"), (date(2010, 12, 9), "2010-12-09"),
     (Suppressed(10), "<10"), ("£", "£")],
)  # fmt: skip
def test_a_cell_is_spelled_as_json_holds_it(cell, plain):
    assert plain_cell(cell) == plain
    assert type(plain_cell(cell)) is type(plain)


def test_kinds_of_written_columns(tmp_path):
    at = pd.to_datetime(["2010-12-09", None])
    frame = pd.DataFrame(
        {
            "customer_id": ["c1", None], "n": [1, 2], "n_gap": pd.array([None, 1], dtype="Int64"),
            "spend": [None, Decimal("1.10")], "risk": [0.5, None],
            "scored_on": [date(2010, 12, 9), None], "at": at, "is_new": [True, None],
            "orders": [["o1", "o2"], []], "none": [None, None],
        }
    )  # fmt: skip

    assert column_kinds(write_table(frame, tmp_path / "t.parquet").schema) == {
        "customer_id": "label", "n": "count", "n_gap": "count", "spend": "money",
        "risk": "estimator", "scored_on": "date", "at": "date", "is_new": "label",
        "orders": "label", "none": "label",
    }  # fmt: skip


def contrast(one, other):
    def light(colour):
        parts = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("share", np.linspace(0, 1, 41))
def test_numbers_can_be_read_in_every_cell(share):
    colour, ink = cell_look(float(share))

    assert contrast(colour[:3], ink) >= 4.5


def test_marks_and_text_have_their_contrast_on_paper():
    assert contrast(INK, PAPER) >= 4.5
    assert min(contrast(colour, PAPER) for colour in CATEGORIES) >= 3
