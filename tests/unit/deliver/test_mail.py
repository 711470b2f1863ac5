"""Reports by mail to a server of our own: what arrives, what is tried again, what never is."""

import json
import multiprocessing
import os
import shutil
import signal
import time
from email import message_from_bytes, policy

import pytest

from rapport.deliver import mail
from rapport.deliver.digest import Letter
from rapport.deliver.ledger import open_ledger
from rapport.deliver.mail import make_message
from rapport.deliver.unit import deliver_unit
from rapport.errors import DeliveryError, ParameterError
from rapport.press.proof.log import append
from unit.deliver.conftest import KEEPER, OTHER, READER, environ, write_report
from unit.deliver.servers import free_port, mail_server, make_certificate, wait_until

SPAWN = multiprocessing.get_context("spawn")


def logged(root):
    lines = (root / "reports" / "log.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def recipients(server):
    return [to for to, _ in server.received()]


def test_readers_get_page_one_in_their_language_and_the_pdf(job, root):
    with mail_server() as server:
        result = deliver_unit(job(), environ(server))

    assert result.exit_code == 0
    (first, english), (second, chinese), (third, _) = server.received()
    assert (first, second, third) == (READER, OTHER, KEEPER)
    assert english["Subject"] == "Shop, May 2026: Sales rose"
    assert chinese["Subject"] == "商店，2026年5月：销售额上升"
    assert english["To"] == READER
    for message, said in ((english, "More customers bought."), (chinese, "下单客户更多。")):
        assert said in message.get_body(("plain",)).get_content()
        assert said in message.get_body(("html",)).get_content()
        assert "<script" not in message.get_body(("html",)).get_content()
    (pdf,) = chinese.iter_attachments()
    assert pdf.get_filename() == "shop-2026-05-zh.pdf"
    assert pdf.get_content() == (root / "reports/shop/2026-05/report.zh.pdf").read_bytes()


@pytest.mark.parametrize(
    "said", ["Sales rose by a third to £17.9k, mainly through more customers", "销售额上升" * 20]
)
def test_a_subject_arrives_as_it_was_written(said):
    letter = Letter(f"Shop, May 2026: {said}", ["a"])

    message = make_message(
        letter,
        sender="a@example.com",
        to="b@example.com",
        number="1",
        at="2026-06-01T00:00:00+00:00",
    )

    sent = message.as_bytes()
    assert message_from_bytes(sent, policy=policy.default)["Subject"] == letter.subject
    assert max(len(line) for line in sent.split(b"\r\n")) <= 78


def test_a_reader_who_wants_a_link_gets_it_and_no_file(job):
    readers = [{"mail": READER, "send": "link"}]
    with mail_server() as server:
        deliver_unit(job(readers=readers, link="https://intranet/reports/"), environ(server))

    message = server.received()[0][1]
    assert list(message.iter_attachments()) == []
    address = "https://intranet/reports/shop/2026-05/report.en.html"
    assert address in message.get_body(("plain",)).get_content()
    assert f'href="{address}"' in message.get_body(("html",)).get_content()


def test_who_gets_an_edition_never_gets_the_whole_report_instead(job, root):
    readers = [{"mail": READER, "edition": "phone"}, {"mail": OTHER, "edition": "executive"}]
    write_report(root / "reports", forms=("html", "pdf", "phone"))
    with mail_server() as server:
        deliver_unit(job(readers=readers, link="https://intranet/reports"), environ(server))

    folder = root / "reports" / "shop" / "2026-05"
    (pdf,) = server.received()[0][1].iter_attachments()
    assert pdf.get_filename() == "shop-2026-05-phone-en.pdf"
    assert pdf.get_content() == (folder / "report.phone.en.pdf").read_bytes()
    without = server.received()[1][1]
    assert list(without.iter_attachments()) == []
    assert "was not made" in without.get_body(("plain",)).get_content()
    assert "https://intranet" not in without.get_body(("plain",)).get_content()


def test_a_pdf_that_is_too_large_stays_behind_and_the_mail_says_so(job, root, monkeypatch):
    monkeypatch.setattr("rapport.deliver.digest.MEGABYTE", 1000)
    with mail_server() as server:
        deliver_unit(job(), environ(server))

    message = server.received()[0][1]
    assert list(message.iter_attachments()) == []
    assert "too large" in message.get_body(("plain",)).get_content()


def test_nobody_gets_a_run_twice_and_everybody_gets_the_next_one(job, root):
    with mail_server() as server:
        deliver_unit(job(), environ(server))
        again = deliver_unit(job(), environ(server))
        assert recipients(server) == [READER, OTHER, KEEPER]
        assert again.done["readers"].counts == {"before": 2}
        write_report(root / "reports", said="Sales fell")
        deliver_unit(job(), environ(server))

    assert recipients(server)[3:] == [READER, OTHER, KEEPER]


def test_the_log_holds_role_and_count_and_no_address(job, root):
    with mail_server() as server:
        deliver_unit(job(), environ(server))

    told = [line for line in logged(root) if line["event"] == "delivered"]
    assert [(line["role"], line["sent"]) for line in told] == [("readers", 2), ("maintainers", 1)]
    for path in [*root.rglob("*.jsonl"), *root.rglob("index.html")]:
        text = path.read_text("utf-8")
        assert READER not in text
        assert OTHER not in text


def test_a_refused_reader_is_counted_and_the_others_are_served(job, root):
    with mail_server(refuse={READER}) as server:
        result = deliver_unit(job(), environ(server))

    assert result.exit_code == 8
    assert recipients(server) == [OTHER, KEEPER]
    assert result.done["readers"].counts == {"failed": 1, "sent": 1}
    assert result.done["readers"].reasons == {
        "the mail server does not take the recipient (code 550)": 1
    }
    notice = server.received()[1][1].get_content()
    assert "Not reached: 1." in notice
    assert "sent to readers: 1." in notice


def test_a_busy_server_is_asked_again_and_gets_each_message_once(job):
    with mail_server(busy=2) as server:
        result = deliver_unit(job(), environ(server))

    assert result.exit_code == 0
    assert recipients(server) == [READER, OTHER, KEEPER]


@pytest.mark.parametrize("drop", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_message_is_made_again(job, drop):
    with mail_server(drop=drop, drops=1) as server:
        result = deliver_unit(job(), environ(server))

    # Whether a server that hangs up at DATA has taken the message is unknown.
    lost = 1 if drop == "DATA" else 0
    assert result.done["readers"].counts == {"sent": 2 - lost} | ({"unknown": 1} if lost else {})


def test_one_that_breaks_after_the_message_is_not_sent_again_unless_asked(job):
    with mail_server(drop="message", drops=1) as server:
        first = deliver_unit(job(), environ(server))
        assert first.exit_code == 8
        assert first.done["readers"].counts == {"unknown": 1, "sent": 1}
        assert "nobody knows whether they arrived: 1" in server.received()[1][1].get_content()
        second = deliver_unit(job(), environ(server))
        assert second.done["readers"].counts == {"unknown": 1, "before": 1}
        assert READER not in recipients(server)
        third = deliver_unit(job(again=True), environ(server))

    assert third.done["readers"].counts == {"sent": 1, "before": 1}
    assert recipients(server).count(READER) == 1


def test_no_server_is_said_and_tried_again_by_the_next_delivery(job, root):
    there = {"RAPPORT_SMTP_HOST": "127.0.0.1", "RAPPORT_SMTP_PORT": str(free_port()),
             "RAPPORT_SMTP_SECURITY": "none"}  # fmt: skip
    result = deliver_unit(job(), there)
    assert result.exit_code == 8
    assert result.done["readers"].reasons == {"the mail server cannot be reached": 2}

    with mail_server() as server:
        assert deliver_unit(job(), environ(server)).exit_code == 0
    assert recipients(server) == [READER, OTHER, KEEPER]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_passwords_travel_encrypted_and_the_certificate_is_checked(job, tmp_path, tls):
    context, trusted = make_certificate(tmp_path)
    login = {"RAPPORT_SMTP_USER": "rapport", "RAPPORT_SMTP_PASSWORD": "s3cret"}
    told = {"tls": tls, "context": context, "login": ("rapport", "s3cret")}
    with mail_server(**told) as server:
        unknown = deliver_unit(job(), environ(server, **login))
        assert server.messages == []
        known = deliver_unit(job(), environ(server, **login, RAPPORT_SMTP_CA=str(trusted)))

    assert unknown.done["readers"].reasons == {"the mail server's certificate is not trusted": 2}
    assert known.exit_code == 0
    assert server.was_encrypted == [True] * 3


def test_a_wrong_password_is_refused_once_and_not_told(job, tmp_path):
    context, trusted = make_certificate(tmp_path)
    with mail_server(tls="starttls", context=context, login=("rapport", "other")) as server:
        result = deliver_unit(job(), environ(
            server, RAPPORT_SMTP_USER="rapport", RAPPORT_SMTP_PASSWORD="s3cret",
            RAPPORT_SMTP_CA=str(trusted),
        ))  # fmt: skip

    (reason,) = result.done["readers"].reasons
    assert reason == "the mail server does not take the user and password"
    assert server.n_connections == 3


def test_a_server_without_encryption_gets_no_mail_unless_told_so(job):
    with mail_server() as server:
        result = deliver_unit(job(), environ(server, RAPPORT_SMTP_SECURITY="starttls"))

    assert server.messages == []
    assert result.done["readers"].reasons == {"the mail server offers no encryption or no login": 2}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"RAPPORT_SMTP_HOST": ""}, "RAPPORT_SMTP_HOST is not set"),
        ({"RAPPORT_SMTP_PORT": "s3cret"}, "RAPPORT_SMTP_PORT is no port"),
        ({"RAPPORT_SMTP_SECURITY": "s3cret"}, "RAPPORT_SMTP_SECURITY is none of"),
        ({"RAPPORT_SMTP_USER": "s3cret"}, "set both"),
        ({"RAPPORT_SMTP_USER": "a", "RAPPORT_SMTP_PASSWORD": "s3cret",
          "RAPPORT_SMTP_SECURITY": "none"}, "not sent without encryption"),
        ({"RAPPORT_SMTP_CA": "/s3cret"}, "no file of certificates"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_before_anything_is_sent(job, wrong, said):
    settings = {"RAPPORT_SMTP_HOST": "mail.example.com"} | wrong
    with pytest.raises(ParameterError, match=said) as caught:
        deliver_unit(job(), settings)

    assert "s3cret" not in str(caught.value)


HOSTILE = "Shop\nBcc: victim@example.com\n\n<script>alert(1)</script>\u200b"


def test_a_hostile_title_adds_no_header_and_no_markup(job, root):
    shutil.rmtree(root / "reports")
    write_report(root / "reports", title=HOSTILE)
    with mail_server() as server:
        deliver_unit(job(), environ(server))

    message = server.received()[0][1]
    assert message["Bcc"] is None
    assert [to for _, to, _ in server.messages] == [READER, OTHER, KEEPER]
    assert message["Subject"].strip().startswith("Shop Bcc: victim@example.com <script>")
    assert "<script" not in message.get_body(("html",)).get_content()
    assert "\u200b" not in message.get_body(("plain",)).get_content()


def deliver_in_process(job, settings):
    deliver_unit(job, settings)


def test_two_processes_at_once_send_everything_once(job):
    with mail_server(pause=0.7) as server:
        both = [
            SPAWN.Process(target=deliver_in_process, args=(job(), environ(server)))
            for _ in range(2)
        ]
        for each in both:
            each.start()
        for each in both:
            each.join()

    assert [each.exitcode for each in both] == [0, 0]
    assert sorted(recipients(server)) == sorted([READER, OTHER, KEEPER])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_kill_while_a_message_is_handed_over_sends_nothing_twice(job, root, monkeypatch):
    with mail_server() as server:
        process = SPAWN.Process(target=hang_in_the_middle, args=(job(), environ(server)))
        process.start()
        wait_until((root / "hanging").exists)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert server.messages == []

        result = deliver_unit(job(), environ(server))

    assert result.done["readers"].counts == {"unknown": 1, "sent": 1}
    assert recipients(server) == [OTHER, KEEPER]


def hang_in_the_middle(job, settings):
    def hang(connection, content):
        (job.root / "hanging").touch()
        time.sleep(60)

    mail._hand_over = hang
    deliver_unit(job, settings)


def test_half_a_line_of_the_ledger_is_what_a_kill_left(job, root):
    with mail_server() as server:
        deliver_unit(job(), environ(server))
        ledger = root / "data" / "deliveries" / "shop.jsonl"
        with ledger.open("a", encoding="utf-8") as file:
            file.write('{"at": "2026-')
        deliver_unit(job(), environ(server))

    assert recipients(server) == [READER, OTHER, KEEPER]
    assert ledger.read_bytes().endswith(b"}\n")


def test_who_waits_too_long_for_another_delivery_says_so(job, root, monkeypatch):
    monkeypatch.setattr("rapport.deliver.ledger.WAIT", 0.05)
    said = pytest.raises(DeliveryError, match="another process delivers it")
    with mail_server() as server, open_ledger(root, "shop"), said:
        deliver_unit(job(), environ(server))

    assert server.messages == []


@pytest.mark.parametrize("line", ["{", "[]", '{"what": "a"}', '"x"'])
def test_a_damaged_line_of_the_ledger_stops_the_delivery(job, root, line):
    folder = root / "data" / "deliveries"
    folder.mkdir(parents=True)
    (folder / "shop.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with mail_server() as server, pytest.raises(DeliveryError, match="line 1: is damaged"):
        deliver_unit(job(), environ(server))

    assert server.messages == []


def test_failures_are_told_once_each_with_task_and_class(job, root):
    journal = root / "reports" / "log.jsonl"
    failed = {"event": "failed", "unit": "shop", "period": "2026-06"}
    append(journal, {**failed, "failed": {"churn": "ChapterError"}})
    append(journal, {**failed, "unit": "mall", "failed": {"value": "DataError"}})
    with mail_server() as server:
        deliver_unit(job(), environ(server))
        deliver_unit(job(), environ(server))
        append(journal, {**failed, "failed": {"ingestion": "DataError"}})
        deliver_unit(job(), environ(server))

    notices = [message for to, message in server.received() if to == KEEPER]
    assert len(notices) == 2
    assert notices[0]["Subject"] == "Reports of shop: needs attention"
    assert "period 2026-06: churn (ChapterError)." in notices[0].get_content()
    assert "value (DataError)" not in notices[0].get_content()
    assert "churn" not in notices[1].get_content()
    assert "ingestion (DataError)" in notices[1].get_content()


def test_maintainers_hear_of_failures_where_no_report_was_ever_made(job, root):
    shutil.rmtree(root / "reports" / "shop")
    failed = {"event": "failed", "unit": "shop", "period": None}
    append(root / "reports" / "log.jsonl", {**failed, "failed": {"ingestion": "DataError"}})
    with mail_server() as server:
        result = deliver_unit(job(), environ(server))

    assert result.exit_code == 2
    ((to, notice),) = server.received()
    assert to == KEEPER
    assert "ingestion (DataError)" in notice.get_content()
    assert "Not delivered." in notice.get_content()


def test_only_the_role_that_was_asked_for_gets_something(job):
    with mail_server() as server:
        deliver_unit(job(roles=("maintainers",)), environ(server))
        before = recipients(server)
        deliver_unit(job(roles=("readers",)), environ(server))

    # The report is of May and today is later, so there is a period to miss.
    assert before == [KEEPER]
    assert recipients(server)[1:] == [READER, OTHER]
