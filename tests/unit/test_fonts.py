"""The report's fonts are the ones that were cut, in two weights, with the signs of real names."""

import hashlib

import pytest
import uharfbuzz as hb

from rapport.assets.files import FONT_NAMES, asset_path, font_paths

WEIGHTS = {"Regular": 400, "Bold": 700}
# Real names hold signs that older Chinese sets lack; a font without them prints boxes.
NAMES = "堃喆镕赟祎玥𬭎䶮㛃"


def face_of(path):
    return hb.Face(hb.Blob.from_file_path(str(path)))


def weight_of(path):
    """The OS/2 table holds the weight as two bytes from the fifth on."""
    table = face_of(path).reference_table("OS/2").data
    return int.from_bytes(table[4:6], "big")


def test_digests_are_those_that_were_written_when_the_fonts_were_cut():
    sums = asset_path("fonts", "SHA256SUMS").read_text(encoding="utf-8").splitlines()

    for line in sums:
        digest, name = line.split()
        assert hashlib.sha256(asset_path("fonts", name).read_bytes()).hexdigest() == digest, name
    assert {line.split()[1] for line in sums} == set(FONT_NAMES)


@pytest.mark.parametrize("path", font_paths(), ids=lambda path: path.stem)
def test_every_font_says_the_weight_that_it_is_named_after(path):
    assert weight_of(path) == WEIGHTS[path.stem.split("-")[1]]


@pytest.mark.parametrize("path", font_paths(), ids=lambda path: path.stem)
def test_fonts_are_static(path):
    assert face_of(path).axis_infos == []


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("sign", NAMES)
def test_signs_of_real_names_are_there(weight, sign):
    face = face_of(asset_path("fonts", f"NotoSansSC-{weight}.ttf"))

    assert ord(sign) in face.unicodes


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_latin_font_leaves_chinese_to_the_other(weight):
    face = face_of(asset_path("fonts", f"NotoSans-{weight}.ttf"))

    assert not any(code >= 0x3000 for code in face.unicodes)
    assert {ord(sign) for sign in "Aé€£\u2212"} <= set(face.unicodes)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_triangles_of_a_change_are_there(weight):
    face = face_of(asset_path("fonts", f"NotoSansSC-{weight}.ttf"))

    assert {ord("▲"), ord("▼")} <= set(face.unicodes)


def test_the_licence_of_the_fonts_lies_beside_them():
    text = asset_path("fonts", "OFL.txt").read_text(encoding="utf-8")

    assert "SIL Open Font License" in text or "SIL OPEN FONT LICENSE" in text
