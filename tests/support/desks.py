"""An alarm desk driven by hand: views of hosts, turns of a fifth of a second, and all that came of them."""

from __future__ import annotations

import msgspec

from duty.alarm_batch import Batch, Kept
from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm, AlarmEvent
from duty.board import HostView, LineView, ProcessView
from duty.connection import Connection, Link
from duty.incident_rules import Change
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject
from duty.site import HostSpec, LineRule, PingRule, ProcessRule, SiteSpec
from watch.alarm_desk import AlarmDesk

TURN_S = 0.2
JUMP = HostSpec(
    "jump", "jump", lines=(LineRule("sge-2", "eth1", pings=(PingRule("10.0.0.1"),)),),
    processes=(ProcessRule("relay", name="relay"),),
)  # fmt: skip
BEHIND = tuple(
    HostSpec(f"h{n:02}", "10.0.0.1", via="jump", processes=(ProcessRule("quoted", name="quoted"),)) for n in range(37)
)
SITE = SiteSpec(name="test", time_zone="UTC", language=None, hosts=(JUMP, *BEHIND), source="test.toml")
MISSING = AlarmKey(Subject("jump", "process", "relay"), "process.missing")
LOST = AlarmKey(Subject("jump", "host", "jump"), "connection.lost")
LINE = AlarmKey(Subject("jump", "line", "sge-2"), "line.no_link")


def process(key: str = "relay", count: int = 1) -> ProcessView:
    why = () if count else (phrase("not running"),)
    states = () if count else (State.ACT,)
    return ProcessView(key, State.OK if count else State.ACT, why, count, "1+", states=states)


def line(*, down: bool = False) -> LineView:
    state, why, states = State.OK, (), ()
    if down:
        why = (phrase("no link on {interface} (the kernel says: {state})", interface="eth1", state="down"),)
        state, states = State.ACT, (State.ACT,)
    return LineView("sge-2", "eth1", state, why, None, None, None, None, read_at=1.0, states=states)


def view(
    host: str = "jump",
    *processes: ProcessView,
    quality: Quality = Quality.GOOD,
    link: Link = Link.UP,
    lines: tuple[LineView, ...] = (),
) -> HostView:
    found = [one.state for one in (*processes, *lines)]
    if quality is not Quality.GOOD or link is not Link.UP:
        found.append(State.ACT)
    return HostView(
        host, "", "", "", None, max(found, default=State.OK), quality, (), 1.0, 1.0, Connection(link, 1.0), 1.0,
        processes=processes, lines=lines, uptime_s=10_000.0,
    )  # fmt: skip


def lost(host: str = "jump", link: Link = Link.LOST) -> HostView:
    return view(host, quality=Quality.UNREACHABLE, link=link)


class Hand:
    """The desk, its clocks, and what it handed on."""

    def __init__(
        self, site: SiteSpec = SITE, kept: Kept | None = None, boot: str = "boot-1", at: Moment | None = None
    ) -> None:
        self.at = at or Moment(1_700_000_000.0, 500.0)
        self.batches: list[Batch] = []
        self.changes: list[Change] = []
        self.site, self.boot = site, boot
        self.views: dict[str, HostView] = {}
        self.desk = AlarmDesk(site, self.batches.append, lambda change, _at: self.changes.append(change), boot)
        self.desk.resume(kept or Kept(), (), self.at)

    def turn(self, *views: HostView) -> Hand:
        """A fifth of a second passes; these hosts are judged, and those that are due by time alone; it is closed."""
        self.at = Moment(self.at.wall + TURN_S, self.at.mono + TURN_S)
        self.views |= {one.id: one for one in views}
        for host in dict.fromkeys((*self.desk.due(self.at), *(one.id for one in views))):
            if host in self.views:
                self.desk.look(self.views[host], self.at)
        self.desk.close(self.at)
        return self

    def see(self, *views: HostView, seconds: float = 0.2) -> Hand:
        for _ in range(max(1, round(seconds / TURN_S))):
            self.turn(*views)
        return self

    def restart(self, away: float = 2.0, *, boot: str | None = None, mono: float | None = None) -> Hand:
        """As a new watch finds it: all that was handed on so far was kept, nothing else."""
        at = Moment(self.at.wall + away, self.at.mono + away if mono is None else mono)
        return Hand(self.site, self.kept, boot or self.boot, at)

    @property
    def kept(self) -> Kept:
        """What a store holds after all batches so far, through JSON as in the store."""
        alarms: dict[AlarmKey, Alarm] = {}
        desk = None
        for batch in self.batches:
            for key in batch.gone:
                alarms.pop(key, None)
            alarms |= {one.key: one for one in batch.alarms}
            desk = batch.desk
        return msgspec.json.decode(msgspec.json.encode(Kept(tuple(alarms.values()), desk)), type=Kept)

    @property
    def events(self) -> list[AlarmEvent]:
        return [event for batch in self.batches for event in batch.events]

    @property
    def announced(self) -> list[AlarmKey]:
        return [event.key for event in self.events if event.announced]

    def alarm(self, key: AlarmKey) -> Alarm:
        return self.desk.alarms[key]
