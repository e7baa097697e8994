"""A simulated machine: what it would answer at any moment, a function of its seed, its start, the time and its faults.

Times are UTC epoch seconds and are always handed in. Sizes are in the units of ``/proc``: ticks of 1/100 s, pages of
4096 bytes, kB.
"""

from __future__ import annotations

from random import Random

from practice.effects import Fill, Leak, Saturation, Stuck
from practice.logs import Burst
from practice.models import GB, MB, AppModel, InterfaceModel, MachineModel, MountModel, ProcessModel
from practice.rhythm import DAY_S, WAVES, Rhythm, Vector

TICKS = 100
PAGE = 4096
PID_MAX = 4_194_304
FORKS_A_SECOND = 0.7
SLOW_S = 1.6
"""Seconds a slow application takes longer."""
STUCK_S = 60.0
"""So long a caller of a stuck process waits for an answer, unless he gives up."""


class Running:
    """One run of a process: its pid and start are its identity, as on a real machine."""

    __slots__ = ("course", "from_sum", "leak", "model", "pid", "started", "stuck")

    def __init__(self, model: ProcessModel, pid: int, started: float, course: int, from_sum: float) -> None:
        self.model = model
        self.pid = pid
        self.started = started
        self.course = course
        self.from_sum = from_sum
        self.leak: Leak | None = None
        self.stuck: Stuck | None = None

    def cpu_seconds(self, so_far: Vector) -> float:
        """CPU used since it started."""
        until = so_far[self.course] if self.stuck is None else self.stuck.at_sum
        return self.model.cpu * (until - self.from_sum)


class Machine:
    """One machine in motion. The same seed, start, faults and moments give the same answers."""

    def __init__(self, model: MachineModel, seed: str, started: float) -> None:
        """``started``: when practice began; the machine itself has been up for some days or weeks then."""
        rng = Random(f"{seed}/{model.id}")
        self.model = model
        self.boot = round(started - rng.uniform(3, 80) * DAY_S, 2)
        self._started = started
        self._rhythm = Rhythm(f"{seed}/{model.id}/rhythm")
        self._boot_sum = self._rhythm.so_far(self.boot)
        self._first_pid = rng.randrange(20_000, 90_000)
        self._taken_pids = 0
        self._spent = 0.0
        self.newest_start = 0.0
        self._courses = {p.key: rng.randrange(1, 1 + WAVES) for p in model.processes}
        self.running: dict[str, Running] = {}
        self.saturated: dict[str, list[Saturation]] = {}
        self.filled: dict[str, Fill] = {}
        self.hung: dict[str, float] = {}
        self.clock_ahead_s = 0.0
        self.lossy: set[str] = set()
        """Interfaces whose line loses packets."""
        self.slowed: set[str] = set()
        """Applications that take their time."""
        self.ending: set[str] = set()
        """Applications whose certificate is about to end."""
        self.growing: dict[str, Fill] = {}
        """Databases that something fills."""
        self.bursts: dict[str, list[Burst]] = {}
        for order, process in enumerate(model.processes):
            begun = round(self.boot + 20 + 3 * order + rng.random(), 2)
            self._run(process, 600 + 37 * order + rng.randrange(30), begun)

    # --- the clock and the vectors everything is made of ---------------------------------------------------------

    def so_far(self, now: float) -> Vector:
        """The courses of its day summed up to ``now``; counters are combinations of these."""
        return self._rhythm.so_far(now)

    def level(self, now: float) -> Vector:
        """The courses at ``now``; gauges are combinations of these."""
        return self._rhythm.level(now)

    def uptime(self, now: float) -> float:
        """Seconds since boot."""
        return now - self.boot

    def newest_pid(self, now: float) -> int:
        """The pid given out last: other things on the machine come and go too."""
        passing = int(max(0.0, now - self._started) * FORKS_A_SECOND)
        return (self._first_pid + passing + self._taken_pids) % PID_MAX

    def tasks(self) -> int:
        """Threads in the process table."""
        return self.model.table + sum(run.model.threads for run in self.running.values())

    # --- processes ------------------------------------------------------------------------------------------------

    def kill(self, key: str, now: float) -> None:
        """The process is gone at once, as by kill -9."""
        ended = self.running.pop(key, None)
        if ended is not None:
            self._spent += ended.cpu_seconds(self.so_far(now))

    def start(self, key: str, now: float) -> None:
        """It is started anew, with the next pid; nothing happens if it runs."""
        if key in self.running:
            return
        model = next(process for process in self.model.processes if process.key == key)
        self._taken_pids += 1
        self._run(model, self.newest_pid(now), now)

    def stick(self, key: str, letter: str, now: float) -> None:
        """From now on it uses no CPU and does nothing, in the kernel's state ``letter``; if it runs."""
        run = self.running.get(key)
        if run is not None and run.stuck is None:
            run.stuck = Stuck(now, letter, self.so_far(now)[run.course])

    def go_on(self, key: str, letter: str, now: float) -> None:
        """What was stuck so goes on where it was; one that was started anew meanwhile is not stuck."""
        run = self.running.get(key)
        if run is not None and run.stuck is not None and run.stuck.letter == letter:
            run.from_sum += self.so_far(now)[run.course] - run.stuck.at_sum
            run.stuck = None

    def stuck_since(self, key: str) -> float | None:
        """Since when a process does nothing; ``None``: it works, or does not run."""
        run = self.running.get(key)
        return None if run is None or run.stuck is None else run.stuck.begun

    def leak(self, key: str, now: float) -> None:
        """From now on it keeps what it takes; if it runs."""
        run = self.running.get(key)
        if run is not None and run.leak is None:
            run.leak = Leak(now)

    def mend(self, key: str, now: float) -> None:
        """A leaking process is started anew: nothing else gives back what it has."""
        run = self.running.get(key)
        if run is not None and run.leak is not None:
            self.kill(key, now)
            self.start(key, now)

    def _run(self, model: ProcessModel, pid: int, started: float) -> None:
        course = self._courses[model.key]
        self.newest_start = max(self.newest_start, started)
        self.running[model.key] = Running(model, pid, started, course, self.so_far(started)[course])

    def start_ticks(self, run: Running) -> int:
        """When it started, in ticks since boot."""
        return int((run.started - self.boot) * TICKS)

    def rss_pages(self, run: Running, level: Vector, now: float) -> int:
        """Resident pages: a little more when the market is busy."""
        leaked = 0.0 if run.leak is None else run.leak.share(now)
        return int(run.model.rss_mb * MB / PAGE * (0.88 + 0.08 * level[run.course] + leaked))

    # --- the whole machine ----------------------------------------------------------------------------------------

    def cpu_ticks(self, now: float, so_far: Vector) -> tuple[int, int, int]:
        """Busy, total and iowait ticks of all CPUs since boot."""
        cpus = self.model.cpus
        named = self._spent + sum(run.cpu_seconds(so_far) for run in self.running.values())
        rest = self.model.background_cpu * cpus * (so_far[1] - self._boot_sum[1])
        waiting = 0.006 * cpus * (so_far[2] - self._boot_sum[2])
        return int((named + rest) * TICKS), int(self.uptime(now) * cpus * TICKS), int(waiting * TICKS)

    def load(self, level: Vector) -> tuple[float, float, float]:
        """Load averages: the longer they look back, the slower the wave they follow."""
        full = sum(run.model.cpu for run in self.running.values()) + self.model.background_cpu * self.model.cpus
        return full * level[3], full * level[4], full * level[0]

    def memory_kb(self, level: Vector, now: float) -> tuple[int, int, int, int, int]:
        """Total, available, free, swap total, swap free."""
        total = int(self.model.memory_gb * GB) // 1024
        leaks = [(run.model.rss_mb, run.leak) for run in self.running.values() if run.leak is not None]
        leaked = int(sum(1024 * rss_mb * leak.share(now) for rss_mb, leak in leaks))
        used = min(total, int(total * self.model.memory_used * (0.95 + 0.05 * level[4])) + leaked)
        swap = int(self.model.swap_gb * GB) // 1024
        return total, total - used, int((total - used) * 0.22), swap, swap - swap // 64

    def counters(self, interface: InterfaceModel, now: float, so_far: Vector) -> tuple[int, int, int, int, int, int]:
        """Bytes, errors and drops received, then sent, since boot."""
        inward = interface.in_bps / 8 * (so_far[2] - self._boot_sum[2])
        outward = interface.out_bps / 8 * (so_far[3] - self._boot_sum[3])
        drops = 0.0
        for strain in self.saturated.get(interface.name, ()):
            more_in, more_out, dropped = strain.added(self._rhythm, interface, now)
            inward, outward, drops = inward + more_in, outward + more_out, drops + dropped
        return int(inward), 0, int(drops), int(outward), 0, int(drops / 3)

    def saturated_now(self, now: float) -> frozenset[str]:
        """Interfaces that carry all they can."""
        return frozenset(
            name
            for name, past in self.saturated.items()
            if past and past[-1].begun <= now and (past[-1].ended is None or now < past[-1].ended)
        )

    def usage_kb(self, mount: MountModel, now: float) -> tuple[int, int]:
        """Total and used."""
        total = int(mount.size_gb * GB) // 1024
        grown = max(0.0, now - self._started) / DAY_S * mount.grows_mb_day * 1024
        used = min(0.9 * total, mount.used * total + grown)
        fill = self.filled.get(mount.mount)
        return total, int(used if fill is None else fill.used(used, total, now))

    def app(self, key: str) -> AppModel:
        """The application of this key."""
        return next(app for app in self.model.apps if app.key == key)

    def answers_after(self, app: AppModel, now: float) -> float | None:
        """Seconds until the application answers; ``None`` while its process is not there."""
        if app.process not in self.running:
            return None
        if self.stuck_since(app.process) is not None:
            return STUCK_S
        usual = app.takes_s * (0.4 + 0.6 * self.level(now)[2])
        return usual + SLOW_S if app.key in self.slowed else usual

    def database(self, app: AppModel, now: float) -> tuple[int, int]:
        """Bytes used of a database, and what it may grow to."""
        total = int(app.size_gb * GB)
        grown = max(0.0, now - self._started) / DAY_S * app.grows_mb_day * MB
        used = min(0.9 * total, app.used * total + grown)
        fill = self.growing.get(app.key)
        return int(used if fill is None else fill.used(used, total, now)), total
