"""Parts of the probe run on this machine by its own shell: the same questions, answered by the same text."""

from __future__ import annotations

import os
import subprocess
from importlib import resources

from collectors.feed import Section
from collectors.parse_slow import parse_section
from duty.readings import SlowReading

DEADLINE_S = 60.0
_STAGE = """
unset ENV BASH_ENV
N='
'
MORE=
say() { printf '%s\\n' "$1"; }
job() { "$3" "$1" "$2" "$5"; }
"""
"""What a part finds around it. Its jobs run one after the other: nobody else waits for the answer."""


class PartFailed(OSError):
    """The shell did not end, or ended badly."""


def read_part(section: Section, told: list[str]) -> SlowReading:
    """The answer of one section of this machine. ``told``: as :func:`collectors.probe.told_to` says it.

    Raises :class:`PartFailed`. Blocks for as long as the part takes, at most :data:`DEADLINE_S`.
    """
    text = resources.files("collectors").joinpath("shell", f"{section}.sh").read_text("ascii")
    script = f"{_STAGE}{text}\nG_{section}=$1\nask_{section} 0\n"
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", script, "watchkeeper", "\n".join(told)],
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=DEADLINE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PartFailed(str(error)) from error
    lines = [line.removeprefix(b"+0 ") for line in done.stdout.splitlines()]
    reading = parse_section(section, lines, ())
    if reading is None:
        raise PartFailed(f"{section}: exit {done.returncode}")
    return reading
