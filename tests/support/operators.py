"""Operators by script: they write over the real door, and know what the watch has acknowledged of it.

Each has its own random numbers, so a seed gives the same acts; how far they come before a watch is killed it does not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from duty.incident_details import Cause, Link, Resolution, Review
from duty.records import ENDED, Incident, IncidentState, LogEntry, LogKind, Move
from tests.support.screens import BareScreen
from wire.messages import (
    CloseIncident,
    Command,
    CorrectLog,
    MoveIncident,
    NoteIncident,
    OpenIncident,
    Reply,
    TakeIncident,
    WriteLog,
)

LEVEL = 3
"""Of their incidents: nobody is called for it while the test goes on, and it is closed without a review."""
_S = IncidentState


@dataclass
class Ledger:
    """What the watch has acknowledged to one operator, and what it was asked last and had not answered."""

    entries: list[LogEntry] = field(default_factory=list)
    """Notes and corrections, as they were given back."""
    words: dict[str, int] = field(default_factory=dict)
    """The words of each acknowledged act, which no other has, with the incident it was about (0: none)."""
    incidents: dict[int, Incident] = field(default_factory=dict)
    """As the newest acknowledged act left each of its own."""
    moves: dict[int, int] = field(default_factory=dict)
    """Acknowledged moves of each incident."""
    open: Command | None = None
    """Asked and not answered: it may have been done, once, or not at all."""
    unsure: set[str] = field(default_factory=set)
    """The words of those of all kills."""

    def unknown(self, incident: int) -> int:
        """Moves of this incident that were asked for and not answered: one at most."""
        return int(getattr(self.open, "incident", 0) == incident)


class Operator:
    """Writes until the watch is gone."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.random = random.Random(f"{seed} {name}")
        self.done = Ledger()
        self._number = 0
        self._ask = 0
        self._left: set[int] = set()
        """Lines that may be corrected already: the watch was gone before it said so."""

    async def work(self, screen: BareScreen) -> None:
        """One act after the other, each answered before the next; returns when the watch has hung up."""
        try:
            while True:
                await self._act(screen)
        except (EOFError, ConnectionError):
            return

    async def _act(self, screen: BareScreen) -> None:
        self._ask += 1
        self._number += 1
        words = f"{self.name} {self._number}"
        command = self._next(words)
        self.done.open = command
        if not isinstance(command, TakeIncident):
            self.done.unsure.add(words)
        screen.say(command)
        reply = await screen.hear(Reply)
        assert reply.ask == command.ask and reply.ok, f"{command}: {reply.why}"
        self._answered(command, words, reply)
        await asyncio.sleep(0)

    def _answered(self, command: Command, words: str, reply: Reply) -> None:
        done = self.done
        done.open = None
        done.unsure.discard(words)
        about = reply.incident.id if reply.incident is not None else 0
        if not isinstance(command, TakeIncident):
            done.words[words] = about
        done.entries += reply.log
        if reply.incident is not None:
            done.incidents[about] = reply.incident
            done.moves[about] = done.moves.get(about, 0) + 1

    def settle(self, incidents: Iterable[Incident], moves: Callable[[int], int]) -> None:
        """The watch is back: what was not answered was done or not, which the store says."""
        for one in incidents:
            if one.title.startswith(f"{self.name} "):
                self.done.incidents[one.id] = one
                self.done.moves[one.id] = moves(one.id)
        if isinstance(self.done.open, CorrectLog):
            self._left.add(self.done.open.seq)
        self.done.open = None

    # --- what is done next -----------------------------------------------------------------------------------------

    def _next(self, words: str) -> Command:
        mine = [one for one in self.done.incidents.values() if one.state not in ENDED]
        notes = [one for one in self.done.entries if one.kind is LogKind.NOTE and one.supersedes is None]
        corrected = self._left | {one.supersedes for one in self.done.entries if one.supersedes is not None}
        wrong = [one for one in notes[-20:] if one.seq not in corrected]
        choices: list[Callable[[], Command]] = [lambda: WriteLog(self._ask, words)]
        if wrong:
            choices.append(lambda: CorrectLog(self._ask, self.random.choice(wrong).seq, words, "mistaken"))
        if len(mine) < 3:
            choices.append(lambda: OpenIncident(self._ask, words, LEVEL))
        if mine:
            one = self.random.choice(mine)
            choices += [lambda: self._move(one, words)] * 3
        return self.random.choice(choices)()

    def _move(self, one: Incident, words: str) -> Command:
        ask, number = self._ask, one.id
        steps: dict[IncidentState, list[Command]] = {
            _S.OPEN: [TakeIncident(ask, number)],
            _S.ACCEPTED: [
                MoveIncident(ask, number, Move.MITIGATED, words),
                MoveIncident(ask, number, Move.LINKED, words, details=Link("change", f"T-{self._number}")),
            ],
            _S.MITIGATED: [MoveIncident(ask, number, Move.RESOLVED, words, details=Resolution(Cause.LINE))],
            _S.RESOLVED: [
                MoveIncident(ask, number, Move.REVIEWED, words, details=Review(words, "a digger")),
                CloseIncident(ask, number, words),
            ],
            _S.REVIEWED: [CloseIncident(ask, number, words)],
        }
        return self.random.choice([*steps.get(one.state, []), NoteIncident(ask, number, words)])
