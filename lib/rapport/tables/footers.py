"""The footer of a Parquet file as plain values, and back: Thrift's compact protocol.

A struct is a list of fields `[number, kind, value]` in their order, so that what is read and
written again has the bytes that it had. Parquet's footer holds no map.

References
----------
Apache Thrift, "Thrift Compact protocol encoding"; Apache Parquet, `parquet.thrift`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Field = list[Any]
Struct = list[Field]

TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
INTEGERS = (4, 5, 6)
LONG = 6
LONG_LIST = 15


def read_struct(content: bytes) -> Struct:
    r"""Read one struct.

    Examples
    --------
    >>> read_struct(b"\x15\x04\x18\x01a\x00")
    [[1, 5, 2], [2, 8, b'a']]
    """
    return _Reader(content).struct()


class _Reader:
    """A place in bytes that are read one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def rest(self) -> bytes:
        return self._content[self._at :]

    def take(self, n: int) -> bytes:
        self._at += n
        return self._content[self._at - n : self._at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._content[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def struct(self) -> Struct:
        fields: Struct = []
        number = 0
        while head := self.take(1)[0]:
            number = number + (head >> 4) if head >> 4 else self.integer()
            kind = head & 0x0F
            fields.append([number, kind, None if kind in (TRUE, FALSE) else self._value(kind)])
        return fields

    def _value(self, kind: int) -> Any:
        if kind in INTEGERS:
            return self.integer()
        if kind == BINARY:
            return self.take(self._varint())
        if kind == STRUCT:
            return self.struct()
        if kind in (LIST, SET):
            return self._list()
        return self.take(8 if kind == DOUBLE else 1)

    def head(self) -> tuple[int, int]:
        head = self.take(1)[0]
        return head & 0x0F, self._varint() if head >> 4 == LONG_LIST else head >> 4

    def _list(self) -> tuple[int, list[Any]]:
        kind, n = self.head()
        return kind, [self._value(BYTE if kind in (TRUE, FALSE) else kind) for _ in range(n)]


def read_list_after_number(content: bytes) -> tuple[int, int, bytes]:
    """Read a field that is a whole number and the next, a list of structs that are left as bytes.

    Returns
    -------
    the number, how many structs, and their bytes
    """
    reader = _Reader(content)
    assert reader.take(1)[0] == 1 << 4 | LONG
    number = reader.integer()
    assert reader.take(1)[0] == 1 << 4 | LIST
    kind, n = reader.head()
    assert kind == STRUCT
    return number, n, reader.rest()


def write_list_after_number(number: int, n: int, structs: bytes) -> bytes:
    r"""Write what `read_list_after_number` reads.

    Examples
    --------
    >>> write_list_after_number(5, 2, b"\x00\x00")
    b'\x16\n\x19,\x00\x00'
    """
    out = bytearray([1 << 4 | LONG])
    _put_value(out, LONG, number)
    out.append(1 << 4 | LIST)
    _put_head(out, STRUCT, n)
    return bytes(out) + structs


def write_struct(fields: Struct) -> bytes:
    """Write one struct: the bytes that `read_struct` read of it."""
    out = bytearray()
    _put_struct(out, fields)
    return bytes(out)


def _put_struct(out: bytearray, fields: Struct) -> None:
    last = 0
    for number, kind, value in fields:
        step = number - last
        if 0 < step < LONG_LIST + 1:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _put_varint(out, number << 1)
        if value is not None:
            _put_value(out, kind, value)
        last = number
    out.append(0)


def _put_value(out: bytearray, kind: int, value: Any) -> None:
    if kind in INTEGERS:
        _put_varint(out, value << 1 ^ value >> 63)
    elif kind == BINARY:
        _put_varint(out, len(value))
        out += value
    elif kind == STRUCT:
        _put_struct(out, value)
    elif kind in (LIST, SET):
        _put_list(out, *value)
    else:
        out += value


def _put_list(out: bytearray, kind: int, values: Sequence[Any]) -> None:
    _put_head(out, kind, len(values))
    kind = BYTE if kind in (TRUE, FALSE) else kind
    for value in values:
        _put_value(out, kind, value)


def _put_head(out: bytearray, kind: int, n: int) -> None:
    if n < LONG_LIST:
        out.append(n << 4 | kind)
    else:
        out.append(LONG_LIST << 4 | kind)
        _put_varint(out, n)


def _put_varint(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
