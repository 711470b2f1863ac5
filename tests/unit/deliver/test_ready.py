"""What may be handed on: final, whole, not erased, and signed where that is asked for."""

import json
from dataclasses import replace

import pytest

from rapport.deliver.ready import find_period, open_report
from rapport.deliver.unit import deliver_unit
from rapport.errors import DeliveryError, ParameterError, TamperedError
from rapport.press.proof.trust import parse_trust
from unit.deliver.conftest import KEEPER, environ, write_report
from unit.deliver.servers import mail_server


def test_the_newest_report_is_delivered_unless_another_is_named(root):
    write_report(root / "reports", period="2026-04")

    assert find_period(root / "reports", "shop", None) == "2026-05"
    assert find_period(root / "reports", "shop", "2026-04") == "2026-04"
    with pytest.raises(ParameterError, match="there is no such report"):
        find_period(root / "reports", "shop", "2026-03")


@pytest.mark.parametrize("name", ["report.en.html", "report.zh.pdf", "page_one.json"])
def test_a_file_that_is_not_the_one_sealed_is_not_sent(job, root, name):
    path = root / "reports" / "shop" / "2026-05" / name
    content = path.read_bytes()
    path.write_bytes(content.replace(b"2026", b"2027", 1))
    with mail_server() as server:
        result = deliver_unit(job(), environ(server))

    assert result.exit_code == 7
    assert isinstance(result.held, TamperedError)
    assert name in str(result.held)
    assert [to for to, _ in server.received()] == [KEEPER]
    assert "Not delivered." in server.received()[0][1].get_content()


def test_a_file_of_another_language_in_its_place_is_not_sent(root):
    folder = root / "reports" / "shop" / "2026-05"
    (folder / "report.en.pdf").write_bytes((folder / "report.zh.pdf").read_bytes())

    with pytest.raises(TamperedError, match=r"report\.en\.pdf: is the file of another report"):
        open_report(root / "reports", "shop", "2026-05", None)


def test_a_report_whose_data_were_erased_is_not_sent(job, root):
    (root / "reports" / "shop" / "2026-05" / "erased.json").write_text("{}", "utf-8")
    with mail_server() as server:
        result = deliver_unit(job(), environ(server))

    assert result.exit_code == 8
    assert "data of it were erased" in str(result.held)
    assert [to for to, _ in server.received()] == [KEEPER]


def test_a_draft_is_not_sent_and_maintainers_hear_of_it_once(job, root):
    write_report(root / "reports", said="A draft", approval={"state": "draft"})
    with mail_server() as server:
        first = deliver_unit(job(), environ(server))
        deliver_unit(job(), environ(server))

    assert first.exit_code == 8
    assert "is a draft" in str(first.held)
    assert [to for to, _ in server.received()] == [KEEPER]


def test_a_report_that_nobody_signed_is_held_where_a_signature_is_asked_for(root):
    trust = parse_trust("")

    with pytest.raises(DeliveryError, match="is not signed by anybody"):
        open_report(root / "reports", "shop", "2026-05", trust)


def test_a_report_without_page_one_as_data_is_to_be_made_again(root):
    made = write_report(root / "reports", period="2026-03")
    manifest = json.loads((made.folder / "manifest.json").read_text("utf-8"))
    assert "page_one.json" in [each["name"] for each in manifest["subject"]]
    (made.folder / "page_one.json").unlink()

    with pytest.raises(TamperedError, match=r"page_one\.json: is not the file"):
        open_report(root / "reports", "shop", "2026-03", None)


def test_what_is_handed_on_has_no_drawing_and_one_line_a_text(root):
    ready = open_report(root / "reports", "shop", "2026-05", None)

    assert set(ready.pages) == {"en", "zh"}
    assert ready.language("zh", "en") == "zh"
    assert ready.language(None, "en") == "en"
    assert replace(ready, pages={"zh": {}}).language("en", "en") == "zh"
    assert "sparkline" not in json.dumps(ready.pages)
