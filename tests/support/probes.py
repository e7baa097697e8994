"""The probe run by a real shell and a real awk, spoken to over pipes."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
from pathlib import Path

from collectors import probe
from collectors.answers import Answer, AnswerReader, Ready, Refused, SampleAnswer, SectionAnswer
from duty.readings import Sample, SlowReading
from duty.site import HostSpec

SHELLS = [name for name in ("dash", "bash", "mksh", "busybox") if shutil.which(name)]
AWKS = [name for name in ("mawk", "gawk", "busybox") if shutil.which(name)]


def path_with_awk(folder: Path, awk: str) -> str:
    """A PATH in which ``awk`` is this one."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "awk"
    if not target.exists():
        if awk == "busybox":
            target.write_text('#!/bin/sh\nexec busybox awk "$@"\n')
            target.chmod(0o755)
        else:
            target.symlink_to(shutil.which(awk) or awk)
    return f"{folder}:{os.environ['PATH']}"


class Probe:
    """One running probe."""

    def __init__(
        self,
        path: str,
        shell: str,
        command: str | None = None,
        script: bytes | None = None,
        inside: list[str] | None = None,
    ) -> None:
        """``inside``: words before the command, such as those that enter a namespace."""
        program = "busybox sh" if shell == "busybox" else shell
        text = (command or probe.exec_command()).replace("exec /bin/sh", f"exec {program}", 1)
        self.process = subprocess.Popen(
            [*(inside or []), "/bin/sh", "-c", text],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PATH": path},
            bufsize=0,
        )
        self.reader = AnswerReader()
        self.pieces: list[bytes] = []
        self._unread: list[Answer] = []
        self.say(script or probe.opening())

    def say(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def answers(self, seconds: float) -> list[Answer]:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return []
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        self.pieces.append(data)
        return self.reader.feed(data)

    def until(self, kind: type, seconds: float = 20.0, seq: int | None = None) -> Answer:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            heard, self._unread = self._unread or self.answers(end - time.monotonic()), []
            for place, answer in enumerate(heard, 1):
                if isinstance(answer, kind) and (seq is None or getattr(answer, "seq", None) == seq):
                    self._unread = heard[place:]  # what came in the same piece is heard next
                    return answer
        raise AssertionError(f"no {kind.__name__}; heard {b''.join(self.pieces)[-600:]!r}")

    def ready(self, spec: HostSpec, watched: tuple[int, ...] = ()) -> Ready:
        ready = self.until(Ready)
        self.say(probe.setup(spec) + probe.watch(watched))
        assert isinstance(ready, Ready)
        return ready

    def refusal(self) -> Refused:
        refused = self.until(Refused)
        assert isinstance(refused, Refused)
        return refused

    def sample(self, seq: int = 1) -> Sample:
        self.say(probe.ask_sample(seq))
        answer = self.until(SampleAnswer)
        assert isinstance(answer, SampleAnswer)
        return answer.sample

    def section(self, name: str, seq: int = 2) -> SlowReading:
        self.say(probe.ask_section(seq, name))  # type: ignore[arg-type]
        answer = self.until(SectionAnswer, seq=seq)
        assert isinstance(answer, SectionAnswer)
        return answer.reading

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
