"""MySQL and MariaDB through PyMySQL: rows as they are sent, unbuffered, inside one transaction.

The transaction reads only and sees what was there when it began, so that all that is read in it
is of one moment (of tables that keep versions, as InnoDB does). Every cell comes as text and is
taken for its column's type here, exactly; a day or time of zeros, which is none, is empty.
"""

# ruff: noqa: S608 - SQL is built of quoted names and a checked SELECT
from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from rapport.ingest.remote.address import Address
from rapport.ingest.remote.columns import (
    MOST_DIGITS,
    RefusedReadError,
    Taken,
    check_names,
    decimal_of,
    schema_of,
    take,
)
from rapport.ingest.remote.faults import NUMBERS, fault_of
from rapport.ingest.remote.opening import WAIT, needing
from rapport.params import Source

ROWS_AT_ONCE = 20_000
BINARY, UNSIGNED = 63, 32  # the character set of bytes, and a flag, of the protocol
# Types of the protocol (FIELD_TYPE) by what becomes of them.
BIG, BITS, SHAPE = 8, 16, 255
PLAIN = {
    **dict.fromkeys((1, 2, 3, BIG, 9, 13), pa.int64()), **dict.fromkeys((4, 5), pa.float64()),
    **dict.fromkeys((10, 14), pa.date32()), 12: pa.timestamp("us"),
    7: pa.timestamp("us", tz="UTC"), BITS: decimal_of(20, 0),
}  # fmt: skip
DECIMALS = frozenset([0, 246])
AS_TEXT = {11: "time", 245: "json"}
NO_DAY = "0000-00-00"
CLEAR = ("mysql_clear_password", "dialog", "mysql_old_password")


class _NeverInClear:
    """Refuses to sign in by sending the password as it is."""

    def __init__(self, _connection: object) -> None:
        return

    def authenticate(self, _packet: object) -> None:
        """Refuse: it is asked for before anything is sent."""
        raise _AskedInClearError


class _AskedInClearError(Exception):
    """A server asks for the password as plain text."""


class Session:
    """A transaction of a MySQL or MariaDB database; see `open_mysql`."""

    def __init__(self, address: Address, connection: Any, errors: tuple[type[Exception], ...]):
        self._where = f"database {address.name}"
        self._connection = connection
        self._errors = errors

    def begin(self, seconds: int) -> None:
        """Begin the transaction in which everything is read."""
        maria = "mariadb" in str(self._connection.get_server_info()).lower()
        limit = (
            f"max_statement_time = {seconds}" if maria else f"max_execution_time = {seconds * 1000}"
        )
        with self._telling(self._where), self._connection.cursor() as cursor:
            for words in (
                "SET SESSION time_zone = '+00:00'",
                f"SET SESSION {limit}",
                f"SET SESSION net_write_timeout = {max(seconds, 60)}",
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
            ):
                cursor.execute(words)

    def read(self, name: str, source: Source) -> tuple[list[Taken], Iterator[pa.Table]]:
        """Give the columns of a source and its rows, batch by batch."""
        where = f"source {name}: {self._where}"
        cursor = self._connection.cursor()
        with self._telling(where):
            cursor.execute(self._select(source))
        fields = cursor._result.fields
        names = check_names(where, source, [field.name for field in fields])
        columns = [_choose(n, field) for n, field in zip(names, fields, strict=True)]
        return columns, self._batches(where, source, columns, cursor)

    def _batches(
        self, where: str, source: Source, columns: list[Taken], cursor: Any
    ) -> Iterator[pa.Table]:
        places = [n for n, column in enumerate(columns) if column.type != pa.null()]
        kept = [columns[n] for n in places]
        yield schema_of(kept).empty_table()
        with self._telling(where):
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                cells = list(zip(*rows, strict=True))
                texts = [_texts(columns[n], cells[n]) for n in places]
                yield take(where, source, kept, texts)

    def _select(self, source: Source) -> str:
        if source.table is None:
            return str(source.query)
        table = ".".join(map(quote_name, source.table.split(".", 1)))
        order = ", ".join(map(quote_name, self._key(source.table)))
        return f"SELECT * FROM {table}" + (f" ORDER BY {order}" if order else "")

    def _key(self, table: str) -> list[str]:
        """Name the columns of a table's primary key: equal rows then give an equal file."""
        schema, _, plain = table.rpartition(".")
        with self._telling(self._where), self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name FROM information_schema.statistics WHERE table_schema = "
                "coalesce(nullif(%s, ''), database()) AND table_name = %s AND "
                "index_name = 'PRIMARY' ORDER BY seq_in_index",
                (schema, plain),
            )
            return [row[0] for row in cursor.fetchall()]

    @contextmanager
    def _telling(self, where: str) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            number = _number(error)
            if isinstance(error.__context__, TimeoutError):
                raise fault_of(where, "silent") from None
            raise fault_of(where, NUMBERS.get(number, "other"), number) from None
        except (OSError, EOFError):
            raise fault_of(where, "cut") from None
        except UnicodeDecodeError:
            raise RefusedReadError(
                f"{where}: a text is not UTF-8. Mend the column there."
            ) from None


@contextmanager
def open_mysql(address: Address) -> Iterator[Session]:
    """Open a database for reading, all of it as it is at one moment.

    Raises
    ------
    ParameterError
        The extra `mysql` is not installed.
    DataError
        The server cannot be reached, or does not let the account in.
    """
    with needing(address, "MySQL", "mysql"):
        import pymysql  # noqa: PLC0415 - an extra
    connection = _connect(address, pymysql)
    try:
        session = Session(address, connection, (pymysql.MySQLError,))
        session.begin(address.seconds)
        yield session
    finally:
        _abandon(connection)


def _connect(address: Address, driver: Any) -> Any:
    where = f"database {address.name}"
    # Only what turns values into SQL: what comes stays text.
    plain = {k: v for k, v in driver.converters.conversions.items() if not isinstance(k, int)}
    is_path = address.host.startswith("/")
    given: dict[str, Any] = {"unix_socket": address.host} if is_path else {"host": address.host}
    if address.tls != "verify":
        given["auth_plugin_map"] = dict.fromkeys(CLEAR, _NeverInClear)
    try:
        return driver.connect(
            **given, port=address.port, user=address.user, database=address.database,
            # As text it would be sent in Latin-1, which has no 密.
            password=(address.password or "").encode("utf-8"), charset="utf8mb4",
            autocommit=None, conv=plain, cursorclass=driver.cursors.SSCursor,
            connect_timeout=WAIT, read_timeout=address.seconds + WAIT, write_timeout=WAIT,
            local_infile=False, **_security(address),
        )  # fmt: skip
    except _AskedInClearError:
        raise fault_of(where, "clear") from None
    except driver.MySQLError as error:
        number = _number(error)
        is_tls = isinstance(getattr(error, "original_exception", None), ssl.SSLError)
        raise fault_of(where, "tls" if is_tls else NUMBERS.get(number, "other"), number) from None
    except (ssl.SSLError, OSError, EOFError) as error:
        what = "tls" if isinstance(error, ssl.SSLError) else "absent"
        raise fault_of(where, what) from None
    except (RuntimeError, LookupError, ValueError):
        # What is said in a handshake of another protocol.
        raise fault_of(where, "other") from None


def _abandon(connection: Any) -> None:
    """Close a connection without reading to their end rows that nobody wants any more."""
    if connection._result is not None:
        connection._result.unbuffered_active = False
        connection._result = None
    connection._force_close()


def _number(error: Exception) -> int:
    """Give MySQL's number of an error, 0 without one."""
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def _security(address: Address) -> dict[str, Any]:
    if address.tls == "none":
        return {"ssl_disabled": True}
    context = ssl.create_default_context(
        cafile=str(address.authority) if address.authority else None
    )
    if address.tls == "require":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return {"ssl": context}


def quote_name(name: str) -> str:
    """Quote a name as MySQL reads it."""
    return "`" + name.replace("`", "``") + "`"


def _choose(name: str, field: Any) -> Taken:
    kind, is_unsigned = field.type_code, bool(field.flags & UNSIGNED)
    if kind in DECIMALS:
        # A sum has 40 digits by its type; whether its values have is seen when they come.
        digits = field.length - (field.scale > 0) - (not is_unsigned)
        return Taken(name, decimal_of(min(digits, MOST_DIGITS), field.scale))
    if kind in PLAIN:
        wide = kind == BIG and is_unsigned
        return Taken(name, decimal_of(20, 0) if wide else PLAIN[kind])
    if kind == SHAPE or (field.charsetnr == BINARY and kind not in AS_TEXT):
        return Taken(name, pa.null(), "(bytes) is left out")
    return Taken(name, pa.string(), f"({AS_TEXT[kind]}) is read as text" if kind in AS_TEXT else "")


def _texts(column: Taken, cells: Sequence[Any]) -> pa.Array:
    if any(isinstance(cell, bytes) for cell in cells):
        # BIT is the one type of bytes that is kept.
        cells = [None if cell is None else str(int.from_bytes(cell, "big")) for cell in cells]
    elif pa.types.is_temporal(column.type):
        cells = [None if cell is None or cell.startswith(NO_DAY) else cell for cell in cells]
    return pa.array(cells, pa.string())
