"""The duty log, newest first."""

from __future__ import annotations

from duty.quality import State
from duty.records import LogEntry, Subject
from tui import figures
from tui.cells import cell
from tui.pager import Line
from tui.panels.table_panel import TablePanel
from tui.picture import Picture
from tui.widgets.live_table import Row
from wire.words import _, say


class LogPanel(TablePanel):
    """The newest lines of the duty log."""

    panel = "log"
    number = 7

    def title(self) -> str:
        """The panel's name."""
        return _("Duty log")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """A log is never in trouble; that it cannot be written is said in the header."""
        return State.OK, 0

    def make(self, picture: Picture, width: int) -> tuple[Line, list[Row]]:
        """Time, who, about what, words."""
        zone = picture.site.time_zone if picture.site is not None else "UTC"
        about = min(20, max(10, width // 6))
        rest = max(10, width - 9 - 9 - about - 1)
        head = (
            cell(_("time"), 8, "head"), cell(_("who"), 8, "head"), cell(_("about"), about, "head"),
            cell(_("what"), rest, "head"),
        )  # fmt: skip
        g = self.glyphs
        rows = []
        for entry in picture.log:
            who, tone = (entry.actor, "name") if entry.actor else (_("watch"), "dim")
            rows.append(
                Row(
                    str(entry.seq),
                    (
                        cell(figures.clock(entry.event_at, zone)[-8:], 8, "dim"),
                        cell(who, 8, tone, cut=g.cut),
                        cell(about_of(entry.subject), about, "dim", cut=g.cut),
                        cell(words_of(entry), rest, "" if entry.actor else "dim", cut=g.cut),
                    ),
                )
            )
        return head, rows

    def _entry(self) -> LogEntry | None:
        return next((e for e in self.app.picture.log if str(e.seq) == self.key), None)

    def subject(self) -> Subject:
        """What the line is about."""
        entry = self._entry()
        return entry.subject if entry is not None else Subject()

    def incident_id(self) -> int | None:
        """The incident the line belongs to."""
        entry = self._entry()
        return entry.incident if entry is not None else None


def about_of(subject: Subject) -> str:
    """The thing a line is about, short."""
    return subject.host if subject.kind == "host" or not subject.key else f"{subject.host} {subject.key}".strip()


def words_of(entry: LogEntry) -> str:
    """The engine's sentence and the person's words."""
    return ": ".join(part for part in (say(entry.said) if entry.said is not None else "", entry.text) if part)
