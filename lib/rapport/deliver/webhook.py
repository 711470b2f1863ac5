"""A letter as a message of a group chat: WeCom, DingTalk, Feishu or Slack.

Experimental: written after the services' own pages and tried against a server of our own, never
against theirs. Plain text only, so nothing in a title is markup, a mention or a link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from rapport.deliver.attempts import TIMEOUT, LaterError, RefusedError, UnknownError
from rapport.deliver.settings import Hook

# Bytes that a service takes of a text; of one that is longer the last lines are left out.
LONGEST: Mapping[str, int] = {"wecom": 2048, "dingtalk": 18_000, "feishu": 18_000, "slack": 12_000}
LARGEST_ANSWER = 65_536


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A secret address leads nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def make_request(kind: str, hook: Hook, lines: Sequence[str], *, at: str) -> tuple[str, bytes]:
    """Give address and body of a message.

    Parameters
    ----------
    at : time of day, ISO; some services want it signed
    """
    text = cut_lines(lines, LONGEST[kind])
    seconds = int(datetime.fromisoformat(at).timestamp())
    address, body = _MAKERS[kind](hook, text, seconds)
    return address, json.dumps(body, ensure_ascii=False).encode("utf-8")


def cut_lines(lines: Sequence[str], longest: int) -> str:
    r"""Join lines, and leave out the last ones of a text that is too long.

    Examples
    --------
    >>> cut_lines(["sales rose", "by a third", "in June"], 24)
    'sales rose\nby a third\n…'
    """
    text = "\n".join(lines)
    if len(text.encode("utf-8")) <= longest:
        return text
    room = longest - len("\n…".encode())
    cut = text.encode("utf-8")[:room].decode("utf-8", "ignore")
    whole = cut.rpartition("\n")[0] or cut
    return f"{whole}\n…"


def _wecom(hook: Hook, text: str, _: int) -> tuple[str, dict[str, Any]]:
    return hook.address, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(hook: Hook, text: str, seconds: int) -> tuple[str, dict[str, Any]]:
    body = {"msgtype": "text", "text": {"content": text}}
    if not hook.secret:
        return hook.address, body
    moment = f"{seconds}000"
    signed = _sign(hook.secret.encode(), f"{moment}\n{hook.secret}".encode())
    return f"{hook.address}&timestamp={moment}&sign={quote_plus(signed)}", body


def _feishu(hook: Hook, text: str, seconds: int) -> tuple[str, dict[str, Any]]:
    # As a post of text pieces: in its plain text type `<at ...>` would mention somebody.
    content = [[{"tag": "text", "text": line}] for line in text.split("\n")]
    body: dict[str, Any] = {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": "", "content": content}}},
    }
    if hook.secret:
        signed = _sign(f"{seconds}\n{hook.secret}".encode(), b"")
        body |= {"timestamp": str(seconds), "sign": signed}
    return hook.address, body


def _slack(hook: Hook, text: str, _: int) -> tuple[str, dict[str, Any]]:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return hook.address, {"text": escaped, "mrkdwn": False, "unfurl_links": False}


_MAKERS: Mapping[str, Callable[[Hook, str, int], tuple[str, dict[str, Any]]]] = {
    "wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu, "slack": _slack,
}  # fmt: skip


def _sign(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode("ascii")


def post(kind: str, address: str, body: bytes, *, begin: Callable[[], None]) -> None:
    """Post a message and read whether the service took it.

    Raises
    ------
    LaterError, RefusedError, UnknownError
        How it ended; no text holds the address, the secret or words of the service.
    """
    head = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "rapport"}
    request = urllib.request.Request(address, data=body, headers=head, method="POST")  # noqa: S310 - https, or this machine: see settings.read_hook
    opener = urllib.request.build_opener(_NoRedirect)
    begin()
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            _read_answer(kind, answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        error.close()
        again = error.code == 429 or error.code >= 500
        text = f"the service does not take the message (code {error.code})"
        raise (LaterError(text) if again else RefusedError(text)) from None
    except urllib.error.URLError as error:
        # Raised while connecting and sending; what was sent whole is waited for outside of it.
        if isinstance(error.reason, TimeoutError):
            raise UnknownError("no answer came from the service") from None
        raise LaterError("the service cannot be reached") from None
    except (OSError, http.client.HTTPException):
        raise UnknownError("no answer came from the service") from None


def _read_answer(kind: str, answer: bytes) -> None:
    if kind == "slack":
        if answer.strip() != b"ok":
            raise RefusedError("the service does not take the message")
        return
    try:
        told = json.loads(answer)
        code = told["code"] if kind == "feishu" and "code" in told else told.get("errcode", "none")
    except (ValueError, TypeError, AttributeError):
        raise UnknownError("the service's answer cannot be read") from None
    if code != 0:
        number = code if isinstance(code, int) else "none"
        raise RefusedError(f"the service does not take the message (its code {number})")
