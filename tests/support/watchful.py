"""What of a host opens an incident and when that ends, view by view: the alarm desk with nothing around it."""

from __future__ import annotations

from duty.alarm_batch import Kept
from duty.board import HostView
from duty.incident_rules import Change
from duty.moment import Moment
from duty.records import Subject
from duty.site import HostSpec, SiteSpec
from watch.alarm_desk import AlarmDesk


class Watchful:
    """The alarms of these hosts, as incidents see them."""

    def __init__(self, *hosts: HostSpec, waiting: tuple[Subject, ...] = ()) -> None:
        self._changes: list[Change] = []
        site = SiteSpec("test", "UTC", None, hosts, "test.toml")
        self.desk = AlarmDesk(site, lambda _batch: None, lambda change, _at: self._changes.append(change))
        self.desk.resume(Kept(), waiting, Moment(1_700_000_000.0, 0.0))

    def step(self, view: HostView, mono: float) -> list[Change]:
        """What changed by this view at the monotonic time ``mono``."""
        at = Moment(1_700_000_000.0 + mono, mono)
        self._changes.clear()
        self.desk.due(at)
        self.desk.look(view, at)
        self.desk.close(at)
        return list(self._changes)
