"""What following logs costs a host: ``python -m bench.events_cost``. Ratios within one run; CPU of all processes.

Quiet: five logs in which nothing is new, looked at once, against the cost of starting ``ls`` once from a shell.
Burst: 100 MB in one log, worked off piece by piece, against ``grep -cE`` of the same patterns over the same bytes.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
from pathlib import Path

from collectors import probe
from duty.readings import Events
from duty.site import EventPattern, EventRule, HostSpec
from tests.support.probes import AWKS, Probe, path_with_awk

PATTERNS = (EventPattern("FATAL|heartbeat lost", 2), EventPattern("ERROR", 1, "harmless"))
LOOKS = 200


def children_s() -> float:
    """CPU seconds of processes that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Follower:
    """One probe that follows logs; :meth:`close` gives the CPU seconds of all of its processes."""

    def __init__(self, folder: Path, awk: str, logs: list[Path]) -> None:
        self.before = children_s()
        self.probe = Probe(path_with_awk(folder / f"bin-{awk}", awk), "dash")
        self.probe.ready(HostSpec("here", "here"))
        self.rules = tuple(EventRule(log.name, file=str(log), patterns=PATTERNS) for log in logs)
        self.cursors: dict[str, str] = {}
        self.seq = 0

    def look(self) -> Events:
        self.seq += 1
        self.probe.say(probe.follow(self.rules, self.cursors))
        reading = self.probe.section("events", self.seq)
        assert isinstance(reading, Events)
        self.cursors |= {piece.key: piece.end for piece in reading.pieces}
        return reading

    def close(self) -> float:
        self.probe.say(b"Q\n")
        self.probe.process.wait()
        return children_s() - self.before


def quiet(folder: Path, awk: str, looks: int) -> float:
    """CPU seconds of a probe that looks so often at five quiet logs."""
    logs = [folder / f"{number}.log" for number in range(5)]
    for log in logs:
        log.write_bytes(b"begin\n")
    one = Follower(folder, awk, logs)
    for _ in range(looks + 2):
        reading = one.look()
    assert len(reading.same) == 5
    return one.close()


def burst(folder: Path, awk: str, log: Path) -> tuple[float, int]:
    """CPU seconds to work off the log, and in how many pieces."""
    whole = log.read_bytes()
    log.write_bytes(b"begin\n")
    one = Follower(folder, awk, [log])
    one.look()
    with log.open("ab") as file:
        file.write(whole)
    pieces = 1
    while one.look().pieces[0].behind_bytes:
        pieces += 1
    log.write_bytes(whole)
    return one.close(), pieces


def run(command: list[str]) -> float:
    """CPU seconds of a command."""
    before = children_s()
    subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    return children_s() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ls = run(["dash", "-c", f"i=0; while [ $i -lt {LOOKS} ]; do ls -Lnid / >/dev/null; i=$((i+1)); done"]) / LOOKS
        print(f"starting ls once: {1000 * ls:.2f} ms")
        log = folder / "burst.log"
        line = b"2026-01-30 12:00:00.123 INFO order 12345678 accepted in 0.41 ms by session 7 of the exchange line\n"
        bad = b"2026-01-30 12:00:00.123 ERROR order 12345678 rejected: no session, the exchange line is down now..\n"
        log.write_bytes((line * 9 + bad) * (given.mb * 1_000_000 // (10 * len(line))))
        grep = run(["grep", "-cE", "FATAL|heartbeat lost|ERROR", str(log)])
        print(f"grep -cE over {given.mb} MB: {grep:.2f} s")
        for awk in AWKS:
            base = quiet(folder, awk, 0)
            look = (quiet(folder, awk, LOOKS) - base) / LOOKS
            used, pieces = burst(folder, awk, log)
            print(
                f"{awk}: a quiet look {1000 * look:.2f} ms ({look / ls:.1f} x ls), at one in 5 s "
                f"{100 * look / 5:.3f} % of a core; {given.mb} MB in {pieces} pieces {used - base:.2f} s "
                f"({(used - base) / grep:.1f} x grep)"
            )


if __name__ == "__main__":
    main()
