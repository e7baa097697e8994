"""One series of a host over time, and the keys to the others and to other spans of time."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from duty.graph import MOST_POINTS, Graph
from duty.phrases import N_, Phrase
from duty.records import Subject
from duty.series import SeriesKey
from tui.graph_page import GraphPage, page_lines
from tui.pager import Line
from tui.screens.detail import DetailScreen
from wire.messages import ReadHistory, ReadSeries
from wire.words import _, say

SPANS: tuple[tuple[float, str, float], ...] = (
    (600, N_("10 minutes"), 2.0),
    (3600, N_("1 hour"), 5.0),
    (8 * 3600, N_("8 hours"), 30.0),
    (86_400, N_("1 day"), 60.0),
    (7 * 86_400, N_("7 days"), 300.0),
    (30 * 86_400, N_("30 days"), 300.0),
)
"""Seconds shown, their words, seconds after which they are read again."""
_FIRST = {"process": "cpu", "line": "in", "disk": "used", "host": "cpu"}
"""The number of a thing that is looked at first."""


class GraphScreen(DetailScreen):
    """The past of ``subject`` and of its host; around ``moment`` (UTC epoch seconds) where one is given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down,tab", "series(1)", show=False, priority=True),
        Binding("left,up,shift+tab", "series(-1)", show=False, priority=True),
        Binding("[,-", "span(-1)", show=False),
        Binding("],+,=", "span(1)", show=False),
    ]

    def __init__(self, subject: Subject, moment: float | None = None) -> None:
        super().__init__()
        self._subject = subject
        self._moment = moment
        self.choices: tuple[SeriesKey, ...] = ()
        self.series: SeriesKey | None = None
        self.span = 1
        """Index in :data:`SPANS`."""
        self.graph: Graph | None = None
        self._why: Phrase | None = None
        self._waiting = True
        self._until = 0.0
        self._asked_at = 0.0

    def on_mount(self) -> None:
        """Ask which series there are; from then on stay current."""
        self._read(series=True)
        self.set_interval(1.0, self._refresh_when_due)

    def _refresh_when_due(self) -> None:
        # A pause holds the graph too. What could not be read is tried again; a watch may have come back.
        if self.app.pause is None and self.app.picture.now - self._asked_at >= SPANS[self.span][2]:
            self._read(series=not self.choices)

    def _read(self, *, series: bool = False) -> None:
        self._asked_at = self.app.picture.now
        self.run_worker(self._ask(series=series), group="graph", exclusive=True)

    async def _ask(self, *, series: bool) -> None:
        host = self._subject.host
        if series:
            known = await self.app.session.ask(lambda ask: ReadSeries(ask=ask, host=host))
            self._why = None if known.ok else known.why
            self.choices = ordered(known.series, self._subject)
            self.series = first_of(self.choices, self._subject)
        if self.series is not None:
            chosen, seconds, until = self.series, SPANS[self.span][0], self._end()
            count = max(50, min(MOST_POINTS, 2 * self.size.width))
            reply = await self.app.session.ask(
                lambda ask: ReadHistory(
                    ask=ask, host=host, series=chosen, since=until - seconds, until=until, points=count
                )
            )
            self._why = None if reply.ok else reply.why
            # What was drawn stays where only the newest cannot be read; it says its age by its right edge.
            self.graph, self._until = (reply.graph, until) if reply.ok else (self.graph, self._until)
        self._waiting = False
        self.app.owe(None)

    def _end(self) -> float:
        """The right edge: now, or so that the moment stands in the middle."""
        now = self.app.seen.now
        return now if self._moment is None else min(now, self._moment + SPANS[self.span][0] / 2)

    # --- keys ----------------------------------------------------------------------------------------------------

    def action_series(self, step: int) -> None:
        """The next series, or the one before."""
        if self.series in self.choices:
            at = (self.choices.index(self.series) + step) % len(self.choices)
            self._look_at(self.choices[at], self.span)

    def action_span(self, step: int) -> None:
        """A longer or a shorter span of time."""
        self._look_at(self.series, max(0, min(len(SPANS) - 1, self.span + step)))

    def _look_at(self, series: SeriesKey | None, span: int) -> None:
        if (series, span) != (self.series, self.span):
            self.series, self.span, self.graph, self._waiting = series, span, None, True
            self.app.owe(None)
            self._read(series=not self.choices)

    def on_resize(self) -> None:
        """Another width has room for other points."""
        super().on_resize()
        if self.graph is not None:
            self._read()

    # --- what is shown -------------------------------------------------------------------------------------------

    def page(self, width: int) -> list[Line]:
        """The graph as it was read last."""
        picture = self.app.seen
        seconds, words, _period = SPANS[self.span]
        until = self._until or self._end()
        host = self._subject.host
        made = GraphPage(
            host,
            self.series,
            self.choices,
            _(words),
            until - seconds,
            until,
            self.graph,
            self._said(),
            self._note(),
            picture.hosts.get(host),
            [one for one in picture.incidents.values() if one.subject.host == host],
            picture.site.time_zone if picture.site is not None else "UTC",
            self.glyphs.name == "ascii",
            self._moment,
        )
        return page_lines(made, width, max(6, self.page_height))

    def _said(self) -> str:
        if self._waiting:
            return _("The history is being read…")
        if self._why is not None:
            return _("The history cannot be read: {why}", why=say(self._why))
        if not self.choices:
            return _("There is no history of {host} yet: readings are kept from now on.", host=self._subject.host)
        return _("Nothing was read in this time: the watch did not run, or the host was not reached.")

    def _note(self) -> str:
        if self._why is not None and self.graph is not None:
            return _("The history cannot be read: {why}", why=say(self._why))
        subject = self._subject
        if self.choices and subject.kind not in ("", "host") and not _own(self.choices, subject):
            return _("Of {thing} no numbers are kept: this is its host.", thing=subject.key)
        return ""

    def subject(self) -> Subject:
        """The thing whose past it is."""
        return self._subject

    def host_id(self) -> str | None:
        """Its host."""
        return self._subject.host

    def incident_id(self) -> int | None:
        """The newest incident of the host that is not closed."""
        return self.app.live_incident_of(self._subject.host)

    def help_text(self) -> str:
        """What help says when the keys go here."""
        return _(
            "A graph: Tab and arrows choose another series, [ ] or - + a shorter or longer time. The filled band "
            "reaches from least to highest, a gap is a time without readings, ┆ an incident, ┄ a limit. Esc goes back."
        )


def _own(choices: tuple[SeriesKey, ...], subject: Subject) -> list[SeriesKey]:
    key = "" if subject.kind in ("", "host") else subject.key
    kind = subject.kind or "host"
    mine = [one for one in choices if one.kind == kind and one.key == key]
    if kind == "line":
        mine += [one for one in choices if one.kind == "queue" and one.key == key]
        mine += [one for one in choices if one.kind == "ping" and one.key.startswith(f"{key} ")]
    return mine


def ordered(series: tuple[SeriesKey, ...], subject: Subject) -> tuple[SeriesKey, ...]:
    """Those of the thing first, then of the host itself, then all others in the order of their names."""
    own = _own(series, subject)
    host = [one for one in series if one.kind == "host"]
    return tuple(dict.fromkeys((*own, *host, *sorted(series))))


def first_of(choices: tuple[SeriesKey, ...], subject: Subject) -> SeriesKey | None:
    """The series that is looked at first: the thing's main number, else its host's."""
    wanted = _FIRST.get(subject.kind or "host")
    own = _own(choices, subject)
    for among in (own, [one for one in choices if one.kind == "host"], choices):
        if among:
            return next((one for one in among if one.field == (wanted if among is own else "cpu")), among[0])
    return None
