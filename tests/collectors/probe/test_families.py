"""Ending a job that hangs ends all of its family, also those it was just starting."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.support.probes import AWKS, SHELLS, path_with_awk

SHELL_FILES = Path(__file__).parents[3] / "collectors" / "shell"
FAMILIES = 12
GROWING = """
grow() {
n=60
while [ $n -gt 0 ]; do ( sleep SECONDS; : ) & n=$((n-1)); done
wait
}
n=FAMILIES ended=0
while [ $n -gt 0 ]; do
m=$n
grow &
p=$!
n=$m
sleep 0.0$n
end_all $p
set -- $l
ended=$((ended+$#))
wait $p
n=$((n-1))
done
echo $ended
"""


def functions() -> str:
    """How the processes of a job are found and ended, as the probe has it."""
    sample = (SHELL_FILES / "sample.sh").read_text()
    start = sample.index("STAT='")
    jobs = (SHELL_FILES / "jobs.sh").read_text()
    return sample[start : sample.index("\n'\n", start) + 3] + jobs[: jobs.index("\nup()") + 1]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("awk", AWKS)
def test_what_was_just_being_started_is_ended_too(shell: str, awk: str, tmp_path: Path) -> None:
    seconds = str(86_900 + os.getpid())
    program = functions() + GROWING.replace("SECONDS", seconds).replace("FAMILIES", str(FAMILIES))
    command = ["busybox", "sh"] if shell == "busybox" else [shell]
    env = {"PATH": path_with_awk(tmp_path / "bin", awk)}
    try:
        said = subprocess.run([*command, "-c", program], env=env, capture_output=True, timeout=60).stdout
        assert int(said) > FAMILIES, "whole families were ended, not only who began them"
        assert not left(seconds)
    finally:
        for one in left(seconds):
            one.kill()


def left(seconds: str) -> list[psutil.Process]:
    """The processes of a family that live on."""
    every = psutil.process_iter(["cmdline", "status"])
    return [one for one in every if one.info["cmdline"] == ["sleep", seconds]]
