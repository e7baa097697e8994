"""One key after the other: each finds the screen as the one before it has left it."""

from __future__ import annotations

from collections import deque

from textual import events
from textual.message_pump import MessagePump
from textual.timer import Timer

from tui.frugal import FrugalApp

_LOST_S = 1.0
"""Seconds after which keys no longer wait for one of which nothing was heard: its widget went away under it."""


_Stage = tuple[int, int]
"""The number of a key, and how often all that it may concern has been asked: once for it, once for what it set off."""


class OrderlyApp(FrugalApp):
    """An application in which nothing typed ahead is taken for something else.

    Textual hands each key to what has the focus when the key comes in. Of ``n`` and a text, come in one piece, the
    text would still go to the table, which knows letters as commands, while the line for it is only being opened.
    """

    def __init__(self, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self._typed: deque[events.Key | events.Paste] = deque()
        self._turn = 0
        """Number of the key whose way through the screen is being followed."""
        self._followed = False
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """A key or pasted text waits until the one before has done all that it does."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._followed:
            self._typed.append(event)
            if self._patience is None:
                self._patience = self.set_timer(_LOST_S, self._give_up_following)
        else:
            await self._hand_on(event)

    async def _hand_on(self, event: events.Key | events.Paste) -> None:
        self._followed = True
        self._turn += 1
        target = self._target()
        await super().on_event(event)
        self._follow(target, (self._turn, 0))

    def _target(self) -> MessagePump:
        return self.focused or (self.screen if self.screen_stack else self)

    def _follow(self, pump: MessagePump, at: _Stage) -> None:
        """Go the way of a key, behind it: from what has the focus through all that stands around it, up to here.

        Twice at each: what says something to itself because of the key says it before the second time.
        """
        if pump is self:
            self.call_later(self._arrived, at)
        elif not pump.call_later(pump.call_later, self._climb, pump, at):
            self._climb(pump, at)  # it is going away

    def _climb(self, pump: MessagePump, at: _Stage) -> None:
        self._follow(pump._parent or self, at)

    def _arrived(self, at: _Stage) -> None:
        """Everybody has seen the key. What its action said is followed the same way, then a screen that it opened.

        A screen that is being opened has its fields when it comes to answer this.
        """
        turn, round_ = at
        if round_ == 0:
            self._follow(self._target(), (turn, 1))
        elif not self.screen_stack or not self.screen.call_later(self.call_later, self._done, turn):
            self.call_later(self._done, turn)

    async def _done(self, turn: int) -> None:
        if turn != self._turn or not self._followed:
            return
        self._followed = False
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        if self._typed:
            await self.on_event(self._typed.popleft())
            if self._typed and self._patience is None:
                self._patience = self.set_timer(_LOST_S, self._give_up_following)

    async def _give_up_following(self) -> None:
        self._patience = None
        await self._done(self._turn)
