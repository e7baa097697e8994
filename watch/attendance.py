"""Who sits at a screen, as the duty log has it: a line when one attaches and one when it leaves, with its login.

A terminal that loses the watch and is back within :data:`BACK_S` was never away. What only asks something is no screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from duty.phrases import Phrase, phrase
from duty.records import LogKind, NewLogEntry
from watch.clock import Clock

BACK_S = 5.0
"""Seconds within which a screen that left may come back unsaid: a new start of the watch, a line that shook."""

Login = tuple[str, str]
"""Who, and from which login of the machine."""


class Attendance:
    """All on the event loop."""

    def __init__(self, write: Callable[[NewLogEntry], None], clock: Clock) -> None:
        self._write, self._clock = write, clock
        self._left: list[tuple[Login, float, asyncio.TimerHandle]] = []
        """Who left a moment ago, and when (UTC epoch seconds); the oldest first."""
        self._over = False

    def came(self, who: str, session: str) -> None:
        """A screen was welcomed."""
        if self._over:
            return
        back = next((one for one in self._left if one[0] == (who, session)), None)
        if back is not None:
            back[2].cancel()
            self._left.remove(back)
            return
        self._say((who, session), _words(session, came=True), self._clock.now().wall)

    def went(self, who: str, session: str) -> None:
        """A screen is gone, however it ended."""
        if not self._over:
            timer = asyncio.get_running_loop().call_later(BACK_S, self._stayed_away)
            self._left.append(((who, session), self._clock.now().wall, timer))

    def end(self, *, said: bool) -> None:
        """The watch ends: who left before is written now. ``said``: its last line tells of the one that left last."""
        self._over = True
        if said:
            for _, _, timer in self._left[-1:]:
                timer.cancel()
            del self._left[-1:]
        while self._left:
            self._left[0][2].cancel()
            self._stayed_away()

    def _stayed_away(self) -> None:
        login, at, _ = self._left.pop(0)
        self._say(login, _words(login[1], came=False), at)

    def _say(self, login: Login, said: Phrase, at: float) -> None:
        who, session = login
        self._write(NewLogEntry(LogKind.WATCH, who, at, said=said, session=session))


def _words(session: str, *, came: bool) -> Phrase:
    terminal = session.partition(" ")[0]
    if terminal in ("", "-"):
        return phrase("a screen attaches, without a terminal") if came else phrase("a screen without a terminal leaves")
    if came:
        return phrase("a screen attaches, on {terminal}", terminal=terminal)
    return phrase("the screen on {terminal} leaves", terminal=terminal)
