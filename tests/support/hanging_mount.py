"""A file system that does not answer, as a dead file server gives one: ``unshare -m python -m … FOLDER command …``.

It is a real one (FUSE, without its library) in a mount namespace of its own, so that it hangs nobody else. While
``FOLDER.hang`` exists it answers nothing; a process that asks it then cannot be killed. Where this machine lets a
test have none, the same is emulated where the program asks the kernel: see :func:`hanging`.
"""

from __future__ import annotations

import ctypes
import functools
import os
import select
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parents[2]
CANNOT = 77
BLOCKS, FREE, UNIT = 1000, 250, 4096
_IN, _OUT = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ")
_FORGET, _GETATTR, _STATFS, _INIT, _INTERRUPT, _DESTROY, _BATCH_FORGET = 2, 3, 17, 26, 36, 38, 42

EMULATED = """
import collectors.local_mounts as mounts
mounts.PROGRAM = '''
import os, time
real = os.statvfs
def statvfs(path):
    if os.fsdecode(path) != {folder!r}:
        return real(path)
    while os.path.exists({folder!r} + ".hang"):
        time.sleep(0.02)
    return os.statvfs_result((4096, 4096, {blocks}, {free}, {free}, 10, 5, 5, 0, 255))
os.statvfs = statvfs
''' + mounts.PROGRAM
_table = mounts.mount_lines
mounts.mount_lines = lambda table, rules: _table(table + b"\\nwk " + {folder!r}.encode() + b" fuse.wk rw 0 0\\n", rules)
"""


def hanging(folder: Path, *, emulated: bool) -> tuple[list[str], str]:
    """What to put before a command, and before its Python code, so that ``folder`` is a mount that can hang."""
    if emulated or not can_have_one():
        return [], EMULATED.format(folder=str(folder), blocks=BLOCKS, free=FREE)
    return [*_alone(), sys.executable, "-m", "tests.support.hanging_mount", str(folder)], ""


@functools.cache
def can_have_one() -> bool:
    """Whether this user may have a FUSE mount in a namespace of its own."""
    with tempfile.TemporaryDirectory(prefix="wk-", dir="/tmp") as folder:
        command = [*_alone(), sys.executable, "-m", "tests.support.hanging_mount", folder, "true"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def _alone() -> list[str]:
    return ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]


def main(folder: str, *command: str) -> int:
    try:
        device = os.open("/dev/fuse", os.O_RDWR)
        libc = ctypes.CDLL(None, use_errno=True)
        options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
        if libc.mount(b"wk", folder.encode(), b"fuse.wk", 0, options.encode()) != 0:
            return CANNOT
    except OSError:
        return CANNOT
    Thread(target=_serve, args=(device, f"{folder}.hang"), daemon=True).start()
    os.set_inheritable(device, False)
    return subprocess.run(command, check=False).returncode


def _serve(device: int, hang: str) -> None:
    held: list[int] = []
    while True:
        if select.select([device], [], [], 0.02)[0]:
            try:
                request = os.read(device, 1 << 20)
            except OSError:
                return
            _, opcode, unique, *_ = _IN.unpack_from(request)
            if opcode == _STATFS:
                held.append(unique)
            else:
                _answer(device, opcode, unique)
        if held and not os.path.exists(hang):
            for unique in held:
                numbers = struct.pack("<5Q4I24x", BLOCKS, FREE, FREE, 10, 5, UNIT, 255, UNIT, 0)
                _write(device, unique, numbers)
            held.clear()


def _answer(device: int, opcode: int, unique: int) -> None:
    if opcode in (_FORGET, _BATCH_FORGET, _INTERRUPT):
        return
    if opcode == _INIT:
        _write(device, unique, struct.pack("<IIIIHHII32x", 7, 31, 65536, 0, 12, 10, 65536, 1))
    elif opcode == _GETATTR:
        _write(
            device, unique, struct.pack("<QII6Q10I", 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
        )
    else:
        _write(device, unique, b"", 0 if opcode == _DESTROY else -38)


def _write(device: int, unique: int, data: bytes, error: int = 0) -> None:
    try:
        os.write(device, _OUT.pack(_OUT.size + len(data), error, unique) + data)
    except OSError:
        return  # who asked has gone


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
