"""What the operator does with alarms: ask the person what is missing, ask the watch, show each thing that it refused.

An acknowledgement names the events that were drawn, never the newest ones (I8).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from duty.maintenance import Window
from duty.records import Refused, Subject
from duty.sessions import session_at
from duty.typed import coming_moment
from tui import figures
from tui.alarm_book import WAITING
from tui.alarm_words import ALARM_WORDS, one_line, thing_of
from tui.sayings import about_of, refusal
from wire.alarms import (
    AcknowledgeAlarms,
    BeginMaintenance,
    EndMaintenance,
    PutAlarmBack,
    Seen,
    ShelveAlarm,
    TakeAlarmOut,
    UnshelveAlarm,
)
from wire.messages import Command, Reply
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp
    from tui.pager import Span

HALF_HOUR_S = 1800.0
Values = dict[str, str]


def acknowledge(app: WatchkeeperApp) -> Coroutine[None, None, None] | None:
    """The event under the cursor was seen; where rows are marked, those."""
    panel = app.alarm_panel()
    if panel is not None and panel.picked:
        _bulk(app, [one for one in panel.shown() if one.key in panel.picked])
        return None
    alarm = app.alarm()
    if alarm is None:
        return None
    if _unseen(alarm):
        from tui.screens import alarm_dialogs

        async def send(values: Values) -> Reply:
            return await _acknowledged(app, [alarm], values["note"])

        app.push_screen(alarm_dialogs.note(send, about=_line(alarm)))
        return None
    return _tell_ack(app, alarm)


async def _tell_ack(app: WatchkeeperApp, alarm: Alarm) -> None:
    reply = await _acknowledged(app, [alarm], "")
    words = _("Acknowledged: {thing}", thing=thing_of(alarm.key))
    app.tell(words if reply.ok else refusal(reply), warn=not reply.ok)


async def _acknowledged(app: WatchkeeperApp, alarms: Sequence[Alarm], note: str) -> Reply:
    """Ask; of a single one its own refusal is that of the whole."""
    seen = tuple(Seen(one.key, one.event) for one in alarms)
    reply = await app.session.ask(lambda ask: AcknowledgeAlarms(ask=ask, seen=seen, note=note))
    if len(seen) == 1 and reply.refusals:
        return Reply(reply.ask, ok=False, why=reply.refusals[0].why)
    return reply


def _unseen(alarm: Alarm) -> bool:
    """Whether a note is demanded; :func:`duty.alarm_acks.acknowledge`."""
    return alarm.state is AlarmState.RETURNED and alarm.priority == 1


def acknowledge_all(app: WatchkeeperApp) -> None:
    """All rows that are marked, else all that the filter shows: listed first."""
    panel = app.alarm_panel()
    if panel is not None:
        _bulk(app, [one for one in panel.shown() if not panel.picked or one.key in panel.picked])


def _bulk(app: WatchkeeperApp, alarms: Sequence[Alarm]) -> None:
    from tui.screens.alarm_dialogs import BulkAck

    waiting = [one for one in alarms if one.state in WAITING]

    async def send(note: str) -> Reply:
        reply = await _acknowledged(app, waiting, note)
        if reply.ok:
            if (panel := app.alarm_panel()) is not None:
                panel.picked.clear()
            _tell_bulk(app, reply, len(waiting))
        return reply

    app.push_screen(BulkAck([_bulk_line(one) for one in waiting], send, note_needed=any(map(_unseen, waiting))))


def _bulk_line(alarm: Alarm) -> Span:
    tone = "act" if alarm.state is AlarmState.UNACKNOWLEDGED else "warn"
    return f"{_(ALARM_WORDS[alarm.state])}  {_line(alarm)}", tone


def _tell_bulk(app: WatchkeeperApp, reply: Reply, count: int) -> None:
    app.tell(_("Acknowledged: {count} alarms", count=count - len(reply.refusals)))
    if reply.refusals:
        from tui.screens.alarm_dialogs import refused_lines
        from tui.screens.page import PageScreen

        told = [(thing_of(one.key), say(one.why)) for one in reply.refusals]
        title = _("Not acknowledged: {count}", count=len(told))
        app.call_later(app.push_screen, PageScreen(title, refused_lines(told)))


def _line(alarm: Alarm) -> str:
    return one_line(alarm.said, alarm.key, alarm.priority)


# --- put aside, and back ---------------------------------------------------------------------------------------


def shelve(app: WatchkeeperApp) -> None:
    """Put the alarm aside until a moment, with the reason."""
    if (alarm := app.alarm()) is not None:
        key = alarm.key
        _ask_aside(
            app,
            _("Shelve the alarm"),
            _line(alarm),
            _("Who agrees (past the end of the trading day somebody has to)"),
            lambda ask, values, until: ShelveAlarm(
                ask=ask, key=key, why=values["why"], until=until, second=values["second"]
            ),
        )


def take_out(app: WatchkeeperApp) -> None:
    """Take the alarm out of service until a moment."""
    if (alarm := app.alarm()) is not None:
        key = alarm.key
        _ask_aside(
            app,
            _("Take the alarm out of service"),
            _line(alarm),
            _("Who agrees"),
            lambda ask, values, until: TakeAlarmOut(
                ask=ask, key=key, why=values["why"], until=until, second=values["second"]
            ),
        )


def begin_maintenance(app: WatchkeeperApp) -> None:
    """A window of maintenance for the host under the cursor, from now on."""
    host = app.host_id()
    if host is not None:
        subject = Subject(host, "host", host)
        _ask_aside(
            app,
            _("Begin maintenance of {host}", host=host),
            _("Watching goes on; nothing of this host is announced until the end, then what is still bad."),
            _("Who agrees (past the end of the trading day somebody has to)"),
            lambda ask, values, until: BeginMaintenance(
                ask=ask, subjects=(subject,), why=values["why"], until=until, second=values["second"]
            ),
        )


def _ask_aside(
    app: WatchkeeperApp, title: str, about: str, second: str, make: Callable[[int, Values, float], Command]
) -> None:
    from tui.screens import alarm_dialogs

    now, zone = app.picture.now, _zone(app)
    session = session_at(app.picture.rules.sessions, zone, now)
    ends = figures.clock(session.until, zone)[:5] if session is not None else ""

    async def send(values: Values) -> Reply:
        try:
            until = end_of(values, zone, app.picture.now, session.until if session is not None else None)
        except Refused as refused:  # nothing is asked: it stays in the form
            return Reply(0, ok=False, why=refused.why)
        return await app.session.ask(lambda ask: make(ask, values, until))

    app.push_screen(alarm_dialogs.aside(title, send, about=about, session_ends=ends, second=second))


def _zone(app: WatchkeeperApp) -> str:
    return app.picture.site.time_zone if app.picture.site is not None else "UTC"


def end_of(values: Values, zone: str, now: float, session_ends: float | None) -> float:
    """The end that was chosen or typed, UTC epoch seconds. Raises :class:`duty.records.Refused` for none that comes."""
    from tui.screens.alarm_dialogs import SESSION, TYPED

    if values["time"].strip() or values["end"] == TYPED:  # what was typed is meant, whatever is chosen above it
        return coming_moment(values["time"], zone, now)
    if values["end"] == SESSION and session_ends is not None:
        return session_ends
    return now + HALF_HOUR_S


async def unshelve(app: WatchkeeperApp) -> None:
    """Take it back from the shelf before its end."""
    if (alarm := app.alarm()) is not None:
        key = alarm.key
        done = _("No longer shelved: {thing}", thing=thing_of(key))
        await _ask(app, lambda ask: UnshelveAlarm(ask=ask, key=key), done)


async def put_back(app: WatchkeeperApp) -> None:
    """Put it back into service."""
    if (alarm := app.alarm()) is not None:
        key = alarm.key
        await _ask(app, lambda ask: PutAlarmBack(ask=ask, key=key), _("In service again: {thing}", thing=thing_of(key)))


def end_maintenance(app: WatchkeeperApp) -> None:
    """Choose which window ends now; that of the host under the cursor stands first."""
    from tui.screens.choose import Choose

    picture, here = app.picture, app.subject()
    open_now = [one for one in picture.alarms.windows if one.open_at(picture.now)]
    open_now.sort(key=lambda one: (not one.covers(here), one.until))
    app.push_screen(Choose(_("End which maintenance now?"), [(_window(app, one), _ends(app, one)) for one in open_now]))


def _window(app: WatchkeeperApp, window: Window) -> str:
    things = ", ".join(about_of(one) for one in window.subjects)
    until = figures.clock(window.until, _zone(app), app.picture.now)
    return _("{things}: {why} ({owner}, until {time})", things=things, why=window.why, owner=window.owner, time=until)


def _ends(app: WatchkeeperApp, window: Window) -> Callable[[], None]:
    name = window.id

    def start() -> None:
        ended = _ask(app, lambda ask: EndMaintenance(ask=ask, window=name), _("Maintenance has ended."))
        app.run_worker(ended, group="asking")

    return start


async def _ask(app: WatchkeeperApp, make: Callable[[int], Command], done: str) -> None:
    reply = await app.session.ask(make)
    app.tell(done if reply.ok else refusal(reply), warn=not reply.ok)


# --- looking -----------------------------------------------------------------------------------------------------


def fold(app: WatchkeeperApp) -> None:
    """Show what is hidden under the alarm, or hide it again."""
    if (panel := app.alarm_panel()) is not None:
        panel.fold()


def mute(app: WatchkeeperApp) -> None:
    """The sound off for a while, or on again. Rows, title and notifications go on."""
    app.mute()


def show_alarm(app: WatchkeeperApp, key: AlarmKey) -> None:
    """The page of an alarm: guidance, state, value, and what belongs to it."""
    from tui.doings import show_screen
    from tui.screens.alarm import AlarmScreen

    show_screen(app, AlarmScreen(key))
