"""Hears the watch and says what changes; what is typed is answered in between, one line after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from duty.clean import clean
from duty.phrases import Phrase
from duty.quality import State
from duty.records import Move
from tui import figures
from tui.picture import Picture
from tui.plain import alarms, telling
from tui.plain.flow import Flow, News
from tui.plain.orders import obey
from tui.plain.parts import Part, Place, changes, parts_of
from tui.session import Session, Unfit
from wire.alarms import AlarmsChanged
from wire.messages import PROTOCOL, BoardUpdate, FromWatch, Hello, IncidentChanged, LogWritten, Resync, Welcome
from wire.words import _, say

UNFIT = 3
"""Exit code: there is no watch, or one this screen cannot talk to."""
SETTLE_S = 5.0
"""So long the first summary waits at most for a watch that has just begun and has not read everything."""
YOUNG_S = 15.0
"""Seconds after its start for which a watch may be like that."""
SENTENCE = 4000
"""Characters of a sentence that are said."""


class Speaker:
    """One listener of the watch at ``socket_path``. ``out`` says one line; its OSError: nobody listens any more."""

    def __init__(
        self,
        socket_path: str,
        *,
        who: str,
        version: str,
        out: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.picture = Picture(who, clock)
        self.session = Session(socket_path, Hello(PROTOCOL, version, who, terminal="plain"), self)
        self.flow = Flow()
        self.own: set[tuple[int, Move] | str] = set()
        """What was done here and comes back as news."""
        self.roll = alarms.Roll()
        """The numbers under which alarms were told."""
        self.found: tuple[str, int | None] = ("", None)
        """What was looked for in the log, and below which line it goes on; 0: there is nothing older."""
        self.parting_words = ""
        self._out = out
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._begun = asyncio.Event()
        self._parts: dict[str, dict[Place, Part]] = {}
        """The things of each host as last told."""
        self._told = False
        """The summary of this connection was said; from then on changes are."""
        self._settle: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked_to_leave = False
        self._watch_began = 0.0

    # --- its life -------------------------------------------------------------------------------------------------

    async def run(self, lines: asyncio.Queue[str | None]) -> int:
        """Until the person leaves, ``lines`` ends with ``None`` or nobody listens; the exit code."""
        works = [asyncio.create_task(self._talk()), asyncio.create_task(self._answer(lines))]
        try:
            waited: list[asyncio.Future[Any]] = [self._ended, *works]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for work in works:
                if work.done():
                    work.result()
            return self._ended.result()
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    def end(self, code: int = 0, why: str = "") -> None:
        """It is over. Only the first end counts."""
        if not self._ended.done():
            self.parting_words = why
            self._ended.set_result(code)

    async def _talk(self) -> None:
        try:
            await self.session.run()
        except Unfit as unfit:
            self.end(UNFIT, say(unfit.why))

    async def _answer(self, lines: asyncio.Queue[str | None]) -> None:
        """What was typed before the end of the input is still answered."""
        while (line := await lines.get()) is not None and not self._ended.done():
            await self._begun.wait()
            self.tell(await obey(self, line))
        await self._begun.wait()
        self.end()

    # --- what the watch says --------------------------------------------------------------------------------------

    def heard(self, message: FromWatch) -> None:
        """Merge a message into the picture and tell what it changed."""
        match message:
            case Welcome():
                self._told, self._watch_began = False, message.started_at
                self.picture.welcome(message)
            case BoardUpdate():
                self.picture.board(message)
                if self._told:
                    self._tell_changes(message)
                else:
                    self._begin(message.at - self._watch_began)
                self.session.drawn(message.seq)
            case IncidentChanged():
                self.picture.incident(message)
                if not self._is_own(message.move.actor, (message.incident.id, message.move.move)):
                    self._news([telling.move_news(message.move, message.incident)])
            case LogWritten():
                self.picture.entry(message)
                site = self.picture.site
                news = telling.entry_news(message.entry, site.time_zone if site is not None else "UTC")
                if news is not None and not self._is_own(message.entry.actor, message.entry.text):
                    self._news([news])
            case AlarmsChanged():
                self.picture.alarms.change(message)
                told = (alarms.news_of(event, self.roll, self.picture.who) for event in message.events)
                self._news([one for one in told if one is not None])
            case Resync():
                self.picture.resync(message)
                self.tell(
                    [_("Much happened while nothing was taken here: status, alarms, incidents, log tell what holds.")]
                )

    def parted(self, why: Phrase) -> None:
        """The watch is gone. Before the first board there is nothing to tell and no reason to stay."""
        if self.picture.site is None:
            self.end(UNFIT, say(why))
        elif self.picture.connected:
            self.picture.parted()
            self._told = False
            self._stop(self._settle)
            self._settle = None
            lost = _("CONNECTION TO THE WATCH LOST: {why}. What is known is old.", why=say(why))
            self.tell([self._timed(lost)])

    def _begin(self, age_s: float) -> None:
        """Say the summary, once everything was read or that takes too long."""
        unread = any(part.state is State.UNKNOWN for host in self.picture.hosts.values() for part in self._of(host.id))
        if not unread or age_s > YOUNG_S:
            self._summarize()
        elif self._settle is None:
            self._settle = self._loop.call_later(SETTLE_S, self._summarize)

    def _of(self, host: str) -> Iterable[Part]:
        return parts_of(self.picture.hosts[host]).values()

    def _summarize(self) -> None:
        self._stop(self._settle)
        self._settle, self._told = None, True
        self._parts = {host.id: parts_of(host) for host in self.picture.hosts.values()}
        self.tell(telling.summary(self.picture))
        if not self._begun.is_set():
            self.tell([_("help lists what you can type.")])
            self._begun.set()

    def _tell_changes(self, update: BoardUpdate) -> None:
        news: list[News] = []
        for host in update.hosts:
            known, now = self._parts.get(host.id, {}), parts_of(host)
            news += map(telling.change_news, changes(known, now))
            # While a host is not read, what it had stays as it was known.
            self._parts[host.id] = {**known, **now} if len(now) == 1 else now
        self._news(news)

    def _is_own(self, actor: str, what: tuple[int, Move] | str) -> bool:
        if actor != self.picture.who or what not in self.own:
            return False
        self.own.discard(what)
        return True

    # --- what is said ---------------------------------------------------------------------------------------------

    def monotonic(self) -> float:
        """Seconds by the clock that the flow of news is counted by."""
        return self._loop.time()

    def tell(self, sentences: Iterable[str]) -> None:
        """Say each on a line of its own, whatever somebody has put into it."""
        for sentence in sentences:
            try:
                self._out(clean(sentence, SENTENCE))
            except OSError:  # the terminal is gone, or who read the pipe
                self.end()
                return

    def leave(self) -> Iterable[str]:
        """The person wants to leave: at once, or when it was said that the watch may end with it."""
        if self.picture.stays or not self.picture.connected or self._asked_to_leave:
            self.end()
            return ()
        self._asked_to_leave = True
        return (
            _("This watch was started for its screens: if yours is the last one, the watch ends with it."),
            _("Nothing is collected and no incident is opened until it is started again."),
            _("Type quit again to leave."),
        )

    def _news(self, news: Iterable[News]) -> None:
        """Each has the time at which it was heard, which may be well before it is said."""
        if self._told:
            timed = [one._replace(text=self._timed(one.text)) for one in news]
            self.tell(self.flow.offer(timed, self.monotonic()))
            self._wake()

    def _timed(self, sentence: str) -> str:
        zone = self.picture.site.time_zone if self.picture.site is not None else "UTC"
        return f"{figures.clock(self.picture.now, zone)} {sentence}"

    def _wake(self) -> None:
        """Come back when what waits may be said."""
        wait = self.flow.wait_s(self.monotonic())
        if wait is not None and self._timer is None:
            self._timer = self._loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        self._timer = None
        self.tell(self.flow.due(self.monotonic()))
        self._wake()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
