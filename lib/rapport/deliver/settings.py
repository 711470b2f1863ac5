"""Secrets and servers, from the environment alone; no message ever holds what stands there."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from rapport.errors import ParameterError

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Server:
    """A mail server; without `user` nobody logs in."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    authority: Path | None = None
    """Certificates that the server's must lead to; None: those that the system trusts."""

    def context(self) -> ssl.SSLContext:
        """Give the rules of the encrypted connection: certificate and name are checked."""
        return ssl.create_default_context(cafile=self.authority)


@dataclass(frozen=True)
class Hook:
    """A webhook; its address is a secret, too."""

    address: str = field(repr=False)
    secret: str = field(default="", repr=False)


def read_server(environ: Mapping[str, str]) -> Server:
    """Read RAPPORT_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _CA.

    Raises
    ------
    ParameterError
        The host is missing, a value cannot be read, or a password would travel in the open.
    """
    host = environ.get("RAPPORT_SMTP_HOST", "")
    if not host:
        raise ParameterError("mail: RAPPORT_SMTP_HOST is not set. Name the server that sends it.")
    security = environ.get("RAPPORT_SMTP_SECURITY", "starttls")
    if security not in PORTS:
        raise ParameterError(f"mail: RAPPORT_SMTP_SECURITY is none of {', '.join(PORTS)}.")
    port = environ.get("RAPPORT_SMTP_PORT", str(PORTS[security]))
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ParameterError("mail: RAPPORT_SMTP_PORT is no port from 1 to 65535.")
    user, password = (environ.get(f"RAPPORT_SMTP_{name}", "") for name in ("USER", "PASSWORD"))
    if bool(user) != bool(password):
        raise ParameterError("mail: set both of RAPPORT_SMTP_USER and RAPPORT_SMTP_PASSWORD.")
    if security == "none" and user:
        raise ParameterError(
            "mail: a password is not sent without encryption. Set RAPPORT_SMTP_SECURITY to "
            "starttls or tls."
        )
    authority = environ.get("RAPPORT_SMTP_CA")
    if authority and not Path(authority).is_file():
        raise ParameterError("mail: RAPPORT_SMTP_CA names no file of certificates.")
    return Server(host, int(port), security, user, password, Path(authority) if authority else None)  # type: ignore[arg-type]


def read_hook(environ: Mapping[str, str], name: str) -> Hook:
    """Read RAPPORT_WEBHOOK_<NAME>_URL and _SECRET.

    Raises
    ------
    ParameterError
        The address is missing, or is not one that secrets may be sent to.
    """
    variable = f"RAPPORT_WEBHOOK_{name.upper()}_URL"
    address = environ.get(variable, "")
    if not address:
        raise ParameterError(f"webhook: {variable} is not set. Set the address that it posts to.")
    try:
        parts = urlsplit(address)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        is_safe = False
    if not is_safe or not address.isascii() or not address.isprintable() or " " in address:
        raise ParameterError(f"webhook: {variable} is no address that begins with https://.")
    return Hook(address, environ.get(f"RAPPORT_WEBHOOK_{name.upper()}_SECRET", ""))
