"""What a simulated machine answers to each question, as the lines of the probe protocol."""

from __future__ import annotations

from collections.abc import Callable

from collectors.probe import escape
from practice.demands import Demands, Rule
from practice.effects import LOSS, SLOWER
from practice.logs import answer, followed
from practice.machines import TICKS, Machine, Running
from practice.rhythm import Vector

_SSH_PORT = 22
_INODE_KB = 16


def sample(machine: Machine, demands: Demands, now: float, since: float) -> list[str]:
    """A fast answer. ``since``: when the last one was given; processes younger than that are new."""
    so_far, level = machine.so_far(now), machine.level(now)
    one, five, fifteen = machine.load(level)
    busy, total, waiting = machine.cpu_ticks(now, so_far)
    size, available, free, swap, swap_free = machine.memory_kb(level, now)
    user = busy * 7 // 10
    at_work = 1 + int(one)
    lines = [
        f"U {machine.uptime(now):.2f}",
        f"L {one:.2f} {five:.2f} {fifteen:.2f} {at_work}/{machine.tasks()} {machine.newest_pid(now)}",
        f"C {machine.model.cpus} {user} 0 {busy - user} {max(0, total - busy - waiting)} {waiting} 0 0 0",
        f"K {int(machine.boot)}",
        f"M {size} {free} {available} {swap} {swap_free}",
    ]
    for interface in machine.model.interfaces:
        if interface.name in demands.interfaces:
            rx, rxe, rxd, tx, txe, txd = machine.counters(interface, now, so_far)
            lines.append(f"N {interface.name} {rx} {rxe} {rxd} {tx} {txe} {txd} up")
    by_pid = {run.pid: run for run in machine.running.values()}
    lines += [_watched(machine, by_pid.get(pid), pid, so_far, level, now) for pid in demands.watched]
    if machine.newest_start > since:
        fresh = [run for run in machine.running.values() if run.started > since and run.pid not in demands.watched]
        lines += [f"A {run.pid}" for run in fresh if any(rule.seems(run) for rule in demands.rules)]
    return lines


def _watched(machine: Machine, run: Running | None, pid: int, so_far: Vector, level: Vector, now: float) -> str:
    if run is None:
        return f"G {pid}"
    ticks = int(run.cpu_seconds(so_far) * TICKS)
    user = ticks * 8 // 10
    state = "R" if run.model.cpu * level[run.course] > 0.9 else "S"
    if run.stuck is not None:
        state = run.stuck.letter
    rss = machine.rss_pages(run, level, now)
    return f"P {pid} {state} {run.model.threads} {user} {ticks - user} {machine.start_ticks(run)} {rss}"


def processes(machine: Machine, demands: Demands, now: float) -> list[str]:
    """Each process of the machine for each rule that it fits."""
    users = {process.user for process in machine.model.processes} | {"root"}
    pidfiles = {run.model.pidfile for run in machine.running.values()}
    lines: list[str] = []
    for rule in demands.rules:
        lines += _unusable(rule, users, pidfiles)
        lines += [_found(machine, rule, run) for run in machine.running.values() if rule.fits(run)]
    return lines


def _unusable(rule: Rule, users: set[str], pidfiles: set[str]) -> list[str]:
    out = []
    if rule.pattern_is_bad:
        out.append(f"! processes {rule.key} pattern")
    if rule.user is not None and rule.user not in users and not rule.user.isdecimal():
        out.append(f"! processes {rule.key} nouser")
    if rule.pidfile is not None and rule.pidfile not in pidfiles:
        out.append(f"! processes {rule.key} nofile {escape(rule.pidfile)}")
    return out


def _found(machine: Machine, rule: Rule, run: Running) -> str:
    model = run.model
    uid = 0 if model.user == "root" else 1001
    return f"F {rule.key} {run.pid} {machine.start_ticks(run)} {uid} {model.user} {model.files} {model.args}"


def ports(machine: Machine, demands: Demands, now: float) -> list[str]:
    """Listening sockets; their owners only among the watched, as on a real host."""
    watched = set(demands.watched)
    lines = [f"O {1 if watched else 0}"]
    held: set[int] = set()
    for run in machine.running.values():
        owner = str(run.pid) if run.pid in watched else "-"
        lines += [f"T 0.0.0.0 {port} {owner}" for port in run.model.ports]
        held.update(run.model.ports)
    if _SSH_PORT not in held:
        lines.append(f"T 0.0.0.0 {_SSH_PORT} -")
    return lines


def mounts(machine: Machine, demands: Demands, now: float) -> list[str]:
    """Every mount of the machine: its sizes, or for how long it has not answered."""
    lines: list[str] = []
    for mount in machine.model.mounts:
        tail = f"0 {mount.fstype} {escape(mount.source)} {escape(mount.mount)}"
        hung = machine.hung.get(mount.mount)
        if hung is not None:
            lines.append(f"H {int(max(0.0, now - hung))} {tail}")
            continue
        total, used = machine.usage_kb(mount, now)
        inodes = total // _INODE_KB
        inodes_free = int(inodes * (1 - mount.inodes_used))
        lines.append(f"D {total} {used} {total - used} {inodes} {inodes_free} {tail}")
    return lines


def health(machine: Machine, demands: Demands, now: float) -> list[str]:
    """A machine in good health: a little pressure, cool, its mirror whole."""
    so_far, level = machine.so_far(now), machine.level(now)
    busy = 6.0 * level[1]
    lines = [f"U {machine.uptime(now):.2f}"]
    lines += [f"Y cpu some {busy:.2f} {busy * 0.9:.2f} 0", f"Y io some {busy / 9:.2f} {busy / 10:.2f} 0"]
    lines += ["Y memory some 0.00 0.00 0", f"H {900 + 40 * len(machine.running)} 1610000", "O 0"]
    writes = int(40 * so_far[2])
    reads, waited = f"{writes // 4} {writes * 4} {writes // 8}", int(30 * so_far[2])
    lines.append(f"K sda {reads} {writes} {writes * 16} {writes * 2} {waited} 0")
    degrees = 38_000 + int(9_000 * level[1])
    lines.append(f"T coretemp Package_id_0 {degrees} 84000 100000")
    if machine.model.raid:
        lines.append("R md0 active raid1 2 2 -")
    return [*lines, "S 1"]


def time(machine: Machine, demands: Demands, now: float) -> list[str]:
    """The machine's clock, which a fault may have set, and the service that keeps it."""
    ahead = machine.clock_ahead_s
    synchronized = 0 if ahead else 1
    return [f"N {now + ahead:.6f} {machine.uptime(now):.2f}", f"S chrony {synchronized} {ahead:.6f} 3 10.8.0.250"]


def lines(machine: Machine, demands: Demands, now: float) -> list[str]:
    """What was told to be looked at: the far ends of lines, the queues of interfaces."""
    so_far, level = machine.so_far(now), machine.level(now)
    out = int(40_000 * so_far[3])
    lossy, full = machine.lossy, machine.saturated_now(now)
    answers = [f"U {machine.uptime(now):.2f}", f"T {out} {int(out * (0.08 if lossy else 0.0004))}"]
    by_name = {each.name: each for each in machine.model.interfaces}
    for told in demands.told.get("lines", []):
        kind, *words = told.split(" ")
        if kind == "I" and words[0] in by_name:
            waiting = 180 if words[0] in full else 0
            answers.append(f"Q {words[0]} {waiting * 1400} {waiting} 0 0")
        elif kind == "P" and len(words) == 4:
            interface = by_name.get(words[2])
            known = interface is not None and interface.far_end == words[1]
            sent = int(words[3])
            if interface is None or not known:
                answers.append(f"G {words[0]} {sent} 0 - - - - -")
                continue
            slow = SLOWER if interface.name in lossy or interface.name in full else 1.0
            back = sent - round(sent * LOSS) if interface.name in lossy else sent
            mean = interface.rtt_ms * slow * (0.95 + 0.1 * level[2])
            jitter = mean * (0.3 if slow > 1 else 0.03)
            answers.append(
                f"G {words[0]} {sent} {back} {mean - jitter:.3f} {mean:.3f} {mean + jitter:.3f} {jitter:.3f} -"
            )
    return answers


def events(machine: Machine, demands: Demands, now: float) -> list[str]:
    """What is new in each followed log."""
    logs = {log.file: log for log in machine.model.logs}
    lines: list[str] = []
    for log in followed(demands.told.get("events", [])):
        model = logs.get(log.path)
        # What is stuck writes nothing.
        stuck = machine.stuck_since(model.program) if model else None
        until = now if stuck is None else stuck
        lines += answer(log, model, machine.bursts.get(model.key, []) if model else [], until)
    return lines


SECTIONS: dict[str, Callable[[Machine, Demands, float], list[str]]] = {
    "processes": processes,
    "ports": ports,
    "mounts": mounts,
    "health": health,
    "time": time,
    "lines": lines,
    "events": events,
}
