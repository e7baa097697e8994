"""Alarms over a restart of the watch: what was counted by its monotonic clock goes on by the new one.

While the machine stays up its monotonic clock goes on, and everything counts exactly. After a boot that clock has
another zero, and only the wall clock knows how long the watch was away. It may have been set in between, so it is
believed as far as a mistake does no harm. Promises to people (the end of a shelf, of an acknowledgement) take the whole
time away and never get longer. An on-delay takes it only while it is as short as a restart is; else it goes on where it
stood. And no alarm returns by it: an off-delay begins anew, for nobody looked in between. Nothing is known yet: every
alarm waits for its first good reading.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from duty.alarm_record import Alarm, Wait
from duty.moment import Moment

AWAY_S = 60.0
"""Seconds: a restart takes less. More is an outage or a clock that was set."""


class Gap(NamedTuple):
    """What is added to the times of the old watch to have them by the new one's clock, in seconds."""

    promises: float
    delays: float


def gap(last: Moment, at: Moment, *, same_boot: bool) -> Gap:
    """Between ``last``, by the clocks of the old watch, and ``at``, by those of the new one.

    ``same_boot``: the machine was up all the time (the kernel's boot id is the same), so its monotonic clock went on.
    """
    if same_boot:
        return Gap(0.0, 0.0)
    away = max(0.0, at.wall - last.wall)
    shift = at.mono - last.mono
    return Gap(shift - away, shift - (away if away <= AWAY_S else 0.0))


def by_wall(alarm: Alarm, at: Moment) -> Alarm:
    """The alarm at ``at`` where no moment of the watch before is known: by the wall clock's times, which it has too.

    A delay in progress begins anew, and the last times it came are not counted on.
    """
    shelf, outage, ack, pending = alarm.shelf, alarm.outage, alarm.ack, alarm.pending
    if pending is not None:
        pending = None if pending.wait is Wait.GONE else msgspec.structs.replace(pending, since=at.mono)
    return msgspec.structs.replace(
        alarm,
        known=False,
        pending=pending,
        began=at.mono - (0.0 if alarm.began_at is None else max(0.0, at.wall - alarm.began_at)),
        shelf=shelf and msgspec.structs.replace(shelf, ends=at.mono + shelf.until - at.wall),
        suppressions=tuple(
            one if one.until is None else msgspec.structs.replace(one, ends=at.mono + one.until - at.wall)
            for one in alarm.suppressions
        ),
        outage=outage and msgspec.structs.replace(outage, ends=at.mono + outage.until - at.wall),
        ack=ack and msgspec.structs.replace(ack, mono=at.mono - max(0.0, at.wall - ack.at)),
        raised=(),
    )


def resume(alarm: Alarm, last: Moment, at: Moment, *, same_boot: bool) -> Alarm:
    """The alarm as the new watch has it at ``at``.

    ``last``: a moment of the old watch, by its own clocks, the later the better: the last one at which it is known to
    have run. Until then everything counts exactly. ``same_boot``: as for :func:`gap`.
    """
    shift, delay_shift = gap(last, at, same_boot=same_boot)
    pending = alarm.pending
    if pending is not None:
        if pending.wait is Wait.GONE:
            pending = None
        else:
            pending = msgspec.structs.replace(pending, since=pending.since + delay_shift)
    shelf, outage, ack = alarm.shelf, alarm.outage, alarm.ack
    if shelf is not None:
        shelf = msgspec.structs.replace(shelf, ends=shelf.ends + shift)
    if outage is not None:
        outage = msgspec.structs.replace(outage, ends=outage.ends + shift)
    if ack is not None:
        ack = msgspec.structs.replace(ack, mono=ack.mono + shift)
    return msgspec.structs.replace(
        alarm,
        known=False,
        pending=pending,
        began=alarm.began + shift,
        shelf=shelf,
        suppressions=tuple(
            one if one.ends is None else msgspec.structs.replace(one, ends=one.ends + shift)
            for one in alarm.suppressions
        ),
        outage=outage,
        ack=ack,
        raised=tuple(mono + shift for mono in alarm.raised),
    )
