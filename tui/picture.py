"""What this screen knows: the watch's boards and events merged, with the time by which their age is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from duty.alarm_record import Alarm
from duty.board import HostView, SiteView
from duty.duty_rules import DutyRules
from duty.records import Incident, LogEntry
from tui.alarm_book import AlarmBook
from wire.messages import BoardUpdate, FaultKind, IncidentChanged, LogWritten, Resync, Welcome

LOG_KEPT = 500
"""Lines of the duty log kept on the screen's side, the newest."""
_OFFSETS_KEPT = 5


class Picture:
    """The state a screen draws. Changed only by the app, between two drawings."""

    def __init__(self, who: str, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._offsets: deque[float] = deque(maxlen=_OFFSETS_KEPT)
        self.site: SiteView | None = None
        self.hosts: dict[str, HostView] = {}
        self.incidents: dict[int, Incident] = {}
        self.log: list[LogEntry] = []
        self.alarms = AlarmBook()
        self.connected = False
        self.heard_at: float | None = None
        """When the watch was last heard, UTC epoch seconds by the corrected clock."""
        self.gone_since: float | None = None
        self.who = who
        self.stays = True
        self.faults: tuple[FaultKind, ...] = ()
        self.rules = DutyRules()
        """What incidents of the site are judged by."""
        self.seq: int | None = None
        """Number of the newest board merged; ``None`` before the first of a connection."""

    @property
    def now(self) -> float:
        """UTC epoch seconds by this process's clock, corrected to the watch's."""
        # A board may have waited in the socket, which makes its offset too small and every age too young;
        # it can never make the offset too large. So the largest of the last few is the honest one.
        return self._clock() + max(self._offsets, default=0.0)

    @property
    def practice(self) -> bool:
        """Whether this is the practice site."""
        return self.site is not None and self.site.practice

    def welcome(self, message: Welcome) -> tuple[Alarm, ...]:
        """A connection begins: records as they are; the board follows. Alarms that wait since the one before."""
        self.connected, self.gone_since, self.seq = True, None, None
        self.who, self.stays, self.faults = message.who, message.stays, message.faults
        self.rules = message.rules
        self._records(message.incidents, message.log)
        return self.alarms.hold(message.alarms)

    def board(self, update: BoardUpdate) -> frozenset[str] | None:
        """Merge a board; the ids of the hosts that changed, ``None`` where everything may have."""
        self._offsets.append(update.at - self._clock())
        self.heard_at, self.seq = self.now, update.seq
        site_changed = self.site != update.site
        self.site = update.site
        if update.full:
            same = list(self.hosts) == [host.id for host in update.hosts]
            self.hosts = {host.id: host for host in update.hosts}
            return None if site_changed or not same else frozenset(self.hosts)
        self.hosts.update((host.id, host) for host in update.hosts)
        return None if site_changed else frozenset(host.id for host in update.hosts)

    def incident(self, changed: IncidentChanged) -> None:
        """An incident moved."""
        self.incidents[changed.incident.id] = changed.incident

    def entry(self, written: LogWritten) -> None:
        """A line was added to the duty log."""
        entry = written.entry
        if any((known.chain, known.seq) == (entry.chain, entry.seq) for known in self.log):
            return
        self.log.insert(0, entry)
        del self.log[LOG_KEPT:]

    def resync(self, message: Resync) -> tuple[Alarm, ...]:
        """Events were too many to tell one by one; this is what they led to. Alarms that wait since then."""
        self.rules = message.rules
        self._records(message.incidents, message.log)
        return self.alarms.hold(message.alarms)

    def parted(self) -> None:
        """The watch is gone: everything stays as last heard, and ages."""
        if self.connected or self.gone_since is None:
            self.gone_since = self.now
        self.connected = False

    def _records(self, incidents: tuple[Incident, ...], log: tuple[LogEntry, ...]) -> None:
        self.incidents = {incident.id: incident for incident in incidents}
        self.log = list(log[:LOG_KEPT])
