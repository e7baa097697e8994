"""Fast answers. This runs once a second for every host, so it splits bytes and remembers lines that do not change."""

from __future__ import annotations

from collectors.parsing import MAX_FAILURES, failure, not_understood
from duty.clean import clean_bytes
from duty.readings import CpuTicks, InterfaceCounters, Memory, ProcessStat, Sample, SectionFailure

MAX_NAME = 40
"""Characters of an interface's name and of the word for its link; the kernel's have 15 at most."""
MAX_WORDS = 256


class FastParser:
    """Parses the fast answers of one connection."""

    def __init__(self) -> None:
        self.page_bytes = 4096
        self.ticks_per_s = 100
        self._processes: dict[bytes, ProcessStat] = {}
        self._interfaces: dict[bytes, InterfaceCounters] = {}
        self._words: dict[bytes, str] = {}

    def _word(self, raw: bytes) -> str:
        """``raw`` cleaned. The same few words come with every sample, so they are remembered."""
        word = self._words.get(raw)
        if word is None:
            if len(self._words) >= MAX_WORDS:
                self._words.clear()
            word = self._words[raw] = clean_bytes(raw, MAX_NAME)
        return word

    def sample(self, seq: int, lines: list[bytes], failures: tuple[SectionFailure, ...]) -> Sample:
        """The sample these lines make; what is not understood is among its failures."""
        found: dict[str, object] = {}
        processes: dict[bytes, ProcessStat] = {}
        interfaces: dict[bytes, InterfaceCounters] = {}
        gone: list[int] = []
        failed = list(failures)
        for line in lines:
            kind = line[:2]
            try:
                if kind == b"P ":
                    processes[line] = self._processes.get(line) or self._process(line)
                elif kind == b"N ":
                    interfaces[line] = self._interfaces.get(line) or self._interface(line)
                elif kind == b"G ":
                    gone.append(int(line[2:]))
                elif kind == b"A ":
                    int(line[2:])
                    found["appeared"] = True
                elif kind == b"! ":
                    failed.append(failure(line))
                else:
                    _FACTS[kind](line, found)
            except (ValueError, KeyError, IndexError, OverflowError):
                failed.append(not_understood("sample", line, _WANTED.get(kind, "U L C K M N P G A !")))
        self._processes, self._interfaces = processes, interfaces
        if "uptime_s" not in found:
            # Without the host's clock there are no rates; time stands still and nothing is made up.
            found["uptime_s"] = 0.0
        return Sample(
            seq=seq,
            ticks_per_s=self.ticks_per_s,
            interfaces=tuple(interfaces.values()),
            processes=tuple(processes.values()),
            gone=tuple(gone),
            failures=tuple(failed[:MAX_FAILURES]),
            **found,  # type: ignore[arg-type]
        )

    def _process(self, line: bytes) -> ProcessStat:
        _, pid, state, threads, utime, stime, start, rss = line.split(b" ")
        if len(state) != 1 or not state.isalpha():
            raise ValueError
        # By position, for this is done for each busy process of each host, every second.
        return ProcessStat(
            int(pid), state.decode(), int(threads), int(utime) + int(stime), int(start), int(rss) * self.page_bytes
        )

    def _interface(self, line: bytes) -> InterfaceCounters:
        _, name, *numbers, link = line.split(b" ")
        rx, rx_errors, rx_drops, tx, tx_errors, tx_drops = map(int, numbers)
        if link != b"-" and not link.isalpha():
            raise ValueError
        words = "" if link == b"-" else self._word(link)
        return InterfaceCounters(self._word(name), rx, rx_errors, rx_drops, tx, tx_errors, tx_drops, words)


def _uptime(line: bytes, found: dict[str, object]) -> None:
    found["uptime_s"] = float(line[2:])


def _load(line: bytes, found: dict[str, object]) -> None:
    _, one, five, fifteen, _tasks, _last = line.split(b" ")
    found["load"] = (float(one), float(five), float(fifteen))


def _cpu(line: bytes, found: dict[str, object]) -> None:
    _, cpus, *fields = line.split()
    # Guest time is contained in user and nice: the fields after steal would count it twice.
    ticks = [int(field) for field in fields[:8]]
    if len(ticks) < 4:
        raise ValueError
    iowait = ticks[4] if len(ticks) > 4 else 0
    total = sum(ticks)
    found["cpu"] = CpuTicks(
        busy=total - ticks[3] - iowait,
        total=total,
        iowait=iowait,
        user=ticks[0] + ticks[1],
        system=ticks[2] + sum(ticks[5:7]),
        steal=ticks[7] if len(ticks) > 7 else None,
    )
    found["cpus"] = int(cpus) or 1


def _btime(line: bytes, found: dict[str, object]) -> None:
    found["btime"] = int(line[2:])


def _memory(line: bytes, found: dict[str, object]) -> None:
    _, total, free, available, swap_total, swap_free = line.split(b" ")
    found["memory"] = Memory(
        total=int(total) * 1024,
        available=None if available == b"-" else int(available) * 1024,
        free=int(free) * 1024,
        swap_total=0 if swap_total == b"-" else int(swap_total) * 1024,
        swap_free=0 if swap_free == b"-" else int(swap_free) * 1024,
    )


_FACTS = {b"U ": _uptime, b"L ": _load, b"C ": _cpu, b"K ": _btime, b"M ": _memory}
_WANTED = {
    b"U ": "U UPTIME",
    b"L ": "L LOAD1 LOAD5 LOAD15 RUNNING/TOTAL LASTPID",
    b"C ": "C NCPU TICKS…",
    b"K ": "K BTIME",
    b"M ": "M TOTAL FREE AVAILABLE SWAPTOTAL SWAPFREE",
    b"N ": "N NAME RXBYTES RXERRS RXDROP TXBYTES TXERRS TXDROP LINK",
    b"P ": "P PID STATE THREADS UTIME STIME START RSSPAGES",
    b"G ": "G PID",
    b"A ": "A PID",
    b"! ": "! SECTION SUBJECT CODE DETAIL",
}
