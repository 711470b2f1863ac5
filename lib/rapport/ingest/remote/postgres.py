"""PostgreSQL through ADBC: binary COPY into Arrow, batch by batch, inside one transaction.

The transaction reads only and is REPEATABLE READ, so that all that is read in it is of one
moment. What Arrow has no type for comes as PostgreSQL writes it, as text.
"""

# ruff: noqa: S608 - SQL is built of quoted names and a checked SELECT
from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from urllib.parse import quote as encode
from urllib.parse import urlencode

import pyarrow as pa

from rapport.errors import DataError
from rapport.ingest.remote.address import Address
from rapport.ingest.remote.columns import LOOSE, Taken, check_names, decimal_of, schema_of, take
from rapport.ingest.remote.faults import by_state, fault_of
from rapport.ingest.remote.opening import WAIT, needing
from rapport.ingest.remote.watch import Watch, watched
from rapport.params import Source

BATCH_BYTES = 8 << 20
MODES = {"verify": "verify-full", "require": "require", "none": "disable"}
# Types that Arrow would hold in another meaning.
RECAST = {"money": "numeric(18, 4)", "oid": "bigint"}
FLAT = (
    pa.types.is_integer, pa.types.is_boolean, pa.types.is_string, pa.types.is_date,
    pa.types.is_timestamp, pa.types.is_floating,
)  # fmt: skip
SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET TIME ZONE 'UTC'",
    "SET client_min_messages TO error",
)


class Session:
    """A transaction of a PostgreSQL database; see `open_postgres`."""

    def __init__(
        self, address: Address, connection: Any, errors: type[Exception], watch: Watch | None
    ) -> None:
        self._where = f"database {address.name}"
        self._connection = connection
        self._errors = errors
        self._watch = watch

    def read(self, name: str, source: Source) -> tuple[list[Taken], Iterator[pa.Table]]:
        """Give the columns of a source and its rows, batch by batch."""
        where = f"source {name}: {self._where}"
        with self._telling(where), self._connection.cursor() as cursor:
            select = _select(source)
            schema = cursor.adbc_execute_schema(select)
            names = check_names(where, source, schema.names)
            key = self._key(cursor, source)
        columns, parts = [], []
        for new, field in zip(names, schema, strict=True):
            taken, part = _choose(new, field)
            columns.append(taken)
            if part:
                parts.append(f"{part} AS {quote_name(new)}")
        kept = [column for column in columns if column.type != pa.null()]
        order = f" ORDER BY {', '.join(f'asked.{quote_name(k)}' for k in key)}" if key else ""
        asked = f"SELECT {', '.join(parts)} FROM ({select}) AS asked{order}"
        return columns, self._batches(where, source, kept, asked)

    def _batches(
        self, where: str, source: Source, columns: list[Taken], asked: str
    ) -> Iterator[pa.Table]:
        yield schema_of(columns).empty_table()
        options = {"adbc.postgresql.batch_size_hint_bytes": BATCH_BYTES}
        with self._telling(where), self._connection.cursor(adbc_stmt_kwargs=options) as cursor:
            cursor.execute(asked)
            # Not fetch_record_batch(): it takes the reader apart, and errors lose their codes.
            for batch in cursor._results.reader:
                yield take(where, source, columns, batch.columns)

    def _key(self, cursor: Any, source: Source) -> list[str]:
        """Name the columns of a table's primary key: equal rows then give an equal file."""
        if source.table is None:
            return []
        table = quote_table(source.table).replace("'", "''")
        cursor.execute(
            "SELECT a.attname::text FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_attribute "
            "AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) WHERE i.indisprimary "
            f"AND i.indrelid = to_regclass('{table}') ORDER BY array_position(i.indkey, a.attnum)"
        )
        return [row[0] for row in cursor.fetchall()]

    @contextmanager
    def _telling(self, where: str) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            state = getattr(error, "sqlstate", None)
            if not state and self._watch is not None and self._watch.fell_silent():
                raise fault_of(where, "silent") from None
            raise fault_of(where, by_state(state), state) from None
        except (OSError, pa.ArrowException):
            raise fault_of(where, "other") from None


@contextmanager
def open_postgres(address: Address) -> Iterator[Session]:
    """Open a database for reading, all of it as it is at one moment.

    Raises
    ------
    ParameterError
        The extra `postgresql` is not installed.
    DataError
        The server cannot be reached, or does not let the account in.
    """
    with needing(address, "PostgreSQL", "postgresql"):
        import adbc_driver_manager as manager  # noqa: PLC0415 - an extra
        import adbc_driver_postgresql.dbapi as driver  # noqa: PLC0415
    with _watch(address) as watch:
        connection = _connect(address, driver, manager.Error, watch)
        session = Session(address, connection, manager.Error, watch)
        try:
            with session._telling(f"database {address.name}"), connection.cursor() as cursor:
                for setting in (*SETTINGS, f"SET statement_timeout TO {address.seconds * 1000}"):
                    cursor.execute(setting)
            yield session
        finally:
            _close(connection, manager.Error)


def _watch(address: Address) -> AbstractContextManager[Watch | None]:
    # The other end of a file is a process of this machine.
    if address.host.startswith("/"):
        return nullcontext()
    silence = address.seconds + WAIT
    return watched(address.host, address.port, wait=WAIT, silence=silence)


def _connect(address: Address, driver: Any, errors: type[Exception], watch: Watch | None) -> Any:
    try:
        return driver.connect(_url(address, watch), autocommit=False)
    except errors as error:
        raise _refused(address, str(error)) from None


def _close(connection: Any, errors: type[Exception]) -> None:
    try:
        connection.close()
    except errors:
        # The server is gone, which was told already or no longer matters.
        return


def _url(address: Address, watch: Watch | None) -> str:
    options = {
        "sslmode": MODES[address.tls], "gssencmode": "disable", "connect_timeout": str(WAIT),
        "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        "application_name": "rapport", "client_encoding": "UTF8",
        "host": address.host, "port": str(address.port),
    }  # fmt: skip
    if watch is not None:
        # The name stays, for the server's certificate is of it.
        options |= {"hostaddr": "127.0.0.1", "port": str(watch.port)}
    if address.tls == "verify":
        options["sslrootcert"] = str(address.authority or "system")
    else:
        # To whom it would go, nobody knows.
        options["require_auth"] = "!password"
    word = f":{encode(address.password, safe='')}" if address.password is not None else ""
    who, database = encode(address.user, safe=""), encode(address.database, safe="")
    told = urlencode(options, quote_via=encode)
    return f"postgresql://{who}{word}@/{database}?{told}"


def _refused(address: Address, said: str) -> DataError:
    """Choose what is told by words of libpq's own; none of them is shown."""
    signs = {"authentication method requirement": "clear", "authentication failed": "account",
             "no password supplied": "account", "no pg_hba.conf entry": "account",
             "SSL": "tls", "certificate": "tls", "does not exist": "database"}  # fmt: skip
    what = next((told for sign, told in signs.items() if sign in said), "absent")
    return fault_of(f"database {address.name}", what)


def quote_name(name: str) -> str:
    """Quote a name as PostgreSQL reads it."""
    return '"' + name.replace('"', '""') + '"'


def quote_table(table: str) -> str:
    """Quote a table's name, with its schema if it has one before a dot.

    Examples
    --------
    >>> quote_table("public.orders")
    '"public"."orders"'
    """
    return ".".join(map(quote_name, table.split(".", 1)))


def _select(source: Source) -> str:
    if source.table is None:
        return str(source.query)
    return f"SELECT * FROM {quote_table(source.table)}"


def _choose(name: str, field: pa.Field) -> tuple[Taken, str]:
    """Say how a column is stored, and how it is asked for; empty where it is left out."""
    said, own = dict(field.metadata or {}), quote_name(field.name)
    kind = said.get(b"POSTGRESQL:type", b"").decode()
    if kind in RECAST:
        place = decimal_of(18, 4) if kind == "money" else pa.int64()
        return Taken(name, place), f"{own}::{RECAST[kind]}"
    if kind == "numeric":
        return Taken(name, _numeric(int(said.get(b"POSTGRESQL:typmod", b"-1")))), own
    if kind == "bytea":
        return Taken(name, pa.null(), "(bytea) is left out"), ""
    if any(test(field.type) for test in FLAT):
        return Taken(name, field.type), own
    told = "" if kind == "uuid" else f"({_plain(kind)}) is read as text"
    return Taken(name, pa.string(), told), f"{own}::text"


def _plain(kind: str) -> str:
    return f"array of {kind[1:]}" if kind.startswith("_") else kind


def _numeric(modifier: int) -> pa.DataType:
    if modifier < 0:
        return decimal_of(*LOOSE)
    precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
    # Scales below zero and above the digits are PostgreSQL's alone.
    return (
        decimal_of(precision, scale)
        if precision <= LOOSE[0] and scale <= precision
        else (decimal_of(*LOOSE))
    )
