"""Files as they should not be: each is written into a folder and says how it is declared."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# What no message may repeat: it stands in every file that is refused.
SECRET = "zoe.secret4711"
HEAD = "order,customer,day,product,quantity,amount"
N_GOOD = 40
GOOD = [f"{n},c{n % 7},2024-03-{n % 28 + 1:02d},{SECRET},1,2.50" for n in range(1, N_GOOD + 1)]
COLUMNS = HEAD.split(",")

Make = Callable[[Path], dict[str, Any]]


def rows(*more: str, at: int = 20) -> str:
    """Give the good rows with others amid them."""
    return "\n".join([HEAD, *GOOD[:at], *more, *GOOD[at:]]) + "\n"


def text(content: str | bytes, name: str = "log.csv", **declared: Any) -> Make:
    """Write a CSV file."""
    body = content.encode() if isinstance(content, str) else content

    def make(folder: Path) -> dict[str, Any]:
        (folder / name).write_bytes(body)
        return {"path": name, "format": "csv", **declared}

    return make


def cell(column: str, value: str, **declared: Any) -> Make:
    """Write a CSV file one of whose cells holds this."""
    cells = GOOD[0].replace(SECRET, "cup").split(",")
    cells[COLUMNS.index(column)] = value
    return text(rows(",".join(["900", *cells[1:]] if column != "order" else cells)), **declared)


def json_lines(*more: str, **declared: Any) -> Make:
    """Write good rows as JSON lines with others amid them."""
    good = [json.dumps(dict(zip(COLUMNS, row.split(","), strict=True))) for row in GOOD]
    content = "\n".join([*good[:20], *more, *good[20:]]) + "\n"
    return text(content, "log.jsonl", format="json", **declared)


def parquet(change: Callable[[bytes], bytes] = bytes, **columns: Any) -> Make:
    """Write good rows as Parquet, some columns otherwise, the bytes then changed."""

    def make(folder: Path) -> dict[str, Any]:
        good = dict(zip(COLUMNS, map(list, zip(*(r.split(",") for r in GOOD), strict=True)),
                        strict=True))  # fmt: skip
        table = pa.table(good | columns)
        pq.write_table(table, folder / "log.parquet")
        path = folder / "log.parquet"
        path.write_bytes(change(path.read_bytes()))
        return {"path": "log.parquet", "format": "parquet"}

    return make


def sqlite(*statements: str, **declared: Any) -> Make:
    """Write good rows as a table of an SQLite file, then change it."""

    def make(folder: Path) -> dict[str, Any]:
        connection = sqlite3.connect(folder / "log.db")
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        connection.execute(f"CREATE TABLE log ({names})")
        marks = ", ".join("?" for _ in COLUMNS)
        connection.executemany(
            f"INSERT INTO log VALUES ({marks})", [row.split(",") for row in GOOD]
        )
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        asked = {} if "query" in declared else {"table": "log"}
        return {"path": "log.db", "format": "sqlite", **asked, **declared}

    return make


def sqlite_with_log(folder: Path) -> dict[str, Any]:
    """Write an SQLite file whose newest rows wait in a log beside it."""
    source = sqlite()(folder)
    (folder / "log.db-wal").write_bytes(b"rows that wait")
    return source


def spoilt_sqlite(folder: Path) -> dict[str, Any]:
    """Write an SQLite file whose pages are torn."""
    source = sqlite()(folder)
    path = folder / "log.db"
    content = bytearray(path.read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    path.write_bytes(content)
    return source


def bomb(folder: Path) -> dict[str, Any]:
    """Write a file of kilobytes that unpacks to a hundred megabytes of rows."""
    with gzip.open(folder / "log.csv", "wb") as file:
        file.write((HEAD + "\n").encode())
        block = b"1,ann,2024-03-01,cup,1,2.50\n" * 40_000
        for _ in range(100):
            file.write(block)
    return {"path": "log.csv", "format": "csv"}


def linked(folder: Path) -> dict[str, Any]:
    """Put a link in the folder that leads to a file outside of it."""
    outside = folder.parent / "secret.csv"
    outside.write_text(rows(), encoding="utf-8")
    (folder / "log.csv").unlink(missing_ok=True)
    (folder / "log.csv").symlink_to(outside)
    return {"path": "log.csv", "format": "csv"}


def climbing(folder: Path) -> dict[str, Any]:
    """Name a file outside by climbing."""
    linked(folder)
    return {"path": "../secret.csv", "format": "csv"}


def cut(share: float) -> Callable[[bytes], bytes]:
    """Give a function that keeps this share of a content."""
    return lambda content: content[: int(len(content) * share)]


def flip(content: bytes) -> bytes:
    """Spoil the bytes of the first pages."""
    return content[:4] + b"\xff" * 200 + content[204:]


def pack(content: str) -> bytes:
    """Pack a text as gzip."""
    return gzip.compress(content.encode())


def frame(content: str) -> bytes:
    """Pack a text as zstd."""
    made = pa.BufferOutputStream()
    with pa.CompressedOutputStream(made, "zstd") as packed:
        packed.write(content.encode())
    return bytes(made.getvalue().to_pybytes())


# Each is refused as a whole: the file, its declaration, and what the message must say.
REFUSED: dict[str, tuple[Make, str]] = {
    "empty": (text(""), "has no head"),
    "only line ends": (text("\n\n\n"), "no head|has no column"),
    "another delimiter than declared": (text(rows().replace(",", ";")), "has no column"),
    "most rows with another delimiter": (
        text("\n".join([HEAD, *GOOD[:10], *(r.replace(",", ";") for r in GOOD[10:]), ""])),
        "30 rows: .* cannot be taken apart",
    ),
    "another delimiter from the middle on, above the limit": (
        text("\n".join([HEAD, *GOOD[:30], *(r.replace(",", ";") for r in GOOD[30:]), ""])),
        "10 of 40 rows are broken",
    ),
    "a name twice": (text(rows().replace("product", "day")), "one name for columns 3 and 4"),
    "names that differ in case alone": (
        text(rows().replace("product", "DAY")), "one name for columns 3 and 4",
    ),
    "names that differ in what is not seen": (
        text(rows().replace("product", "d\u200bay")), "one name for columns 3 and 4",
    ),
    "a name of ours": (text(rows().replace("product", "source_row")), "a name of ours"),
    "no head, so that a customer stands there": (
        text("\n".join(["x,x,y,z,1,2", *GOOD])), "one name for columns 1 and 2",
    ),
    "a head that never ends": (text('"' + rows()), "head that cannot be taken apart"),
    "a head of two megabytes": (text("a," * 1_000_000 + "\n1\n"), "head of more than 1 MB"),
    "five thousand columns": (
        text(",".join(f"c{n}" for n in range(5_000)) + "\n"), "5,000 columns, more than 4,096",
    ),
    "a quote that swallows ten rows": (
        text(rows().replace(f"{SECRET},1,2.50\n12,", f'"{SECRET},1,2.50\n12,', 1)
             .replace(f"{SECRET},1,2.50\n22,", f'{SECRET}",1,2.50\n22,', 1)),
        "a quote in row 11 that closes rows later or never",
    ),
    "a quote that is never closed": (
        text(rows().replace(",2.50\n30,", ',"2.50\n30,')), "quote in row 29",
    ),
    "a quote that is never closed in the last row": (
        text(rows() + '900,ann,2024-03-01,cup,1,"2.50\nx'), "quote in row 41",
    ),
    "a row beyond all measure": (
        text(rows(f"900,ann,2024-03-01,{'x' * 9_000_000},1,2"), limits={"cell_kb": 64}),
        "a row of more than 2 MB, or a quote",
    ),
    "gb18030 under utf-8": (
        text(rows("900,张三,2024-03-01,cup,1,2").encode("gb18030")),
        r"not text in utf-8 in line 22, heads counted",
    ),
    "two encodings": (
        text(rows("900,张三,2024-03-01,茶,1,2").encode()
             + "901,李四,2024-03-01,茶,1,2\n".encode("gb18030")),
        r"not text in utf-8 in line 43,",
    ),
    "utf-8 under gb18030": (
        text(rows("900,张三丰,2024-03-01,cup,1,2"), encoding="gb18030"), "not text in gb18030",
    ),
    "utf-16 under utf-8": (text(rows().encode("utf-16")), "not text in utf-8"),
    "utf-16 without a mark under utf-8": (
        text(rows().encode("utf-16-le")), "has no column|broken|apart",
    ),
    "half a letter at the end": (text(rows().encode() + b"\xe8\x8c"), "not text in utf-8"),
    "an encoding that is none": (text(rows(), encoding="klingon"), "not text in klingon"),
    "an encoding that is no text": (text(rows(), encoding="zip"), "not text in zip"),
    "a truncated gzip": (text(pack(rows())[:-12], "log.csv.gz"), "is damaged"),
    "half a gzip": (text(cut(0.5)(pack(rows())), "log.csv.gz"), "is damaged"),
    "a gzip with other bytes behind": (text(pack(rows()) + b"more"), "is damaged"),
    "a truncated zstd": (text(frame(rows())[:-6]), "is damaged"),
    "a gzip of which only the first bytes are one": (
        text(b"\x1f\x8b" + rows().encode()), "damaged",
    ),
    "a bomb": (bomb, "unpacks to more than 250 times its size"),
    "more than the source may hold": (
        text(rows() * 2_000, limits={"unpacked_mb": 1}), "more than 1 MB of text",
    ),
    "a workbook under csv": (text(b"PK\x03\x04" + b"\0" * 99), "a zip archive or a workbook"),
    "a pdf under csv": (text(b"%PDF-1.7\n"), "is a PDF"),
    "a parquet file under csv": (text(b"PAR1" + b"\0" * 99), "is a Parquet file"),
    "a text under parquet": (text(rows(), "log.parquet", format="parquet"), "no Parquet file"),
    "half a parquet file": (parquet(cut(0.5)), "no Parquet file"),
    "a parquet file with spoilt pages": (parquet(flip), "is damaged"),
    "a parquet file with two names alike": (parquet(Day=["x"] * N_GOOD), "one name for columns"),
    "a parquet file with a column of ours": (parquet(source_row=[1] * N_GOOD), "name of ours"),
    "a parquet file that would put rows aside": (
        parquet(source_rule=["total_row"] * N_GOOD), "name of ours",
    ),
    "a text under sqlite": (text(rows(), "log.db", format="sqlite", table="log"), "no SQLite file"),
    "an sqlite file with torn pages": (spoilt_sqlite, "is damaged|cannot answer"),
    "an sqlite file with changes that wait": (sqlite_with_log, "changes that wait in log.db-wal"),
    "an sqlite file without the table": (sqlite(table="orders"), "cannot answer its `table`"),
    "a query that writes": (sqlite(query="DELETE FROM log"), "refuses its `query`"),
    "a query of two statements": (
        sqlite(query="SELECT 1; DROP TABLE log"), "refuses its `query`",
    ),
    "a query that loads code": (
        sqlite(query="SELECT load_extension('x.so')"), "cannot answer its `query`",
    ),
    "a query that reads the clock": (
        sqlite(query="SELECT *, datetime('now') AS t FROM log"), "cannot answer its `query`",
    ),
    "a query without an end": (
        sqlite(query="WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT n FROM r"),
        "refuses its `query`",
    ),
    "a query of a billion pairs": (
        sqlite(query="SELECT count(*) AS n FROM log a, log b, log c, log d, log e, log f",
               limits={"steps": 3}),
        "needs more than 3 million steps",
    ),
    "a view that rolls dice": (
        sqlite("CREATE VIEW dice AS SELECT *, random() AS r FROM log", table="dice"),
        "cannot answer its `table`",
    ),
    "one json list": (
        text(json.dumps([{"order": SECRET}]), "log.jsonl", format="json"), "is one JSON list",
    ),
    "no line of json": (text("", "log.jsonl", format="json"), "holds no row"),
    "csv under json": (text(rows(), "log.jsonl", format="json"), "41 rows: .* taken apart"),
    "a million columns of json": (
        json_lines(json.dumps({f"k{n}": n for n in range(5_000)})), "more than 4,096 columns",
    ),
    "a link that leads out": (linked, "leads out of the folder"),
    "a path that leads out": (climbing, "leads out of the folder"),
    "31 february": (cell("day", "2024-02-31"), "orders|order_lines"),
    "a day in words": (cell("day", SECRET), "order_lines.ordered_at"),
    "english thousands that nobody declared": (cell("amount", '"1,234.50"'), "amount"),
    "german thousands that nobody declared": (cell("amount", '"1.234,50"'), "amount"),
    "swiss thousands that nobody declared": (cell("amount", "1'234.50"), "amount"),
    "french thousands that nobody declared": (cell("amount", "1 234"), "amount"),
    "no number as an amount": (cell("amount", "inf"), "amount"),
    "a formula as an amount": (cell("amount", "=1+1"), "amount"),
    "an amount beyond all digits": (cell("amount", "9" * 40), "amount"),
}  # fmt: skip

# Each is read: how many rows leave under which rule. All good rows stay.
ASIDE: dict[str, tuple[Make, str, int]] = {
    "a row too short": (text(rows("900,ann")), "broken_row", 1),
    "a row too long": (text(rows("900,ann,2024-03-01,cup,1,2.50,more")), "broken_row", 1),
    "three rows with another delimiter": (
        text(rows(*(f"90{n};ann;2024-03-01;cup;1;2.50" for n in range(3)))), "broken_row", 3,
    ),
    "a zero byte": (text(rows("900,ann,2024-03-01,c\0up,1,2.50")), "broken_row", 1),
    "a cell of ten megabytes": (
        text(rows(f"900,ann,2024-03-01,{'x' * 10_000_000},1,2.50")), "broken_row", 1,
    ),
    "a cell larger than declared": (
        text(rows(f"900,ann,2024-03-01,{'x' * 5_000},1,2.50"), limits={"cell_kb": 2}),
        "broken_row", 1,
    ),
    "two files put together": (text(rows(HEAD)), "repeated_head", 1),
    "two files with marks put together": (
        text("\ufeff" + rows("\ufeff" + HEAD)), "repeated_head", 1,
    ),
    "a line that is no json": (json_lines("nope"), "broken_row", 1),
    "a line of json without an end": (json_lines('{"order": "9'), "broken_row", 1),
    "json that names a key twice": (
        json_lines('{"order": "900", "order": "901"}'), "broken_row", 1,
    ),
    "json nested without end": (json_lines("[" * 200_000, '{"a":' * 50_000), "broken_row", 2),
    "json with half a letter": (json_lines(r'{"order": "\ud800"}'), "broken_row", 1),
    "json with NaN": (json_lines('{"order": "900", "amount": NaN}'), "broken_row", 1),
    "json with a line of twenty megabytes": (
        json_lines('{"order": "' + "x" * 20_000_000 + '"}'), "broken_row", 1,
    ),
    "bytes that are no text in sqlite": (
        sqlite("INSERT INTO log VALUES ('900', x'ff00fe', '2024-03-01', 'cup', 1, 2.5)"),
        "broken_row", 1,
    ),
}  # fmt: skip
