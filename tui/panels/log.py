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
from tui.pager import Line
from tui.panels.table_panel import Draw, TablePanel
from tui.picture import Picture
from tui.sayings import about_of, words_of
from wire.words import _

_TIME = N_("newest first")


class LogPanel(TablePanel[LogEntry]):
    """The newest lines of the duty log."""

    panel = "log"
    sorts = (_TIME,)

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
        """Newest first."""
        return list(picture.log)

    def key_for(self, item: LogEntry) -> str:
        """The line's number in the log."""
        return str(item.seq)

    def host_of(self, item: LogEntry) -> HostView | None:
        """The host a line is about."""
        return self.app.seen.hosts.get(item.subject.host)

    def spoken(self, item: LogEntry) -> Iterable[str]:
        """Who, about what, and the words."""
        return (item.actor, about_of(item.subject), words_of(item))

    def lets_through(self, item: LogEntry) -> bool:
        """Words and hosts are looked for; a line is neither a problem nor none."""
        return structs.replace(self.filter, problems_only=False).lets_through(
            self.host_of(item), State.UNJUDGED, self.spoken(item)
        )

    def columns(self, items: Sequence[LogEntry], width: int) -> tuple[Line, Draw[LogEntry]]:
        """Time, who, about what, words."""
        site = self.app.picture.site
        zone = site.time_zone if site is not None else "UTC"
        about = min(20, max(10, width // 6))
        rest = max(10, width - 9 - 9 - about - 1)
        head = (
            cell(_("time"), 8, "head"), cell(_("who"), 8, "head"), cell(_("about"), about, "head"),
            cell(_("what"), rest, "head"),
        )  # fmt: skip
        g = self.glyphs

        def draw(entry: LogEntry, _now: float) -> Line:
            who, tone = (entry.actor, "name") if entry.actor else (_("watch"), "dim")
            return (
                cell(figures.clock(entry.event_at, zone)[-8:], 8, "dim"),
                cell(who, 8, tone, cut=g.cut),
                cell(about_of(entry.subject), about, "dim", cut=g.cut),
                cell(words_of(entry), rest, "" if entry.actor else "dim", cut=g.cut),
            )

        return head, draw

    def _entry(self) -> LogEntry | None:
        return next((e for e in self.app.seen.log if str(e.seq) == self.key), None)

    def subject(self) -> Subject:
        """What the line is about."""
        entry = self._entry()
        return entry.subject if entry is not None else Subject()

    def incident_id(self) -> int | None:
        """The incident the line belongs to."""
        entry = self._entry()
        return entry.incident if entry is not None else None
