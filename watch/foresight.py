"""From history to what is shown beside the newest readings: when disks will be full, and the peaks of sessions."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import msgspec

from duty.board import DiskView, HostView
from duty.forecast import Forecast, Outlook, Points, forecast, weighed
from duty.series import SeriesKey
from duty.sessions import Session, SessionPeak, last_session, session_peak
from duty.site import SiteSpec
from storage.history import HistoryStore, Row
from storage.history_levels import HOUR, MINUTE, TEN
from storage.history_tables import PERIODS

NEAR_S = 3600.0
FAR_S = 7 * 86_400.0
FAR_EACH_S = 600.0
"""The long course of a disk is looked at so often; its last hour every time."""
STILL = 0.01
"""What moved by less than this part of the free space within an hour is not looked at closely."""
SETTLED_S = 120.0
"""Seconds after a session until all of it is in the store."""
BREATH_S = 0.001
"""Between hosts, so that this thread never holds the interpreter for long."""


class Foresight(msgspec.Struct, frozen=True):
    """What the past of one host says. ``outlooks`` by mount, ``peaks`` by line."""

    outlooks: Mapping[str, Outlook]
    peaks: Mapping[str, SessionPeak]


class Foreseer:
    """Looks at the history of hosts once a minute, in the thread that writes it."""

    def __init__(self) -> None:
        self._far: dict[str, dict[str, tuple[float, Outlook, float]]] = {}
        """By host and mount: when its long course was looked at, what came of it, its highest before the last hour."""
        self._peaks: dict[str, tuple[object, dict[str, SessionPeak]]] = {}

    def look(self, store: HistoryStore, views: Iterable[HostView], site: SiteSpec, now: float) -> dict[str, Foresight]:
        """What the past of each host says at ``now``. Raises :class:`storage.failures.StoreFailed`."""
        session = last_session(site.sessions, site.time_zone, now - SETTLED_S)
        found = {}
        for view in views:
            found[view.id] = Foresight(self._outlooks(store, view, now), self._session(store, view, session))
            time.sleep(BREATH_S)
        return found

    def _outlooks(self, store: HistoryStore, view: HostView, now: float) -> dict[str, Outlook]:
        disks = {SeriesKey("disk", disk.mount, "used"): disk for disk in view.disks if room(disk) is not None}
        known = self._far.get(view.id, {})
        self._far[view.id] = {disk.mount: known[disk.mount] for disk in disks.values() if disk.mount in known}
        if not disks:
            return {}
        near = store.read(view.id, disks, MINUTE, now - NEAR_S, now)
        due = [key for key, disk in disks.items() if self._is_due(view.id, disk, now)]
        far = store.read(view.id, due, TEN, now - FAR_S, now) if due else {}
        outlooks = {}
        for key, disk in disks.items():
            limit = room(disk)
            assert limit is not None
            if key in far:
                points = course(far[key], TEN)
                top = max((value for at, value in points if at < now - NEAR_S), default=float("inf"))
                self._far[view.id][disk.mount] = (now, forecast(points, limit, now), top)
            outlooks[disk.mount] = self._weighed(view.id, disk, course(near[key], MINUTE), limit, now)
        return outlooks

    def _is_due(self, host: str, disk: DiskView, now: float) -> bool:
        looked = self._far[host].get(disk.mount)
        # Spread: at 500 hosts all long courses in one minute would be seen in the console's CPU.
        return looked is None or not 0 <= now - looked[0] < FAR_EACH_S - hash((host, disk.mount)) % 120

    def _weighed(self, host: str, disk: DiskView, near: Points, limit: float, now: float) -> Outlook:
        at, later, top = self._far[host][disk.mount]
        if isinstance(later, Forecast):
            later = later.later(now - at)
        values = [value for _at, value in near]
        still = len(values) > 1 and max(values) - min(values) < STILL * (limit - values[-1])
        return weighed(later if still else forecast(near, limit, now), later, near, top)

    def _session(self, store: HistoryStore, view: HostView, session: Session | None) -> dict[str, SessionPeak]:
        if session is None or not view.lines:
            return {}
        asked = (session, tuple((line.key, line.capacity_in_bps, line.capacity_out_bps) for line in view.lines))
        known = self._peaks.get(view.id)
        if known is None or known[0] != asked:
            known = self._peaks[view.id] = (asked, peaks_of(store, view, session))
        return known[1]


def room(disk: DiskView) -> float | None:
    """Bytes that can be used in all, as df counts; ``None`` where that is not known."""
    if disk.used_bytes is None or disk.available_bytes is None:
        return None
    return disk.used_bytes + disk.available_bytes


def course(rows: Iterable[Row], level: int) -> list[tuple[float, float]]:
    """Means at the middle of their periods."""
    half = PERIODS[level] / 2
    return [(row.at + half, row.roll.mean) for row in rows]


def peaks_of(store: HistoryStore, view: HostView, session: Session) -> dict[str, SessionPeak]:
    """The peak of each line of a host in ``session``; a line of which nothing was read then has none."""
    level = HOUR
    for finer in (TEN, MINUTE):
        span = store.span(view.id, finer)
        if span is not None and span[0] <= session.since:
            level = finer
    keys = [SeriesKey("line", line.key, way) for line in view.lines for way in ("in", "out")]
    rows = store.read(view.id, keys, level, session.since // PERIODS[level] * PERIODS[level], session.until)
    peaks = {}
    for line in view.lines:
        ways = [rows[SeriesKey("line", line.key, way)] for way in ("in", "out")]
        highest = [max((row.roll.high for row in way), default=None) for way in ways]
        if highest == [None, None]:
            continue
        read = max(sum(row.roll.readings for row in way) for way in ways)
        seen = read * view.interval_s / (session.until - session.since)
        capacity = (line.capacity_in_bps, line.capacity_out_bps)
        peaks[line.key] = session_peak(session, (highest[0], highest[1]), seen, capacity)
    return peaks
