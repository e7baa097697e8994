"""What the operator's actions do: ask the person what is missing, ask the watch, say what it answered.

What only changes the screen is a plain function and done when it returns: the next key finds it done. What waits for
an answer or a disk is a coroutine. Screens and dialogs are imported where they are opened: they cost nothing until the
first paint is done.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from duty.records import ENDED
from tui import figures
from tui.alarm_words import reason_of, thing_of
from tui.pause import Pause
from tui.sayings import refusal, title_of
from tui.themes import THEMES
from wire.messages import (
    AcceptKey,
    Command,
    InjectFault,
    NoteIncident,
    OpenIncident,
    Redial,
    ReloadSite,
    Reply,
    TakeIncident,
    WriteLog,
)
from wire.words import LANGUAGES, _, say, speak
from wire.words import language as spoken_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from duty.records import Subject
    from tui.app import WatchkeeperApp
    from tui.messages import LogSubmitted

THEME_NAMES = [theme.name for theme in THEMES]


def note(app: WatchkeeperApp) -> None:
    """Ask for a line for the duty log, about the thing under the cursor: on the screen's own line where it has one."""
    write_line = getattr(app.view(), "write_line", None)
    if callable(write_line):
        write_line()
    else:
        from tui.line_doings import note_late

        note_late(app)


def open_incident(app: WatchkeeperApp) -> None:
    """Ask for title and level and open an incident about the thing under the cursor; from an alarm both are there."""
    from tui.sayings import about_of
    from tui.screens import dialogs

    subject, alarm = app.subject(), app.alarm()

    async def send(values: dict[str, str]) -> Reply:
        return await app.session.ask(
            lambda ask: OpenIncident(
                ask=ask,
                title=values["title"],
                level=int(values["level"]),
                subject=subject,
                drill=values["drill"] == "d",
                alarms=(alarm.key,) if alarm is not None else (),
            )
        )

    title = "" if alarm is None else f"{thing_of(alarm.key)}: {reason_of(alarm)}"
    level = alarm.priority if alarm is not None else None
    about, rules = about_of(subject), app.picture.rules
    there = _going_on(app, subject)
    app.push_screen(dialogs.open_incident(send, about=about, rules=rules, title=title, level=level, there=there))


def _going_on(app: WatchkeeperApp, subject: Subject) -> int | None:
    """The newest real incident about the same thing that has not ended."""
    return max(
        (
            one.id
            for one in app.picture.incidents.values()
            if subject.host and one.subject == subject and not one.drill and one.state not in ENDED
        ),
        default=None,
    )


async def take(app: WatchkeeperApp) -> None:
    """The incident under the cursor is mine."""
    incident = app.incident()
    if incident is not None:
        number = incident.id
        await _ask(app, lambda ask: TakeIncident(ask=ask, incident=number), _("Incident {n} is yours.", n=number))


def add_note(app: WatchkeeperApp) -> None:
    """Ask for a note and add it to the incident under the cursor."""
    from tui.screens import dialogs

    incident = app.incident()
    if incident is None:
        return
    number = incident.id

    async def send(values: dict[str, str]) -> Reply:
        return await app.session.ask(lambda ask: NoteIncident(ask=ask, incident=number, text=values["text"]))

    app.push_screen(dialogs.add_note(send, incident=incident, title=title_of(incident)))


async def redial(app: WatchkeeperApp) -> None:
    """Dial the host under the cursor without waiting for the back-off."""
    host = app.host()
    if host is not None:
        name = host.id
        await _ask(app, lambda ask: Redial(ask=ask, host=name), _("Dialling {host}.", host=name))


def accept_key(app: WatchkeeperApp) -> None:
    """Show the key the host offers; accept exactly this one when the person says so."""
    from tui.screens import dialogs

    host = app.host()
    if host is None or host.connection.offered_key is None:
        return
    name, fingerprint = host.id, host.connection.offered_key.fingerprint

    async def send(_values: dict[str, str]) -> Reply:
        return await app.session.ask(lambda ask: AcceptKey(ask=ask, host=name, fingerprint=fingerprint))

    app.push_screen(dialogs.accept_key(send, host=host, offered=host.connection.offered_key))


async def reload_site(app: WatchkeeperApp) -> None:
    """Read the site file again; a bad one leaves the old one in force and its problems are shown."""
    reply = await _ask(app, lambda ask: ReloadSite(ask=ask), _("The site file was read again."))
    if not reply.ok and reply.problems:
        from tui.screens.page import PageScreen

        app.push_screen(PageScreen(_("The site file was not taken"), list(reply.problems)))


def fault(app: WatchkeeperApp) -> None:
    """Choose a fault to inject, or one to end."""
    from tui.screens.choose import Choose

    app.push_screen(Choose(_("Inject a fault, or end one"), fault_choices(app)))


def fault_choices(app: WatchkeeperApp) -> list[tuple[str, Callable[[], None]]]:
    """Each fault that can end or begin now, in words, with what does it; the host under the cursor first."""
    choices: list[tuple[str, Callable[[], None]]] = []
    words = {kind.name: say(kind.words) for kind in app.picture.faults}
    for active in app.picture.site.faults if app.picture.site else ():
        host, _colon, rest = active.partition(": ")
        name, _space, subject = rest.partition(" ")
        text = _("end on {host}: {fault} {subject}", host=host, fault=words.get(name, name), subject=subject)
        choices.append((text.strip(), inject(app, host, name, subject, on=False)))
    here = app.host_id()
    offers = [
        (host != here, host, kind.name, subject)
        for kind in app.picture.faults
        for host, subjects in kind.hosts.items()
        for subject in subjects or ("",)
    ]
    for _elsewhere, host, name, subject in sorted(offers):
        text = _("{host}: {fault} {subject}", host=host, fault=words[name], subject=subject)
        choices.append((text.strip(), inject(app, host, name, subject, on=True)))
    return choices


def inject(app: WatchkeeperApp, host: str, name: str, subject: str, *, on: bool) -> Callable[[], None]:
    """What injects or ends this fault when it is called."""

    async def send() -> None:
        done = _("Fault injected on {host}.", host=host) if on else _("Fault ended on {host}.", host=host)
        await _ask(app, lambda ask: InjectFault(ask=ask, host=host, fault=name, on=on, subject=subject), done)

    def start() -> None:
        app.run_worker(send(), group="asking")

    return start


def graph(app: WatchkeeperApp) -> None:
    """The past of the thing under the cursor and of its host; of a line of the log at its moment."""
    from tui.screens.graph import GraphScreen

    subject, view = app.subject(), app.view()
    if subject.host and not isinstance(view, GraphScreen):
        moment = getattr(view, "moment", None)
        show_screen(app, GraphScreen(subject, moment() if callable(moment) else None))


def overview(app: WatchkeeperApp) -> None:
    """The site in large, or back from there."""
    from tui.screens.overview import OverviewScreen

    if isinstance(app.screen, OverviewScreen):
        app.screen.action_back()
    else:
        show_screen(app, OverviewScreen())


async def save_picture(app: WatchkeeperApp) -> None:
    """The screen as it is now, with its colours, into a file."""
    from tui import saving

    await _save(app, saving.picture(app), "svg")


async def save_text(app: WatchkeeperApp) -> None:
    """The screen as it is now, without colours, into a file."""
    from tui import saving

    await _save(app, saving.words(app), "txt")


async def _save(app: WatchkeeperApp, text: str, ending: str) -> None:
    from tui import saving

    zone = app.picture.site.time_zone if app.picture.site is not None else "UTC"
    name = f"watchkeeper-{figures.date(app.picture.now, zone)[:10]}-{figures.clock(app.picture.now, zone)}"
    try:
        path = await asyncio.to_thread(saving.save, text, name.replace(":", ""), ending, saving.folder())
    except OSError as error:
        app.tell(_("The screen was not saved: {why}", why=error.strerror or str(error)), warn=True)
        return
    app.tell(_("Saved: {path}", path=str(path)))


def type_filter(app: WatchkeeperApp) -> None:
    """The keys go to the line of the filter, in the duty log to that of the search."""
    type_filter = getattr(app.view(), "type_filter", None)
    if callable(type_filter):
        type_filter()


def only_problems(app: WatchkeeperApp) -> None:
    """Only what is not well on all panels, or everything again."""
    if (screen := app.panels()) is not None:
        screen.only_problems()


def enlarge(app: WatchkeeperApp) -> None:
    """The whole screen for the panel with the keys, or all panels again."""
    if (screen := app.panels()) is not None:
        screen.enlarge()


def next_sort(app: WatchkeeperApp) -> None:
    """Another order of the rows of the panel with the keys."""
    if (screen := app.panels()) is not None:
        screen.next_sort()


def pause(app: WatchkeeperApp) -> None:
    """The screen stands still from now on, or follows again. The watch never stops."""
    app.pause = Pause(app.picture) if app.pause is None else None
    app.owe(None)


def copy_row(app: WatchkeeperApp) -> None:
    """Put the row under the cursor on the person's clipboard, through the terminal (OSC 52)."""
    text = app.row_text()
    if not text:
        app.tell(_("There is nothing to copy under the cursor."), warn=True)
        return
    app.copy_to_clipboard(text)
    app.tell(_("Copied: {text}", text=text))


def help(app: WatchkeeperApp) -> None:
    """All keys, what they do, and why not where they cannot just now."""
    from tui.screens.help import help_screen

    app.push_screen(help_screen(app))


def language(app: WatchkeeperApp) -> None:
    """Speak the other language from now on."""
    speak(LANGUAGES[(LANGUAGES.index(spoken_language()) + 1) % len(LANGUAGES)])
    app.owe(None)


def theme(app: WatchkeeperApp) -> None:
    """The next theme of ours."""
    at = THEME_NAMES.index(app.theme) if app.theme in THEME_NAMES else -1
    use_theme(app, THEME_NAMES[(at + 1) % len(THEME_NAMES)])
    app.tell(_("Theme: {name}", name=app.theme))


def redraw(app: WatchkeeperApp) -> None:
    """Send the whole screen to the terminal again."""
    app.owe(None)
    app.screen.refresh(layout=True)
    app.repaint()


def palette(app: WatchkeeperApp) -> None:
    """Every command by its words."""
    app.action_command_palette()


def leave(app: WatchkeeperApp) -> None:
    """Leave; where the watch may end with this screen, say so and ask."""
    if app.picture.stays or not app.picture.connected:
        app.exit(return_code=0)
        return
    from tui.screens import dialogs

    app.push_screen(dialogs.confirm_quit(lambda: app.exit(return_code=0)))


async def write_log(app: WatchkeeperApp, line: LogSubmitted) -> None:
    """Write a line that was typed below the log, and tell it what the watch said."""
    line.answered(await app.session.ask(lambda ask: WriteLog(ask=ask, text=line.text, subject=line.subject)))


async def _ask(app: WatchkeeperApp, make: Callable[[int], Command], done: str) -> Reply:
    reply = await app.session.ask(make)
    app.tell(done if reply.ok else refusal(reply), warn=not reply.ok)
    return reply


def show_host(app: WatchkeeperApp, host: str) -> None:
    """Everything known of one host."""
    from tui.screens.host import HostScreen

    if host in app.picture.hosts:
        show_screen(app, HostScreen(host))


def show_incident(app: WatchkeeperApp, number: int) -> None:
    """One incident with all that happened to it."""
    from tui.screens.incident import IncidentScreen

    if number in app.picture.incidents:
        show_screen(app, IncidentScreen(number))
    else:
        app.tell(_("Incident {number} is not in the queue.", number=number), warn=True)


def show_screen(app: WatchkeeperApp, screen: Screen[None]) -> None:
    """Lay ``screen`` above the others, drawn at once."""
    app.push_screen(screen)
    screen.call_after_refresh(app.owe, None)


def show(app: WatchkeeperApp) -> None:
    """What is under the cursor, in full: the line of the log, the alarm, the incident, else the host."""
    open_row = getattr(app.view(), "open_row", None)
    if callable(open_row):
        open_row()
    elif (alarm := app.alarm()) is not None:
        from tui.alarm_doings import show_alarm

        show_alarm(app, alarm.key)
    else:
        show_subject(app)


def show_subject(app: WatchkeeperApp) -> None:
    """What is under the cursor or what it is about: the incident, else the host."""
    number, host = app.incident_id(), app.host_id()
    if number is not None and (number in app.picture.incidents or host not in app.picture.hosts):
        show_incident(app, number)
    elif host is not None:
        show_host(app, host)


def use_theme(app: WatchkeeperApp, name: str) -> None:
    """Draw with the theme ``name`` from now on."""
    app.theme = name
    app.owe(None)
