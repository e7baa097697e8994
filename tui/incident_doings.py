"""What the operator does with the incident under the cursor: ask for the words each move needs, then ask the watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from duty.countdowns import countdowns
from duty.incident_details import CAUSE_WORDS, Details, Link, Reported, Resolution, Review
from duty.records import ENDED, Incident, IncidentMove, Move, Refused
from duty.typed import action_of, past_moment
from tui import figures
from tui.incident_reasons import mergeable
from tui.incident_words import MOVE_WORDS
from tui.sayings import about_of, listed, refusal, title_of
from wire.messages import CloseIncident, MoveIncident, OpenIncident, ReadIncident, Reply
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

Values = dict[str, str]
Sent = Callable[[Values], Awaitable[Reply]]


def _sender(app: WatchkeeperApp, number: int, make: Callable[[Values], tuple[Move, str, Details | None]]) -> Sent:
    """What sends a form: ``make`` gives move, words and details of what was filled in, or raises ``Refused``."""

    async def send(values: Values) -> Reply:
        try:
            move, text, details = make(values)
        except Refused as refused:  # nothing is asked: it stays in the form
            return Reply(0, ok=False, why=refused.why)
        return await app.session.ask(
            lambda ask: MoveIncident(ask=ask, incident=number, move=move, text=text, details=details)
        )

    return send


def mitigate(app: WatchkeeperApp) -> None:
    """The service is back, however that was done."""
    from tui.screens import incident_dialogs

    if (incident := app.incident()) is not None:
        send = _sender(app, incident.id, lambda values: (Move.MITIGATED, values["text"], None))
        app.push_screen(incident_dialogs.mitigate(send, incident=incident, title=title_of(incident)))


def resolve(app: WatchkeeperApp) -> None:
    """Cause and what was done."""
    from tui.screens import incident_dialogs

    if (incident := app.incident()) is not None:
        keys = incident_dialogs.CAUSE_KEYS
        send = _sender(
            app, incident.id, lambda values: (Move.RESOLVED, values["text"], Resolution(keys[values["cause"]]))
        )
        app.push_screen(incident_dialogs.resolve(send, incident=incident, title=title_of(incident)))


async def review(app: WatchkeeperApp) -> None:
    """Ask the watch for the timeline first: the form begins with it."""
    from tui.screens import incident_dialogs

    incident = app.incident()
    if incident is None:
        return
    number = incident.id
    reply = await app.session.ask(lambda ask: ReadIncident(ask=ask, incident=number))
    if not reply.ok:
        app.tell(refusal(reply), warn=True)
        return
    send = _sender(app, number, lambda values: (Move.REVIEWED, "", review_of(values)))
    zone = app.picture.rules.time_zone
    before = next((move.details for move in reversed(reply.moves) if isinstance(move.details, Review)), None)
    cause = _(CAUSE_WORDS[incident.cause]) if incident.cause is not None else ""
    app.push_screen(
        incident_dialogs.review(
            send,
            incident=incident,
            title=title_of(incident),
            happened=before.happened if before else told(reply.moves, zone)[: incident_dialogs.LONG],
            cause=before.root_cause if before else cause,
        )
    )


def review_of(values: Values) -> Review:
    """The review of a filled form. Raises :class:`duty.records.Refused` for an action that is not understood."""
    actions = [action for name in ("first", "second", "third") if (action := action_of(values[name])) is not None]
    return Review(values["happened"], values["root_cause"], values["vendor"], values["elsewhere"], tuple(actions))


def told(moves: Sequence[IncidentMove], zone: str) -> str:
    """The timeline in one line, to begin a review with."""
    parts = []
    for move in moves:
        words = f"{figures.clock(move.at, zone)[:5]} {_(MOVE_WORDS[move.move])}"
        if said := move.text or (say(move.said) if move.said else ""):
            words += f": {said}"
        parts.append(words)
    return listed(parts)


def close(app: WatchkeeperApp) -> None:
    """A last word, and it is closed."""
    from tui.screens import incident_dialogs

    incident = app.incident()
    if incident is None:
        return
    number = incident.id

    async def send(values: Values) -> Reply:
        return await app.session.ask(lambda ask: CloseIncident(ask=ask, incident=number, text=values["text"]))

    app.push_screen(incident_dialogs.close(send, incident=incident, title=title_of(incident)))


def reopen(app: WatchkeeperApp) -> None:
    """It has not ended, or the service is not back, after all."""
    from tui.screens import incident_dialogs

    if (incident := app.incident()) is not None:
        send = _sender(app, incident.id, lambda values: (Move.REOPENED, values["text"], None))
        app.push_screen(incident_dialogs.reopen(send, incident=incident, title=title_of(incident)))


def level(app: WatchkeeperApp) -> None:
    """Raise the level, or lower it with a reason."""
    from tui.screens import incident_dialogs

    incident = app.incident()
    if incident is None:
        return
    number, before = incident.id, incident.level

    async def send(values: Values) -> Reply:
        wanted = int(values["level"])
        move = Move.RAISED if wanted < before else Move.LOWERED
        return await app.session.ask(
            lambda ask: MoveIncident(ask=ask, incident=number, move=move, text=values["text"], level=wanted)
        )

    rules, who = app.picture.rules, app.picture.who
    app.push_screen(incident_dialogs.level(send, incident=incident, title=title_of(incident), rules=rules, who=who))


def link(app: WatchkeeperApp) -> None:
    """Link it with an alarm, a host, a change, a line of the log, another incident."""
    from tui.screens import incident_dialogs

    if (incident := app.incident()) is not None:
        kinds = incident_dialogs.LINK_KEYS
        send = _sender(app, incident.id, lambda values: (Move.LINKED, "", Link(kinds[values["kind"]], values["key"])))
        app.push_screen(incident_dialogs.link(send, incident=incident, title=title_of(incident)))


def report(app: WatchkeeperApp) -> None:
    """Somebody outside was told: stop the clock of that report, or only write it down."""
    from tui.screens import incident_dialogs

    incident = app.incident()
    if incident is None:
        return
    rules, now = app.picture.rules, app.picture.now
    running = {rule.key: rule for rule in rules.reports}
    found = [one.key for one in countdowns(incident, rules, now) if one.key in running and one.met_at is None][:8]
    keys = {str(number): key for number, key in enumerate(found, 1)}
    clocks = (*((at, f"{at} {_(running[key].what)}") for at, key in keys.items()), ("0", "0 " + _("another one")))
    send = _sender(
        app,
        incident.id,
        lambda values: (
            Move.REPORTED,
            "",
            Reported(
                keys.get(values["clock"], "other"),
                values["to"],
                past_moment(values["at"], rules.time_zone, app.picture.now),
                values["how"],
            ),
        ),
    )
    at = figures.clock(now, rules.time_zone)[:5]
    title = title_of(incident)
    app.push_screen(incident_dialogs.report(send, incident=incident, title=title, clocks=clocks, now=at))


def emergency(app: WatchkeeperApp) -> None:
    """The procedures that fit, best first, with live values beside each step."""
    from tui.doings import show_screen
    from tui.screens.emergency import EmergencyScreen

    if (incident := app.incident()) is not None:
        show_screen(app, EmergencyScreen(incident.id))


def drill(app: WatchkeeperApp) -> None:
    """Begin a drill; of the one under the cursor, go on with it or end it."""
    from tui.screens import drill_dialogs

    incident = app.incident()
    if incident is not None and incident.drill and incident.state not in ENDED:
        send = _sender(app, incident.id, drill_dialogs.turn)
        app.push_screen(drill_dialogs.turned(send, incident=incident, title=title_of(incident)))
        return
    subject, zone = app.subject(), app.picture.rules.time_zone

    async def begin(values: Values) -> Reply:
        try:
            began = past_moment(values["began"], zone, app.picture.now) if values["began"] else None
        except Refused as refused:
            return Reply(0, ok=False, why=refused.why)
        return await app.session.ask(
            lambda ask: OpenIncident(
                ask=ask,
                title=values["title"],
                level=int(values["level"]),
                subject=subject,
                drill=True,
                scenario=values["scenario"],
                began_at=began,
            )
        )

    app.push_screen(drill_dialogs.begin(begin, about=about_of(subject), rules=app.picture.rules))


def merge(app: WatchkeeperApp) -> None:
    """Choose the incident that it is the same as."""
    from tui.screens.choose import Choose

    incident = app.incident()
    if incident is None:
        return
    options = [(_option(one), _merges(app, incident.id, one.id)) for one in mergeable(app, incident)]
    app.push_screen(Choose(_("Merge incident {number} into which?", number=incident.id), options))


def _option(incident: Incident) -> str:
    return _("{number}: level {level}, {title}", number=incident.id, level=incident.level, title=title_of(incident))


def _merges(app: WatchkeeperApp, number: int, other: int) -> Callable[[], None]:
    async def send() -> None:
        reply = await app.session.ask(lambda ask: MoveIncident(ask=ask, incident=number, move=Move.MERGED, other=other))
        done = _("Incident {n} is merged into incident {other}.", n=number, other=other)
        app.tell(done if reply.ok else refusal(reply), warn=not reply.ok)

    def start() -> None:
        app.run_worker(send(), group="asking")

    return start
