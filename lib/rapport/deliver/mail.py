"""A letter by SMTP: one message a recipient, so nobody sees who else gets it.

The ledger is told just before the message itself is handed over. Until then everything may be
tried again; from then on only a refusal by the server makes it certain that nothing arrived.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from rapport.deliver.attempts import TIMEOUT, LaterError, RefusedError, UnknownError
from rapport.deliver.digest import Letter
from rapport.deliver.settings import Server


class _Whole(EmailPolicy):
    """Encodes a subject as one: encoded word by word, as the library does, it gains blanks."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Give a header as it is sent."""
        if name == "Subject" and not str(value).isascii():
            encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Whole(linesep="\r\n")


def make_message(letter: Letter, *, sender: str, to: str, number: str, at: str) -> EmailMessage:
    """Make a message with a text and, where there is one, a page and a file.

    Parameters
    ----------
    number : by which a mailbox knows it again, should it come twice
    at : time of day, ISO
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.fromisoformat(at))
    message["Message-ID"] = f"<{number}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(letter.lines) + "\n")
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    if letter.attachment:
        message.add_attachment(
            letter.attachment.content,
            maintype="application",
            subtype="pdf",
            filename=letter.attachment.name,
        )
    return message


def send_mail(
    message: EmailMessage, server: Server, *, sender: str, to: str, begin: Callable[[], None]
) -> None:
    """Hand one message to the mail server.

    Parameters
    ----------
    begin : called just before the message is handed over

    Raises
    ------
    LaterError, RefusedError, UnknownError
        How it ended; no text holds an address, a secret or words of the server.
    """
    content = message.as_bytes()
    connection = _connect(server)
    try:
        _address(connection, sender, to, len(content))
        begin()
        _hand_over(connection, content)
    finally:
        connection.close()


def _connect(server: Server) -> smtplib.SMTP:
    try:
        if server.security == "tls":
            secure: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT, context=server.context()
            )
        else:
            secure = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        _secure(secure, server)
    except smtplib.SMTPAuthenticationError:
        raise RefusedError("the mail server does not take the user and password") from None
    except smtplib.SMTPNotSupportedError:
        raise RefusedError("the mail server offers no encryption or no login") from None
    except ssl.SSLCertVerificationError:
        raise RefusedError("the mail server's certificate is not trusted") from None
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, "the mail server does not talk") from None
    except (OSError, smtplib.SMTPException):
        raise LaterError("the mail server cannot be reached") from None
    return secure


def _secure(connection: smtplib.SMTP, server: Server) -> None:
    try:
        if server.security == "starttls":
            connection.starttls(context=server.context())
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise


def _address(connection: smtplib.SMTP, sender: str, to: str, size: int) -> None:
    try:
        connection.ehlo_or_helo_if_needed()
        limit = connection.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            raise RefusedError("the message is larger than the mail server takes")
        options = [f"size={size}"] if "size" in connection.esmtp_features else []
        for said, words in (
            (connection.mail(sender, options), "the mail server does not take the sender"),
            (connection.rcpt(to), "the mail server does not take the recipient"),
        ):
            if said[0] not in (250, 251):
                raise _by_code(said[0], words)
    except (OSError, smtplib.SMTPException):
        raise LaterError("the connection to the mail server broke") from None


def _hand_over(connection: smtplib.SMTP, content: bytes) -> None:
    try:
        code, _ = connection.data(content)
    except smtplib.SMTPDataError as error:  # it did not want to hear the message
        raise _by_code(error.smtp_code, "the mail server does not take the message") from None
    except (OSError, smtplib.SMTPException):
        raise UnknownError("the connection broke while the message was handed over") from None
    if code != 250:
        raise _by_code(code, "the mail server does not take the message")


def _by_code(code: int, words: str) -> LaterError | RefusedError:
    text = f"{words} (code {code})"
    return LaterError(text) if 400 <= code < 500 else RefusedError(text)
