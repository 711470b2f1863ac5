"""Who gets a unit's reports, and who hears of failures: `params/<unit>.delivery.yml`.

A file of its own, because others than analysts keep it and because it holds addresses: no message
of a fault repeats what stands there, only where. Secrets never stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from rapport.errors import ParameterError
from rapport.params.files import read_yaml
from rapport.params.strict import Strict

# What mail servers of today take; no quoted names, so nothing in an address can end a header.
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
LONGEST = 254  # characters of an address (RFC 5321, 4.5.3.1)
CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,19}")
Kind = Literal["wecom", "dingtalk", "feishu", "slack"]


class Recipient(Strict):
    """One who gets something: by mail, or by a webhook whose address is a secret.

    A webhook's `name` leads to RAPPORT_WEBHOOK_<NAME>_URL and, where its service signs,
    RAPPORT_WEBHOOK_<NAME>_SECRET.
    """

    mail: str | None = None
    webhook: Kind | None = None
    name: str | None = None
    language: Literal["en", "zh"] | None = None
    send: Literal["attachment", "link"] = "attachment"
    # Who gets an edition never gets the whole report in its place.
    edition: Literal["whole", "executive", "marketing", "service", "audit", "phone"] = "whole"

    @field_validator("mail")
    @classmethod
    def _is_address(cls, mail: str | None) -> str | None:
        return None if mail is None else check_address(mail)

    @model_validator(mode="after")
    def _is_one(self) -> Recipient:
        if (self.mail is None) == (self.webhook is None):
            raise ValueError("names neither or both of `mail` and `webhook`")
        if self.webhook is not None and not CHANNEL.fullmatch(self.name or ""):
            raise ValueError("a webhook needs a `name` of a-z, 0-9 and _, beginning with a letter")
        if self.mail is not None and self.name is not None:
            raise ValueError("`name` belongs to a webhook")
        return self


class Delivery(Strict):
    """The content of `params/<unit>.delivery.yml`."""

    sender: str | None = None
    # Where readers find what lies in `reports/`.
    link: str | None = None
    largest_mb: Annotated[int, Field(ge=1, le=50)] = 10
    # Keys that a report must be signed with, a path from `params/`; none: it need not be signed.
    trust: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    readers: tuple[Recipient, ...] = Field(default=(), max_length=500)
    maintainers: tuple[Recipient, ...] = Field(min_length=1, max_length=50)

    @field_validator("sender")
    @classmethod
    def _is_address(cls, sender: str | None) -> str | None:
        return None if sender is None else check_address(sender)

    @field_validator("link")
    @classmethod
    def _is_address_of_reports(cls, link: str | None) -> str | None:
        parts = urlsplit(link or "")
        plain = link is None or (link.isascii() and link.isprintable() and " " not in link)
        if link is not None and (
            not plain or parts.scheme not in ("https", "http") or not parts.hostname
            or parts.username or parts.password or parts.query or parts.fragment
        ):  # fmt: skip
            raise ValueError("is no plain address that begins with https://")
        return None if link is None else link.rstrip("/")

    @model_validator(mode="after")
    def _is_whole(self) -> Delivery:
        everybody = [*self.readers, *self.maintainers]
        if any(each.mail for each in everybody) and self.sender is None:
            raise ValueError("`sender` is missing: mail needs an address that it comes from")
        if self.link is None and any(each.send == "link" for each in self.readers):
            raise ValueError("`link` is missing: somebody is sent one")
        for role in (self.readers, self.maintainers):
            names = [name_recipient(each) for each in role]
            if len(names) != len(set(names)):
                raise ValueError("somebody is named twice in one role")
        return self


def check_address(text: str) -> str:
    """Give a mail address back, or say that it is none without repeating it."""
    if len(text) > LONGEST or not ADDRESS.fullmatch(text):
        raise ValueError("is no mail address such as name@example.com")
    return text


def name_recipient(recipient: Recipient) -> str:
    """Give what tells a recipient from others; it may be an address, so it is never printed."""
    if recipient.mail is not None:
        name, _, domain = recipient.mail.rpartition("@")
        return f"mail:{name}@{domain.lower()}"
    return f"{recipient.webhook}:{recipient.name}"


def load_delivery(root: Path, unit: str) -> Delivery:
    """Read who gets a unit's reports.

    Raises
    ------
    ParameterError
        The file is absent or not usable: every fault with its line, none with what stands there.
    """
    path = root / "params" / f"{unit}.delivery.yml"
    if not path.is_file():
        raise ParameterError(
            f"unit {unit}: params/{path.name} is absent. Name readers and maintainers in it."
        )
    values, lines = read_yaml(path)
    try:
        return Delivery.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        told = sorted({_describe(fault, path.name, lines) for fault in faults})
    # Outside the handler: what pydantic raised holds the addresses.
    raise ParameterError("\n".join(text for _, text in told))


def _describe(fault: Any, file: str, lines: Mapping[tuple[str, ...], int]) -> tuple[int, str]:
    path = tuple(str(part) for part in fault["loc"])
    known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), None)
    line = lines[known] if known else 1
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "is no parameter"
    if fault["type"] == "literal_error":
        message = "is none of the words that may stand there"
    # A key may be an address by mistake, so only known names are told.
    named = [part for part in path if part in _KNOWN or part.isdigit()]
    return line, f"{file} line {line}: {'.'.join(named) or 'file'}: {message}."


_KNOWN = {*Delivery.model_fields, *Recipient.model_fields}
