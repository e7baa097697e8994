"""Alarms over a restart of the watch: what was counted by its monotonic clock goes on by the new one.

The new clock has another zero, and only the wall clock knows how long the watch was away. It may have been set in
between, so it is believed as far as a mistake does no harm. Promises to people (the end of a shelf, of an
acknowledgement) take the whole time away and never get longer. An on-delay takes it only while it is as short as a
restart is; else it goes on where it stood, so that a step of the clock makes no alarm come. And no alarm returns by it:
an off-delay begins anew, for nobody looked in between. Nothing is known yet: every alarm waits for its first good
reading.
"""

from __future__ import annotations

import msgspec

from duty.alarm_record import Alarm, Wait
from duty.moment import Moment

AWAY_S = 60.0
"""Seconds: a restart takes less. More is an outage of the watch or a clock that was set."""


def resume(alarm: Alarm, last: Moment, at: Moment) -> Alarm:
    """The alarm as the new watch has it at ``at``.

    ``last``: a moment of the old watch, by its own clocks, the later the better: the last one at which it is known to
    have run. Until then everything counts exactly.
    """
    away = max(0.0, at.wall - last.wall)
    shift = at.mono - last.mono - away
    pending = alarm.pending
    if pending is not None:
        if pending.wait is Wait.GONE:
            pending = None
        else:
            waited = away if away <= AWAY_S else 0.0
            pending = msgspec.structs.replace(pending, since=pending.since + at.mono - last.mono - waited)
    shelf, suppression, outage, ack = alarm.shelf, alarm.suppression, alarm.outage, alarm.ack
    if shelf is not None:
        shelf = msgspec.structs.replace(shelf, ends=shelf.ends + shift)
    if suppression is not None and suppression.ends is not None:
        suppression = msgspec.structs.replace(suppression, ends=suppression.ends + shift)
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
        suppression=suppression,
        outage=outage,
        ack=ack,
        raised=tuple(mono + shift for mono in alarm.raised),
    )
