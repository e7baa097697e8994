"""The application checks of one host, run beside its probe: bounded in number and time, one of a kind at a time.

Nothing here waits for the probe, and the probe waits for nothing here. Who asks when is not decided here either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from collectors.apps.command import Commands
from collectors.apps.course import Course
from collectors.apps.faults import of_error
from collectors.apps.http import ask_http
from collectors.apps.tcp import ask_tcp
from collectors.apps.tls import Contexts, secured
from collectors.apps.way import FromConsole, Way
from collectors.feed import Listener
from duty.phrases import phrase
from duty.readings import AppReading
from duty.site import AppRule, HostSpec

MAX_ASKING = 100
"""Questions over the network of the whole site at once; others wait their turn, and their deadline begins then."""
MAX_COMMANDS = 20
"""The same for check commands run on this console, which are processes."""


class CheckRoom:
    """What the checks of all hosts of a site share."""

    def __init__(self, asking: int = MAX_ASKING, commands: int = MAX_COMMANDS) -> None:
        self.asking, self.commands = asyncio.Semaphore(asking), asyncio.Semaphore(commands)
        self.contexts = Contexts()


class HostChecks:
    """The checks of one host."""

    def __init__(
        self,
        spec: HostSpec,
        listener: Listener,
        room: CheckRoom,
        from_host: Way | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``from_host``: the way for what is asked from the host; ``None`` where that is this machine."""
        self.spec = spec
        self._listener = listener
        self._room = room
        self._here: Way = FromConsole()
        self._there = from_host or self._here
        self._commands = Commands()
        self._monotonic = monotonic
        self._running: dict[str, asyncio.Task[None]] = {}

    def ask(self, rule: AppRule) -> bool:
        """Begin a check. ``False``: its last run has not ended."""
        if rule.key in self._running:
            return False
        task = asyncio.get_running_loop().create_task(self._run(rule), name=f"check {self.spec.id} {rule.key}")
        self._running[rule.key] = task
        task.add_done_callback(lambda _: self._running.pop(rule.key, None))
        return True

    def cancel(self) -> None:
        """End what runs."""
        for task in list(self._running.values()):
            task.cancel()

    async def _run(self, rule: AppRule) -> None:
        async with self._room.commands if rule.kind == "command" else self._room.asking:
            began = self._monotonic()
            reading = await self.check(rule)
        now = self._monotonic()
        self._listener.on_section(self.spec.id, reading, now, now - began)

    async def check(self, rule: AppRule) -> AppReading:
        """Ask once; whatever comes of it is a reading."""
        if rule.kind == "command":
            return await self._commands.run(rule)
        way = self._here if rule.from_console else self._there
        course = Course(self._monotonic)
        try:
            async with asyncio.timeout(rule.deadline_s):
                reading = await self._asked(rule, way, course)
        except Exception as error:  # the libraries raise what they like; each becomes a value here
            fault = of_error(error, rule, course)
            reading = AppReading(rule.key, fault.outcome, fault.why, course.steps(whole=False))
        if reading.outcome == "failed" and (unable := way.unable()) is not None:
            return AppReading(rule.key, "unable", unable)
        return reading

    async def _asked(self, rule: AppRule, way: Way, course: Course) -> AppReading:
        if rule.kind == "tcp":
            return await ask_tcp(rule, way, course)
        if rule.kind == "http":
            return await ask_http(rule, way, course, self._room.contexts)
        stream, shown = await secured(rule, way, course, self._room.contexts)
        stream.close()
        return AppReading(rule.key, "answered", steps=course.steps(whole=True), certificate=shown)


def hanging(rule: AppRule, seconds: float) -> AppReading:
    """A check command on a host whose last run has not ended."""
    why = phrase("its last run on the host has not ended for {seconds} s", seconds=round(seconds))
    return AppReading(rule.key, "unable", why)
