"""Where sources that are no files lie: databases and an object store, never how to open them.

Addresses, names of users and passwords stand in the environment alone (docs/data.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from rapport.params.strict import Strict

DatabaseName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
OBJECTS = "s3://"


class Database(Strict):
    """A database that sources name.

    `tls` is `verify` (the server shows a certificate of its name, signed by somebody known),
    `require` (encrypted, but to whomever) or `none`. One statement may take `seconds`.
    """

    kind: Literal["postgresql", "mysql"]
    tls: Literal["verify", "require", "none"] = "verify"
    seconds: Annotated[int, Field(ge=1, le=86_400)] = 3600


class Storage(Strict):
    """The object store behind paths that begin with `s3://`.

    Without `endpoint` and `region` they are what the environment says. After `seconds` without a
    byte an attempt has failed; after `attempts` for the same part the source has.
    """

    endpoint: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+/?$")] | None = None
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] | None = None
    anonymous: bool = False
    seconds: Annotated[int, Field(ge=1, le=3_600)] = 60
    attempts: Annotated[int, Field(ge=1, le=20)] = 5


Databases = Mapping[DatabaseName, Database]
