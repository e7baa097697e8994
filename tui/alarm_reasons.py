"""Why something cannot be done with the alarm under the cursor now, for the footer, the help and the palette.

The watch judges once more when it is asked: what a screen knows may be old.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from duty.alarm_states import TABLE, Happening
from duty.phrases import Phrase, phrase
from tui.alarm_book import WAITING

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

Reason = Callable[["WatchkeeperApp"], Phrase | None]
_NO_WATCH = phrase("there is no watch to ask just now")


def cannot(happening: Happening) -> Reason:
    """What says why a person's act cannot be done now."""

    def reason(app: WatchkeeperApp) -> Phrase | None:
        alarm = app.alarm()
        if alarm is None:
            return phrase("no alarm under the cursor")
        if app.alarm_slipped():
            return phrase("another alarm has come under the cursor: Enter takes it as the one that is meant")
        if not app.picture.connected:
            return _NO_WATCH
        cell = TABLE[alarm.state, happening]
        return cell if isinstance(cell, Phrase) else None

    return reason


def no_ack(app: WatchkeeperApp) -> Phrase | None:
    """Marked rows are acknowledged together, whatever is under the cursor."""
    panel = app.alarm_panel()
    if panel is not None and panel.picked:
        return no_bulk(app)
    return cannot(Happening.ACKNOWLEDGE)(app)


def no_bulk(app: WatchkeeperApp) -> Phrase | None:
    """Of the rows that are marked, else of those that are shown, at least one has to wait for somebody."""
    panel = app.alarm_panel()
    if panel is None:
        return phrase("only in the list of alarms")
    if not any(one.state in WAITING for one in panel.shown()):
        return phrase("no alarm that is shown waits to be acknowledged")
    return None if app.picture.connected else _NO_WATCH


def no_fold(app: WatchkeeperApp) -> Phrase | None:
    """There has to be something under the row, or it was unfolded."""
    panel = app.alarm_panel()
    row = panel.row() if panel is not None else None
    if row is None:
        return phrase("no alarm under the cursor")
    return None if row.beneath or row.under is not None else phrase("nothing is hidden under this alarm")


def no_window(app: WatchkeeperApp) -> Phrase | None:
    """A window of maintenance that is open."""
    picture = app.picture
    if not any(window.open_at(picture.now) for window in picture.alarms.windows):
        return phrase("no window of maintenance is open")
    return None if picture.connected else _NO_WATCH


def no_host(app: WatchkeeperApp) -> Phrase | None:
    """A host, and a watch to ask."""
    if app.host() is None:
        return phrase("no host under the cursor")
    return None if app.picture.connected else _NO_WATCH
