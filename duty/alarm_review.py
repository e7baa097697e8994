"""The load of a time that is over against the published figures, for review and handover.

Source of the figures: the alarm load table of ISA-18.2 and EEMUA 191 as the domain model has it (secondary sources).
They are meant for thirty days or more of one operating position; :attr:`Review.enough` says whether it is that long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_lines import ANNOUNCED, FLOODED, SHELVED
from duty.alarm_load import ACCEPTABLE, CEILING, FLOOD, WINDOW_S, Counted, Pace
from duty.records import LogEntry

HOUR_S = 3600.0
PER_HOUR = 30
"""More than so many in an hour: in less than 1 % of hours."""
TOP = 10
"""The ten that come most often make 1 to 5 % of all where alarms are in order."""
ENOUGH_DAYS = 30


class Review(msgspec.Struct, frozen=True):
    """What was announced in a time. Shares are 0 to 1; ``None`` where there is nothing to take a share of."""

    total: int
    days: float
    per_window: float
    """Mean in ten minutes."""
    most: int
    """Most in ten minutes on the clock (from the start of the time, not any ten minutes)."""
    flooded: float | None
    """Share of the ten minutes in which more than :data:`duty.alarm_load.FLOOD` came."""
    busy_hours: float | None
    """Share of the hours in which more than :data:`PER_HOUR` came."""
    by_priority: tuple[tuple[int, float], ...]
    """Share of each priority that came, the gravest first."""
    top: tuple[tuple[AlarmKey, int], ...]
    """The :data:`TOP` that came most often."""
    top_share: float | None

    @property
    def pace(self) -> Pace:
        """The mean against the figures."""
        if self.per_window > FLOOD:
            return Pace.FLOOD
        if self.per_window > CEILING:
            return Pace.OVER
        return Pace.HIGH if self.per_window > ACCEPTABLE else Pace.ACCEPTABLE

    @property
    def enough(self) -> bool:
        """Whether the time is long enough for the figures."""
        return self.days >= ENOUGH_DAYS


def review_of(announced: Sequence[Counted], since: float, until: float) -> Review:
    """The load from ``since`` to ``until``, UTC epoch seconds. Windows and hours that are not whole count as whole."""
    within = [one for one in announced if since <= one.at < until]
    total, length = len(within), max(0.0, until - since)
    windows, hours = (_split(within, since, step) for step in (WINDOW_S, HOUR_S))
    often = Counter(one.key for one in within)
    top = tuple(sorted(often.items(), key=lambda item: (-item[1], str(item[0])))[:TOP])
    priorities = Counter(one.priority for one in within)
    return Review(
        total=total,
        days=length / 86_400,
        per_window=total / (length / WINDOW_S) if length else 0.0,
        most=max(windows.values(), default=0),
        flooded=_share(windows, FLOOD, length / WINDOW_S),
        busy_hours=_share(hours, PER_HOUR, length / HOUR_S),
        by_priority=tuple((priority, priorities[priority] / total) for priority in sorted(priorities)),
        top=top,
        top_share=sum(number for _, number in top) / total if total else None,
    )


class Past(msgspec.Struct, frozen=True):
    """What the lines of the duty log tell of the load (I16): shelved beside it, suppressed and out of service not."""

    announced: tuple[Counted, ...]
    shelved: int
    """How often an alarm came while it was shelved."""
    floods: int
    """That ended."""


def past_of(entries: Iterable[LogEntry]) -> Past:
    """The load as lines of the log have it; other lines are passed over."""
    announced: list[Counted] = []
    shelved = floods = 0
    for entry in entries:
        said = entry.said
        if said is None:
            continue
        shelved += said.template == SHELVED
        floods += said.template == FLOODED
        name, priority = said.values.get("name"), said.values.get("priority")
        if said.template in ANNOUNCED and isinstance(name, str) and isinstance(priority, int):
            at = entry.event_at
            announced.append(Counted(AlarmKey(entry.subject, name), entry.seq, at, at, priority))
    return Past(tuple(announced), shelved, floods)


def _split(within: Sequence[Counted], since: float, step: float) -> Counter[int]:
    return Counter(int((one.at - since) // step) for one in within)


def _share(numbers: Counter[int], most: int, of: float) -> float | None:
    whole = -int(-of // 1)
    return sum(number > most for number in numbers.values()) / whole if whole else None
