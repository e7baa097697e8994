"""The probe under every shell and awk there is, against what psutil says of the same machine at the same time."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from collectors import probe
from collectors.answers import SectionAnswer
from collectors.feed import Section
from duty.readings import MountReading, Mounts, Ports, Processes
from duty.site import DiskRule, HostSpec, LineRule, ProcessRule
from tests.support.probes import AWKS, SHELLS, Probe, path_with_awk

SLEEPER = "sleep 98765"
SPEC = HostSpec(
    id="here",
    address="here",
    processes=(
        ProcessRule("sleeper one", name="sleep", args="sleep 9876[0-9]"),
        ProcessRule("by-user", args="sleep 98765", user=str(os.getuid())),
        ProcessRule("nobody", name="sleep", user="nobody-of-this-name"),
    ),
    lines=(LineRule("loop", "lo"), LineRule("none", "wk-none0")),
    disks=(DiskRule("*"), DiskRule("/"), DiskRule("/wk/not mounted")),
)

Start = Callable[..., Probe]


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is certainly gone afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def family_of(one: Probe) -> set[int]:
    return {one.process.pid, *(child.pid for child in psutil.Process(one.process.pid).children(recursive=True))}


def failed(reading: object) -> list[str]:
    return [str(one.why) for one in reading.failures]  # type: ignore[attr-defined]


def arguments_of(pid: int) -> list[str]:
    with suppress(psutil.Error):
        return psutil.Process(pid).cmdline()
    return []


def parent_of(pid: int) -> int | None:
    """``None``: it has ended meanwhile."""
    with suppress(psutil.Error):
        return psutil.Process(pid).ppid()
    return None


@pytest.fixture(params=[f"{shell}+{awk}" for shell in SHELLS for awk in AWKS])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    shell, awk = request.param.split("+")
    running: list[Probe] = []

    def begin(**more: object) -> Probe:
        made = Probe(path_with_awk(tmp_path / "bin", awk), shell, **more)  # type: ignore[arg-type]
        running.append(made)
        return made

    yield begin
    for one in running:
        one.close()


@pytest.fixture(scope="module")
def sleeper() -> Iterator[psutil.Process]:
    with running(*SLEEPER.split()) as process:
        yield psutil.Process(process.pid)


def test_what_it_says_is_what_psutil_says(start: Start, sleeper: psutil.Process) -> None:
    one = start()
    identity = one.ready(SPEC, (sleeper.pid, 4_000_000)).identity
    assert (identity.probe_version, identity.probe_hash, identity.restricted) == (probe.VERSION, probe.HASH, False)
    assert identity.page_bytes == os.sysconf("SC_PAGE_SIZE") and identity.ticks_per_s == os.sysconf("SC_CLK_TCK")
    sample = one.sample()
    assert not sample.failures
    assert sample.uptime_s == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=2)
    memory = psutil.virtual_memory()
    assert sample.memory is not None and sample.memory.total == memory.total
    assert sample.memory.available == pytest.approx(memory.available, rel=0.1)
    assert sample.cpus == psutil.cpu_count() and sample.btime == pytest.approx(psutil.boot_time(), abs=2)
    times = psutil.cpu_times()
    assert sample.cpu is not None
    assert sample.cpu.total / 100 == pytest.approx(sum(times) - times.guest - times.guest_nice, rel=0.02)
    (loop,) = sample.interfaces
    assert loop.rx_bytes == pytest.approx(psutil.net_io_counters(pernic=True)["lo"].bytes_recv, rel=0.1, abs=100_000)
    assert loop.link == Path("/sys/class/net/lo/operstate").read_text().strip()
    (stat,) = sample.processes
    assert (stat.pid, stat.state, stat.threads) == (sleeper.pid, "S", 1)
    assert sample.gone == (4_000_000,)
    assert stat.rss_bytes == pytest.approx(sleeper.memory_info().rss, rel=0.2)


def test_processes_are_found_by_every_rule_that_fits(start: Start, sleeper: psutil.Process) -> None:
    one = start()
    one.ready(SPEC)
    reading = one.section("processes")
    assert isinstance(reading, Processes)
    found = {f.rule: f for f in reading.found if f.pid == sleeper.pid}
    assert set(found) == {"sleeper one", "by-user"}
    mine = found["sleeper one"]
    assert mine.args == SLEEPER and mine.user == sleeper.username() and mine.open_files == sleeper.num_fds()
    assert [f.subject for f in reading.failures] == ["nobody"], "an unknown user is said"
    boot = psutil.boot_time()
    assert boot + mine.start_ticks / 100 == pytest.approx(sleeper.create_time(), abs=2)


@pytest.mark.parametrize("section", ["processes", "ports", "mounts", "health"])
def test_a_section_may_be_asked_again_as_soon_as_it_has_answered(start: Start, section: Section) -> None:
    one = start()
    one.ready(SPEC)
    first = one.section(section, 2)
    for seq in range(3, 13):
        assert failed(one.section(section, seq)) == failed(first)


@pytest.mark.parametrize("section", ["processes", "ports"])
def test_a_section_asked_twice_at_once_is_read_once(start: Start, section: Section) -> None:
    one = start()
    one.ready(SPEC)
    one.say(probe.ask_section(2, section) + probe.ask_section(3, section))
    second, first = one.until(SectionAnswer, seq=3), one.until(SectionAnswer, seq=2)
    assert isinstance(first, SectionAnswer) and isinstance(second, SectionAnswer)
    (said,) = failed(second.reading)
    assert said.startswith(f"{section} has not answered for ")
    assert failed(first.reading) == failed(one.section(section, 4))


def test_a_pid_file_that_is_none_costs_only_its_rule(start: Start, sleeper: psutil.Process, tmp_path: Path) -> None:
    right = tmp_path / "right.pid"
    right.write_text(f"{sleeper.pid}\n")
    rules = (
        ProcessRule("folder", pidfile=str(tmp_path)),
        ProcessRule("lost", pidfile=str(tmp_path / "none")),
        ProcessRule("right", pidfile=str(right)),
    )
    one = start()
    one.ready(HostSpec("here", "here", processes=rules))
    reading = one.section("processes")
    assert isinstance(reading, Processes)
    assert [(f.rule, f.pid) for f in reading.found] == [("right", sleeper.pid)]
    assert [f.subject for f in reading.failures] == ["folder", "lost"]


def test_the_probe_does_not_find_itself(start: Start) -> None:
    """The text of its programs stands in their arguments."""
    one = start()
    one.ready(HostSpec("here", "here", processes=(ProcessRule("self", args="getline"), ProcessRule("w", name="awk"))))
    reading = one.section("processes")
    assert isinstance(reading, Processes)
    assert not [f for f in reading.found if f.pid in family_of(one) or f"ME={one.process.pid} " in f.args]


def test_a_walk_begins_anew_when_its_awk_dies(start: Start, sleeper: psutil.Process, tmp_path: Path) -> None:
    """mawk dies of a process that ends between being opened and being read."""
    folder = tmp_path / "bin"
    folder.mkdir()
    flag = tmp_path / "once"
    start(command=probe.exec_command())  # makes the awk that is replaced here
    awk = folder / "awk"
    awk.rename(folder / "right-awk")
    awk.write_text(
        "#!/bin/sh\n"
        f'if [ ! -e {flag} ]; then case "$*" in *ENVIRON*WKP*)\n'
        f'touch {flag}; {folder}/right-awk "$@" | head -n 1; exit 2;; esac; fi\n'
        f'exec {folder}/right-awk "$@"\n'
    )
    awk.chmod(0o755)
    one = start()
    one.ready(SPEC)
    reading = one.section("processes")
    assert flag.exists() and isinstance(reading, Processes)
    assert [f.rule for f in reading.found if f.pid == sleeper.pid] == ["sleeper one", "by-user"]
    assert [f.subject for f in reading.failures] == ["nobody"]


def test_listening_ports_and_their_owners(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as four:
        port = four.getsockname()[1]
        one = start()
        one.ready(SPEC, (os.getpid(),))
        reading = one.section("ports")
        assert isinstance(reading, Ports)
        found = {(p.address, p.port): p.owners for p in reading.listening}
        assert found["127.0.0.1", port] == (os.getpid(),)
        assert reading.owners_known and not reading.failures


@pytest.mark.parametrize("shell", SHELLS)
def test_owners_that_may_not_be_seen_are_not_said_to_be_others(shell: str, tmp_path: Path) -> None:
    """Descriptors of a process with more rights can be listed and not read: here it lives in an outer namespace."""
    inside = "unshare --user --map-root-user " + ("busybox sh" if shell == "busybox" else shell)
    one = Probe(path_with_awk(tmp_path / "bin", "busybox" if shell == "busybox" else "mawk"), inside)
    try:
        with socket.create_server(("127.0.0.1", 0)) as four:
            port = four.getsockname()[1]
            one.ready(SPEC, (os.getpid(),))
            reading = one.section("ports")
            assert isinstance(reading, Ports) and not reading.owners_known
            assert ("127.0.0.1", port, ()) in [(p.address, p.port, p.owners) for p in reading.listening]
    finally:
        one.close()


def test_mounts_are_those_of_this_machine(start: Start) -> None:
    one = start()
    one.ready(SPEC)
    reading = one.section("mounts")
    assert isinstance(reading, Mounts) and not reading.failures
    root: MountReading = next(m for m in reading.mounts if m.mount == "/")
    usage = psutil.disk_usage("/")
    assert root.total_bytes == pytest.approx(usage.total, rel=0.01)
    assert root.used_bytes == pytest.approx(usage.used, rel=0.02, abs=50 << 20)
    assert root.available_bytes == pytest.approx(usage.free, rel=0.02, abs=50 << 20)
    assert root.inodes == pytest.approx(os.statvfs("/").f_files, rel=0.01)
    assert len({m.mount for m in reading.mounts}) == len(reading.mounts)


def test_a_sample_is_one_small_write_and_starts_no_process(start: Start, sleeper: psutil.Process) -> None:
    one = start()
    one.ready(SPEC, (sleeper.pid,) * 20)
    one.sample(1)
    one.pieces.clear()
    family = psutil.Process(one.process.pid)
    before = {child.pid for child in family.children(recursive=True)}
    for seq in range(2, 22):
        one.sample(seq)
    assert {child.pid for child in family.children(recursive=True)} == before
    used = [child.cpu_times() for child in [family, *family.children(recursive=True)]]
    assert sum(times.children_user + times.children_system for times in used) < 0.3, "only what the start needed"
    assert len(one.pieces) == 20, "each answer came in one piece"
    assert max(map(len, one.pieces)) <= 2048


def test_a_restarted_process_is_noticed(start: Start) -> None:
    one = start()
    spec = HostSpec("here", "here", processes=(ProcessRule("s", name="sleep", args="sleep 4321[0-9]"),))
    with running("sleep", "43210") as first:
        one.ready(spec, (first.pid,))
        assert not one.sample(1).gone
    assert one.sample(2).gone == (first.pid,)
    with running("sleep", "43211") as second:
        seen = [one.sample(seq).appeared for seq in range(3, 8) if time.sleep(0.1) is None]
        assert any(seen)
        reading = one.section("processes", 9)
        assert isinstance(reading, Processes) and second.pid in [f.pid for f in reading.found]


def test_the_restricted_key_runs_this_probe_and_no_other(start: Start) -> None:
    assert start(command=probe.forced_command()).ready(SPEC).identity.restricted
    other = probe.SCRIPT + b"\n: other"
    digest = hashlib.sha256(other).hexdigest().encode()
    refused = start(command=probe.forced_command(), script=b"wk1 %d %s\n" % (len(other), digest) + other).refusal()
    assert (refused.code, refused.words) == ("hash", probe.HASH)
    lying = b"x" * len(probe.SCRIPT)
    refused = start(
        command=probe.forced_command(), script=b"wk1 %d %s\n" % (len(lying), probe.HASH.encode()) + lying
    ).refusal()
    assert refused.code == "sum"
    assert start(script=b"hello\n").refusal().code == "start"


def test_a_hostile_name_forges_nothing(start: Start, tmp_path: Path) -> None:
    name = "x\n=E 1 1\n=B 9"
    evil_name = f"evil{os.getpid()}"  # the same test under another shell may run beside this one
    program = tmp_path / evil_name
    program.write_text(
        "import ctypes,time\n"
        "ctypes.CDLL(None).prctl(15, b'x)\\n=E 1 1\\n', 0, 0, 0)\n"
        "print(flush=True)\ntime.sleep(60)\n"
    )
    with running(sys.executable, str(program), name) as evil:
        assert evil.stdout is not None
        evil.stdout.readline()
        spec = HostSpec("here", "here", processes=(ProcessRule("e", args=evil_name),))
        one = start()
        one.ready(spec, (evil.pid,))
        sample = one.sample()
        assert [p.pid for p in sample.processes] == [evil.pid] and not sample.failures
        reading = one.section("processes")
        assert isinstance(reading, Processes) and not reading.failures
        assert [f.pid for f in reading.found] == [evil.pid]


def test_long_arguments_of_strangers_do_no_harm(start: Start) -> None:
    one = start()
    one.ready(HostSpec("here", "here", processes=(ProcessRule("s", args="sleep.43219"),)))
    one.sample(1)
    for turn in range(1, 6):
        sleep = "import time; time.sleep(43219) #"
        strangers = [[sys.executable, "-c", sleep + "x" * length] for length in (0, 4090, 4096, 20_000)]
        with ExitStack() as stack:
            for command in strangers:
                stack.enter_context(running(*command))
            seen = [one.sample(10 * turn + n) for n in range(3) if time.sleep(0.05) is None]
        assert any(sample.appeared for sample in seen)
    assert not one.sample(99).failures


def test_a_hanging_tool_costs_only_its_own_section(start: Start, tmp_path: Path) -> None:
    one_bin = tmp_path / "bin"
    one_bin.mkdir()
    flag = tmp_path / "hang"
    for tool in ("stat", "df"):
        fake = one_bin / tool
        fake.write_text(f'#!/bin/sh\nwhile [ -e "{flag}" ]; do sleep 0.2; done\nexec {shutil.which(tool)} "$@"\n')
        fake.chmod(0o755)
    one = start()
    one.ready(SPEC)
    flag.touch()
    one.say(probe.ask_section(2, "mounts"))
    for seq in range(10, 15):
        assert one.sample(seq).seq == seq, "samples go on meanwhile"
    answer = one.until(SectionAnswer, seq=2)
    assert isinstance(answer, SectionAnswer)
    reading = answer.reading
    assert isinstance(reading, Mounts)
    hanging = [m for m in reading.mounts if m.hanging_s is not None]
    assert [m.mount for m in hanging] == ["/"] and hanging[0].total_bytes is None
    for seq in range(4, 8):
        again = one.section("mounts", seq)
        assert isinstance(again, Mounts) and again.mounts[0].hanging_s is not None
    looking = [pid for pid in family_of(one) if str(one_bin / "stat") in arguments_of(pid)]
    # A shell that is about to start `sleep` is, for a moment, two processes of the same words.
    stuck = [pid for pid in looking if parent_of(pid) not in (None, *looking)]
    assert len(stuck) <= 1 + len(hanging), "nothing more is started while it hangs"
    flag.unlink()
    end = time.monotonic() + 20
    while True:
        reading = one.section("mounts", int(time.monotonic() * 10) % 10**6)
        assert isinstance(reading, Mounts) and time.monotonic() < end
        if all(m.hanging_s is None for m in reading.mounts) and reading.mounts:
            break
        time.sleep(0.3)


@pytest.mark.parametrize("start", [f"{shell}+{AWKS[0]}" for shell in SHELLS], indirect=True)
def test_what_hangs_is_started_once_and_in_the_end_killed(start: Start, tmp_path: Path) -> None:
    one_bin = tmp_path / "bin"
    one_bin.mkdir()
    flag = tmp_path / "hang"
    for tool in ("stat", "df"):
        fake = one_bin / tool
        real = f'exec {shutil.which(tool)} "$@"'
        fake.write_text(f'#!/bin/sh\ncase "$*" in *" /") [ -e {flag} ] && exec sleep 54321;; esac\n{real}\n')
        fake.chmod(0o755)
    quick = probe.SCRIPT.replace(b"w=4", b"w=1").replace(b"-gt 20 ]; then", b"-gt 3 ]; then")
    assert len(quick) == len(probe.SCRIPT) - 1
    digest = hashlib.sha256(quick).hexdigest().encode()
    one = start(script=b"wk1 %d %s\n" % (len(quick), digest) + quick)
    one.ready(SPEC)
    flag.touch()
    seconds: list[float] = []
    end = time.monotonic() + 40
    while not seconds or hung(one):
        reading = one.section("mounts", len(seconds) + 2)
        assert isinstance(reading, Mounts) and time.monotonic() < end
        seconds += [m.hanging_s for m in reading.mounts if m.hanging_s is not None]
        assert len(hung(one)) <= 1, "one that hangs is enough"
        if len(seconds) == 2:
            flag.unlink()  # it hangs on, and what is asked after its end does not
        time.sleep(0.2)
    first, *later = seconds
    assert first == 4 and later == sorted(later) and later[-1] > later[0], "since when it hangs is not forgotten"


def hung(one: Probe) -> list[psutil.Process]:
    below = psutil.Process(one.process.pid).children(recursive=True)
    return [process for process in below if "54321" in _args(process)]


def _args(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_it_ends_when_told_and_when_the_line_is_cut(start: Start) -> None:
    one = start()
    one.ready(SPEC)
    one.say(b"Q\n")
    assert one.process.wait(10) == 0
    two = start()
    two.ready(SPEC)
    assert two.process.stdin is not None
    two.process.stdin.close()
    assert two.process.wait(10) == 0
