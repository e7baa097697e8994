"""What is done with the duty log beside a plain line: a prepared one, a late one, one that puts another right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from duty.records import Subject
from tui import figures
from wire.messages import CorrectLog, Reply, WriteLog
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp


def prepared(app: WatchkeeperApp, subject: Subject | None = None) -> None:
    """Choose a prepared line, about ``subject`` or else what is under the cursor, and go on writing it."""
    from duty.log_templates import filled, templates
    from tui.sayings import about_of
    from tui.screens.choose import Choose

    about = app.subject() if subject is None else subject
    name, number = about_of(about), app.incident_id()

    def use(text: str) -> Callable[[], None]:
        return lambda: _write(app, text)

    options = []
    for one in templates(app.picture.rules.templates):
        text = filled(say(one.text), subject=name, host=about.host, incident=number)
        options.append((f"{one.key}  {text}", use(text)))
    app.push_screen(Choose(_("A prepared line for the duty log"), options))


def _write(app: WatchkeeperApp, text: str) -> None:
    write_line = getattr(app.view(), "write_line", None)
    if callable(write_line):
        write_line(text)
    else:
        note_late(app, text)


def note_late(app: WatchkeeperApp, text: str = "") -> None:
    """Ask for a line and when it happened: a line that comes late is marked, with both times. ``text`` stands in it."""
    from duty.typed import moment, no_time
    from tui.sayings import about_of
    from tui.screens import dialogs

    subject, site = app.subject(), app.picture.site
    zone = figures.zone_of(site.time_zone if site is not None else "UTC")

    async def send(values: dict[str, str]) -> Reply:
        at, when = None, values["when"]
        if when and (at := moment(when, zone, app.picture.now)) is None:
            return Reply(0, ok=False, why=no_time(when))
        return await app.session.ask(lambda ask: WriteLog(ask=ask, text=values["text"], subject=subject, event_at=at))

    app.push_screen(dialogs.note(send, about=about_of(subject), text=text))


def correct(app: WatchkeeperApp) -> None:
    """Ask what the line under the cursor should have said, and why; both stand from then on."""
    from tui.screens import dialogs

    entry, site = app.log_entry(), app.picture.site
    if entry is None:
        return
    seq, chain = entry.seq, entry.chain

    async def send(values: dict[str, str]) -> Reply:
        return await app.session.ask(
            lambda ask: CorrectLog(ask=ask, seq=seq, text=values["text"], reason=values["reason"], chain=chain)
        )

    stamp = figures.date(entry.event_at, site.time_zone if site is not None else "UTC")
    app.push_screen(dialogs.correct(send, entry=entry, stamp=stamp))
