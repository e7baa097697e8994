"""One alarm: what it says, what is to be done, and everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.records import ENDED, Incident, LogEntry, Subject
from tui import doings
from tui.alarm_page import Known, alarm_lines
from tui.alarm_words import part_of, thing_of
from tui.pager import Line
from tui.sayings import refusal, title_of
from tui.screens.detail import DetailScreen
from wire.alarms import Guidance, ReadAlarm
from wire.messages import ReadLog
from wire.words import _

LOG_SHOWN = 8


class AlarmScreen(DetailScreen):
    """The page of the alarm ``key``; guidance and log lines are fetched whenever something new has come of it."""

    def __init__(self, key: AlarmKey) -> None:
        super().__init__()
        self.key = key
        self._drawn: Alarm | None = None
        """As it is on the screen: what an acknowledgement names."""
        self._guidance: Guidance | None = None
        self._log: tuple[LogEntry, ...] = ()
        self._fetched_for: tuple[int, int] | None = None

    def page(self, width: int) -> list[Line]:
        """What is known now."""
        picture = self.app.seen
        held = picture.alarms.alarms.get(self.key)
        before = self._guidance.alarm if self._guidance is not None else None  # of one that is normal
        self._drawn = held
        self._fetch_when_due(held)
        rows = picture.alarms.rows()
        beneath = next((row.beneath for row in rows if row.alarm.key == self.key), ())
        zone = picture.site.time_zone if picture.site is not None else "UTC"
        known = Known(
            self.key,
            held if held is not None else before,
            self._guidance,
            picture.hosts.get(self.key.subject.host),
            beneath,
            self._incidents(),
            self._log,
            picture.alarms.window_of(self.key.subject, picture.now),
            picture.now,
            zone,
        )
        return alarm_lines(known, self.glyphs, width)

    def _incidents(self) -> list[Incident]:
        """Those about the same thing, the newest first, those that have not ended before the others."""
        mine = [one for one in self.app.picture.incidents.values() if one.subject == self.key.subject]
        return sorted(mine, key=lambda one: (one.state in ENDED, -one.opened_at))[:5]

    # --- asking --------------------------------------------------------------------------------------------------

    def _fetch_when_due(self, held: Alarm | None) -> None:
        if not self.app.picture.connected:
            self._fetched_for = None
            return
        of = (held.event, held.told) if held is not None else (0, 0)
        if of != self._fetched_for and self.app.is_running:
            self._fetched_for = of
            self.app.run_worker(self._fetch(), group="alarm", exclusive=True)

    async def _fetch(self) -> None:
        reply = await self.app.session.ask(lambda ask: ReadAlarm(ask=ask, key=self.key))
        if reply.ok and reply.guidance is not None:
            self._guidance = reply.guidance
        elif not reply.ok:
            self.app.tell(refusal(reply), warn=True)
        subject = self.key.subject
        words = part_of(self.key).replace('"', "")
        query = f'host:{subject.host} "{words}"'
        found = await self.app.session.ask(lambda ask: ReadLog(ask=ask, query=query, limit=LOG_SHOWN, asker="alarm"))
        if found.page is not None:
            self._log = found.page.entries
        self.app.owe(frozenset())

    # --- where it leads ------------------------------------------------------------------------------------------

    def open_row(self) -> None:
        """Its host, its incidents, its graphs."""
        from tui.screens.choose import Choose

        app, subject = self.app, self.key.subject
        options: list[tuple[str, Callable[[], None]]] = []
        for incident in self._incidents():
            number = incident.id
            words = _("Incident {number}: {title}", number=number, title=title_of(incident))
            options.append((words, lambda number=number: doings.show_incident(app, number)))  # type: ignore[misc]
        if subject.host in app.picture.hosts:
            options.append((_("Go to host {host}", host=subject.host), lambda: doings.show_host(app, subject.host)))
            options.append((_("Graphs of {thing}", thing=thing_of(self.key)), lambda: doings.graph(app)))
        app.push_screen(Choose(_("Where to?"), options))

    def alarm(self) -> Alarm | None:
        """The alarm as it is drawn."""
        return self._drawn

    def subject(self) -> Subject:
        """What it is about."""
        return self.key.subject

    def incident_id(self) -> int | None:
        """The newest incident about the same thing that has not ended."""
        return next((one.id for one in self._incidents() if one.state not in ENDED), None)

    def host_id(self) -> str | None:
        """Its host."""
        return self.key.subject.host or None
