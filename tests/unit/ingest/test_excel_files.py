"""Files that are no workbook, or none that may be opened: refused with what to do."""

import random
import struct
import sys
import zipfile

import pytest

from workbooks import patch, read, save, told

ROWS = [["id", "value"], ["a", 1]]
MERGE = '<mergeCells><mergeCell ref="A"/></mergeCells>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(path, content=None, **options):
    if content is not None:
        path.write_bytes(content)
    (fault,) = told(read(path, **options))
    return fault


def add(path, name, content):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return path


def test_without_openpyxl_the_extra_is_named(tmp_path, monkeypatch):
    path = save(tmp_path / "a.xlsx", ROWS)
    for name in [name for name in sys.modules if name.startswith("openpyxl")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    assert 'pip install "rapport-reports[excel]"' in refusal(path)


def test_a_workbook_of_before_2007_is_refused(tmp_path):
    told = refusal(tmp_path / "a.xls", OLE + bytes(4096))

    assert "a.xls is a workbook of before 2007 (.xls)" in told
    assert "save it as an Excel workbook (.xlsx)" in told


def test_a_workbook_with_a_password_is_refused(tmp_path):
    content = OLE + bytes(2000) + "EncryptedPackage".encode("utf-16-le") + bytes(2000)

    assert "is protected by a password" in refusal(tmp_path / "a.xlsx", content)


def test_a_package_with_a_password_is_refused(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)
    content = path.read_bytes()
    # Bit 0 of the flags of every entry of the central directory.
    parts = content.split(b"PK\x01\x02")
    locked = [part[:4] + struct.pack("<H", 1) + part[6:] for part in parts[1:]]

    assert "is protected by a password" in refusal(path, b"PK\x01\x02".join([parts[0], *locked]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page or XML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "is a web page or XML"),
        (b"id,value\na,1\n", "is no workbook"),
        (b"", "is no workbook"),
        (b"PK\x03\x04 and nothing more", "is damaged"),
    ],
)
def test_other_files_under_a_workbooks_name_are_refused(tmp_path, content, said):
    assert said in refusal(tmp_path / "a.xlsx", content)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/workbook.bin", "is a binary workbook (.xlsb)"),
        ("mimetype", "is an OpenDocument file"),
        ("word/document.xml", "is a text document"),
    ],
)
def test_other_packages_are_refused_by_what_they_are(tmp_path, part, said):
    assert said in refusal(add(tmp_path / "a.xlsx", part, "x"))


def test_a_package_that_unpacks_beyond_all_measure_is_not_unpacked(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet9.xml", "w") as part,
    ):
        for _ in range(80):
            part.write(bytes(1 << 20))

    assert "unpacks to 80 MB in" in refusal(path)


def test_a_package_larger_than_the_limit_of_its_source_is_refused(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)
    add(path, "xl/media/picture.bin", bytes(3 << 20))

    assert "unpacks to 3 MB" in refusal(path, source={"limits": {"unpacked_mb": 2}})


def test_a_part_that_lies_about_its_size_is_damaged(tmp_path):
    path = save(tmp_path / "a.xlsx", [["id", "value"], *([["a", 1]] * 3000)])
    with zipfile.ZipFile(path) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    content = path.read_bytes()
    assert content.count(struct.pack("<I", size)) >= 1

    assert "is damaged" in refusal(
        path, content.replace(struct.pack("<I", size), struct.pack("<I", 500))
    )


def test_a_package_of_very_many_parts_is_refused(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)
    with zipfile.ZipFile(path, "a") as package:
        for number in range(10_001):
            package.writestr(f"x/{number}", b"")

    assert "parts from" in refusal(path)


def test_a_truncated_workbook_is_damaged(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)

    assert "a.xlsx is damaged" in refusal(path, path.read_bytes()[:-200])


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/worksheets/sheet1.xml", ("</sheetData>", "")),
        ("xl/worksheets/sheet1.xml", ('r="B2"', 'r="ZZZZ2"')),
        ("xl/worksheets/sheet1.xml", ('<row r="2"', '<row r="9999999"')),
        ("xl/worksheets/sheet1.xml", ('<row r="2"', '<row r="1"')),
        ("xl/worksheets/sheet1.xml", ('t="n"><v>1</v>', 't="s"><v>7</v>')),
        ("xl/worksheets/sheet1.xml", ('t="n"><v>1</v>', 't="s"><v>-1</v>')),
        ("xl/worksheets/sheet1.xml", ("<v>1</v>", "<v>one</v>")),
        ("xl/worksheets/sheet1.xml", ("<v>1</v>", "<v>1E999</v>")),
        ("xl/worksheets/sheet1.xml", ("</sheetData>", f"</sheetData>{MERGE}")),
        ("xl/workbook.xml", ("</sheets>", "")),
        ("xl/styles.xml", ("</styleSheet>", "")),
        ("[Content_Types].xml", ("</Types>", "")),
    ],
)  # fmt: skip
def test_a_part_that_is_no_part_of_a_workbook_is_damage_and_no_bug(tmp_path, part, change):
    path = save(tmp_path / "a.xlsx", ROWS)
    patch(path, part, change)

    assert "a.xlsx is damaged. Open it, save it anew" in refusal(path).replace(" .", ".")


def test_entities_that_multiply_are_damage_and_fill_no_memory(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY e0 "{"x" * 1000}">{levels}]><worksheet'
    patch(path, "xl/worksheets/sheet1.xml", ("<worksheet", bomb), ("<t>a</t>", "<t>&e9;</t>"))

    assert "is damaged" in refusal(path)


def test_a_cell_far_out_costs_nothing(tmp_path):
    path = save(tmp_path / "a.xlsx", ROWS)
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    patch(path, "xl/worksheets/sheet1.xml", ("</sheetData>", far))

    file = read(path)

    assert file.table.column_names == ["id", "value", "column XFD"]
    assert file.table.num_rows == 2


def test_no_message_tells_what_a_cell_holds(tmp_path):
    rows = [["id", "value"], ["王小明", "=1+1"], ["李小红", None]]
    path = save(tmp_path / "a.xlsx", rows)

    message = refusal(path)

    assert "王小明" not in message
    assert "1+1" not in message


def test_whatever_is_changed_in_a_part_gives_rows_or_a_fault(tmp_path):
    path = save(
        tmp_path / "a.xlsx", [["销售"], ["id", "客户", "金额"], ["a", "x", 1], ["合计", None, 1]]
    )
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    drawn = random.Random(7)
    kinds = set()
    for _ in range(150):
        name = drawn.choice([name for name in parts if "docProps" not in name])
        content = bytearray(parts[name])
        content[drawn.randrange(len(content))] = drawn.choice(b'019aZ"<>/-.\x00\xff')
        with zipfile.ZipFile(path, "w") as package:
            for part, old in parts.items():
                package.writestr(part, bytes(content) if part == name else old)

        file = read(path)
        kinds.add("fault" if file.faults else "rows")

    assert kinds == {"fault", "rows"}
