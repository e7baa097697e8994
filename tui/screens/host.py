"""One host: all that is known of it, how it is reached, what could not be read and why."""

from __future__ import annotations

from duty.records import IncidentState, Subject
from tui.host_page import Page, page_lines
from tui.pager import Line
from tui.screens.detail import DetailScreen
from wire.words import _

INCIDENTS_SHOWN = 10
LOG_SHOWN = 20


class HostScreen(DetailScreen):
    """The page of ``host``."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def page(self, width: int) -> list[Line]:
        """Everything known now."""
        picture = self.app.seen
        host = picture.hosts.get(self._host)
        if host is None or picture.site is None:
            return [((_("{host} is no longer in the site file.", host=self._host), "warn"),)]
        incidents = sorted(
            (incident for incident in picture.incidents.values() if incident.subject.host == host.id),
            key=lambda incident: (incident.state is IncidentState.CLOSED, -incident.opened_at),
        )
        log = [entry for entry in picture.log if entry.subject.host == host.id]
        content = Page(
            host,
            tuple(incidents[:INCIDENTS_SHOWN]),
            tuple(log[:LOG_SHOWN]),
            picture.now,
            picture.site.time_zone,
            self.glyphs,
        )
        return page_lines(content, width)

    def subject(self) -> Subject:
        """The host."""
        return Subject(host=self._host)

    def host_id(self) -> str | None:
        """The host."""
        return self._host

    def incident_id(self) -> int | None:
        """Its newest incident that is not closed: take, note and close work from here too."""
        return self.app.live_incident_of(self._host)
