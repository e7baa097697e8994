"""The messages of the protocol. Boards may replace each other on the way; events are never merged or lost.

A screen says :class:`Hello` first and hears :class:`Welcome` or :class:`Farewell`. Then it gets one full
:class:`BoardUpdate` and, after each one it has drawn and confirmed with :class:`Drawn`, at most one more: the
hosts that changed meanwhile. A screen that stalls is owed one fresh board, not a queue of old ones.
"""

from __future__ import annotations

import msgspec

from duty.alarm_def import AlarmKey
from duty.board import HostView, SiteView
from duty.duty_rules import DutyRules
from duty.graph import Graph
from duty.incident_details import Details
from duty.phrases import Phrase
from duty.records import DUTY, Incident, IncidentMove, LogEntry, LogPage, Move, Ref, Subject
from duty.series import SeriesKey
from wire.alarms import AlarmCommand, AlarmRefusal, AlarmsChanged, AlarmsHeld, Guidance
from wire.base import Command as Command
from wire.base import Message as Message

PROTOCOL = 4
"""Raised whenever a message changes its meaning or shape."""
MAX_FRAME = 32 * 1024 * 1024
"""Bytes: a longer frame is a fault of the other side and ends the connection."""


# --- from the screen ---------------------------------------------------------------------------------------


class Hello(Message, frozen=True):
    """First words. ``version`` is the program's own; ``who`` the person as this terminal knows them."""

    protocol: int
    version: str
    who: str
    terminal: str = ""


class Drawn(Message, frozen=True):
    """The board ``seq`` is on the terminal: a newer one may come."""

    seq: int


class WriteLog(Command, frozen=True):
    """A line for the duty log, in the operator's words. ``event_at``: when it happened (UTC epoch seconds), if not now.

    ``files``: what is attached; each was put beside the store before this is said.
    """

    text: str
    subject: Subject = Subject()
    incident: int | None = None
    event_at: float | None = None
    files: tuple[Ref, ...] = ()


class CorrectLog(Command, frozen=True):
    """Put line ``seq`` of a chain of the log right: a further line beside it, with the reason."""

    seq: int
    text: str
    reason: str
    chain: str = DUTY


class OpenIncident(Command, frozen=True):
    """Open an incident by hand."""

    title: str
    level: int
    subject: Subject = Subject()
    drill: bool = False
    alarms: tuple[AlarmKey, ...] = ()
    """Alarms it is opened for: their guidance and values are frozen with it."""
    scenario: str = ""
    """Of a drill: what is practised."""
    began_at: float | None = None
    """Of a drill: when its fault began (UTC epoch seconds)."""


class TakeIncident(Command, frozen=True):
    """Take an incident: "it is mine"."""

    incident: int


class NoteIncident(Command, frozen=True):
    """Add a note to an incident."""

    incident: int
    text: str


class CloseIncident(Command, frozen=True):
    """Close an incident that is resolved, and reviewed where its level asks for that."""

    incident: int
    text: str = ""


class MoveIncident(Command, frozen=True):
    """Any other move of an incident that a person makes. What each needs: :mod:`duty.incidents`."""

    incident: int
    move: Move
    text: str = ""
    level: int | None = None
    other: int | None = None
    details: Details | None = None


class ReadLog(Command, frozen=True):
    """Ask for lines of the log that fit ``query`` (:mod:`duty.log_query`): at most ``limit`` below the seq ``before``,
    or above ``after``; newest first in either case. The answer's ``page`` says how far was looked.

    ``asker`` is a name of the screen's own: what it still waits for under it is given up for this.
    """

    query: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 200
    asker: str = ""


class ReadIncident(Command, frozen=True):
    """Ask for all moves of one incident."""

    incident: int


class ReadHistory(Command, frozen=True):
    """Ask for one series of a host over time, UTC epoch seconds, in at most ``points`` points (up to 2,000)."""

    host: str
    series: SeriesKey
    since: float
    until: float
    points: int = 200


class ReadSeries(Command, frozen=True):
    """Ask which series of a host are kept."""

    host: str


class ReloadSite(Command, frozen=True):
    """Read the site file again."""


class AcceptKey(Command, frozen=True):
    """Accept exactly the host key with this fingerprint for this host (it was shown to the person)."""

    host: str
    fingerprint: str


class Redial(Command, frozen=True):
    """Dial a host now instead of waiting for the back-off."""

    host: str


class InjectFault(Command, frozen=True):
    """Practice only: let a fault happen (``on``) or end. ``fault`` is a name of :attr:`Welcome.faults`."""

    host: str
    fault: str
    on: bool
    subject: str = ""


# --- from the watch ----------------------------------------------------------------------------------------


class FaultKind(msgspec.Struct, frozen=True, array_like=True):
    """A fault that can be injected in practice. ``subjects``: what it can strike on each host (empty: the host)."""

    name: str
    words: Phrase
    hosts: dict[str, tuple[str, ...]] = {}


class Welcome(Message, frozen=True):
    """The watch's first words: who it is and all that holds now except the board, which follows."""

    protocol: int
    version: str
    watch_pid: int
    started_at: float
    stays: bool
    """Whether the watch goes on when the last screen leaves."""
    who: str
    """The name under which this screen's actions are recorded."""
    incidents: tuple[Incident, ...]
    log: tuple[LogEntry, ...]
    """The newest lines, newest first."""
    faults: tuple[FaultKind, ...] = ()
    rules: DutyRules = DutyRules()
    """What incidents of this site are judged by."""
    attached: tuple[str, ...] = ()
    """Who sits at the screens that were there before this one."""
    history_error: Phrase | None = None
    """Why readings are not kept just now."""
    alarms: AlarmsHeld = AlarmsHeld()


class Farewell(Message, frozen=True):
    """Last words, with the reason: another version, the watch ends, a frame that made no sense."""

    why: Phrase


class BoardUpdate(Message, frozen=True):
    """The hosts that changed since the last one this screen drew; ``full``: these are all the hosts there are."""

    seq: int
    at: float
    """UTC epoch seconds by the watch's clock when it was made."""
    full: bool
    site: SiteView
    hosts: tuple[HostView, ...]


class IncidentChanged(Message, frozen=True):
    """One move of an incident and what it is now. Never merged."""

    move: IncidentMove
    incident: Incident


class LogWritten(Message, frozen=True):
    """One new line of the duty log. Never merged."""

    entry: LogEntry


class Resync(Message, frozen=True):
    """This screen was too slow for the events, or what holds did not come about by events: here it is, whole."""

    incidents: tuple[Incident, ...]
    log: tuple[LogEntry, ...]
    rules: DutyRules = DutyRules()
    alarms: AlarmsHeld = AlarmsHeld()


class Reply(Message, frozen=True):
    """The answer to a command: done, or refused with the reason."""

    ask: int
    ok: bool
    why: Phrase | None = None
    incident: Incident | None = None
    log: tuple[LogEntry, ...] = ()
    moves: tuple[IncidentMove, ...] = ()
    problems: tuple[str, ...] = ()
    graph: Graph | None = None
    series: tuple[SeriesKey, ...] = ()
    page: LogPage | None = None
    refusals: tuple[AlarmRefusal, ...] = ()
    """Of several alarms those that were left as they are, and why."""
    guidance: Guidance | None = None


FromScreen = (
    Hello
    | Drawn
    | WriteLog
    | CorrectLog
    | OpenIncident
    | TakeIncident
    | NoteIncident
    | CloseIncident
    | MoveIncident
    | ReadLog
    | ReadIncident
    | ReadHistory
    | ReadSeries
    | ReloadSite
    | AcceptKey
    | Redial
    | InjectFault
    | AlarmCommand
)
FromWatch = Welcome | Farewell | BoardUpdate | IncidentChanged | LogWritten | AlarmsChanged | Resync | Reply
