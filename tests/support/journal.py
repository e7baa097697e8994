"""A journal of a test's own, written by the real tool for it and read by the real journalctl."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

WRITER = next((p for p in ("/lib/systemd/systemd-journal-remote", "/usr/lib/systemd/systemd-journal-remote")), "")


class Journal:
    """Entries with numbers, for the kernel and for one unit."""

    def __init__(self, folder: Path) -> None:
        """``folder`` gets the journal, and a ``journalctl`` in ``bin`` that reads it and no other."""
        self.folder = folder / "journal"
        self.folder.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir(exist_ok=True)
        tool = self.bin / "journalctl"
        tool.write_text(f'#!/bin/sh\nexec {shutil.which("journalctl")} -D "{self.folder}" "$@"\n')
        tool.chmod(0o755)
        self._number = 0

    def write(self, *messages: bytes, unit: str = "", file: str = "one") -> None:
        """Append entries: of ``unit``, or of the kernel."""
        data = b"".join(self._entry(message, unit) for message in messages)
        target = self.folder / f"{file}.journal"
        subprocess.run(
            [WRITER, "-o", str(target), "--split-mode=none", "-"], input=data, capture_output=True, check=True
        )

    def _entry(self, message: bytes, unit: str) -> bytes:
        self._number += 1
        stamp = 1_700_000_000_000_000 + self._number * 1_000
        whose = f"_TRANSPORT=stdout\n_SYSTEMD_UNIT={unit}" if unit else "_TRANSPORT=kernel"
        head = (
            f"__REALTIME_TIMESTAMP={stamp}\n__MONOTONIC_TIMESTAMP={self._number * 1_000}\n"
            f"_BOOT_ID=0123456789abcdef0123456789abcdef\n{whose}\n"
        )
        return head.encode() + b"MESSAGE\n" + struct.pack("<Q", len(message)) + message + b"\n\n"
