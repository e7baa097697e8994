"""One incident: what it is about, where it stands, and everything that happened to it."""

from __future__ import annotations

from duty.drills import last_like
from duty.records import Incident, IncidentMove, Subject
from tui.incident_page import Known, incident_lines
from tui.pager import Line
from tui.screens.detail import DetailScreen
from wire.messages import ReadIncident
from wire.words import _


class IncidentScreen(DetailScreen):
    """The page of incident ``number``; its moves are fetched whenever the incident changes."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._moves: tuple[IncidentMove, ...] | None = None
        self._fetched_for: Incident | None = None

    def page(self, width: int) -> list[Line]:
        """What is known now."""
        picture = self.app.picture
        incident = picture.incidents.get(self._number)
        if incident is None or picture.site is None:
            return [((_("Incident {number} is not in the queue.", number=self._number), "warn"),)]
        if not picture.connected:
            self._fetched_for = None
        elif incident != self._fetched_for:
            self._fetched_for = incident
            self.run_worker(self._fetch(), group="moves", exclusive=True)
        parts = [one for one in picture.incidents.values() if one.merged_into == self._number]
        zone = picture.site.time_zone
        last = last_like(picture.incidents, incident) if incident.drill else None
        known = Known(incident, self._moves, parts, picture.rules, picture.now, zone, last)
        return incident_lines(known, self.glyphs, width)

    async def _fetch(self) -> None:
        reply = await self.app.session.ask(lambda ask: ReadIncident(ask=ask, incident=self._number))
        if reply.ok:
            self._moves = reply.moves
            self.app.owe(frozenset())

    def subject(self) -> Subject:
        """What the incident is about."""
        incident = self.app.picture.incidents.get(self._number)
        return incident.subject if incident else Subject()

    def incident_id(self) -> int | None:
        """The incident."""
        return self._number

    def host_id(self) -> str | None:
        """The host it is about."""
        return self.subject().host or None
