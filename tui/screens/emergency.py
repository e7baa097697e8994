"""The emergency procedures of an incident: chosen, followed step by step, each step recorded when it is done."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from duty.emergency import Procedure, fitting, following, known_of
from duty.incident_details import Stepped
from duty.records import Incident, IncidentMove, Move, Subject
from tui.emergency_page import Open, emergency_lines
from tui.pager import Line, Pager
from tui.screens.detail import DetailScreen
from tui.screens.form import Field, Form
from wire.messages import MoveIncident, ReadIncident, Reply
from wire.words import _, say


class EmergencyScreen(DetailScreen):
    """Up and down choose a step, Enter does it, s skips it, Tab takes the next procedure."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", show=False, priority=True),
        Binding("up", "choose(-1)", show=False, priority=True),
        Binding("tab", "procedure(1)", show=False, priority=True),
        Binding("shift+tab", "procedure(-1)", show=False, priority=True),
        Binding("enter", "step(False)", show=False, priority=True),
        Binding("s", "step(True)", show=False),
    ]

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._moves: tuple[IncidentMove, ...] = ()
        self._fetched_for: Incident | None = None
        self._found: list[Procedure] = []
        self._key = ""
        """Of the procedure that is open; empty: the best one."""
        self._step: str | None = None
        """Of the step that is chosen; ``None``: the first that is not done."""
        self._chosen = 0
        """The line at which it begins."""
        self._revealed = 0, 0

    def page(self, width: int) -> list[Line]:
        """What fits, the one that is open, and its steps."""
        picture = self.app.picture
        incident = picture.incidents.get(self._number)
        if incident is None or picture.site is None:
            return [((_("Incident {number} is not in the queue.", number=self._number), "warn"),)]
        if picture.connected and incident != self._fetched_for:
            self._fetched_for = incident
            self.run_worker(self._fetch(), group="moves", exclusive=True)
        host = picture.hosts.get(incident.subject.host)
        known = known_of(incident, host.role if host is not None else "", self._moves)
        self._found = fitting(picture.rules.procedures, known)
        page = Open(
            incident, self._found, self._at(), self._step_at(), self._moves, picture.hosts, picture.rules.people,
            picture.now, picture.site.time_zone,
        )  # fmt: skip
        keys = _("↑↓ step · Enter it is done · s skip it · Tab next procedure · Esc back")
        lines, chosen = emergency_lines(page, self.glyphs, width)
        self._chosen = chosen + 1
        return [lines[0], ((keys, "dim"),), *lines[1:]]

    def _at(self) -> int:
        return next((at for at, one in enumerate(self._found) if one.key == self._key), 0)

    def _step_at(self) -> int:
        if not self._found:
            return 0
        procedure = self._found[self._at()]
        wanted = self._step
        if wanted is None:
            step = following(procedure, self._moves)
            wanted = step.key if step is not None else procedure.steps[-1].key
        return next((at for at, one in enumerate(procedure.steps) if one.key == wanted), 0)

    async def _fetch(self) -> None:
        reply = await self.app.session.ask(lambda ask: ReadIncident(ask=ask, incident=self._number))
        if reply.ok:
            self._moves = reply.moves
            self.app.owe(frozenset())

    def redraw(self, changed: frozenset[str] | None) -> None:
        """The page, and in sight the step that was chosen since."""
        super().redraw(changed)
        chosen = self._at(), self._step_at()
        if chosen != self._revealed:
            self._revealed = chosen
            self.query_one(Pager).reveal(self._chosen)

    def action_choose(self, way: int) -> None:
        """The step below or above."""
        if self._found:
            steps = self._found[self._at()].steps
            self._step = steps[max(0, min(len(steps) - 1, self._step_at() + way))].key
            self.redraw(None)

    def action_procedure(self, way: int) -> None:
        """The next procedure that fits, or the one before."""
        if self._found:
            self._key, self._step = self._found[(self._at() + way) % len(self._found)].key, None
            self.redraw(None)

    def action_step(self, skipped: bool) -> None:
        """Ask for a word about the chosen step, then record it; skipping it needs a reason."""
        if not self._found:
            return
        procedure, number = self._found[self._at()], self._number
        step = procedure.steps[self._step_at()]
        details = Stepped(procedure.key, step.key, skipped, procedure.version)

        async def send(values: dict[str, str]) -> Reply:
            reply = await self.app.session.ask(
                lambda ask: MoveIncident(
                    ask=ask, incident=number, move=Move.STEPPED, text=values["text"], details=details
                )
            )
            if reply.ok:
                self._step, self._fetched_for = None, None
                self.app.owe(frozenset())
            return reply

        self.app.push_screen(
            Form(
                _("Skip this step") if skipped else _("This step is done"),
                [say(step.do), _("expected: {text}", text=say(step.expect))],
                [Field("text", _("Why") if skipped else _("Remark, if there is one"), optional=not skipped)],
                send,
            )
        )

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
