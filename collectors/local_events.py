"""The logs of this machine, followed by the very program that follows them on other hosts.

Following a log across rotation is too delicate to be written twice: so the probe runs here as well, for this section
only, as a child process that is spoken to over pipes.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Mapping

from collectors import probe
from collectors.answers import AnswerReader, Ready, Refused, SectionAnswer, Unusable
from duty.phrases import phrase
from duty.readings import Events, SectionFailure
from duty.site import EventRule

ANSWER_S = 30.0
"""Seconds for one answer; after that the child is ended and the next question starts another."""


class LocalEvents:
    """One child process, started when it is first needed. Called from one thread at a time; :meth:`close` from any."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._reader = AnswerReader()
        self._seq = 0

    def read(self, rules: tuple[EventRule, ...], cursors: Mapping[str, str]) -> Events:
        """Every followed log, read on from its cursor. Raises OSError where the child gives no answer."""
        try:
            child = self._started()
            self._seq = self._seq % 999_999_999 + 1
            self._say(child, probe.follow(rules, cursors) + probe.ask_section(self._seq, "events"))
            return self._answer(child)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the child; an answer that is being waited for comes to nothing."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        self._reader = AnswerReader()
        child = self._child = subprocess.Popen(
            ["/bin/sh", "-c", probe.exec_command()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        self._say(child, probe.opening())
        until = time.monotonic() + ANSWER_S
        while True:
            for answer in self._heard(child, until):
                if isinstance(answer, Ready):
                    return child
                if isinstance(answer, Refused):
                    raise OSError(0, f"the probe does not start here: {answer.code} {answer.words}")

    def _answer(self, child: subprocess.Popen[bytes]) -> Events:
        until = time.monotonic() + ANSWER_S
        while True:
            for answer in self._heard(child, until):
                if isinstance(answer, SectionAnswer) and answer.seq == self._seq:
                    assert isinstance(answer.reading, Events)
                    return answer.reading
                if isinstance(answer, Unusable) and answer.seq == self._seq:
                    return Events((), failures=(SectionFailure("events", answer.failure.why),))

    def _heard(self, child: subprocess.Popen[bytes], until: float) -> list[object]:
        assert child.stdout is not None
        left = until - time.monotonic()
        if left <= 0:
            raise OSError(0, str(phrase("no answer for {seconds} s", seconds=round(ANSWER_S))))
        if not select.select([child.stdout], [], [], min(1.0, left))[0]:
            self._say(child, probe.ask_sample(self._seq))  # the probe looks at its clock with each sample
            return []
        data = os.read(child.stdout.fileno(), 1 << 16)
        if not data:
            raise OSError(0, "the probe ended")
        return list(self._reader.feed(data))

    @staticmethod
    def _say(child: subprocess.Popen[bytes], data: bytes) -> None:
        assert child.stdin is not None
        child.stdin.write(data)
