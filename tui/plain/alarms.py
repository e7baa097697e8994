"""Alarms in plain mode: told as they come, listed, acknowledged by the number under which they were told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm, AlarmEvent, EventKind
from duty.quality import State
from tui import figures
from tui.alarm_book import WAITING
from tui.alarm_words import ALARM_WORDS, load_words, reason_of, since, tags, thing_of
from tui.picture import Picture
from tui.plain.flow import Kind, News
from tui.sayings import refusal
from wire.alarms import AcknowledgeAlarms, Seen
from wire.words import _, say

if TYPE_CHECKING:
    from tui.plain.speaker import Speaker

LONG = 50
"""Alarms that are said when they are asked for."""


class Roll:
    """A number for each alarm that was told, the same for as long as this program runs, and the event that was told."""

    def __init__(self) -> None:
        self._numbers: dict[AlarmKey, int] = {}
        self._told: dict[int, Seen] = {}

    def tell(self, key: AlarmKey, event: int) -> int:
        """Its number; ``event`` is the one that the person hears of now."""
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        self._told[number] = Seen(key, event)
        return number

    def told(self, number: int) -> Seen | None:
        """What was told under a number."""
        return self._told.get(number)


def news_of(event: AlarmEvent, roll: Roll, who: str) -> News | None:
    """What is told of an event unasked: what waits for somebody, and what others have done. ``who``: this person."""
    values: dict[str, str | int] = {"priority": event.priority, "thing": thing_of(event.key), "why": say(event.said)}
    if event.announced:
        number = roll.tell(event.key, event.event)
        text = _("ALARM {number}, priority {priority}: {thing}: {why}.", number=number, **values)
        return News(Kind.ALARM, text, State.ACT - event.priority)
    if event.kind is EventKind.RETURNED or (event.actor and event.actor != who):
        return News(Kind.LINE, _("Alarm of {thing}: {why}.", **values))
    return None


def listed(picture: Picture, roll: Roll, most: int = LONG) -> Iterator[str]:
    """Every alarm in the order in which they are to be worked off, and the load."""
    rows = picture.alarms.rows()
    yield in_short(picture)
    for row in rows[:most]:
        yield _sentence(row.alarm, row.hidden, roll, picture.now)
    if len(rows) > most:
        yield _("And {count} more.", count=len(rows) - most)
    if any(row.alarm.state in WAITING for row in rows):
        yield _("ack NUMBER acknowledges the one of that number.")


def in_short(picture: Picture) -> str:
    """How many stand where, and the load."""
    counts = picture.alarms.standing
    zone = picture.site.time_zone if picture.site is not None else "UTC"
    return _(
        "Alarms: {waiting} wait, {seen} acknowledged, {aside} put aside; {load}.",
        waiting=counts.unacknowledged + counts.returned,
        seen=counts.acknowledged,
        aside=counts.shelved + counts.suppressed + counts.out_of_service,
        load=load_words(picture.alarms.load, zone, picture.now),
    )


def _sentence(alarm: Alarm, hidden: int, roll: Roll, now: float) -> str:
    start = since(alarm)
    parts = [reason_of(alarm), *tags(alarm, now)]
    if hidden:
        parts.append(_("{count} hidden under it", count=hidden))
    return _(
        "Alarm {number}, priority {priority}, {state}, for {time}: {thing}: {why}.",
        number=roll.tell(alarm.key, alarm.event),
        priority=alarm.priority,
        state=_(ALARM_WORDS[alarm.state]),
        time=figures.span(None if start is None else now - start),
        thing=thing_of(alarm.key),
        why=", ".join(parts),
    )


async def list_them(speaker: Speaker, _rest: str) -> Iterable[str]:
    """The order ``alarms``."""
    return listed(speaker.picture, speaker.roll)


async def acknowledge(speaker: Speaker, rest: str) -> Iterable[str]:
    """The order ``ack N NOTE``: the event that was told under that number."""
    from tui.plain.incident_orders import number_of, wants_number

    first, _blank, note = rest.partition(" ")
    number = number_of(first)
    if number is None:
        return wants_number("ack 3 …", first)
    seen = speaker.roll.told(number)
    if seen is None:
        return (_("No alarm was told under the number {number}; alarms lists them.", number=number),)
    reply = await speaker.session.ask(lambda ask: AcknowledgeAlarms(ask=ask, seen=(seen,), note=note.strip()))
    if reply.refusals:
        return (say(reply.refusals[0].why),)
    if not reply.ok:
        return (refusal(reply),)
    return (_("Acknowledged: {thing}", thing=thing_of(seen.key)),)
