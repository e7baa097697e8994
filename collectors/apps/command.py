"""A check command run on this console: its own process group, ended whole at its deadline; no shell in between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

from collectors import nagios
from collectors.failures import said
from duty.phrases import phrase
from duty.readings import AppReading
from duty.site import AppRule

CHUNK = 4096
MAX_READ = 1024 * 1024
"""Bytes of one run that are read at all; one that writes more is left to its deadline."""
KILLED_S = 1.0


class Commands:
    """The check commands of one host that run here. One that even a kill does not end is not started again."""

    def __init__(self) -> None:
        self._stuck: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, rule: AppRule) -> AppReading:
        """Run it and read what it says."""
        before = self._stuck.get(rule.key)
        if before is not None and before.returncode is None:
            why = phrase("its last run hangs in the kernel and cannot be ended")
            return AppReading(rule.key, "unable", why)
        began = asyncio.get_running_loop().time()
        try:
            process = await asyncio.create_subprocess_exec(
                *rule.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = phrase("the command cannot be run here: {error}", error=said(error))
            return AppReading(rule.key, "unable", why)
        output, complaint = bytearray(), bytearray()
        try:
            async with asyncio.timeout(rule.deadline_s):
                await asyncio.gather(_take(process.stdout, output), _take(process.stderr, complaint))
                status = await process.wait()
        except TimeoutError:
            return overdue(rule)
        finally:
            await self._end(rule.key, process)
        took = asyncio.get_running_loop().time() - began
        code = status if status >= 0 else 128 - status
        cut = len(output) >= nagios.MAX_OUTPUT
        return nagios.reading(rule.key, code, _text(output), _text(complaint), took, cut=cut)

    async def _end(self, key: str, process: asyncio.subprocess.Process) -> None:
        """The whole group, also what the command left behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._stuck.pop(key, None)
        if process.returncode is None:
            try:
                async with asyncio.timeout(KILLED_S):
                    await process.wait()
            except TimeoutError:
                self._stuck[key] = process
        # What it left behind outside its group may hold the pipes; nobody else has a way to let go of them.
        process._transport.close()  # type: ignore[attr-defined]


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")


def overdue(rule: AppRule) -> AppReading:
    """It did not end in time: what it would have said is not known."""
    why = phrase("the command did not end within {seconds} s and was ended", seconds=f"{rule.deadline_s:g}")
    return AppReading(rule.key, "unable", why)


async def _take(pipe: asyncio.StreamReader | None, into: bytearray) -> None:
    """Keep the beginning; more is read and dropped, so that the command is not held up by a full pipe."""
    assert pipe is not None
    count = 0
    while count < MAX_READ and (data := await pipe.read(CHUNK)):
        count += len(data)
        into += data[: max(0, nagios.MAX_OUTPUT - len(into))]
