"""How a database is opened: from the environment or a keyring, and from nowhere else."""

from __future__ import annotations

import importlib
import importlib.util
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from rapport.errors import ParameterError
from rapport.params.databases import Database

SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql",
           "mariadb": "mysql"}  # fmt: skip
PORTS = {"postgresql": 5432, "mysql": 3306}
SERVICE = "rapport-database"


@dataclass(frozen=True)
class Address:
    """Where a database is and who asks; its `repr` tells none of it."""

    name: str
    host: str = field(repr=False)
    port: int = field(repr=False)
    database: str = field(repr=False)
    user: str = field(repr=False)
    password: str | None = field(repr=False)
    authority: Path | None = field(repr=False)
    tls: str
    seconds: int


def variable_of(name: str, what: str) -> str:
    """Name the variable of the environment that says `what` of a database.

    Examples
    --------
    >>> variable_of("erp", "URL")
    'RAPPORT_DATABASE_ERP_URL'
    """
    return f"RAPPORT_DATABASE_{name.upper()}_{what}"


def read_address(name: str, declared: Database, env: Mapping[str, str]) -> Address:
    """Read where a database is and who asks.

    Parameters
    ----------
    name : of the database in the unit's file
    declared : what the unit's file says of it
    env : `RAPPORT_DATABASE_<NAME>_URL`, and, over what stands in it, `_USER` and `_PASSWORD`;
        `_CA` names a file of certificates. Without a password a keyring is asked, if the package
        `keyring` is installed: service `rapport-database-<name>`, the user's name.

    Raises
    ------
    ParameterError
        There is no address, or it is none; nothing of it is quoted.
    """
    variable = variable_of(name, "URL")
    if not env.get(variable):
        raise ParameterError(
            f"database {name}: {variable} is not set. Set it to the database's address, "
            f"such as {declared.kind}://user@host/database (docs/data.md, Databases)."
        )
    try:
        parts = urlsplit(env[variable])
        port = parts.port or PORTS[declared.kind]
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ParameterError(f"{variable}: {_form(declared)}") from None
    database, user = unquote(parts.path[1:]), env.get(variable_of(name, "USER"))
    user = user or unquote(parts.username or "")
    host = options.pop("host", "") or parts.hostname or ""
    if SCHEMES.get(parts.scheme) != declared.kind or not (host and database and user):
        raise ParameterError(f"{variable}: {_form(declared)}")
    if options:
        raise ParameterError(
            f"{variable}: takes `host` alone behind the question mark. Say `tls` and `seconds` "
            "under `databases` of the unit's file."
        )
    given = unquote(parts.password) if parts.password is not None else None
    password = env.get(variable_of(name, "PASSWORD")) or given or _ask_keyring(name, user)
    authority = _find_authority(env.get(variable_of(name, "CA")), name)
    return Address(
        name, host, port, database, user, password, authority, declared.tls, declared.seconds
    )


def _form(declared: Database) -> str:
    return (
        f"is no address of this form: {declared.kind}://user:password@host:port/database, every "
        "other mark than letters and digits written as %XX. The password may stand in a variable "
        "of its own."
    )


def _find_authority(given: str | None, name: str) -> Path | None:
    if given and not Path(given).is_file():
        raise ParameterError(f"{variable_of(name, 'CA')}: names no file of certificates.")
    known = given or ssl.get_default_verify_paths().cafile
    return Path(known) if known else None


def _ask_keyring(name: str, user: str) -> str | None:
    # Whoever has no such package has no keyring: the environment is the usual place.
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    try:
        found: str | None = keyring.get_password(f"{SERVICE}-{name}", user)
    except keyring.errors.KeyringError:
        return None  # locked, or a machine without one: the server says whether it needs a word
    return found
