"""Key processes: which copies run, since when, what they use, which ports they hold, against what must be true."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from duty.board import ProcessView
from duty.forecast import Forecast, Outlook
from duty.limits import above
from duty.listening import ByPort, port_state
from duty.outlooks import limit_in, near, soonest
from duty.part import Part
from duty.phrases import N_, Phrase, phrase
from duty.process_copy import Copy
from duty.process_demand import beyond, demand_of
from duty.quality import State
from duty.readings import ProcessFound, ProcessStat, Sample
from duty.site import ProcessRule

Findings = list[tuple[State, Phrase]]

_CONCERN = {letter: rank for rank, letter in enumerate("ZXDTtSRI")}


class ProcessTrack(Part[ProcessView]):
    """One process rule of one host over time. Pure: every moment comes in as an argument."""

    __slots__ = (
        "_age",
        "_age_from",
        "_age_until",
        "_changed_at",
        "_demand",
        "_listening",
        "_listening_mono",
        "_log_at",
        "_log_unread",
        "_only",
        "_outlook",
        "_ports",
        "_quiet",
        "_quiet_after",
        "_quiet_due",
        "_replaced",
        "_seen_once",
        "_still_well",
        "_ticks",
        "_unread",
        "_uptime",
        "_youngest",
        "copies",
        "pids",
        "restarts",
        "rule",
    )

    def __init__(self, rule: ProcessRule) -> None:
        super().__init__()
        self.rule = rule
        self.copies: dict[int, Copy] = {}
        self.pids: tuple[int, ...] = ()
        self.restarts = 0
        self._unread: Phrase | None = None
        self._replaced = 0
        self._seen_once = False
        self._uptime = 0.0
        self._ticks = 100
        self._age: float | None = None
        self._age_from = self._age_until = -math.inf
        """Uptime of the host between which the age is told as it is now."""
        self._changed_at = 0.0
        self._listening: ByPort | None = None
        self._listening_mono = 0.0
        self._demand = demand_of(rule)
        self._log_at: float | None = None
        self._log_unread = True
        self._quiet: float | None = None
        self._quiet_after = rule.quiet_after_s
        self._quiet_due = -math.inf
        """Uptime of the host before which it cannot have done nothing for too long."""
        self._only: Copy | None = None
        """The one copy there is, as nearly always; ``None`` where there is none or more."""
        self._still_well = False
        """Whether all is well that does not change from one sample to the next."""
        self._outlook: tuple[str, Outlook] | None = None
        self._settle()

    # --- what comes in -----------------------------------------------------------------------------------------------

    def found(self, found: list[ProcessFound], mono: float, unread: Phrase | None = None) -> None:
        """Take what a walk of the process table found for this rule. ``unread``: why it could not tell, if so."""
        changed = not self._seen_once or unread != self._unread
        self._unread = unread
        now = {one.pid: one for one in found}
        for pid in [p for p, copy in self.copies.items() if p not in now or _other(copy, now[p])]:
            self._lose(pid, mono)
            changed = True
        for pid, one in now.items():
            copy = self.copies.get(pid)
            if copy is not None:
                changed = changed or copy.found != one
                copy.found = one
                continue
            changed = True
            self.copies[pid] = Copy(one)
            self._changed_at = mono
            if self._seen_once and self._replaced:
                self.restarts += 1
                self._replaced -= 1
        self._seen_once = True
        if changed:
            self._settle()

    def see(self, stats: dict[int, ProcessStat], sample: Sample, seconds: float, mono: float) -> bool:
        """Take a sample. True: a copy is gone or another process has its pid, so the table must be walked anew."""
        self._uptime, self._ticks = sample.uptime_s, sample.ticks_per_s
        only = self._only
        if (
            only is not None
            and not sample.gone
            and (stat := stats.get(self.pids[0])) is not None
            and stat.start_ticks == only.start_ticks
        ):
            changed = only.see(stat, sample, seconds)  # one copy that goes on, as nearly always
        else:
            changed, lost = self._see_each(stats, sample, seconds)
            if lost:
                for pid in lost:
                    self._lose(pid, mono)
                self._settle()
                return True
        if self._uptime >= self._age_until or self._uptime < self._age_from:
            self._tell_age()
            changed = True
        if self._uptime >= self._quiet_due and (quiet := self._quiet_shown()) != self._quiet:
            self._quiet = quiet
            changed = True
        if changed:
            self.changed()
        return False

    def _see_each(self, stats: dict[int, ProcessStat], sample: Sample, seconds: float) -> tuple[bool, list[int]]:
        """Whether a copy is shown otherwise than before, and the pids of those that are no more."""
        changed, lost = False, []
        for pid, copy in self.copies.items():
            stat = stats.get(pid)
            if (stat is not None and stat.start_ticks != copy.start_ticks) or pid in sample.gone:
                lost.append(pid)
            elif stat is None:
                changed = changed or copy.d_since is not None
            elif copy.see(stat, sample, seconds):
                changed = True
        return changed, lost

    def listens(self, listening: ByPort, mono: float) -> None:
        """Take what listens on the host, by port number, as read at ``mono``."""
        self._listening, self._listening_mono = listening, mono
        if self.rule.ports and self._ports != self._port_states():
            self._settle()

    def logged(self, *, grew: bool, unread: bool) -> None:
        """Its log was looked at: whether it has new lines, or whether it could not be read."""
        if grew or (self._log_at is None and not unread):
            self._log_at = self._uptime or None
        self._log_unread = unread or self._log_at is None
        self._quiet = self._quiet_shown()
        self.changed()

    def foresee(self, outlooks: Mapping[str, Outlook]) -> None:
        """Take what its past says of each value that has a limit, by the name the limit has in the rule."""
        told = soonest(outlooks)
        if told != self._outlook:
            self._outlook = told
            self._settle()

    def _lose(self, pid: int, mono: float) -> None:
        del self.copies[pid]
        self._replaced += 1
        self._changed_at = mono

    def _settle(self) -> None:
        """What follows from which copies there are and what listens; both change rarely."""
        self.pids = tuple(self.copies)
        self._ports = self._port_states()
        count, demand, outlook = len(self.copies), self._demand, self._outlook
        self._only = next(iter(self.copies.values())) if count == 1 else None
        self._still_well = (
            self._seen_once
            and self._unread is None
            and demand.least <= count <= demand.most
            and all(state in (State.OK, State.UNJUDGED) for _, state in self._ports)
            and not (outlook is not None and near(outlook[1]))
        )
        self._youngest = max([copy.start_ticks for copy in self.copies.values()], default=None)
        self._tell_age()
        self._quiet = self._quiet_shown()
        self.changed()

    def _port_states(self) -> tuple[tuple[str, State], ...]:
        # Ports read before the copies changed are those of copies that are no more.
        listening = self._listening if self._listening_mono >= self._changed_at else None
        if listening is not None and (self._unread is not None or not self._seen_once):
            listening = listening._replace(seen=None)  # there may be copies that we do not know of
        return tuple([(port, port_state(port, listening, self.copies.keys())) for port in self.rule.ports])

    def _tell_age(self) -> None:
        """Uptime of the youngest copy in whole seconds, later in whole minutes; ``None`` if there is none to tell."""
        if self._youngest is None or not self._uptime:
            self._age, self._age_from = None, -math.inf
            self._age_until = math.inf if self._youngest is None else -math.inf
            return
        started = self._youngest / self._ticks
        age = self._uptime - started
        step = 1.0 if age < self._demand.fine_until else 60.0
        told = age // step * step
        self._age, self._age_from, self._age_until = max(0.0, told), started + told, started + told + step

    def _quiet_shown(self) -> float | None:
        """Seconds for which its quietest copy has done nothing, in steps of ten; ``None`` while that is no fault."""
        limit, self._quiet_due = self._quiet_after, -math.inf
        if limit is None:
            self._quiet_due = math.inf
            return None
        busy = min([copy.busy_at for copy in self.copies.values() if copy.busy_at is not None], default=None)
        if busy is None:
            return None
        if self.rule.log is not None and not self._log_unread and self._log_at is not None:
            busy = max(busy, self._log_at)
        held = self._uptime - busy
        if held < limit:
            self._quiet_due = busy + limit  # what is busy meanwhile only puts it off
            return None
        return max(limit, held // 10.0 * 10.0)

    # --- what is shown -----------------------------------------------------------------------------------------------

    def judged(self) -> ProcessView:
        """The rule judged as it stands."""
        only = self._only
        found: ProcessFound | None
        cpu: float | None
        rss: int | None
        threads: int | None
        files: int | None
        if only is not None and only.stat is not None:
            found, stat = only.found, only.stat
            cpu, rss, threads, files, letters = (
                only.cpu_percent, stat.rss_bytes, stat.threads, found.open_files, stat.state
            )  # fmt: skip
        else:
            found = next((copy.found for copy in self.copies.values()), None)
            cpu, rss, threads, files, letters = self._together()
        age, demand = self._age, self._demand
        # By position: twenty of these a second and host, and names would cost four times as much.
        view = ProcessView(
            self.rule.key,
            State.OK,
            (),
            len(self.copies) if self._seen_once and self._unread is None else None,
            demand.wanted,
            self.pids,
            age,
            self.restarts,
            cpu,
            rss,
            threads,
            files,
            letters,
            self._ports,
            "" if found is None else found.user,
            "" if found is None else found.args,
            None if self._outlook is None else self._outlook[1],
            "" if self._outlook is None else self._outlook[0],
        )
        # There is nothing to find: the usual case, seen without a look at each rule's own words.
        if (
            self._still_well
            and (age is None or age >= demand.fine_until)
            and (cpu is None or cpu < demand.cpu_from)
            and (rss is None or rss < demand.rss_from)
            and (threads is None or threads < demand.threads_from)
            and (files is None or files < demand.files_from)
            and self._quiet is None
            and "D" not in letters
            and "Z" not in letters
        ):
            return view
        return _with(view, self._findings(view))

    def _together(self) -> tuple[float | None, int | None, int | None, int | None, str]:
        """CPU, memory, threads and files of all copies, ``None`` where one of them is not known; their states."""
        copies = self.copies.values()
        if not copies:
            return None, None, None, None, ""
        stats = [copy.stat for copy in copies if copy.stat is not None]
        shares = [copy.cpu_percent for copy in copies if copy.cpu_percent is not None]
        files = [copy.found.open_files for copy in copies if copy.found.open_files is not None]
        every = len(stats) == len(copies)
        return (
            sum(shares) if len(shares) == len(copies) else None,
            sum([stat.rss_bytes for stat in stats]) if every else None,
            sum([stat.threads for stat in stats]) if every else None,
            sum(files) if len(files) == len(copies) else None,
            "".join(sorted([stat.state for stat in stats], key=lambda letter: _CONCERN.get(letter, 9))),
        )

    def _findings(self, view: ProcessView) -> Findings:
        rule, count = self.rule, view.count
        if self._unread is not None:
            return [(State.UNKNOWN, self._unread)]
        if count is None:
            return [(State.UNKNOWN, phrase("not read yet"))]
        found: Findings = []
        if count < rule.count_min:
            said = N_("not running") if count == 0 else N_("only {count} of {wanted} running")
            found.append((State.ACT, Phrase(said, {"count": count, "wanted": view.wanted} if count else {})))
            if count == 0:
                return found + self._of_ports(view)
        if rule.count_max is not None and count > rule.count_max:
            found.append((State.ACT, phrase("{count} running, {wanted} wanted", count=count, wanted=view.wanted)))
        if rule.min_uptime_s is not None and view.uptime_s is not None and view.uptime_s < rule.min_uptime_s:
            found.append((State.WARN, phrase("started {seconds} s ago", seconds=round(view.uptime_s))))
        self._stuck(found)
        zombies = view.process_states.count("Z")
        if zombies and (state := above(zombies, rule.zombies)) > State.OK:
            found.append((state, phrase("{count} zombies", count=zombies)))
        for limited in self._demand.limited:
            value = limited.of(view)
            # Absent for a moment (first sample) or not permitted: the cell itself shows the dash.
            if value is not None and (state := above(value, limited.limits)) > State.OK:
                found.append((state, beyond(limited, value)))
        if isinstance(view.time_to_limit, Forecast) and near(view.time_to_limit):
            found.append((State.WARN, limit_in(view.limit_of, view.time_to_limit)))
        return found + self._of_ports(view)

    def _of_ports(self, view: ProcessView) -> Findings:
        """Ports that nobody holds, where somebody could, and that another holds: what may keep a copy from starting."""
        found: Findings = []
        for port, state in view.ports:
            if state is State.ACT and view.count:
                found.append((state, phrase("port {port} is not listening", port=port)))
            elif state is State.WARN:
                found.append((State.ACT, phrase("port {port} is held by another process", port=port)))
        return found

    def _stuck(self, found: Findings) -> None:
        limit = self.rule.stuck_d_s
        stuck = [c.d_since for c in self.copies.values() if c.d_since is not None]
        if limit is not None and stuck and (held := self._uptime - min(stuck)) >= limit:
            found.append((State.ACT, phrase("stuck in state D for {seconds} s", seconds=round(held))))
        if self._quiet is None:
            return
        seconds = round(self._quiet)
        if self.rule.log is None:
            found.append((State.ACT, phrase("stuck: no CPU time used for {seconds} s", seconds=seconds)))
        elif self._log_unread:
            said = phrase("no CPU time used for {seconds} s, and its log could not be read", seconds=seconds)
            found.append((State.UNKNOWN, said))
        else:
            said = phrase("stuck: no CPU time used and nothing in its log for {seconds} s", seconds=seconds)
            found.append((State.ACT, said))


def _with(view: ProcessView, found: Findings) -> ProcessView:
    if not found:
        return view
    found.sort(key=lambda f: -f[0])
    states, why = zip(*found, strict=True)
    return msgspec.structs.replace(view, state=states[0], why=why, states=states)


def _other(copy: Copy, found: ProcessFound) -> bool:
    return copy.start_ticks != found.start_ticks
