"""The incident queue: nobody's first, then the gravest, then the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import HostView
from duty.countdowns import nearest
from duty.incidents import queue_order, untaken
from duty.phrases import N_
from duty.quality import State
from duty.records import ENDED, Incident, IncidentState, Subject
from tui.cells import cell, short_span
from tui.chips import short_chip
from tui.glyphs import Glyphs
from tui.pager import Line
from tui.panels.table_panel import HOST, Draw, TablePanel
from tui.picture import Picture
from tui.sayings import title_of
from wire.words import _

_QUEUE, _NEWEST = N_("as the queue"), N_("newest first")
_STATES = {
    IncidentState.OPEN: State.ACT,
    IncidentState.ACCEPTED: State.WARN,
    IncidentState.MITIGATED: State.WARN,
    IncidentState.RESOLVED: State.WARN,
    IncidentState.REVIEWED: State.WARN,
    IncidentState.CLOSED: State.OK,
    IncidentState.MERGED: State.OK,
}
ROOM_FOR_CLOCK = 22
"""Cells of the title from which on there is a column for the clock that runs out next."""


def _called(incident: Incident, g: Glyphs) -> str:
    """The title; of a drill with sign, letter and word, and whether it stands still."""
    title = title_of(incident)
    if not incident.drill:
        return title
    words = _("DRILL SUSPENDED: {title}", title=title) if incident.suspended else _("DRILL: {title}", title=title)
    return f"{g.drill.text} {words}"


class IncidentsPanel(TablePanel[Incident]):
    """Incidents that have not ended, and the newest ended ones behind them."""

    panel = "incident"
    sorts = (_QUEUE, _NEWEST, HOST)

    def title(self) -> str:
        """The panel's name."""
        return _("Incidents")

    def short_title(self) -> str:
        """The name in a tab."""
        # For translators: the name of a tab: five letters, or two characters.
        return _("Queue")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no incident")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """Open ones that nobody has taken are the worst."""
        live = [one for one in picture.incidents.values() if one.state not in ENDED and not one.drill]
        if untaken(picture.incidents):
            return State.ACT, len(live)
        return (State.WARN if live else State.OK), len(live)

    def items(self, picture: Picture) -> Sequence[Incident]:
        """In the order of the queue."""
        return sorted(picture.incidents.values(), key=queue_order)

    def key_for(self, item: Incident) -> str:
        """The incident's number."""
        return str(item.id)

    def place(self, item: Incident) -> object:
        """The newest first, or by the host they are about."""
        return item.subject.host if self.sort == HOST else -item.opened_at

    def host_of(self, item: Incident) -> HostView | None:
        """The host it is about."""
        return self.app.seen.hosts.get(item.subject.host)

    def state_of(self, item: Incident) -> State:
        """Nobody's is to be acted on, one that has not ended to be watched; a drill is neither."""
        return State.UNJUDGED if item.drill else _STATES[item.state]

    def spoken(self, item: Incident) -> Iterable[str]:
        """Everything said of it."""
        return (str(item.id), title_of(item), item.owner or "", item.subject.host, item.subject.key, item.last_note)

    def lets_through(self, item: Incident) -> bool:
        """An ended one is no problem, however its host is now."""
        if self.filter.problems_only and item.state in ENDED:
            return False
        return super().lets_through(item)

    def columns(self, items: Sequence[Incident], width: int) -> tuple[Line, Draw[Incident]]:
        """State, number, level, age, the next clock, owner, whether the fault still holds, and what."""
        g = self.glyphs
        rest = max(8, width - 3 - 6 - 3 - 5 - 9 - 9)
        clocked = rest - 6 >= ROOM_FOR_CLOCK
        rest -= 6 if clocked else 0
        clock_head = (cell(_("due"), 5, "head"),) if clocked else ()
        rules = self.app.picture.rules
        head = (
            ("   ", ""), cell(_("no."), 5, "head"), cell(_("lv"), 2, "head"), cell(_("age"), 4, "head", right=True),
            *clock_head, cell(_("owner"), 8, "head"), cell(_("fault"), 8, "head"), cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(one: Incident, now: float) -> Line:
            mark = g.incidents[one.state]
            closed = one.state in ENDED
            fault = ""
            if one.automatic and not closed:  # of what was opened by hand nobody knows whether it holds
                fault = _("holds") if one.active else _("returned")
            if one.count > 1 and not closed:
                fault += f" {one.count}x"
            return (
                (f"{mark.text} ", mark.tone),
                cell(str(one.id), 5, "name"),
                cell(f"L{one.level}", 2, "dim" if closed else "act" if one.level <= 2 else "warn"),
                cell(short_span(now - one.opened_at, g), 4, "", right=True),
                *((short_chip(nearest(one, rules, now), g, 5),) if clocked else ()),
                cell(one.owner or g.missing, 8, "", cut=g.cut),
                cell(fault, 8, "act" if one.active else "dim", cut=g.cut),
                cell(
                    _called(one, g),
                    rest,
                    "dim" if closed else "",
                    cut=g.cut,
                ),
            )

        return head, draw

    def subject(self) -> Subject:
        """What the incident is about."""
        number = self.incident_id()
        incident = self.app.picture.incidents.get(number) if number is not None else None
        return incident.subject if incident is not None else Subject()

    def incident_id(self) -> int | None:
        """The incident under the cursor."""
        return int(self.key) if self.key is not None and self.key.isdigit() else None
