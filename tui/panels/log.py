"""The duty log, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from duty.board import HostView
from duty.phrases import N_
from duty.quality import State
from duty.records import LogEntry, Subject
from tui import figures
from tui.cells import cell
from tui.log_rows import beside, drill_mark, key_of, letter_of, said_of, tone_of
from tui.pager import Line
from tui.panels.table_panel import Draw, TablePanel
from tui.picture import Picture
from tui.sayings import about_of
from wire.words import _

_TIME = N_("newest first")


class LogPanel(TablePanel[LogEntry]):
    """The newest lines of the duty log."""

    panel = "log"
    sorts = (_TIME,)
    troubled = False

    def title(self) -> str:
        """The panel's name."""
        return _("Duty log")

    def short_title(self) -> str:
        """The name in a tab."""
        # For translators: the name of a tab: five letters, or two characters.
        return _("Duty")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("nothing is written yet")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """A log is never in trouble; that it cannot be written is said in the header."""
        return State.OK, 0

    def items(self, picture: Picture) -> Sequence[LogEntry]:
        """Newest first, each correction under what it corrects."""
        return list(beside(picture.log))

    def key_for(self, item: LogEntry) -> str:
        """The line's number in the log."""
        return key_of(item)

    def host_of(self, item: LogEntry) -> HostView | None:
        """The host a line is about."""
        return self.app.seen.hosts.get(item.subject.host)

    def spoken(self, item: LogEntry) -> Iterable[str]:
        """Who, about what, and the words."""
        return (item.actor, about_of(item.subject), said_of(item, self._zone()))

    def lets_through(self, item: LogEntry) -> bool:
        """Words and hosts are looked for; a line is neither a problem nor none."""
        return structs.replace(self.filter, problems_only=False).lets_through(
            self.host_of(item), State.UNJUDGED, self.spoken(item)
        )

    def columns(self, items: Sequence[LogEntry], width: int) -> tuple[Line, Draw[LogEntry]]:
        """Time, a letter for what is corrected or late, who, about what, words."""
        zone = self._zone()
        about = min(20, max(10, width // 6))
        rest = max(10, width - 9 - 3 - 9 - about - 1)
        head = (
            cell(_("time"), 8, "head"), cell("", 2, "head"), cell(_("who"), 8, "head"),
            cell(_("about"), about, "head"), cell(_("what"), rest, "head"),
        )  # fmt: skip
        g = self.glyphs

        def draw(entry: LogEntry, _now: float) -> Line:
            words, blanks = cell(drill_mark(entry, g) + said_of(entry, zone), rest, cut=g.cut)[0], ""
            if entry.corrected_by is not None:  # the blanks behind the words are not struck through
                blanks = " " * (len(words) - len(words.rstrip()))
                words = words.rstrip()
            who, tone = (entry.actor, "name") if entry.actor else (_("watch"), "dim")
            return (
                cell(figures.clock(entry.event_at, zone)[-8:], 8, "dim"),
                cell(letter_of(entry), 2, "warn"),
                cell(who, 8, tone, cut=g.cut),
                cell(about_of(entry.subject), about, "dim", cut=g.cut),
                (words, tone_of(entry, "" if entry.actor else "dim")),
                *(((blanks, ""),) if blanks else ()),
            )

        return head, draw

    def _zone(self) -> str:
        site = self.app.picture.site
        return site.time_zone if site is not None else "UTC"

    def log_entry(self) -> LogEntry | None:
        """The line under the cursor."""
        return next((entry for entry in self._items if key_of(entry) == self.key), None)

    def subject(self) -> Subject:
        """What the line is about."""
        entry = self.log_entry()
        return entry.subject if entry is not None else Subject()

    def incident_id(self) -> int | None:
        """The incident the line belongs to."""
        entry = self.log_entry()
        return entry.incident if entry is not None else None
