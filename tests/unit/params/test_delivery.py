"""Who gets a report: a strict file whose faults are named without what stands there."""

import pytest

from rapport.errors import ParameterError
from rapport.params.delivery import load_delivery
from rapport.params.load import list_units

GOOD = """
sender: reports@example.com
link: https://intranet.example/reports
readers:
  - {mail: ceo@example.com, language: en}
  - {mail: coo@example.com, send: link}
  - {webhook: wecom, name: board, language: zh}
maintainers:
  - mail: data@example.com
"""


def write(tmp_path, text):
    (tmp_path / "params").mkdir(exist_ok=True)
    (tmp_path / "params" / "shop.delivery.yml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_whole_file_is_read(tmp_path):
    delivery = load_delivery(write(tmp_path, GOOD), "shop")

    assert [reader.send for reader in delivery.readers] == ["attachment", "link", "attachment"]
    assert delivery.largest_mb == 10


def test_the_file_is_no_unit(tmp_path):
    assert list_units(write(tmp_path, GOOD)) == []


def test_an_absent_file_is_said(tmp_path):
    with pytest.raises(ParameterError, match=r"params/shop\.delivery\.yml is absent"):
        load_delivery(tmp_path, "shop")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mail: data@example.com", "mail: secret.person", "line 9: maintainers.0.mail: is no mail"),
        ("ceo@example.com", '"ceo@example.com\\nBcc: x@example.com"', "line 5: readers.0.mail"),
        ("ceo@example.com", "Secret Person <ceo@example.com>", "line 5: readers.0.mail"),
        ("ceo@example.com", f"{'a' * 250}@example.com", "line 5: readers.0.mail"),
        ("coo@example.com", "ceo@EXAMPLE.com", "twice"),
        ("wecom", "smoke", "line 7: readers.2.webhook: is none of the words"),
        ("name: board", "name: ../x", "a webhook needs a `name`"),
        ("language: en", "language: secret", "line 5: readers.0.language"),
        ("sender: reports@example.com", "sender:", "`sender` is missing"),
        ("link: https://intranet.example/reports", "", "`link` is missing"),
        ("https://intranet.example", "https://secret:word@intranet.example", "line 3: link"),
        ("https://intranet.example", "javascript:alert(1)", "line 3: link"),
        ("maintainers:\n  - mail: data@example.com", "", "maintainers"),
        ("sender:", "secret@example.com: 1\nsender:", "is no parameter"),
        ("sender: ", "largest_mb: 900\nsender: ", "line 2: largest_mb"),
    ],
)
def test_a_fault_is_named_by_line_and_never_by_what_stands_there(tmp_path, old, new, said):
    assert old in GOOD
    with pytest.raises(ParameterError) as caught:
        load_delivery(write(tmp_path, GOOD.replace(old, new)), "shop")

    assert said in str(caught.value)
    assert "shop.delivery.yml line " in str(caught.value)
    for secret in ("secret@", "secret.person", "Secret Person", "ceo@", "x@example"):
        assert secret not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
