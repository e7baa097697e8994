"""What the operator looks at: the screen that shows the site, and the thing under its cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from textual import events
from textual.screen import Screen

from duty.alarm_record import Alarm
from duty.board import HostView
from duty.records import ENDED, Incident, LogEntry, Subject
from tui.actions import Looking
from tui.keybar import KeyBar
from tui.orderly import OrderlyApp
from tui.picture import Picture

if TYPE_CHECKING:
    from tui.panels.alarms import AlarmsPanel


class Onlooker(OrderlyApp):
    """The part of the application that answers "which one?" for every action."""

    picture: Picture

    async def on_event(self, event: events.Event) -> None:
        """After a key or a click the cursor may be on something else: other keys are of use then."""
        await super().on_event(event)
        if isinstance(event, events.Key | events.MouseUp):
            self.call_after_refresh(self.renew_bars)

    def renew_bars(self) -> None:
        """See again which keys can be used now."""
        for screen in self.screen_stack:
            for bar in screen.children:  # it is always there, and every board comes by here: no need to look deeper
                if isinstance(bar, KeyBar):
                    bar.renew()

    def view(self) -> Looking | None:
        """The topmost screen that shows the site; dialogs lie above it."""
        return next((screen for screen in reversed(self.screen_stack) if _is_looking(screen)), None)

    def subject(self) -> Subject:
        """The thing under the cursor."""
        view = self.view()
        return view.subject() if view else Subject()

    def incident(self) -> Incident | None:
        """The incident under the cursor."""
        number = self.incident_id()
        return None if number is None else self.picture.incidents.get(number)

    def incident_id(self) -> int | None:
        """The number of the incident under the cursor."""
        view = self.view()
        return view.incident_id() if view else None

    def log_entry(self) -> LogEntry | None:
        """The line of the duty log under the cursor, on a screen that shows lines one by one."""
        find = getattr(self.view(), "log_entry", None)
        return find() if callable(find) else None

    def alarm(self) -> Alarm | None:
        """The alarm under the cursor, or of the page, as it is drawn."""
        find = getattr(self.view(), "alarm", None)
        return find() if callable(find) else None

    def alarm_panel(self) -> AlarmsPanel | None:
        """The list of alarms, where the keys go to it."""
        panel = getattr(self.view(), "focused_panel", None)
        return panel if getattr(panel, "panel", "") == "alarm" else None

    def alarm_slipped(self) -> bool:
        """Whether another alarm has come under the cursor than the one it was put on."""
        panel = self.alarm_panel()
        return panel is not None and panel.unsure

    def live_incident_of(self, host: str) -> int | None:
        """The number of the newest incident of ``host`` that has not ended."""
        incidents = self.picture.incidents.values()
        mine = [one for one in incidents if one.subject.host == host and one.state not in ENDED]
        return max(mine, key=lambda incident: incident.opened_at).id if mine else None

    def host_id(self) -> str | None:
        """The id of the host under the cursor."""
        view = self.view()
        return view.host_id() if view else None

    def host(self) -> HostView | None:
        """The host under the cursor."""
        return self.picture.hosts.get(self.host_id() or "")

    def row_text(self) -> str:
        """The row under the cursor as one line of text."""
        view = self.view()
        return str(getattr(view, "row_text", view.subject)()) if view else ""


def _is_looking(screen: Screen[object]) -> TypeGuard[Looking]:
    # A screen that is on its way in or out has no children to draw into.
    return screen.is_mounted and bool(screen.children) and hasattr(screen, "redraw") and hasattr(screen, "subject")
