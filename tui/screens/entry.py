"""One line of the duty log: all that is kept of it, and the ways from it to its incident, host and minute."""

from __future__ import annotations

from msgspec import structs

from duty.corrections import why_not
from duty.log_query import LogQuery
from duty.records import LogEntry, Subject
from tui import doings
from tui.entry_page import entry_lines
from tui.pager import Line
from tui.screens.detail import DetailScreen
from wire.words import _


class EntryScreen(DetailScreen):
    """The page of ``entry``; ``query`` is what it was found by."""

    def __init__(self, entry: LogEntry, query: LogQuery) -> None:
        super().__init__()
        self.entry = entry
        self._query = query

    def page(self, width: int) -> list[Line]:
        """All that is kept; it never changes, but that a further line may correct it."""
        picture = self.app.picture
        zone = picture.site.time_zone if picture.site is not None else "UTC"
        here = (self.entry.chain, self.entry.seq)
        by = next((one.seq for one in picture.log if (one.chain, one.supersedes) == here), None)
        if by is not None and self.entry.corrected_by is None:
            self.entry = structs.replace(self.entry, corrected_by=by)
        lines = entry_lines(self.entry, self._query, picture.now, zone, width)
        if self.entry.subject.host in picture.hosts:
            lines += [(), ((_("g: graphs of that minute · Enter: its incident, else its host · Esc back"), "dim"),)]
        if why_not(self.entry) is None:
            lines += [((_("x: correct it; the line stays as it is, struck through"), "dim"),)]
        return lines

    def log_entry(self) -> LogEntry:
        """The line."""
        return self.entry

    def subject(self) -> Subject:
        """What the line is about."""
        return self.entry.subject

    def host_id(self) -> str | None:
        """Its host."""
        return self.entry.subject.host or None

    def incident_id(self) -> int | None:
        """Its incident."""
        return self.entry.incident

    def moment(self) -> float:
        """When it happened, UTC epoch seconds."""
        return self.entry.event_at

    def open_row(self) -> None:
        """Its incident, else its host."""
        doings.show_subject(self.app)
