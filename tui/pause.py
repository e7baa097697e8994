"""A pause: the picture as it was when the operator stopped the screen, and what has come since."""

from __future__ import annotations

from collections.abc import Iterable

from duty.board import HostView
from duty.records import ENDED, Incident
from tui.picture import Picture


class Pause:
    """From ``live`` as it is now on. The watch goes on, and so does ``live``; ``seen`` stands still, its clock too."""

    def __init__(self, live: Picture) -> None:
        self.since = live.now
        """UTC epoch seconds."""
        self.seen = _frozen(live)
        self.changes = 0
        """Hosts that took another state, quality or reason, moves of incidents, alarms and lines of the log since."""
        self._live = live

    def hosts_came(self, hosts: Iterable[HostView]) -> None:
        """A board is about to be merged. Figures that go up and down are no change, states and reasons are."""
        self.changes += sum(_told(self._live.hosts.get(host.id)) != _told(host) for host in hosts)

    @property
    def opened(self) -> list[Incident]:
        """Incidents that have come since and are not closed again, the newest first."""
        known = self.seen.incidents
        new = [i for i in self._live.incidents.values() if i.id not in known and i.state not in ENDED]
        return sorted(new, key=lambda incident: -incident.id)


def _told(host: HostView | None) -> object:
    return None if host is None else (host.state, host.quality, host.why)


def _frozen(live: Picture) -> Picture:
    now = live.now
    seen = Picture(live.who, lambda: now)
    seen.site, seen.hosts = live.site, dict(live.hosts)
    seen.incidents, seen.log, seen.alarms = dict(live.incidents), list(live.log), live.alarms.copy()
    seen.connected, seen.heard_at, seen.gone_since = live.connected, live.heard_at, live.gone_since
    seen.stays, seen.faults, seen.seq = live.stays, live.faults, live.seq
    return seen
