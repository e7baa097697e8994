"""What one turn, or one act of a person, makes of alarms: kept in one transaction, and told after it."""

from __future__ import annotations

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_load import Load
from duty.alarm_record import Alarm, AlarmEvent
from duty.maintenance import Window
from duty.moment import Moment
from duty.records import NewLogEntry


class Desk(msgspec.Struct, frozen=True):
    """What is kept beside the alarms themselves."""

    moment: Moment
    """The last at which the watch is known to have run."""
    boot: str = ""
    """The kernel's id of the machine's run, to which monotonic seconds belong; empty: not known."""
    load: Load = Load()


class WindowsKept(msgspec.Struct, frozen=True):
    """Windows of maintenance as people changed them: kept by their acts alone."""

    ad_hoc: tuple[Window, ...] = ()
    """Those opened from a screen."""
    ended: dict[str, float] = {}
    """Windows of the site file that were ended before their time: id, and the end they had."""


class Batch(msgspec.Struct, frozen=True):
    """Several changes as one."""

    desk: Desk
    alarms: tuple[Alarm, ...] = ()
    """As they are now; each key once."""
    gone: tuple[AlarmKey, ...] = ()
    """Watched no longer."""
    events: tuple[AlarmEvent, ...] = ()
    lines: tuple[NewLogEntry, ...] = ()
    windows: tuple[Window, ...] | None = None
    """All windows that are told to screens, if they changed."""
    kept_windows: WindowsKept | None = None
    """Windows as a person changed them."""

    def then(self, later: Batch) -> Batch:
        """This one and a later one as one."""
        alarms = {one.key: one for one in self.alarms if one.key not in later.gone}
        alarms |= {one.key: one for one in later.alarms}
        gone = dict.fromkeys((*self.gone, *later.gone))
        return Batch(
            later.desk,
            tuple(alarms.values()),
            tuple(key for key in gone if key not in alarms),
            (*self.events, *later.events),
            (*self.lines, *later.lines),
            self.windows if later.windows is None else later.windows,
            self.kept_windows if later.kept_windows is None else later.kept_windows,
        )


class Kept(msgspec.Struct, frozen=True):
    """All that a store holds of alarms."""

    alarms: tuple[Alarm, ...] = ()
    desk: Desk | None = None
    """``None``: nothing was ever kept."""
    windows: WindowsKept = WindowsKept()
