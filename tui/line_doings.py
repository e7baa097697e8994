"""What is done with the duty log beside a plain line: a late one, and one that puts another right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import figures
from wire.messages import CorrectLog, Reply, WriteLog

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp


def note_late(app: WatchkeeperApp) -> None:
    """Ask for a line and when it happened: a line that comes late is marked, with both times."""
    from duty.corrections import moment
    from duty.phrases import phrase
    from tui.sayings import about_of
    from tui.screens import dialogs

    subject, site = app.subject(), app.picture.site
    zone = figures.zone_of(site.time_zone if site is not None else "UTC")

    async def send(values: dict[str, str]) -> Reply:
        at, when = None, values["when"]
        if when and (at := moment(when, app.picture.now, zone)) is None:
            why = phrase('{text} is no time: write "21:05", "11-24 21:05" or "2026-11-24T21:05"', text=when)
            return Reply(0, ok=False, why=why)
        return await app.session.ask(lambda ask: WriteLog(ask=ask, text=values["text"], subject=subject, event_at=at))

    app.push_screen(dialogs.note(send, about=about_of(subject)))


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
