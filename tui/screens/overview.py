"""The site for people across the room, or in a corner of the screen."""

from __future__ import annotations

from duty.incidents import untaken
from duty.records import Subject
from tui.overview import overview_lines
from tui.pager import Line
from tui.screens.detail import DetailScreen
from wire.words import _


class OverviewScreen(DetailScreen):
    """Large figures and tiles. The thing under the cursor is the oldest incident that nobody has taken."""

    def page(self, width: int) -> list[Line]:
        """As large as the terminal allows."""
        return overview_lines(self.app.seen, width, max(1, self.page_height), self.glyphs)

    def subject(self) -> Subject:
        """What the oldest untaken incident is about."""
        incident = self.app.picture.incidents.get(self.incident_id() or 0)
        return incident.subject if incident is not None else Subject()

    def host_id(self) -> str | None:
        """Its host."""
        return self.subject().host or None

    def incident_id(self) -> int | None:
        """The oldest incident that nobody has taken."""
        undone = untaken(self.app.picture.incidents)
        return min(undone, key=lambda one: one.opened_at).id if undone else None

    def help_text(self) -> str:
        """What help says when the keys go here."""
        return _("The overview: hosts by how well they are read, each group with its worst state. Esc or v goes back.")
