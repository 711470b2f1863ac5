"""Page one for telephones, made with the report."""

import struct
from pathlib import Path

from functional.command import rapport

PNG = b"\x89PNG\r\n\x1a\n"


def test_page_one_is_made_for_telephones_with_the_record_inside(copied):
    done = rapport(copied, "run", "shop", "--format", "phone", "--json")

    (report,) = done.json["reports"]
    assert [Path(file).name for file in report["files"]] == [
        "report.phone.en.pdf",
        "report.phone.zh.pdf",
    ]
    assert set(done.actions.values()) == {"reused"}
    folder = copied / "reports" / "shop" / "2026-05"
    for language in ("en", "zh"):
        picture = (folder / f"phone.{language}.png").read_bytes()
        assert picture.startswith(PNG)
        assert struct.unpack(">L", picture[16:20]) == (1080,)
        for file in (picture, (folder / f"report.phone.{language}.pdf").read_bytes()):
            assert len(file) < 1_000_000
    assert rapport(copied, "verify", str(folder)).code == 6  # sealed, and signed by nobody

    picture = folder / "phone.en.png"
    picture.write_bytes(picture.read_bytes()[:-1] + b"x")
    assert rapport(copied, "verify", str(folder)).code == 7
