"""An operator by script who acknowledges alarms, puts them aside and takes them back, over the real door."""

from __future__ import annotations

import asyncio
import random
import time

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from tests.support.operators import Ledger
from tests.support.screens import BareScreen
from wire.alarms import AcknowledgeAlarms, AlarmsChanged, Seen, ShelveAlarm, UnshelveAlarm
from wire.base import Command
from wire.messages import Reply, Resync, Welcome

WAITING = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
ASIDE_S = 900.0
"""For so long one person alone puts an alarm aside."""


class Acker:
    """Knows the alarms as its screen was told of them, and what the watch has acknowledged."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.random = random.Random(f"{seed} {name}")
        self.done = Ledger()
        self.seen: dict[AlarmKey, int] = {}
        """The newest event of each alarm whose acknowledgement was taken."""
        self.refused: set[str] = set()
        """The words of acts that were refused: they are nowhere."""
        self.held: dict[AlarmKey, Alarm] = {}
        self.acted = asyncio.Event()
        """An act was taken since this screen came."""
        self._heard = 0
        self._number = 0

    async def work(self, screen: BareScreen) -> None:
        """Act until the watch has hung up."""
        self._heard = 0
        self.acted.clear()
        try:
            while True:
                await self.act(screen)
                await asyncio.sleep(0)
        except (EOFError, ConnectionError):
            return

    async def act(self, screen: BareScreen) -> None:
        """One act on an alarm there is; nothing where there is none."""
        self._listen(screen)
        if (command := self._next(f"{self.name} {self._number + 1}")) is None:
            await self._something(screen)
            return
        await self.ask(screen, command)

    async def ask(self, screen: BareScreen, command: Command) -> None:
        """Ask, and take down what the watch says."""
        self._number += 1
        words = f"{self.name} {self._number}"
        if not isinstance(command, UnshelveAlarm):
            self.done.unsure.add(words)
        screen.say(command)
        reply = await screen.hear(Reply)
        self.done.unsure.discard(words)
        if isinstance(command, UnshelveAlarm):
            return
        if not reply.ok:  # it came again, or returned, between look and key
            self.refused.add(words)
            return
        self.done.words[words] = 0
        self.acted.set()
        if isinstance(command, AcknowledgeAlarms):
            self.seen[command.seen[0].key] = command.seen[0].event

    async def settle(self, screen: BareScreen, down: set[str], up: set[str]) -> dict[AlarmKey, Alarm]:
        """Acknowledge and take back all there is, until exactly the processes of ``down`` are in alarm."""
        self._heard = 0
        while True:
            self._listen(screen)
            states = {key.subject.key: (one.state, one.active, one.known) for key, one in self.held.items()}
            if not up & set(states) and all(states.get(name) == (AlarmState.ACKNOWLEDGED, True, True) for name in down):
                return dict(self.held)
            words = f"{self.name} {self._number + 1}"
            open_ones = [one for one in self.held.values() if one.state in WAITING]
            shelved = [one for one in self.held.values() if one.state is AlarmState.SHELVED]
            if open_ones:
                await self.ask(screen, self._ack(open_ones[0], words))
            elif shelved:
                await self.ask(screen, UnshelveAlarm(self._number + 1, shelved[0].key))
            else:
                await self._something(screen)

    def _listen(self, screen: BareScreen) -> None:
        for message in screen.heard[self._heard :]:
            match message:
                case Welcome() | Resync():
                    self.held = {one.key: one for one in message.alarms.alarms}
                case AlarmsChanged():
                    self.held |= {one.key: one for one in message.alarms}
                    for key in (*message.gone, *(k for k, one in self.held.items() if one.state is AlarmState.NORMAL)):
                        self.held.pop(key, None)
        self._heard = len(screen.heard)

    async def _something(self, screen: BareScreen) -> None:
        """Until the watch says anything."""
        before = len(screen.heard)
        while len(screen.heard) == before:
            data = await asyncio.wait_for(screen.reader.read(2**16), 20)
            if not data:
                raise EOFError
            screen._take(data)

    def _next(self, words: str) -> Command | None:
        waiting = [one for one in self.held.values() if one.state in WAITING]
        shelved = [one for one in self.held.values() if one.state is AlarmState.SHELVED]
        ask = self._number + 1
        if shelved and self.random.random() < 0.5:
            return UnshelveAlarm(ask, self.random.choice(shelved).key)
        if not waiting:
            return None
        one = self.random.choice(waiting)
        if self.random.random() < 0.2:
            return ShelveAlarm(ask, one.key, words, time.time() + ASIDE_S)
        return self._ack(one, words)

    def _ack(self, one: Alarm, words: str) -> Command:
        return AcknowledgeAlarms(self._number + 1, (Seen(one.key, one.event),), words)
