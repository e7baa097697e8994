"""The alarms as this screen knows them: all that is not normal, and the rows of the list made of it. Nothing is drawn.

What is made of them is made once for each change: a screen that is drawn each second asks for it each second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_hiding import under
from duty.alarm_order import Standing, list_order, standing
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from duty.maintenance import Window
from duty.records import Subject
from wire.alarms import AlarmsChanged, AlarmsHeld, LoadView

URGENT = (1, 2)
"""Priorities of which one that nobody has acknowledged has a line of its own on every screen."""
WAITING = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
"""States that wait for somebody."""
ASIDE = (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE)
"""States in which nothing is announced: they stand apart (I16)."""
Made = TypeVar("Made")


class Row(msgspec.Struct, frozen=True):
    """One row of the list."""

    alarm: Alarm
    hidden: int = 0
    """Alarms that hold and are hidden under it."""
    under: AlarmKey | None = None
    """The alarm below which it is unfolded."""
    beneath: tuple[Alarm, ...] = ()
    """All that is under it, hidden or not, for a filter to look in."""


class AlarmBook:
    """Alarms by key, with load and windows. ``version`` counts the changes."""

    def __init__(self) -> None:
        self.alarms: dict[AlarmKey, Alarm] = {}
        self.load = LoadView()
        self.windows: tuple[Window, ...] = ()
        self.version = 0
        self._made: dict[object, object] = {}

    def hold(self, held: AlarmsHeld) -> tuple[Alarm, ...]:
        """All that holds, whole; those of it that wait for somebody since after what was known before."""
        before = {key: alarm.event for key, alarm in self.alarms.items() if alarm.state in WAITING}
        self.alarms = {one.key: one for one in held.alarms if one.state is not AlarmState.NORMAL}
        self.load, self.windows = held.load, held.windows
        self._renew()
        return tuple(
            one
            for one in self.alarms.values()
            if one.state is AlarmState.UNACKNOWLEDGED and before.get(one.key, 0) < one.event
        )

    def change(self, message: AlarmsChanged) -> None:
        """Alarms are like this from now on."""
        for alarm in message.alarms:
            if alarm.state is AlarmState.NORMAL:
                self.alarms.pop(alarm.key, None)
            else:
                self.alarms[alarm.key] = alarm
        for key in message.gone:
            self.alarms.pop(key, None)
        self.load = self.load if message.load is None else message.load
        self.windows = self.windows if message.windows is None else message.windows
        self._renew()

    def copy(self) -> AlarmBook:
        """As it is now."""
        made = AlarmBook()
        made.alarms, made.load, made.windows = dict(self.alarms), self.load, self.windows
        return made

    def _renew(self) -> None:
        self.version += 1
        self._made.clear()

    def _once(self, name: object, make: Callable[[], Made]) -> Made:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]  # type: ignore[return-value]  # of the type that was made under this name

    @property
    def standing(self) -> Standing:
        """How many stand where."""
        return self._once("standing", lambda: standing(self.alarms.values()))

    @property
    def ordered(self) -> tuple[Alarm, ...]:
        """All, in the order of the list."""
        return self._once("ordered", lambda: tuple(sorted(self.alarms.values(), key=list_order)))

    @property
    def urgent(self) -> tuple[Alarm, ...]:
        """Those of :data:`URGENT` that nobody has acknowledged, the worst first."""
        return self._once(
            "urgent",
            lambda: tuple(
                one for one in self.ordered if one.state is AlarmState.UNACKNOWLEDGED and one.priority in URGENT
            ),
        )

    def rows(self, unfolded: Collection[AlarmKey] = ()) -> tuple[Row, ...]:
        """The list. What is hidden under an alarm of it stands below that one where it is unfolded, else nowhere."""
        return self._once(("rows", frozenset(unfolded)), lambda: tuple(self._rows(unfolded)))

    def _rows(self, unfolded: Collection[AlarmKey]) -> Iterable[Row]:
        beneath: dict[AlarmKey, list[Alarm]] = {}
        top: list[Alarm] = []
        for alarm in self.ordered:
            root = self._root_of(alarm)
            if root is None:
                top.append(alarm)
            else:
                beneath.setdefault(root, []).append(alarm)
        for alarm in top:
            children = tuple(beneath.get(alarm.key, ()))
            yield Row(alarm, sum(child.active for child in children), beneath=children)
            if alarm.key in unfolded:
                yield from (Row(child, under=alarm.key) for child in children)

    def _root_of(self, alarm: Alarm) -> AlarmKey | None:
        """What it is hidden under. One whose root is hidden itself stands for itself: nothing is out of reach."""
        key = under(alarm) if alarm.state is AlarmState.SUPPRESSED else None
        root = self.alarms.get(key) if key is not None else None
        if root is None or (root.state is AlarmState.SUPPRESSED and under(root) in self.alarms):
            return None
        return root.key

    def of_subject(self, subject: Subject) -> tuple[Alarm, ...]:
        """Those of one thing; of a host all that are on it."""
        whole = subject.kind == "host" or not subject.key
        return tuple(
            one
            for one in self.ordered
            if one.key.subject == subject or (whole and subject.host and one.key.subject.host == subject.host)
        )

    def window_of(self, subject: Subject, now: float) -> Window | None:
        """The window of maintenance that is open for a thing."""
        return next((one for one in self.windows if one.open_at(now) and one.covers(subject)), None)
