"""Who has to know next when nobody takes an incident: each step is a move of the incident, made once it is due."""

from __future__ import annotations

import asyncio
import logging

from duty.countdowns import next_escalation
from duty.duty_rules import DutyRules
from duty.incident_details import Escalated
from duty.incident_profile import Told
from duty.records import Incident, Move, Refused
from storage.failures import StoreFailed
from watch.clock import Clock
from watch.recorder import Recorder

LOOK_S = 1.0
"""Seconds between two looks: steps are minutes apart."""


class Escalation:
    """What is due is computed from the records alone, so that a new start forgets nothing and repeats nothing."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        self._recorder, self._clock = recorder, clock
        self._next: dict[int, tuple[Incident, tuple[Told, float] | None]] = {}
        """The next step of each incident as it was when that was computed."""
        self._rules: DutyRules | None = None
        self._logger = logging.getLogger("watchkeeper.escalation")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Make every step that is due now."""
        if self._rules is not self._recorder.rules:
            self._rules = self._recorder.rules
            self._next.clear()
        now = self._clock.now().wall
        for incident in tuple(self._recorder.incidents.values()):
            while (told := self._step(incident)) is not None and told[1] <= now:
                try:
                    incident = await self._escalate(incident, told[0], now)
                except Refused:  # somebody took it just now
                    break
                except StoreFailed as failed:
                    self._logger.warning("not escalated yet: %s", failed)
                    return

    def _step(self, incident: Incident) -> tuple[Told, float] | None:
        known = self._next.get(incident.id)
        if known is None or known[0] is not incident:
            known = self._next[incident.id] = (incident, next_escalation(incident, self._recorder.rules))
        return known[1]

    async def _escalate(self, incident: Incident, to: Told, now: float) -> Incident:
        details = Escalated(incident.escalated + 1, to.value)
        return await self._recorder.move(incident.id, Move.ESCALATED, at=now, actor="", automatic=True, details=details)
