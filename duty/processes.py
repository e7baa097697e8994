"""Key processes: which copies run, since when, what they use, which ports they hold, against what must be true."""

from __future__ import annotations

import msgspec

from duty.board import ProcessView
from duty.limits import above, passed
from duty.phrases import N_, Phrase, phrase
from duty.quality import State
from duty.rates import growth
from duty.readings import Listening, Ports, ProcessFound, ProcessStat, Sample
from duty.site import Limits, ProcessRule

Findings = list[tuple[State, Phrase]]

_CONCERN = {letter: rank for rank, letter in enumerate("ZXDTtSRI")}


class Copy:
    """One running copy; its identity is pid and start time."""

    __slots__ = ("cpu_percent", "d_since", "found", "stat")

    def __init__(self, found: ProcessFound) -> None:
        self.found = found
        self.stat: ProcessStat | None = None
        self.cpu_percent: float | None = None
        self.d_since: float | None = None

    def see(self, stat: ProcessStat, sample: Sample, seconds: float) -> None:
        """Take its line of a sample; ``seconds`` of the host's clock since the sample before."""
        before = self.stat
        grown = growth(before.cpu_ticks, stat.cpu_ticks) if before is not None and seconds > 0 else None
        self.cpu_percent = None if grown is None else 100 * grown / sample.ticks_per_s / seconds
        if stat.state != "D":
            self.d_since = None
        elif self.d_since is None:
            self.d_since = sample.uptime_s
        self.stat = stat


class ProcessTrack:
    """One process rule of one host over time. Pure: every moment comes in as an argument."""

    __slots__ = ("_changed_at", "_replaced", "_seen_once", "_uptime", "copies", "read_at", "restarts", "rule", "unread")

    def __init__(self, rule: ProcessRule) -> None:
        self.rule = rule
        self.copies: dict[int, Copy] = {}
        self.restarts = 0
        self.read_at: float | None = None
        self.unread: Phrase | None = None
        """Why the newest look for processes gave nothing, if it did."""
        self._replaced = 0
        self._seen_once = False
        self._uptime = 0.0
        self._changed_at = 0.0

    def found(self, found: list[ProcessFound], at: float, mono: float) -> None:
        """Take what a walk of the process table found for this rule."""
        self.unread, self.read_at = None, at
        now = {one.pid: one for one in found}
        for pid in [p for p, copy in self.copies.items() if p not in now or _other(copy, now[p])]:
            self._lose(pid, mono)
        for pid, one in now.items():
            copy = self.copies.get(pid)
            if copy is not None:
                copy.found = one
                continue
            self.copies[pid] = Copy(one)
            self._changed_at = mono
            if self._seen_once and self._replaced:
                self.restarts += 1
                self._replaced -= 1
        self._seen_once = True

    def _lose(self, pid: int, mono: float) -> None:
        del self.copies[pid]
        self._replaced += 1
        self._changed_at = mono

    def see(self, stats: dict[int, ProcessStat], sample: Sample, seconds: float, at: float, mono: float) -> bool:
        """Take a sample. True: a copy is gone or another process has its pid, so the table must be walked anew."""
        self._uptime = sample.uptime_s
        lost = [pid for pid in self.copies if pid in sample.gone]
        for pid, copy in self.copies.items():
            stat = stats.get(pid)
            if stat is None:
                continue
            if stat.start_ticks != copy.found.start_ticks:
                lost.append(pid)
            else:
                copy.see(stat, sample, seconds)
        for pid in lost:
            self._lose(pid, mono)
        if self._seen_once:
            self.read_at = at
        return bool(lost)

    def view(self, ports: Ports | None, ports_mono: float, ticks_per_s: int) -> ProcessView:
        """The rule judged now. ``ports_mono``: when ports were read; older than the last change does not count."""
        rule, copies = self.rule, list(self.copies.values())
        stats = [copy.stat for copy in copies if copy.stat is not None]
        count = len(copies) if self._seen_once and self.unread is None else None
        uptimes = [self._uptime - copy.found.start_ticks / ticks_per_s for copy in copies] if self._uptime else []
        cpu = _sum([copy.cpu_percent for copy in copies])
        files = _sum([copy.found.open_files for copy in copies])
        current = ports if ports_mono >= self._changed_at else None
        port_states = tuple((port, _port_state(port, current, self.copies)) for port in rule.ports)
        view = ProcessView(
            key=rule.key,
            state=State.OK,
            why=(),
            count=count,
            wanted=wanted(rule),
            pids=tuple(self.copies),
            uptime_s=max(0.0, min(uptimes)) if uptimes else None,
            restarts=self.restarts,
            cpu_percent=cpu,
            rss_bytes=sum(s.rss_bytes for s in stats) if len(stats) == len(copies) and copies else None,
            threads=sum(s.threads for s in stats) if len(stats) == len(copies) and copies else None,
            open_files=None if files is None else int(files),
            process_states="".join(sorted((s.state for s in stats), key=lambda s: _CONCERN.get(s, 9))),
            ports=port_states,
            user=copies[0].found.user if copies else "",
            args=copies[0].found.args if copies else "",
            read_at=self.read_at,
        )
        found = self._findings(view, stats)
        found.sort(key=lambda f: -f[0])
        if not found:
            return view
        return _judged(view, found)

    def _findings(self, view: ProcessView, stats: list[ProcessStat]) -> Findings:
        rule = self.rule
        if self.unread is not None:
            return [(State.UNKNOWN, self.unread)]
        if view.count is None:
            return [(State.UNKNOWN, phrase("not read yet"))]
        found: Findings = []
        if view.count < rule.count_min:
            said = N_("not running") if view.count == 0 else N_("only {count} of {wanted} running")
            found.append((State.ACT, Phrase(said, {"count": view.count, "wanted": view.wanted} if view.count else {})))
            if view.count == 0:
                return found
        if rule.count_max is not None and view.count > rule.count_max:
            found.append((State.ACT, phrase("{count} running, {wanted} wanted", count=view.count, wanted=view.wanted)))
        if rule.min_uptime_s is not None and view.uptime_s is not None and view.uptime_s < rule.min_uptime_s:
            found.append((State.WARN, phrase("started {seconds} s ago", seconds=round(view.uptime_s))))
        self._stuck(found)
        zombies = sum(1 for s in stats if s.state == "Z")
        if zombies and (state := above(zombies, rule.zombies)) > State.OK:
            found.append((state, phrase("{count} zombies", count=zombies)))
        _limit(found, N_("CPU at {value} % (limit {limit} %)"), view.cpu_percent, rule.cpu_percent, 1)
        _limit(found, N_("memory at {value} MiB (limit {limit} MiB)"), view.rss_bytes, rule.rss_bytes, 1 << 20)
        _limit(found, N_("{value} threads (limit {limit})"), view.threads, rule.threads, 1)
        _limit(found, N_("{value} open files (limit {limit})"), view.open_files, rule.open_files, 1)
        for port, state in view.ports:
            if state is State.ACT:
                found.append((state, phrase("port {port} is not listening", port=port)))
            elif state is State.WARN:
                found.append((State.ACT, phrase("port {port} is held by another process", port=port)))
            elif state is State.UNKNOWN:
                found.append((state, phrase("port {port} could not be read", port=port)))
        return found

    def _stuck(self, found: Findings) -> None:
        limit = self.rule.stuck_d_s
        stuck = [c.d_since for c in self.copies.values() if c.d_since is not None]
        if limit is not None and stuck and (held := self._uptime - min(stuck)) >= limit:
            found.append((State.ACT, phrase("stuck in state D for {seconds} s", seconds=round(held))))


def _judged(view: ProcessView, found: Findings) -> ProcessView:
    return msgspec.structs.replace(view, state=found[0][0], why=tuple(why for _, why in found))


def _other(copy: Copy, found: ProcessFound) -> bool:
    return copy.found.start_ticks != found.start_ticks


def _sum(values: list[float | None] | list[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _limit(found: Findings, said: str, value: float | None, limits: Limits, unit: int) -> None:
    if value is None:
        return  # absent for a moment (first sample) or not permitted: the cell itself shows the dash
    if (state := above(value, limits)) > State.OK:
        limit = passed(value, limits)
        found.append((state, Phrase(said, {"value": round(value / unit), "limit": f"{limit / unit:g}"})))


def _port_state(port: str, ports: Ports | None, copies: dict[int, Copy]) -> State:
    """OK, ACT (nobody listens), WARN (somebody else does), UNJUDGED (not read since the last change)."""
    if ports is None:
        return State.UNJUDGED
    address, _, number = port.rpartition(":")
    held = [one for one in ports.listening if one.port == int(number) and _same_address(address, one)]
    if not held:
        return State.ACT
    owners = {pid for one in held for pid in one.owners}
    # Worker processes inherit their parent's socket: any common owner will do.
    return State.OK if not owners or owners & copies.keys() else State.WARN


def _same_address(wanted_address: str, one: Listening) -> bool:
    return not wanted_address or one.address in (wanted_address.strip("[]"), "0.0.0.0", "::", "*")


def wanted(rule: ProcessRule) -> str:
    """How many copies there must be, as text."""
    if rule.count_max is None:
        return f"{rule.count_min}+"
    if rule.count_max == rule.count_min:
        return str(rule.count_min)
    return f"{rule.count_min}-{rule.count_max}"
