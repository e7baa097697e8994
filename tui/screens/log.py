"""The duty log on the whole terminal: all of it, newest first, or what is looked for in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from secrets import token_hex
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from duty.log_query import LogQuery, parse
from duty.phrases import Phrase
from duty.records import DRILL, LogEntry, Subject
from tui import figures
from tui.keybar import KeyBar
from tui.log_doings import show_entry
from tui.log_found import log_columns
from tui.logbook import PAGE, LogBook
from tui.messages import RowChosen
from tui.widgets.header import Header
from tui.widgets.live_table import LiveTable, Sheet
from tui.widgets.search_line import SearchLine
from wire.messages import ReadLog, Reply
from wire.words import EVERY_LANGUAGE, _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

AGAIN_S = 2.0
"""Seconds after which what was refused is asked again."""
TYPING_S = 0.12
"""Seconds without a further letter after which it is looked for what was typed."""


class LogTable(LiveTable):
    """Its rows are a window: the screen moves it on when the cursor comes near an end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "screen.end(-1)", show=False),
        Binding("end", "screen.end(1)", show=False),
    ]
    panel = "log"

    def __init__(self, times: Callable[[int, int], str]) -> None:
        """``times``: the words for the times of a first and a last row."""
        super().__init__()
        self._times = times

    def _position(self) -> str:
        """The times between which the rows are seen."""
        return self._times(self.top, min(len(self.keys), self.top + self.room) - 1)

    def on_resize(self) -> None:
        """Another size has other columns."""
        super().on_resize()
        self.app.owe(None)  # type: ignore[attr-defined]

    def put(self, index: int) -> None:
        """The cursor there, if there are rows."""
        if self.keys:
            self._go(index)

    @property
    def left(self) -> tuple[int, int]:
        """Rows above and below the cursor."""
        at = self.keys.index(self.key) if self.key in self.keys else 0
        return at, max(0, len(self.keys) - 1 - at)

    def help_text(self) -> str:
        """What help says when the keys go here."""
        return _(
            "The duty log: / looks for words in it, Enter opens a line, g draws its minute, x corrects it. PgUp PgDn "
            "go through all of it, Home and End to its newest and oldest line. What was looked for is underlined."
        )


class LogScreen(Screen[None]):
    """The search line, the lines, the keys. Kept while it is left: one comes back to the same place."""

    app: WatchkeeperApp
    DEFAULT_CSS = "LogScreen LogTable { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.book = LogBook()
        self.table = LogTable(self._times)
        self.line = SearchLine()
        self._asker = token_hex(8)
        self._wrong: Phrase | None = None
        """What is not understood of that which is typed."""
        self._why: Phrase | None = None
        """Why the last question was not answered."""
        self._asking = ""
        """Which part is being asked for: ``first``, ``below``, ``above`` or ``oldest``."""
        self._asked = LogQuery()
        """What is being looked for; that of the book, once it is there."""
        self._text = ""
        """In the words of the person."""

    def compose(self) -> ComposeResult:
        """Header, search line, lines, keys."""
        yield Header()
        yield self.line
        yield self.table
        yield KeyBar()

    def on_mount(self) -> None:
        """The search line has the keys: a letter typed here is a word to look for, and never does anything."""
        self.line.begin()
        self._ask("first")
        self.set_interval(AGAIN_S, self._ask_again)

    def _ask_again(self) -> None:
        if self._why is not None and self.app.picture.connected and not self._asking:
            self._ask("first")

    # --- what is looked for ----------------------------------------------------------------------------------------

    def type_filter(self) -> None:
        """The keys go to the search line."""
        self.line.begin()

    def on_search_line_typed(self, message: SearchLine.Typed) -> None:
        """Another text: what is understood is looked for at once, what is not is said and changes nothing."""
        query = parse(message.text, self._zone_info(), self.app.picture.now)
        self._wrong = query if isinstance(query, Phrase) else None
        if isinstance(query, Phrase):
            self._tell()
        elif query != self._asked or self._why is not None:
            self._asked, self._text = query, message.text
            self._ask("first", after_s=TYPING_S)
        else:
            self._tell()

    def on_search_line_left(self, message: SearchLine.Left) -> None:
        """The keys go to the lines, or out of the log."""
        if message.to == "back":
            self.action_back()
            return
        self.table.focus()
        if message.to == "page":
            self.table.action_page(1)

    # --- asking ----------------------------------------------------------------------------------------------------

    def _ask(self, part: str, *, after_s: float = 0.0) -> None:
        """Ask for a part; a further page waits for the one that is under way, another query takes its place."""
        if part in ("below", "above") and self._asking:
            return
        self._asking = part
        self._tell()
        self.run_worker(self._answer(part, self._asked, after_s), group="log", exclusive=True)

    async def _answer(self, part: str, query: LogQuery, after_s: float) -> None:
        if after_s:
            await asyncio.sleep(after_s)
        newest = next((one.seq for one in self.app.picture.log if one.chain == query.chain), 0)
        before = self.book.lowest if part == "below" else None
        after = 0 if part == "oldest" else self.book.newest if part == "above" else None
        text = self._text
        reply = await self.app.session.ask(
            lambda ask: ReadLog(ask=ask, query=text, before=before, after=after, limit=PAGE, asker=self._asker)
        )
        self._asking = ""
        self._take(part, query, reply, newest)

    def _take(self, part: str, query: LogQuery, reply: Reply, newest: int) -> None:
        self._why = None if reply.page is not None else reply.why
        page = reply.page
        if page is not None and part == "below":
            self.book.below(page)
        elif page is not None and part == "above":
            self.book.above(page)
        elif page is not None:
            other = query != self.book.query or not self.book.begun
            self.book.begin(query, page, newest, oldest=part == "oldest")
            if other:
                self.table.release()
        self.redraw(None)
        if part == "oldest":
            self.table.put(len(self.table.keys) - 1)
        self.app.owe(None)

    def on_row_pointed(self) -> None:
        """The cursor moved: near an end of the window the next page is asked for before one comes there."""
        above, below = self.table.left
        near = 2 * self.table.room
        if below < near and self.book.begun and not self.book.at_oldest:
            self._ask("below")
        elif above < near and self.book.begun and not self.book.at_newest:
            self._ask("above")
        self._tell()

    def action_end(self, way: int) -> None:
        """The newest line, or the oldest there is."""
        if way < 0 and not self.book.at_newest:
            self._ask("first")
        elif way > 0 and not self.book.at_oldest:
            self._ask("oldest")
        self.table.put(0 if way < 0 else len(self.table.keys) - 1)

    # --- what is shown ---------------------------------------------------------------------------------------------

    def redraw(self, changed: frozenset[str] | None) -> None:
        """Lines that were written meanwhile come in above; the cursor stays on its line."""
        picture = self.app.seen
        self.query_one(Header).redraw()
        if not self._asking and not self.book.heard(picture.log, EVERY_LANGUAGE.say):
            self._ask("first")
        book, table = self.book, self.table
        head, draw = log_columns(max(20, table.size.width - 1), self._zone(), picture.now, book.query, table.glyphs)
        entries = list(book.entries)
        sheet = Sheet(head, [str(entry.seq) for entry in entries], lambda row: draw(entries[row]))
        drills = book.query.chain == DRILL
        name = f"{table.glyphs.drill.text} " + _("Log of drills") if drills else _("Duty log")
        table.show(name, sheet, self._nothing())
        if changed is None:
            table.refresh()
        self._tell()

    def _nothing(self) -> str:
        if self._asking or not self.book.begun:
            return _("asking the watch…")
        if not self.book.at_oldest:
            return _("nothing down to line {number}: PgDn looks further", number=self.book.lowest or 0)
        return _("nothing is written yet") if self.book.query.everything else _("nothing in the log fits")

    def _tell(self) -> None:
        """Say how far was looked, and what the rows that are seen are."""
        book, entries = self.book, self.book.entries
        if (why := self._wrong or self._why) is not None:
            self.line.say(say(why), wrong=True)
        elif self._asking == "first":
            self.line.say(_("looking…"))
        elif book.query.everything or not book.begun:
            self.line.say("")
        elif book.at_oldest and book.at_newest:
            self.line.say(_("{count} found", count=len(entries)))
        else:
            self.line.say(_("{count} found, and more", count=len(entries)))

    def _times(self, first: int, last: int) -> str:
        rows = [self.book.entries[row] for row in (first, last) if 0 <= row < len(self.book.entries)]
        return " – ".join(dict.fromkeys(figures.date(one.event_at, self._zone()) for one in rows))

    def _zone(self) -> str:
        site = self.app.picture.site
        return site.time_zone if site is not None else "UTC"

    def _zone_info(self) -> ZoneInfo:
        return ZoneInfo(self._zone())

    # --- what is under the cursor ----------------------------------------------------------------------------------

    def hold(self) -> None:
        """The cursor stays on its line, whatever is written above."""
        self.table.hold()

    def log_entry(self) -> LogEntry | None:
        """The line under the cursor."""
        return self.book.entry(self.table.key)

    def subject(self) -> Subject:
        """What it is about."""
        entry = self.log_entry()
        return entry.subject if entry is not None else Subject()

    def host_id(self) -> str | None:
        """Its host."""
        return self.subject().host or None

    def incident_id(self) -> int | None:
        """Its incident."""
        entry = self.log_entry()
        return entry.incident if entry is not None else None

    def moment(self) -> float | None:
        """When it happened, UTC epoch seconds."""
        entry = self.log_entry()
        return entry.event_at if entry is not None else None

    def row_text(self) -> str:
        """The row under the cursor as text."""
        return self.table.row_text()

    def on_row_chosen(self, message: RowChosen) -> None:
        """Enter or a double click on a line."""
        message.stop()
        self.open_row()

    def open_row(self) -> None:
        """The line under the cursor with all that is kept of it."""
        if (entry := self.log_entry()) is not None:
            self.table.hold()
            show_entry(self.app, entry, self.book.query)

    def action_back(self) -> None:
        """Back to the screen before; this one stays as it is."""
        self.app.pop_screen()
        self.app.owe(None)
