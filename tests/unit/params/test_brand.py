"""What may stand in a brand's file, and what becomes of a logo."""

import base64
import struct
import zlib

import pytest

from rapport.errors import ParameterError
from rapport.params.brand import CUTS, Brand, Cut, read_brand
from rapport.params.colours import contrast
from rapport.params.logo import ELEMENTS, LARGEST, LogoError, clean_logo

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">{}</svg>'
LOGO = SVG.format('<path d="M0 0h40v20z" fill="#0B5FA5"/>')


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks").mkdir()
    for name in ("03_segmentation", "06_churn", "10_summary"):
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    return tmp_path


def write(project, text, name="shop.brand.yml"):
    (project / "params" / name).write_text(text, encoding="utf-8")


def message(project):
    with pytest.raises(ParameterError) as caught:
        read_brand(project, "shop")
    return str(caught.value)


def reason(content):
    with pytest.raises(LogoError) as caught:
        clean_logo(content.encode() if isinstance(content, str) else content)
    return str(caught.value)


def cleaned(text):
    return base64.b64decode(clean_logo(text.encode())["data"]).decode()


def test_a_unit_without_a_file_has_the_houses_look(project):
    brand = read_brand(project, "shop")

    assert (brand["accent"], brand["paper"], brand["logo"]) == ("#0B5FA5", "a4", None)
    assert (brand["name"], brand["variants"]) == (None, [])


def test_a_units_file_goes_over_the_one_of_all_units(project):
    write(project, "paper: letter\nname: Group\n", "_defaults.brand.yml")
    write(project, "name: {en: Shop, zh: 商店}\n")

    brand = read_brand(project, "shop")

    assert (brand["paper"], brand["name"]) == ("letter", {"en": "Shop", "zh": "商店"})


def test_an_accent_that_cannot_be_read_on_paper_is_refused_with_its_contrast(project):
    write(project, "paper: a4\naccent: '#FFCC00'\n")

    assert message(project) == (
        "shop.brand.yml line 2: accent: #FFCC00 has a contrast of 1.51 to the paper, text needs "
        "at least 4.5. Take a darker colour."
    )


def test_an_accent_is_lightened_for_dark_pages_until_it_can_be_read(project):
    write(project, "accent: '#7A0019'\n")

    brand = read_brand(project, "shop")

    assert brand["accent"] == "#7A0019"
    assert 4.5 <= contrast(brand["accent_dark"], "#12181F") < 5.2


def test_a_wrong_name_is_told_with_its_line_and_the_nearest_right_one(project):
    write(project, "paper: a4\nconfidental: Internal\n")

    assert message(project) == (
        "shop.brand.yml line 2: confidental is no part of a brand. Did you mean confidentiality?"
    )


def test_every_fault_is_told_at_once(project):
    write(project, "paper: a5\naccent: blue\nlogo: {file: ../shop.svg, alt: Shop}\n")

    faults = message(project).splitlines()

    assert [fault.split(":")[0] for fault in faults] == [
        f"shop.brand.yml line {line}" for line in (3, 2, 1)
    ]


def test_an_audience_gets_chapters_that_there_are(project):
    write(project, "variants: [service]\naudiences:\n  service: {chapters: [chrun]}\n")

    assert message(project) == (
        "shop.brand.yml line 3: audiences.service: chrun is none of the chapters "
        "segmentation, churn, summary."
    )


def test_what_an_audience_gets_is_the_houses_unless_the_file_says_otherwise(project):
    write(project, "variants: [audit, service]\naudiences:\n  service: {chapters: [churn]}\n")

    variants = read_brand(project, "shop")["variants"]

    assert variants == [
        {"name": "audit", "chapters": None, "is_whole": True},
        {"name": "service", "chapters": ["churn"], "is_whole": False},
    ]


def test_the_houses_cuts_are_such_as_a_file_could_hold():
    cuts = {name: cut.model_dump() for name, cut in CUTS.items()}

    assert Brand.model_validate({"audiences": cuts}).audiences == {
        name: Cut(**cut) for name, cut in cuts.items()
    }


def test_a_logo_that_is_not_there_is_told_with_the_line_of_its_brand(project):
    write(project, "paper: a4\nlogo: {file: shop.svg, alt: Shop}\n")

    assert message(project).startswith(
        "shop.brand.yml line 2: logo: params/shop.svg: cannot be read"
    )


def test_a_logo_keeps_what_draws_and_nothing_else(project):
    (project / "params" / "shop.svg").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><!-- by Ann -->'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/namespaces" '
        'width="40px" height="20" i:user="Ann"><metadata>Ann</metadata><i:view/>'
        '<g class="a" data-owner="Ann" style="fill: #123456; font-family: Ann">'
        '<path d="M0 0h4" onload2="1"/></g></svg>'.replace(' onload2="1"', ""),
        encoding="utf-8",
    )
    write(project, "logo: {file: shop.svg, alt: {en: The shop, zh: 商店标志}}\n")

    logo = read_brand(project, "shop")["logo"]

    assert base64.b64decode(logo["data"]).decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20">'
        '<g fill="#123456"><path d="M0 0h4"></path></g></svg>\n'
    )
    assert (logo["form"], logo["width"], logo["height"]) == ("svg", 40, 20)
    assert logo["alt"] == {"en": "The shop", "zh": "商店标志"}


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "<script>, which acts"),
        ("<SCRIPT/>", "<SCRIPT>, which"),
        ('<path d="M0 0" onclick="x()"/>', "onclick, which acts"),
        ('<animate attributeName="href"/>', "acts"),
        ('<set attributeName="x"/>', "acts"),
        ("<foreignObject><p/></foreignObject>", "<foreignObject>"),
        ('<p xmlns="http://www.w3.org/1999/xhtml"/>', "holds HTML"),
        ('<image href="http://x.example/a.png"/>', "another file or place"),
        ('<use href="#a"/>', "another file or place"),
        ('<a href="javascript:x()"/>', "another file or place"),
        ('<linearGradient href="file:///etc/passwd"/>', "by href"),
        ('<path fill="url(http://x.example/a)" d=""/>', "by url()"),
        ('<path style="fill:URL( //x.example/a )" d=""/>', "by url()"),
        ("<style>@import 'http://x.example'</style>", "<style>"),
        ("<text>Shop</text>", "Turn text into paths"),
        ('<filter id="a"/>', "plain paths"),
        ("<g>" * 60 + "</g>" * 60, "nested"),
        ("<path/>" * (ELEMENTS + 1), "elements"),
    ],
)
def test_a_logo_that_acts_loads_or_is_not_drawn_alike_is_refused(inside, said):
    assert said in reason(SVG.format(inside))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + LOGO, "document type or entities"),
        ('<!doctype svg SYSTEM "file:///etc/passwd">' + LOGO, "document type or entities"),
        ('<?xml-stylesheet href="http://x.example"?>' + LOGO, "style sheet"),
        (LOGO.encode("utf-16"), "UTF-8"),
        (LOGO[:-4], "well-formed"),
        ("<html/>", "no SVG"),
        (SVG.replace("0 0 40 20", "0 0 x 20").format(""), "viewBox"),
        (SVG.replace("0 0 40 20", "0 0 4000 20").format(""), "20 times"),
        (LOGO + " " * LARGEST, "bytes, at most"),
        (b"\xff\xd8\xff\xe0", "neither PNG nor"),
    ],
)
def test_a_file_that_is_no_plain_drawing_is_refused(content, said):
    assert said in reason(content)


def test_a_logos_attribute_cannot_close_its_element():
    text = SVG.format('<path d="M0 0" fill="&quot;&gt;&lt;script&gt;"/>')

    assert "script" not in cleaned(text)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*, width=4, height=2, pixels=None, extra=b""):
    rows = b"".join(b"\0" + b"\x0b\x5f\xa5" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(rows if pixels is None else pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", packed) + chunk(
        b"IEND", b""
    )  # fmt: skip


def test_a_png_keeps_its_pixels_and_tells_nothing_of_its_maker():
    logo = clean_logo(png(extra=chunk(b"tEXt", b"Author\0Ann")) + b"after the end")

    assert base64.b64decode(logo["data"]) == png()
    assert (logo["form"], logo["width"], logo["height"]) == ("png", 4, 2)


def test_a_png_that_unpacks_to_more_than_it_says_is_refused():
    assert "another size" in reason(png(pixels=b"\0" * 40_000_000))


def test_a_damaged_png_is_refused():
    whole = png()

    assert "damaged" in reason(whole[:40] + b"\0" + whole[41:])
    assert "cut off" in reason(whole[:-12])
    assert "pixels" in reason(png(width=100_000, pixels=b""))
