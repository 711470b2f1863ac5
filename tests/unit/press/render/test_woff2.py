import io

import pytest
from fontTools.ttLib import TTFont

from rapport.assets.files import font_paths
from rapport.press.render.fonts import cut_fonts
from rapport.press.render.woff2 import write_woff2


def test_every_table_survives():
    sfnt = font_paths()[0].read_bytes()

    packed = TTFont(io.BytesIO(write_woff2(sfnt)))

    plain = TTFont(io.BytesIO(sfnt))
    assert packed.flavor == "woff2"
    assert sorted(packed.reader.keys()) == sorted(plain.reader.keys())
    for tag in plain.reader.keys():  # noqa: SIM118 - a reader is no mapping
        assert packed.reader[tag] == plain.reader[tag], tag


def test_compression_is_worth_it():
    sfnt = font_paths()[0].read_bytes()

    assert len(write_woff2(sfnt)) < 0.7 * len(sfnt)


@pytest.mark.parametrize("content", [b"", b"wOF2 is packed already", b"ttcf" + bytes(20)])
def test_anything_but_one_font_is_refused(content):
    with pytest.raises(ValueError, match="not a single"):
        write_woff2(content)


def test_equal_texts_give_equal_fonts():
    assert cut_fonts("abc客户", "zh") == cut_fonts("户客cba", "zh")
