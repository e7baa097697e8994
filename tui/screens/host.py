"""One host: all that is known of it, how it is reached, what could not be read and why, and its last hour."""

from __future__ import annotations

from duty.board import HostView
from duty.graph import Graph
from duty.phrases import Phrase
from duty.records import ENDED, Incident, Subject
from duty.series import SeriesKey, series_of
from tui.host_page import Page, page_lines
from tui.pager import Line
from tui.screens.detail import DetailScreen
from tui.small_graphs import SPAN_S, Block, Layout, SmallGraphs, chosen, draw, fullest, graph_lines, layout
from wire.messages import ReadHistory
from wire.words import _, say

INCIDENTS_SHOWN = 10
LOG_SHOWN = 20
REFRESH_S = 30.0
"""Seconds after which the graphs are read again: a column of theirs stands for about as long."""


class HostScreen(DetailScreen):
    """The page of ``host``."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host
        self.graphs: dict[SeriesKey, Graph | None] = {}
        """What was answered, by series; ``None``: nothing was read of it."""
        self._series: tuple[SeriesKey, ...] = ()
        self._points = 0
        self._mount: str | None = None
        self._until: float | None = None
        self._asked_at = 0.0
        self._why: Phrase | None = None
        self._drawn: tuple[object, tuple[Line, list[Block]]] | None = None
        """What the graphs were drawn of, and they: the page is made each second, they differ twice a minute."""

    def on_mount(self) -> None:
        """From now on the graphs stay current."""
        self.set_interval(1.0, self._read_when_due)

    # --- the last hour -------------------------------------------------------------------------------------------

    def _read_when_due(self) -> None:
        # A pause holds the graphs too.
        if self.app.pause is None and self.app.picture.now - self._asked_at >= REFRESH_S:
            self._read()

    def _read(self) -> None:
        if self._series and self.is_attached:
            self._asked_at = self.app.picture.now
            self.run_worker(self._ask(self._series, self._points), group="graphs", exclusive=True)

    async def _ask(self, wanted: tuple[SeriesKey, ...], points: int) -> None:
        """One question after the other, and all drawn together: once in a while a few lines of the page change."""
        until = self.app.seen.now
        found: dict[SeriesKey, Graph | None] = {}
        for series in wanted:
            reply = await self.app.session.ask(
                lambda ask, one=series: ReadHistory(  # type: ignore[misc]
                    ask=ask, host=self._host, series=one, since=until - SPAN_S, until=until, points=points
                )
            )
            if not reply.ok:
                self._why = reply.why
                break
            found[series] = reply.graph
        else:
            self._why, self._until, self.graphs = None, until, found
        self.app.owe(None)

    def _graphs(self, host: HostView, incidents: list[Incident], zone: str, width: int) -> list[Line]:
        plan = layout(width, self.page_height)
        self._mount = fullest(host, self._mount)
        wanted = chosen(host, plan.most, self._mount)
        self._want(wanted, plan)
        opened = [(one.id, one.opened_at) for one in incidents]
        of = (plan, wanted, self._until, self._why, zone, opened)
        if self._drawn is None or self._drawn[0] != of:
            why = say(self._why) if self._why is not None else ""
            asked = SmallGraphs(wanted, self.graphs, self._until, why, host, incidents, zone, self.glyphs)
            self._drawn = (of, draw(asked, plan))
        now = dict(series_of(host))  # nothing of a host that is not read now
        return graph_lines(self._drawn[1], [now.get(one) for one in wanted], plan, self.glyphs.cut)

    def _want(self, wanted: tuple[SeriesKey, ...], plan: Layout) -> None:
        """Ask at once where there is something new to draw, or room for more points."""
        new = set(wanted) - set(self._series)
        grown = plan.points > self._points
        self._series, self._points = wanted, max(plan.points, self._points)
        if new or grown:
            self._read()

    def redraw(self, changed: frozenset[str] | None) -> None:
        """All is drawn anew where everything may have changed: the language, the limits."""
        if changed is None:
            self._drawn = None
        super().redraw(changed)

    # --- what is shown -------------------------------------------------------------------------------------------

    def page(self, width: int) -> list[Line]:
        """Everything known now."""
        picture = self.app.seen
        host = picture.hosts.get(self._host)
        if host is None or picture.site is None:
            return [((_("{host} is no longer in the site file.", host=self._host), "warn"),)]
        incidents = sorted(
            (incident for incident in picture.incidents.values() if incident.subject.host == host.id),
            key=lambda incident: (incident.state in ENDED, -incident.opened_at),
        )
        log = [entry for entry in picture.log if entry.subject.host == host.id]
        zone = picture.site.time_zone
        content = Page(
            host,
            tuple(incidents[:INCIDENTS_SHOWN]),
            tuple(log[:LOG_SHOWN]),
            picture.now,
            zone,
            self.glyphs,
            tuple(self._graphs(host, incidents, zone, width)),
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
