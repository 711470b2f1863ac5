"""Messages of group chats: their form, their signatures, and what a service answers."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from rapport.deliver.settings import Hook, read_hook
from rapport.deliver.unit import deliver_unit
from rapport.deliver.webhook import LONGEST, cut_lines, make_request
from rapport.errors import ParameterError
from unit.deliver.servers import free_port, webhook

AT = "2026-07-02T04:15:00+00:00"
SECONDS = 1782965700
OK = {"wecom": b'{"errcode":0,"errmsg":"ok"}', "dingtalk": b'{"errcode":0}',
      "feishu": b'{"code":0,"msg":"success"}', "slack": b"ok"}  # fmt: skip


def hooked(kind):
    people = [{"webhook": kind, "name": "board", "language": "zh"}]
    return {"readers": people, "maintainers": [{"webhook": kind, "name": "board"}]}


def at(hooks, secret="s3cret"):
    address = f"http://127.0.0.1:{hooks.port}/send?key=s3cret"
    return {"RAPPORT_WEBHOOK_BOARD_URL": address, "RAPPORT_WEBHOOK_BOARD_SECRET": secret}


def told(body):
    return json.dumps(json.loads(body), ensure_ascii=False)


@pytest.mark.parametrize("kind", sorted(OK))
def test_each_service_gets_page_one_once_as_plain_text(job, kind):
    with webhook((200, OK[kind])) as hooks:
        result = deliver_unit(job(**hooked(kind)), at(hooks))
        deliver_unit(job(**hooked(kind)), at(hooks))

    assert result.exit_code == 0
    assert len(hooks.came) == 2
    assert "销售额上升" in told(hooks.came[0][1])
    assert "下单客户更多。" in told(hooks.came[0][1])
    assert "Reports of shop" in told(hooks.came[1][1])


def test_dingtalk_is_signed_in_the_address():
    address, body = make_request("dingtalk", Hook("https://d/x?t=1", "s3cret"), ["a"], at=AT)

    asked = parse_qs(urlsplit(address).query)
    key, text = b"s3cret", f"{SECONDS}000\ns3cret".encode()
    signed = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    assert (asked["timestamp"], asked["sign"]) == ([f"{SECONDS}000"], [signed])
    assert json.loads(body) == {"msgtype": "text", "text": {"content": "a"}}


def test_feishu_is_signed_in_the_message_and_mentions_nobody():
    _, body = make_request(
        "feishu", Hook("https://f/x", "s3cret"), ['<at user_id="all">x</at>', "b"], at=AT
    )

    sent = json.loads(body)
    text = f"{SECONDS}\ns3cret".encode()
    signed = base64.b64encode(hmac.new(text, b"", hashlib.sha256).digest()).decode()
    assert (sent["timestamp"], sent["sign"]) == (str(SECONDS), signed)
    pieces = [piece for line in sent["content"]["post"]["zh_cn"]["content"] for piece in line]
    assert pieces == [
        {"tag": "text", "text": '<at user_id="all">x</at>'}, {"tag": "text", "text": "b"},
    ]  # fmt: skip


def test_slack_gets_no_mention_and_no_link():
    _, body = make_request("slack", Hook("https://s/x"), ["<!channel> & <http://x|y>"], at=AT)

    assert json.loads(body)["text"] == "&lt;!channel&gt; &amp; &lt;http://x|y&gt;"
    assert json.loads(body)["mrkdwn"] is False


def test_a_text_that_is_too_long_loses_its_last_lines():
    lines = ["标题", *["数" * 400] * 4]

    text = cut_lines(lines, LONGEST["wecom"])

    assert len(text.encode()) <= LONGEST["wecom"]
    assert text.split("\n") == ["标题", "数" * 400, "…"]


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        ("wecom", (200, b'{"errcode":93000,"errmsg":"s3cret"}'), "its code 93000"),
        ("feishu", (200, b'{"code":19021}'), "its code 19021"),
        ("slack", (404, b"no_service"), "code 404"),
        ("slack", (200, b"<html>"), "does not take the message"),
        ("dingtalk", (302, b""), "code 302"),
    ],
)
def test_a_refusal_is_counted_and_never_tells_the_secret(job, kind, answer, said):
    with webhook(answer) as hooks:
        result = deliver_unit(job(**hooked(kind), roles=("readers",)), at(hooks))

    assert result.exit_code == 8
    (reason,) = result.done["readers"].reasons
    assert said in reason
    assert "s3cret" not in reason
    assert len(hooks.came) == 1


def test_a_service_that_is_overloaded_is_asked_again(job):
    with webhook((503, b""), (429, b""), (200, b"ok")) as hooks:
        result = deliver_unit(job(**hooked("slack"), roles=("readers",)), at(hooks))

    assert result.exit_code == 0
    assert len(hooks.came) == 3


@pytest.mark.parametrize("answer", [(0, b""), (200, b"not json")])
def test_a_message_without_an_answer_is_not_sent_again(job, answer):
    with webhook(answer) as hooks:
        for _ in range(2):
            result = deliver_unit(job(**hooked("wecom"), roles=("readers",)), at(hooks))

    assert result.done["readers"].counts == {"unknown": 1}
    assert len(hooks.came) == 1


def test_a_service_that_cannot_be_reached_is_said(job):
    nobody = type("Nobody", (), {"port": free_port()})
    result = deliver_unit(job(**hooked("slack"), roles=("readers",)), at(nobody))

    assert result.done["readers"].reasons == {"the service cannot be reached": 1}


@pytest.mark.parametrize(
    "address", ["", "http://example.com/s3cret", "file:///s3cret", "https://a/ s3cret", "https://[s3"]
)  # fmt: skip
def test_an_address_that_secrets_may_not_go_to_is_refused(address):
    with pytest.raises(ParameterError, match="RAPPORT_WEBHOOK_BOARD_URL") as caught:
        read_hook({"RAPPORT_WEBHOOK_BOARD_URL": address}, "board")

    assert "s3" not in str(caught.value)
