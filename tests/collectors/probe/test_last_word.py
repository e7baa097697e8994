"""What a job of the probe is called while it says its last word: nothing read of it is left over for the next read."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.support.logs import Follow, rule


def test_its_name_is_one_line(pair: str, tmp_path: Path, follow: Follow) -> None:
    # With a line end in the name, bash took ") S 1234 ..." of a job that ended just then for what /proc/uptime says.
    log = tmp_path / "gw.log"
    log.write_bytes(b"begin\n")
    reader = follow(rule(log), pair=pair)
    reader.look()
    main = next(
        one.pid
        for one in psutil.Process(reader.probe.process.pid).children()
        if "awk" not in " ".join(one.cmdline()[:1])
    )
    names: set[bytes] = set()

    def watch() -> None:
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            # A file of the kernel with the numbers of the children, quick enough to meet one in its last moment.
            for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split():
                with suppress(OSError):
                    names.add(Path(f"/proc/{pid}/comm").read_bytes())

    for _ in range(100):
        reader.look(while_it_reads=watch)
        last = {name for name in names if name.startswith(b"=")}
        if last:
            break
    assert last == {b"=\n"}, names
