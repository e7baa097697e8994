"""The incident queue: nobody's first, then the gravest, then the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import HostView
from duty.incidents import queue_order
from duty.phrases import N_
from duty.quality import State
from duty.records import Incident, IncidentState, Subject
from tui.cells import cell, short_span
from tui.pager import Line
from tui.panels.table_panel import HOST, Draw, TablePanel
from tui.picture import Picture
from tui.sayings import title_of
from wire.words import _

_QUEUE, _NEWEST = N_("as the queue"), N_("newest first")
_STATES = {IncidentState.OPEN: State.ACT, IncidentState.TAKEN: State.WARN, IncidentState.CLOSED: State.OK}


class IncidentsPanel(TablePanel[Incident]):
    """Open incidents, and the newest closed ones behind them."""

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
        live = [one for one in picture.incidents.values() if one.state is not IncidentState.CLOSED]
        if any(one.state is IncidentState.OPEN for one in live):
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
        """Nobody's is to be acted on, a taken one to be watched."""
        return _STATES[item.state]

    def spoken(self, item: Incident) -> Iterable[str]:
        """Everything said of it."""
        return (str(item.id), title_of(item), item.owner or "", item.subject.host, item.subject.key, item.last_note)

    def lets_through(self, item: Incident) -> bool:
        """A closed one is no problem, however its host is now."""
        if self.filter.problems_only and item.state is IncidentState.CLOSED:
            return False
        return super().lets_through(item)

    def columns(self, items: Sequence[Incident], width: int) -> tuple[Line, Draw[Incident]]:
        """State, number, level, age, owner, what, and whether the fault still holds."""
        g = self.glyphs
        rest = max(8, width - 3 - 6 - 3 - 5 - 9 - 9)
        head = (
            ("   ", ""), cell(_("no."), 5, "head"), cell(_("lv"), 2, "head"), cell(_("age"), 4, "head", right=True),
            cell(_("owner"), 8, "head"), cell(_("fault"), 8, "head"), cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(one: Incident, now: float) -> Line:
            mark = g.incidents[one.state]
            closed = one.state is IncidentState.CLOSED
            fault = "" if closed else _("holds") if one.active else _("returned")
            if one.count > 1 and not closed:
                fault += f" {one.count}x"
            return (
                (f"{mark.text} ", mark.tone),
                cell(str(one.id), 5, "name"),
                cell(f"L{one.level}", 2, "dim" if closed else "act" if one.level <= 2 else "warn"),
                cell(short_span(now - one.opened_at, g), 4, "", right=True),
                cell(one.owner or g.missing, 8, "", cut=g.cut),
                cell(fault, 8, "act" if one.active and not closed else "dim", cut=g.cut),
                cell(title_of(one), rest, "dim" if closed else "", cut=g.cut),
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
