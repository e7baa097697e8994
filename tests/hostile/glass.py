"""The other end of the terminal: what the program may say to it, and what it makes of that."""

from __future__ import annotations

import codecs
import fcntl
import re
import struct
import termios

import pyte
from wcwidth import wcwidth

from duty.clean import clean
from tests.support.terminal import Terminal

DRAWING = re.compile(r"\x1b\[(?:\d+;\d+H|\d+G|[\d;]*m|\?2026[hl])|\x1b\]22;[a-z]*\x07")
"""Steps of the cursor, pens, the marks around a frame, and Textual's shape of the mouse pointer: nothing else draws."""
CALLING = re.compile(
    r"\x1b\[2[23];2t|\x1b\]2;(?:\d+!\d+ )?Watchkeeper\x07|\x1b\]777;notify;Watchkeeper;[^\x00-\x1f\x7f-\x9f;]*\x07"
)
"""How the person is called to an alarm: title and notification of the desktop, each in one piece."""
ENTERING = re.compile(
    r"\x1b\[(?:\?(?:1049|25|1004|2004|1000|1006|7|2048)[hl]|\?(?:2026|2048)\$p|>\d+u|<u|\?25[hl])|\x1b\[6n|\n|\r"
)
"""How a program takes a terminal over and gives it back."""
HALF = re.compile(r"\x1b(?:\[[\d;?<>$]*|\][\da-z;]*|\](?:2|777);[^\x00-\x1f\x7f-\x9f]*)?$")


class Spoken:
    """Every byte a program writes: drawing by known sequences, and text that nothing is hidden in."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._rest = ""
        self._begun = ""
        self.entered = False
        """From now on it may only draw."""
        self.bytes = 0

    def take(self, data: bytes) -> None:
        """Raises AssertionError at the first thing that may not be said."""
        self.bytes += len(data)
        text = self._rest + self._decoder.decode(data)
        self._rest = half[0] if (half := HALF.search(text)) else ""
        text = text[: len(text) - len(self._rest)]
        text = CALLING.sub("\x00", DRAWING.sub("\x00", text))
        if not self.entered:
            text = ENTERING.sub("\x00", text)
        runs = text.split("\x00")
        runs[0] = self._begun + runs[0]  # what was read may end between a letter and the mark on it
        self._begun = _last_letter(runs[-1])
        for run in runs:
            # An own sign for what was hidden is text as well: what is clean stays as it is.
            assert "\x1b" not in run and clean(run, len(run) + 1) == run, f"to the terminal: {run!r}"


def _last_letter(run: str) -> str:
    """The last letter of a text with what stands on it."""
    start = next((at for at in range(len(run) - 1, -1, -1) if clean(run[at:]) == run[at:]), len(run))
    return run[start:]


class Glass(pyte.Screen):
    """pyte, but a mark without a width of its own goes to the letter before it, whatever its class and width."""

    def draw(self, data: str) -> None:
        start = 0
        for at, char in enumerate(data):
            if not char.isascii() and wcwidth(char) == 0:
                super().draw(data[start:at])
                start = at + 1
                self._add(char)
        super().draw(data[start:])

    def _add(self, mark: str) -> None:
        line, x = self.buffer[self.cursor.y], self.cursor.x - 1
        while x > 0 and line[x].data == "":
            x -= 1
        if x >= 0:
            line[x] = line[x]._replace(data=line[x].data + mark)

    @property
    def display(self) -> list[str]:
        """The lines, also while half of a wide character waits to be overwritten."""
        return ["".join(line) for line in self.cells()]

    def cells(self) -> list[list[str]]:
        """What is in each cell; nothing in the second half of a wide character."""
        return [[self.buffer[y][x].data for x in range(self.columns)] for y in range(self.lines)]


class StrictTerminal(Terminal):
    """A terminal that takes nothing but text. What it does not take is raised where it is next waited for."""

    def __init__(self, code: str, columns: int, rows: int) -> None:
        super().__init__(code, columns, rows)
        self.glass = self.screen = Glass(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.spoken = Spoken()
        self.fault: AssertionError | None = None

    def take(self, data: bytes) -> None:
        try:
            self.spoken.take(data)
        except (AssertionError, UnicodeDecodeError) as error:
            self.fault = self.fault or AssertionError(str(error))
        self.draw(data)

    def resize(self, columns: int, rows: int) -> None:
        """The window has this size from now on."""
        self.glass.resize(rows, columns)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
