import gzip

import pytest

from rapport.errors import DataError
from rapport.ingest.guess.dialect import guess_dialect

CHINESE = "订单号,客户编号,金额\nA1,C1,12.50\nA2,C2,3.00\n"
ROWS = "order;customer;amount\nA1;C1;12,50\nA2;C2;3,00\n"


def write(folder, content, name="a.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_its_encoding(tmp_path, encoding):
    found = guess_dialect(write(tmp_path, CHINESE.encode(encoding)))

    assert found.encoding == encoding.removesuffix("-sig")
    assert found.head == ("订单号", "客户编号", "金额")


def test_western_text_is_not_taken_for_chinese(tmp_path):
    # Every pair of these bytes is a character of GB 18030, too, only a rare one.
    text = "Straße,Größe,Betrag\nStraße,Größe,3\n"
    text.encode("cp1252").decode("gb18030")

    assert guess_dialect(write(tmp_path, text.encode("cp1252"))).encoding == "cp1252"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_every_row_alike(tmp_path, mark):
    rows = "\n".join(mark.join(["order", "amount", "note"]) for _ in range(5))

    assert guess_dialect(write(tmp_path, rows.encode())).delimiter == mark


def test_decimal_commas_are_no_delimiter(tmp_path):
    assert guess_dialect(write(tmp_path, ROWS.encode())).delimiter == ";"


def test_lines_of_title_above_the_head_are_skipped(tmp_path):
    content = f"Report of May\n\n{CHINESE}".encode()

    found = guess_dialect(write(tmp_path, content))

    assert found.head == ("订单号", "客户编号", "金额")
    assert found.skip == 2


def test_packed_text_is_read_like_plain_text(tmp_path):
    path = write(tmp_path, gzip.compress(CHINESE.encode("gb18030")), "a.csv.gz")

    assert guess_dialect(path).encoding == "gb18030"


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "holds nothing"), (b" \n\n", "holds nothing"), (b"a\x00b", "zero")]
)
def test_what_is_no_text_is_refused_by_name(tmp_path, content, said):
    with pytest.raises(DataError, match=f"a.csv: .*{said}"):
        guess_dialect(write(tmp_path, content))
