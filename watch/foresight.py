"""From history to what is shown beside the newest readings: when limits are reached, and the peaks of sessions."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from duty.board import DiskView, HostView
from duty.forecast import Forecast, Outlook, Points, forecast, weighed
from duty.outlooks import Outlooks, beyond, bound_of, limits_of
from duty.series import SeriesKey, perf_key
from duty.sessions import Session, SessionPeak, last_session, session_peak
from duty.site import ProcessRule, SiteSpec
from storage.history import HistoryStore, Row
from storage.history_levels import HOUR, MINUTE, TEN
from storage.history_tables import PERIODS

NEAR_S = 3600.0
FAR_S = 7 * 86_400.0
FAR_EACH_S = 600.0
"""The long course of a thing is looked at so often; its last hour every time."""
STILL = 0.01
"""What moved by less than this part of the free space within an hour is not looked at closely."""
SETTLED_S = 120.0
"""Seconds after a session until all of it is in the store."""
BREATH_S = 0.001
"""Between hosts, so that this thread never holds the interpreter for long."""


class Foresight(msgspec.Struct, frozen=True):
    """What the past of one host says. ``outlooks`` by series, ``peaks`` by line."""

    outlooks: Outlooks
    peaks: Mapping[str, SessionPeak]


class _Aim(NamedTuple):
    """A series and what it moves towards."""

    series: SeriesKey
    limit: float
    falls: bool = False
    """The limit lies below: course and limit are looked at upside down."""

    @property
    def course(self) -> tuple[SeriesKey, bool]:
        """What is looked at, whatever the limit is just now: that of a disk may move with every reading."""
        return self.series, self.falls

    @property
    def height(self) -> float:
        return -self.limit if self.falls else self.limit

    def towards(self, points: Points) -> Points:
        return [(at, -value) for at, value in points] if self.falls else points


class Foreseer:
    """Looks at the history of hosts once a minute, in the thread that writes it."""

    def __init__(self) -> None:
        self._far: dict[str, dict[tuple[SeriesKey, bool], tuple[float, Outlook, float]]] = {}
        """By host, series and way: when its long course was looked at, what came of it, its top before that hour."""
        self._peaks: dict[str, tuple[object, dict[str, SessionPeak]]] = {}

    def look(self, store: HistoryStore, views: Iterable[HostView], site: SiteSpec, now: float) -> dict[str, Foresight]:
        """What the past of each host says at ``now``. Raises :class:`storage.failures.StoreFailed`."""
        session = last_session(site.sessions, site.time_zone, now - SETTLED_S)
        rules = {spec.id: spec.processes for spec in site.hosts}
        found = {}
        for view in views:
            found[view.id] = Foresight(
                self._outlooks(store, view, aims_of(view, rules.get(view.id, ())), now),
                self._session(store, view, session),
            )
            time.sleep(BREATH_S)
        return found

    def _outlooks(
        self, store: HistoryStore, view: HostView, aims: Sequence[_Aim], now: float
    ) -> dict[SeriesKey, Outlook]:
        known = self._far.get(view.id, {})
        self._far[view.id] = {aim.course: known[aim.course] for aim in aims if aim.course in known}
        if not aims:
            return {}
        near = store.read(view.id, [aim.series for aim in aims], MINUTE, now - NEAR_S, now)
        due = [aim for aim in aims if self._is_due(view.id, aim, now)]
        far = store.read(view.id, [aim.series for aim in due], TEN, now - FAR_S, now) if due else {}
        for aim in due:
            points = aim.towards(course(far[aim.series], TEN))
            top = max((value for at, value in points if at < now - NEAR_S), default=float("inf"))
            self._far[view.id][aim.course] = (now, forecast(points, aim.height, now), top)
        return {
            aim.series: self._weighed(view.id, aim, aim.towards(course(near[aim.series], MINUTE)), now) for aim in aims
        }

    def _is_due(self, host: str, aim: _Aim, now: float) -> bool:
        looked = self._far[host].get(aim.course)
        # Spread: at 500 hosts all long courses in one minute would be seen in the console's CPU.
        return looked is None or not 0 <= now - looked[0] < FAR_EACH_S - hash((host, aim.series)) % 120

    def _weighed(self, host: str, aim: _Aim, near: Points, now: float) -> Outlook:
        at, later, top = self._far[host][aim.course]
        if isinstance(later, Forecast):
            later = later.later(now - at)
        values = [value for _at, value in near]
        still = len(values) > 1 and max(values) - min(values) < STILL * (aim.height - values[-1])
        return weighed(later if still else forecast(near, aim.height, now), later, near, top)

    def _session(self, store: HistoryStore, view: HostView, session: Session | None) -> dict[str, SessionPeak]:
        if session is None or not view.lines:
            return {}
        asked = (session, tuple((line.key, line.capacity_in_bps, line.capacity_out_bps) for line in view.lines))
        known = self._peaks.get(view.id)
        if known is None or known[0] != asked:
            known = self._peaks[view.id] = (asked, peaks_of(store, view, session))
        return known[1]


def aims_of(view: HostView, rules: Iterable[ProcessRule]) -> list[_Aim]:
    """Everything of a host that can reach something: full disks, limits of processes and of applications' numbers."""
    aims = [_Aim(SeriesKey("disk", disk.mount, "used"), limit) for disk in view.disks if (limit := room(disk))]
    by_key = {rule.key: rule for rule in rules}
    for process in view.processes:
        rule = by_key.get(process.key)
        for field, limit in ({} if rule is None else limits_of(rule)).items():
            if not beyond(process, field, limit):
                aims.append(_Aim(SeriesKey("process", process.key, field), limit))
    for app in view.apps:
        aims += [
            _Aim(SeriesKey("perf", perf_key(app.key, number.label), "value"), *bound)
            for number in app.perf
            if (bound := bound_of(number)) is not None
        ]
    return aims


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
