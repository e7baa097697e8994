"""Every action of the operator, once: its keys, its words, when it can be done and, where not, why not.

The key bindings, the footer, the help and the palette are all made from this table, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from duty.corrections import why_not
from duty.phrases import N_, Phrase, phrase
from duty.records import Move, Subject
from tui import doings
from tui.alarm_acts import ALARM_ACTS
from tui.incident_reasons import cannot
from tui.later import Doing, Later
from wire.words import _

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

Reason = Callable[["WatchkeeperApp"], Phrase | None]


class Looking(Protocol):
    """What the app asks of a screen that shows the site or a part of it."""

    def redraw(self, changed: frozenset[str] | None) -> None:
        """Draw again: the hosts that changed, ``None`` for everything, empty for the clock and the ages only."""

    def subject(self) -> Subject:
        """The thing under the cursor."""

    def incident_id(self) -> int | None:
        """The incident under the cursor."""

    def host_id(self) -> str | None:
        """The host under the cursor, or the host of the thing under it."""


def _always(_app: WatchkeeperApp) -> Phrase | None:
    return None


def _watched(app: WatchkeeperApp) -> Phrase | None:
    return None if app.picture.connected else phrase("there is no watch to ask just now")


def _incident(app: WatchkeeperApp) -> Phrase | None:
    if app.incident() is None:
        return phrase("no incident under the cursor")
    return _watched(app)


def _emergency(app: WatchkeeperApp) -> Phrase | None:
    if not app.picture.rules.procedures:
        return phrase("the site file has no emergency procedure")
    return _incident(app)


def _correctable(app: WatchkeeperApp) -> Phrase | None:
    entry = app.log_entry()
    if entry is None:
        return phrase("no line of the duty log under the cursor")
    return why_not(entry) or _watched(app)


def _host(app: WatchkeeperApp) -> Phrase | None:
    if app.host() is None:
        return phrase("no host under the cursor")
    return _watched(app)


def _remote(app: WatchkeeperApp) -> Phrase | None:
    host = app.host()
    if host is not None and host.local:
        return phrase("{host} is this machine: there is no connection to dial", host=host.id)
    return _host(app)


def _key_offered(app: WatchkeeperApp) -> Phrase | None:
    host = app.host()
    if host is not None and host.connection.offered_key is None:
        return phrase("{host} offers no new host key", host=host.id)
    return _host(app)


def _panels(app: WatchkeeperApp) -> Phrase | None:
    return None if app.panels() is not None else phrase("only on the screen with the panels")


def _pointed(app: WatchkeeperApp) -> Phrase | None:
    if hasattr(app.view(), "open_row"):
        return None
    if app.alarm() is not None:
        return None
    if app.panels() is not None and app.incident_id() is None and app.host_id() is None:
        return phrase("no host, no incident and no alarm under the cursor")
    return _panels(app)


def _looked_through(app: WatchkeeperApp) -> Phrase | None:
    if hasattr(app.view(), "type_filter"):
        return None
    return phrase("only on the screen with the panels, and in the duty log")


def _graphed(app: WatchkeeperApp) -> Phrase | None:
    return phrase("no host under the cursor") if app.host() is None else None


def _room(app: WatchkeeperApp) -> Phrase | None:
    panels = app.panels()
    if panels is not None and panels.small:
        return phrase("this panel has the whole screen already")
    return _panels(app)


def _orders(app: WatchkeeperApp) -> Phrase | None:
    panels = app.panels()
    if panels is not None and len(panels.focused_panel.sorts) < 2:
        return phrase("this panel has one order only")
    return _panels(app)


def _practising(app: WatchkeeperApp) -> Phrase | None:
    if not app.picture.practice:
        return phrase("faults can be injected on the practice site only")
    if not app.picture.faults:
        return phrase("this watch offers no faults to inject")
    return _watched(app)


RECORD = N_("Record")
ALARMS = N_("Alarms")
HOST = N_("Hosts and site")
LOOK = N_("Looking")
PROGRAM = N_("Program")
GROUPS = (ALARMS, RECORD, HOST, LOOK, PROGRAM)


@dataclass(frozen=True)
class Action:
    """One thing the operator can do. ``do`` is ``None`` where the screen itself answers the keys.

    ``words`` say it in full, ``short`` in the footer (empty: not there); both are templates for gettext.
    """

    id: str
    keys: tuple[str, ...]
    words: str
    group: str
    do: Doing | None = None
    short: str = ""
    why_not: Reason = _always


ACTIONS: tuple[Action, ...] = (
    Action("note", ("n",), N_("Write a line in the duty log"), RECORD, doings.note, N_("note"), _watched),
    Action(
        "late",
        ("N",),
        N_("Write a line about something earlier"),
        RECORD,
        Later("line_doings", "note_late"),
        "",
        _watched,
    ),
    Action(
        "prepared",
        ("P",),
        N_("Write a prepared line in the duty log"),
        RECORD,
        Later("line_doings", "prepared"),
        "",
        _watched,
    ),
    Action(
        "correct",
        ("x",),
        N_("Correct the line of the duty log"),
        RECORD,
        Later("line_doings", "correct"),
        "",
        _correctable,
    ),
    Action("open", ("o",), N_("Open an incident"), RECORD, doings.open_incident, N_("open incident"), _watched),
    Action("take", ("t",), N_("Take the incident"), RECORD, doings.take, N_("take"), cannot(Move.TAKEN)),
    Action("add", ("a",), N_("Add a note to the incident"), RECORD, doings.add_note, N_("add note"), _incident),
    Action(
        "mitigate",
        ("w",),
        N_("Say that the service is back (incident)"),
        RECORD,
        Later("incident_doings", "mitigate"),
        N_("service back"),
        cannot(Move.MITIGATED),
    ),
    Action(
        "resolve",
        ("R",),
        N_("Resolve the incident: cause, and what was done"),
        RECORD,
        Later("incident_doings", "resolve"),
        N_("resolve"),
        cannot(Move.RESOLVED),
    ),
    Action(
        "review",
        ("e",),
        N_("Review the incident"),
        RECORD,
        Later("incident_doings", "review"),
        N_("review"),
        cannot(Move.REVIEWED),
    ),
    Action(
        "close",
        ("c",),
        N_("Close the incident"),
        RECORD,
        Later("incident_doings", "close"),
        N_("close"),
        cannot(Move.CLOSED),
    ),
    Action(
        "reopen",
        ("u",),
        N_("Open the incident again"),
        RECORD,
        Later("incident_doings", "reopen"),
        "",
        cannot(Move.REOPENED),
    ),
    Action(
        "level",
        ("i",),
        N_("Raise or lower the incident's level"),
        RECORD,
        Later("incident_doings", "level"),
        "",
        cannot(Move.RAISED),
    ),
    Action(
        "merge",
        ("j",),
        N_("Merge the incident into another"),
        RECORD,
        Later("incident_doings", "merge"),
        "",
        cannot(Move.MERGED),
    ),
    Action(
        "link",
        ("K",),
        N_("Link the incident with something"),
        RECORD,
        Later("incident_doings", "link"),
        "",
        cannot(Move.LINKED),
    ),
    Action(
        "report",
        ("b",),
        N_("Write down that the incident was reported"),
        RECORD,
        Later("incident_doings", "report"),
        "",
        cannot(Move.REPORTED),
    ),
    *(
        Action(name, (key,), words, ALARMS, Later("alarm_doings", doing), short, why)
        for name, key, words, doing, short, why in ALARM_ACTS
    ),
    Action(
        "emergency",
        ("E",),
        N_("Emergency procedures that fit the incident"),
        RECORD,
        Later("incident_doings", "emergency"),
        N_("procedure"),
        _emergency,
    ),
    Action(
        "drill",
        ("D",),
        N_("Begin a drill; go on with one, or end it"),
        RECORD,
        Later("incident_doings", "drill"),
        "",
        _watched,
    ),
    Action(
        "show",
        ("enter",),
        N_("Open what is under the cursor: host, incident or alarm"),
        LOOK,
        doings.show,
        N_("details"),
        _pointed,
    ),
    Action("redial", ("d",), N_("Dial the host now"), HOST, doings.redial, "", _remote),
    Action("accept", ("k",), N_("See the offered host key and accept it"), HOST, doings.accept_key, "", _key_offered),
    Action("reload", ("r",), N_("Read the site file again"), HOST, doings.reload_site, "", _watched),
    Action("fault", ("f",), N_("Inject a fault, or end one (practice)"), HOST, doings.fault, N_("fault"), _practising),
    Action("panel", ("tab", "shift+tab"), N_("Next panel, previous panel"), LOOK),
    Action("tabs", ("1", "2", "3", "4", "5", "6", "7", "8", "9"), N_("Go to a panel by its number"), LOOK),
    Action("back", ("escape",), N_("Back"), LOOK),
    Action("graph", ("g",), N_("Graphs of what is under the cursor"), LOOK, doings.graph, N_("graph"), _graphed),
    Action("overview", ("v",), N_("Overview for people across the room, or back"), LOOK, doings.overview),
    Action(
        "log",
        ("l",),
        N_("The duty log: all of it, and look for words in it"),
        LOOK,
        Later("log_doings", "log"),
        N_("log"),
    ),
    Action(
        "filter",
        ("/",),
        N_("Filter all panels; look for words in the duty log"),
        LOOK,
        doings.type_filter,
        N_("filter"),
        _looked_through,
    ),
    Action("problems", ("!",), N_("Only what is not well, or everything"), LOOK, doings.only_problems, "", _panels),
    Action("enlarge", ("m", "z"), N_("The whole screen for this panel, or all again"), LOOK, doings.enlarge, "", _room),
    Action("sort", ("s",), N_("Another order of the rows"), LOOK, doings.next_sort, "", _orders),
    Action("pause", ("p", "space"), N_("Let the screen stand still, or go on"), LOOK, doings.pause, N_("pause")),
    Action("picture", ("S",), N_("Save the screen as a picture (SVG)"), LOOK, doings.save_picture),
    Action("text", ("ctrl+s",), N_("Save the screen as text"), LOOK, doings.save_text),
    Action("copy", ("y",), N_("Copy the row under the cursor to the clipboard"), LOOK, doings.copy_row),
    Action(
        "help",
        ("question_mark", "f1"),
        N_("Help on what has the focus, and all keys"),
        PROGRAM,
        doings.help,
        N_("help"),
    ),
    Action("palette", ("ctrl+p",), N_("Find any command by its words"), PROGRAM, doings.palette, N_("commands")),
    Action("language", ("L",), N_("The other language: English, Chinese"), PROGRAM, doings.language),
    Action("theme", ("T",), N_("The next theme"), PROGRAM, doings.theme),
    Action("redraw", ("ctrl+l",), N_("Draw the whole screen again"), PROGRAM, doings.redraw),
    Action("quit", ("q", "ctrl+q"), N_("Leave this screen"), PROGRAM, doings.leave, N_("quit")),
)
BY_ID = {action.id: action for action in ACTIONS}

_SPOKEN = {
    "question_mark": "?",
    "space": N_("Space"),
    "f1": "F1",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
}


def _said(key: str) -> str:
    words = _SPOKEN.get(key, "")
    return _(words) if words else ""


def spoken_keys(action: Action) -> str:
    """The keys as people write them: ``?``, ``Ctrl+P``, ``1–6``."""
    if len(action.keys) > 2:
        return f"{action.keys[0]}–{action.keys[-1]}"
    return " ".join(_said(key) or key.replace("ctrl+", "^") for key in action.keys)
