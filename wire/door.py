"""The watch's door: any number of screens over one Unix socket, none of which can hold up the watch or another.

Publishing never waits. How much is kept for a screen that does not read is bounded: see :mod:`wire.seat`.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Protocol

from duty.board import Board
from duty.phrases import Phrase
from wire.alarms import AlarmsChanged
from wire.doorway import AlreadyOpen, CannotOpen, Doorway, open_doorway
from wire.framing import encode
from wire.messages import Command, Hello, IncidentChanged, LogWritten, Reply, Resync, Welcome
from wire.newest import NewestBoard
from wire.seat import FLUSH_S, Seat

__all__ = ["AlreadyOpen", "CannotOpen", "Door", "Handler"]

Event = IncidentChanged | LogWritten | AlarmsChanged


class Handler(Protocol):
    """What the door asks of the engine. All but ``command`` must answer at once, from memory."""

    def welcome(self, who: str, hello: Hello) -> Welcome:
        """The first words for a new screen. ``who``: the user at the other end, as the kernel knows it.

        The answer's ``who`` is the name that comes with this screen's commands from then on.
        """

    def resync(self) -> Resync:
        """The state the events so far led to, for a screen that was too slow for the events."""

    async def command(self, who: str, command: Command, session: str) -> Reply:
        """Do what a screen asks. :class:`duty.records.Refused` becomes a refusal with its reason.

        ``session``: the login at the other end, as the kernel knows it.
        Commands of one screen start in the order they were said and may overlap.
        """

    def seats_changed(self, count: int) -> None:
        """There are now ``count`` screens that were welcomed."""

    def came(self, who: str, session: str) -> None:
        """A person's screen was welcomed; ``who`` and ``session`` as they come with its commands."""

    def went(self, who: str, session: str) -> None:
        """It is gone, however that came."""


class Door:
    """Listens for screens and tells all of them what is published. Open it with :meth:`open`."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.newest = NewestBoard()
        self.log = logging.getLogger("watchkeeper.door")
        self._seats: set[Seat] = set()
        self._doorway: Doorway | None = None
        self._server: asyncio.AbstractServer | None = None
        self._last_count = 0
        self._own = True

    @classmethod
    async def open(cls, place: Path | Doorway, handler: Handler) -> Door:
        """Listen at a path, or let in who waits at a doorway, which stays its owner's to release.

        Raises :class:`AlreadyOpen` where a watch lives, else :class:`CannotOpen`.
        """
        door = cls(handler)
        door._own = isinstance(place, Path)
        door._doorway = open_doorway(place) if isinstance(place, Path) else place
        loop = asyncio.get_running_loop()
        door._server = await loop.create_unix_server(lambda: Seat(door), sock=door._doorway.listener)
        return door

    @property
    def seated_names(self) -> tuple[str, ...]:
        """Who sits at each screen, in no order that means anything."""
        return tuple(sorted(seat.who for seat in self._seats if seat.who))

    @property
    def count(self) -> int:
        """How many screens are seated (welcomed and not gone)."""
        return sum(1 for seat in self._seats if seat.who)

    def publish_board(self, board: Board, changed: frozenset[str] | None) -> None:
        """Offer a newer board. ``changed``: ids of the hosts that differ from the board published before.

        ``None`` sends all hosts (a reloaded site); so does any change of which hosts there are.
        """
        if self.newest.take(board):
            changed = None
        for seat in tuple(self._seats):
            if seat.who:
                seat.offer(changed)

    def publish(self, event: Event) -> None:
        """Tell every screen one event. Events are never merged and keep their order."""
        frame: bytes | None = None
        for seat in tuple(self._seats):
            if seat.who:
                frame = frame or encode(event)
                seat.tell(frame)

    def resync(self) -> None:
        """Tell every screen the state as it is, because it did not come about by events."""
        for seat in tuple(self._seats):
            if seat.who:
                seat.resync()

    def shut(self) -> None:
        """Let nobody in any more; who is in stays."""
        if self._server is not None:
            self._server.close()
        if self._doorway is not None:
            self._doorway.close()

    async def close(self, why: Phrase) -> None:
        """Say farewell to every screen and stop listening. A screen that does not read is cut off."""
        self.shut()
        if self._own and self._doorway is not None:
            self._doorway.release()
        seats = tuple(self._seats)
        for seat in seats:
            seat.dismiss(why)
        if seats:
            await asyncio.wait([asyncio.ensure_future(seat.gone.wait()) for seat in seats], timeout=2 * FLUSH_S)

    # --- from the seats ---------------------------------------------------------------------------------

    def arrived(self, seat: Seat) -> None:
        """A connection was accepted."""
        self._seats.add(seat)

    def left(self, seat: Seat) -> None:
        """A connection ended."""
        self._seats.discard(seat)
        if seat.person:
            self.handler.went(seat.who, seat.session)
        self.seated()

    def seated(self) -> None:
        """Tell the engine how many screens there are, if that is another number than before."""
        if self.count != self._last_count:
            self._last_count = self.count
            self.handler.seats_changed(self._last_count)
