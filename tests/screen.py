"""A terminal, as far as a program that draws bars needs one: what stands on its screen at the end.

Lines that are too long go on in the next row, and fold anew when the terminal becomes narrower, as
in most terminals of today.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from unicodedata import east_asian_width

PATIENCE = 60
_PIECE = re.compile(r"\x1b\[\??([\d;]*)([A-Za-z])|\x1b|[^\x1b]", re.DOTALL)


class Screen:
    """Rows of cells and a cursor."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._rows: list[list[str]] = [[]]
        self._goes_on: set[int] = set()
        """Rows that are the rest of the row before them."""
        self._row = self._column = 0

    @property
    def text(self) -> str:
        """The lines from top to bottom."""
        return "\n".join("".join(row).rstrip() for row in self._rows)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of each row; a wide character is one cell and an empty one."""
        return [list(row) for row in self._rows]

    @property
    def n_folded(self) -> int:
        """How many rows are the rest of the row before them."""
        return len(self._goes_on)

    @property
    def is_at_start(self) -> bool:
        """The cursor stands in an empty row."""
        return not self._rows[self._row]

    def feed(self, text: str) -> None:
        """Take what a program wrote; other codes than those used for bars are errors."""
        for match in _PIECE.finditer(text):
            number, code = match[1], match[2]
            if code is None:
                self._put(match[0])
            elif code == "A":
                self._row = max(0, self._row - int(number or 1))
            elif code == "K":
                assert number == "2"
                self._rows[self._row] = []
                self._goes_on -= {self._row, self._row + 1}
            else:
                assert code == "m", match[0]

    def fold(self, columns: int) -> None:
        """Become as wide as this."""
        lines, at = [], 0
        for number, row in enumerate(self._rows):
            if number in self._goes_on:
                lines[-1] += row
            else:
                lines.append(list(row))
            if number == self._row:
                at = len(lines) - 1
        self.columns, self._rows, self._goes_on = columns, [], set()
        for number, line in enumerate(lines):
            parts = [line[i : i + columns] for i in range(0, len(line), columns)] or [[]]
            self._goes_on |= set(range(len(self._rows) + 1, len(self._rows) + len(parts)))
            self._rows += parts
            if number == at:
                self._row, self._column = len(self._rows) - 1, len(parts[-1])

    def _put(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._down()
        else:
            cells = [character, ""] if east_asian_width(character) in "WF" else [character]
            if self._column + len(cells) > self.columns:
                self._down()
                self._goes_on.add(self._row)
                self._column = 0
            row = self._rows[self._row]
            row += [" "] * (self._column - len(row))
            row[self._column : self._column + len(cells)] = cells
            self._column += len(cells)

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append([])


class Terminal:
    """A program whose standard error is a terminal of its own."""

    def __init__(
        self,
        words: list[str],
        *,
        env: dict[str, str],
        size: tuple[int, int] = (80, 24),
        cwd: str | os.PathLike[str] | None = None,
    ) -> None:
        self.screen, self.raw = Screen(size[0]), ""
        self._decoder, self._rest = codecs.getincrementaldecoder("utf-8")(), ""
        self._master, slave = os.openpty()
        self._resize(*size)
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave, env=env, cwd=cwd,
            text=True, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def fold(self, columns: int, lines: int = 24) -> None:
        """Change the size of the window."""
        self._resize(columns, lines)
        self.screen.fold(columns)

    def say(self, line: str) -> None:
        """Write a line to the program's standard input."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait_for(self, *words: str, end: str = "") -> str:
        """Read until all these words are on the screen together, and give its text.

        With the end of the last line as well, a drawing is whole, however it was read.
        """
        deadline = time.monotonic() + PATIENCE
        while not self._shows(words, end):
            assert time.monotonic() < deadline, self.screen.text
            assert self._read(), self.screen.text
        return self.screen.text

    def _shows(self, words: tuple[str, ...], end: str) -> bool:
        text = self.screen.text.rstrip()
        return text.endswith(end) and all(word in text for word in words)

    def end(self) -> str:
        """Read to the end of the program and give what stands on the screen then."""
        self.process.stdin.close()
        while self._read():
            pass
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        os.close(self._master)
        return self.screen.text

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self._master)

    def _resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self) -> bool:
        readable, _, _ = select.select([self._master], [], [], PATIENCE)
        assert readable, self.screen.text
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # how Linux says that the last writer has gone
            return False
        self._rest += self._decoder.decode(chunk)
        # What is read may end inside a code.
        whole = re.sub(r"\x1b(\[[\d;?]*)?$", "", self._rest)
        self._rest = self._rest[len(whole) :]
        self.raw += whole
        self.screen.feed(whole)
        return bool(chunk)
