"""The host's side of the probe protocol, spoken by a simulated machine: bytes in, bytes out, no socket.

The grammar is in ``docs/probe-protocol.md``; the console cannot tell this from a shell on a real host.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from collectors import probe
from practice.applications import run_check, spec_of
from practice.demands import Demands
from practice.machines import PAGE, TICKS, Machine
from practice.sections import SECTIONS, sample

MAX_SCRIPT = 1 << 20
MAX_REQUEST = 8_192
_UID = 990


class Conversation:
    """One run of the probe on one machine. :attr:`ended` once it will say no more."""

    def __init__(self, machine: Machine, clock: Callable[[], float], user: str) -> None:
        """``clock``: UTC epoch seconds, never backwards. ``user``: who logged in."""
        self._machine = machine
        self._clock = clock
        self._user = user
        self._demands = Demands()
        self._probes = (probe.HASH, probe.hash_of(spec_of(machine.model)))
        self._probe = probe.HASH
        self._buffer = b""
        self._awaited: tuple[int, str] | None = None
        self._open = False
        self._seen_until: float | None = None
        self.ended = False

    def receive(self, data: bytes) -> bytes:
        """Take what the console sent; return what to send back, in one write."""
        if self.ended:
            return b""
        self._buffer += data
        if not self._open:
            return self._opening()
        lines = self._buffer.split(b"\n")
        self._buffer = lines.pop()
        if len(self._buffer) > MAX_REQUEST:
            self.ended = True
            return b""
        return b"".join(self._answer(line.decode("utf-8", "surrogateescape")) for line in lines)

    # --- the opening ------------------------------------------------------------------------------------------------

    def _opening(self) -> bytes:
        if self._awaited is None:
            line, end, rest = self._buffer.partition(b"\n")
            if not end:
                return self._refuse("start") if len(line) > MAX_REQUEST else b""
            self._awaited = _announced(line)
            if self._awaited is None:
                return self._refuse("start")
            self._buffer = rest
        size, announced = self._awaited
        if len(self._buffer) < size:
            return b""
        # more than was announced means that the console did not wait for =O: a shell might have swallowed it
        if len(self._buffer) > size or hashlib.sha256(self._buffer).hexdigest() != announced:
            return self._refuse("sum")
        if announced not in self._probes:
            return self._refuse(f"hash {self._probes[-1]}")
        self._buffer, self._open, self._probe = b"", True, announced
        return self._hello()

    def _hello(self) -> bytes:
        facts = {
            "kernel": self._machine.model.kernel,
            "hostname": self._machine.model.id,
            "user": self._user,
            "shell": "sh",
            "awk": "mawk",
            "arch": "x86_64",
        }
        lines = [f"=R 1 {probe.VERSION} {self._probe} 0 {TICKS} {PAGE} {_UID}"]
        lines += [f"=I {key} {value}" for key, value in facts.items()]
        return "\n".join([*lines, "=O", ""]).encode()

    def _refuse(self, words: str) -> bytes:
        self.ended = True
        return f"=X {words}\n".encode()

    # --- questions --------------------------------------------------------------------------------------------------

    def _answer(self, line: str) -> bytes:
        if self.ended:
            return b""
        verb, _, rest = line.partition(" ")
        if verb == "S" and _is_seq(rest):
            return self._sample(rest)
        if verb == "X":
            seq, _, section = rest.partition(" ")
            name, _, number = section.partition(" ")
            if _is_seq(seq) and name == probe.CHECKS and self._probe != probe.HASH:
                lines = run_check(self._machine, number, self._clock())
                return _framed(f"=b {seq} {name}", lines, f"=e {seq} {name} {len(lines)}")
            if _is_seq(seq) and section in SECTIONS:
                lines = SECTIONS[section](self._machine, self._demands, self._clock())
                return _framed(f"=b {seq} {section}", lines, f"=e {seq} {section} {len(lines)}")
        elif verb == "Q":
            self.ended = True
            return b""
        elif self._demands.take(verb, rest):
            return b""
        return b"! request - unknown\n"

    def _sample(self, seq: str) -> bytes:
        now = self._clock()
        since, self._seen_until = self._seen_until, now
        lines = sample(self._machine, self._demands, now, now if since is None else since)
        return _framed(f"=B {seq}", lines, f"=E {seq} {len(lines)}")


def _announced(line: bytes) -> tuple[int, str] | None:
    """``wk1 SIZE HASH``: how many bytes follow, and their hash."""
    words = line.decode("ascii", "replace").split(" ")
    if len(words) != 3 or words[0] != "wk1" or not words[1].isdecimal() or len(words[1]) > 9:
        return None
    size = int(words[1])
    return (size, words[2]) if 0 < size <= MAX_SCRIPT else None


def _is_seq(word: str) -> bool:
    return 1 <= len(word) <= 9 and word.isascii() and word.isdecimal()


def _framed(first: str, lines: list[str], last: str) -> bytes:
    return "\n".join([first, *lines, last, ""]).encode("utf-8", "surrogateescape")
