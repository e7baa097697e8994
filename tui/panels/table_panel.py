"""What all panels of the Watch screen share: they make rows from the picture and know what is under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duty.board import HostView
from duty.quality import Quality, State
from duty.records import Subject
from tui.cells import cell, short_span
from tui.glyphs import Glyphs
from tui.pager import Line, Span
from tui.picture import Picture
from tui.widgets.live_table import LiveTable, Row

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

SEPARATOR = "\x1f"
"""Between the parts of a key: no cleaned text holds it."""


class TablePanel(LiveTable):
    """One panel."""

    app: WatchkeeperApp
    number = 0

    def title(self) -> str:
        """The panel's name in the reader's language."""
        return ""

    def make(self, picture: Picture, width: int) -> tuple[Line, list[Row]]:
        """The names of the columns and the rows, for ``width`` cells."""
        raise TypeError(f"{type(self).__name__} makes no rows")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst state in this panel and how many rows are not well."""
        return State.OK, 0

    def vacant(self, picture: Picture) -> bool:
        """Whether the site has nothing of this kind at all: then the panel gives its place to the others."""
        return False

    def redraw(self) -> None:
        """Make the rows anew from the picture."""
        picture = self.app.picture
        head, rows = self.make(picture, max(20, self.size.width - 2))
        self.show(f"{self.number} {self.title()}", head, rows)

    def subject(self) -> Subject:
        """The thing under the cursor."""
        parts = (self.key or "").split(SEPARATOR)
        if len(parts) == 2:
            return Subject(parts[0], self.panel, parts[1])
        return Subject(parts[0], "host", parts[0]) if parts[0] else Subject()

    def host_id(self) -> str | None:
        """The host of what is under the cursor."""
        return self.subject().host or None

    def incident_id(self) -> int | None:
        """The incident under the cursor."""
        return None


def key_of(host: str, key: str) -> str:
    """The key of a row about a thing on a host."""
    return f"{host}{SEPARATOR}{key}"


def state_span(glyphs: Glyphs, state: State, host: HostView) -> Span:
    """The sign of a state; of a host that is not read well it is the last known one, drawn as old."""
    mark = glyphs.states[state]
    return (f"{mark.text} ", mark.tone if host.quality is Quality.GOOD else "old")


def age_span(glyphs: Glyphs, host: HostView, now: float) -> Span:
    """Nothing while readings are good; else the quality and the age of what is shown."""
    if host.quality is Quality.GOOD:
        return cell("", 6)
    mark = glyphs.qualities[host.quality]
    age = short_span(None if host.read_at is None else now - host.read_at, glyphs)
    return cell(f"{mark.text}{age}", 6, mark.tone, cut=glyphs.cut)


def text_tone(host: HostView, tone: str = "") -> str:
    """The tone of a figure: what is not fresh is drawn as old."""
    return tone if host.quality is Quality.GOOD else "old"


def tally(states: list[State]) -> tuple[State, int]:
    """The worst state and how many are not well."""
    bad = [state for state in states if state in (State.WARN, State.UNKNOWN, State.ACT)]
    return max(states, default=State.OK), len(bad)
