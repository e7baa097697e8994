"""The practice fleet as the watch sees it: started, given faults, stopped, never left behind."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

import msgspec

from duty.clean import clean_bytes
from duty.phrases import Phrase, phrase
from duty.site import SiteSpec
from practice.faults import kinds
from practice.members import members
from practice.orders import Done, FleetFailed, Order, Ready
from practice.site import practice_site
from wire.messages import FaultKind

_START_S = 60.0
_ANSWER_S = 10.0
_STOP_S = 5.0
_MAX_LINE = 1 << 20
_LAST_WORDS = 2_000


class PracticeFleet:
    """One fleet in a child process. When this process ends, however it ends, the child's input ends and so does it."""

    def __init__(self, directory: Path | None = None, hosts: int | None = None, seed: str = "practice") -> None:
        """``directory`` gets the keys and the SSH configuration (``None``: a new one); both go when the fleet ends."""
        self._directory = directory
        self._count = hosts
        self._seed = seed
        self._child: asyncio.subprocess.Process | None = None
        self._ready: Ready | None = None
        self._turn = asyncio.Lock()
        self._asked = 0
        self._made: Path | None = None
        self._active: dict[tuple[str, str, str], None] = {}

    async def start(self) -> None:
        """Start the fleet and wait until every machine listens. Raises :class:`FleetFailed`."""
        directory = self._directory
        if directory is None:
            directory = self._made = Path(tempfile.mkdtemp(prefix="watchkeeper-practice-"))
        arguments = ["--dir", str(directory), "--seed", self._seed]
        if self._count is not None:
            arguments += ["--hosts", str(self._count)]
        with tempfile.TemporaryFile() as words:
            try:
                # -P: a folder named practice where the person happens to stand must not be run
                self._child = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-P",
                    "-m",
                    "practice",
                    *arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=words,
                    limit=_MAX_LINE,
                    start_new_session=True,
                )
                self._ready = msgspec.json.decode(await self._line(_START_S), type=Ready)
            except (OSError, TimeoutError, msgspec.DecodeError) as error:
                await self.stop()
                raise FleetFailed(_last_words(words, error)) from error
            except BaseException:
                await self.stop()
                raise

    async def stop(self) -> None:
        """End the fleet; whatever state it is in, no process stays."""
        child, self._child = self._child, None
        self._active.clear()
        if child is not None:
            await _end(child)
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)

    async def inject(self, host: str, fault: str, on: bool, subject: str = "") -> Phrase | None:
        """Let a fault happen (``on``) or end. ``None`` when done, else the reason why not."""
        async with self._turn:
            child = self._child
            if child is None or child.stdin is None or child.returncode is not None:
                return phrase("The practice fleet is not running.")
            try:
                self._asked += 1
                child.stdin.write(msgspec.json.encode(Order(host, fault, on, subject, self._asked)) + b"\n")
                done = await self._answer(self._asked)
            except (OSError, TimeoutError, msgspec.DecodeError):
                return phrase("The practice fleet did not answer.")
        if done.ok:
            self._note(host, fault, on, subject)
        return done.why

    @property
    def running(self) -> bool:
        """Whether the child process is there."""
        return self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int | None:
        """Of the child process."""
        return self._child.pid if self._child else None

    @property
    def site(self) -> SiteSpec:
        """The practice site with the addresses of this fleet. Only after :meth:`start`."""
        if self._ready is None:
            raise RuntimeError("the practice fleet was not started")
        return practice_site(
            members(self._count),
            ssh_config=Path(self._ready.ssh_config),
            known_hosts=Path(self._ready.known_hosts),
            authority=Path(self._ready.authority),
        )

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """The faults that can be injected, and into what."""
        return kinds(members(self._count))

    @property
    def active(self) -> tuple[str, ...]:
        """The faults that hold now, as ``host: fault subject``, oldest first."""
        return tuple(f"{host}: {' '.join(filter(None, what))}" for host, *what in self._active)

    def _note(self, host: str, fault: str, on: bool, subject: str) -> None:
        if on:
            self._active.setdefault((host, fault, subject))
        else:
            self._active.pop((host, fault, subject), None)

    async def _answer(self, ask: int) -> Done:
        """The answer to this order; late answers to orders given up before are passed over."""
        while True:
            done = msgspec.json.decode(await self._line(_ANSWER_S), type=Done)
            if done.ask == ask:
                return done

    async def _line(self, deadline_s: float) -> bytes:
        assert self._child is not None and self._child.stdout is not None
        async with asyncio.timeout(deadline_s):
            return await self._child.stdout.readline()


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        async with asyncio.timeout(_STOP_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


def _last_words(words: IO[bytes], error: BaseException) -> Phrase:
    size = words.seek(0, 2)
    words.seek(max(0, size - _LAST_WORDS))
    lines = words.read().strip().splitlines()
    said = clean_bytes(lines[-1]) if lines else type(error).__name__
    return phrase("The practice fleet did not start: {error}.", error=said)
