"""What one look at a host says of its alarms: which conditions hold, and of a known alarm, whether it still does.

``signals_of`` names what holds; an alarm that it does not name is asked of ``signal_now``, which tells "does not hold"
from "not known". Nothing here has a clock or a memory: delays, deadbands and acknowledgement are the alarm's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from duty.alarm_def import AlarmKey, Signal
from duty.alarm_reasons import LINKS, Reason, reason_of
from duty.alarm_things import Thing, things_of, troubled_things_of
from duty.alarm_values import STRAINS, number_of, value_of
from duty.board import AppView, HostView, SectionView
from duty.connection import Link
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State
from duty.records import Subject
from duty.series import perf_key

APP_FAILS = 2
"""Faults in a row until an application counts as failing: one alone may be a restart or a lost packet."""
BOOTED_S = 600.0
"""Seconds of uptime for which a machine counts as just booted. Ours to defend: a start procedure is through by then."""
_HOLDS = (State.WARN, State.ACT)
_OWN_ALARMS = ("events", "lines")
"""Sections whose parts (logs, ping targets) have an alarm of their own for not being read."""


def signals_of(view: HostView) -> tuple[Signal, ...]:
    """Every alarm of a host whose condition holds at this look, each once, with its gravest reason."""
    return tuple(signals_by_key(view).values())


def signals_by_key(view: HostView) -> dict[AlarmKey, Signal]:
    """The same by alarm: to be made once a look by whoever asks :func:`signal_now` of many alarms."""
    found: dict[AlarmKey, Signal] = {}
    for signal in _holding(view):
        known = found.get(signal.key)
        if known is None or signal.state > known.state:
            found[signal.key] = signal
    return found


def signal_now(key: AlarmKey, view: HostView, holding: Mapping[AlarmKey, Signal] | None = None) -> Signal:
    """What is known of the alarm ``key`` at this look at its host: it holds, does not, or nobody knows.

    ``OK`` is said only where the thing was read and its reason is gone; of a thing that is watched no longer it is said
    too. ``UNKNOWN`` comes with the quality that is the cause. ``holding``: of :func:`signals_by_key`, if it is there.
    """
    found = (signals_by_key(view) if holding is None else holding).get(key)
    return _absent(key, view) if found is None else found


def _holding(view: HostView) -> Iterator[Signal]:
    yield from _of_connection(view)
    yield from _of_sections(view)
    if view.uptime_s is not None and view.uptime_s < BOOTED_S:
        said = phrase("booted {minutes} min ago", minutes=int(view.uptime_s // 60))
        yield Signal(_machine(view, "machine.rebooted"), State.WARN, view.quality, said)
    section = {one.section for one in view.sections if one.state is State.UNKNOWN and not one.subject}
    for thing in troubled_things_of(view):
        for state, said in zip(thing.states, thing.why, strict=True):
            signal = _signal(thing, state, said)
            if signal is None or (signal.key.definition == "event.unread" and "events" in section):
                continue
            yield signal


def _signal(thing: Thing, state: State, said: Phrase) -> Signal | None:
    """What one reason of a thing says; ``None`` where no condition holds by it."""
    reason = reason_of(thing.kind, said, state)
    if state is State.UNKNOWN:
        if reason.doubt is None:
            return None
        # That it cannot be read is known for certain, however little is known of the thing.
        return Signal(_key(thing, reason, reason.doubt, said), State.WARN, Quality.GOOD, said)
    if state not in _HOLDS or not reason.definition or _unconfirmed(thing, state):
        return None
    key = _key(thing, reason, reason.definition, said)
    value, limit = _numbers(thing, reason, key, state, said)
    return Signal(key, state, thing.known, said, value, limit)


def _unconfirmed(thing: Thing, state: State) -> bool:
    """One fault of an application alone may be a restart or a lost packet."""
    return state is State.ACT and isinstance(thing.view, AppView) and thing.view.fails < APP_FAILS


def _key(thing: Thing, reason: Reason, definition: str, said: Phrase) -> AlarmKey:
    if not reason.part:
        return AlarmKey(thing.subject, definition)
    part = str(said.values.get(reason.part, ""))
    if thing.kind == "app":
        return AlarmKey(Subject(thing.host, "perf", perf_key(thing.key, part)), definition)
    return AlarmKey(Subject(thing.host, thing.kind, part), definition)


def _numbers(
    thing: Thing, reason: Reason, key: AlarmKey, state: State, said: Phrase
) -> tuple[float | None, float | None]:
    if isinstance(thing.view, AppView) and key.subject.kind == "perf":
        one = number_of(thing.view, key.subject.key)
        if one is None or key.definition != "number.limit":
            return None, None
        # A deadband lies below a limit that is bad above; of the other kind none is told.
        limit = next((level.value for level in one.levels if level.state is state and not level.below), None)
        return one.value, limit
    value = value_of(key.definition, thing.view, key.subject.key)
    written = said.values.get("limit")
    if value is None or not isinstance(written, str | int | float) or key.definition == "app.certificate_ending":
        return value, None
    return value, float(written) * reason.scale


def _of_connection(view: HostView) -> Iterator[Signal]:
    """What is known of the connection is known here and now: its quality is always good."""
    connection, subject = view.connection, Subject(view.id, "host", view.id)
    definition = LINKS.get(connection.link)
    if definition is not None:
        said = connection.why or phrase("host {host} is lost", host=view.id)
        yield Signal(AlarmKey(subject, definition), State.ACT, Quality.GOOD, said)
    elif connection.up and (view.quality is Quality.STALE or (connection.link is Link.SLOW and not _good(view))):
        said = connection.why or phrase("host {host} is silent", host=view.id)
        state = State.ACT if view.quality is Quality.STALE else State.WARN
        yield Signal(AlarmKey(subject, "connection.stalled"), state, Quality.GOOD, said)


def _good(view: HostView) -> bool:
    return view.quality is Quality.GOOD


def _of_sections(view: HostView) -> Iterator[Signal]:
    for one in view.sections:
        if one.state is State.UNKNOWN and one.why is not None and not (one.subject and one.section in _OWN_ALARMS):
            yield Signal(AlarmKey(_section(view, one), "section.unread"), State.WARN, view.quality, one.why)


def _section(view: HostView, one: SectionView) -> Subject:
    return Subject(view.id, "section", f"{one.section} {one.subject}".strip())


def _machine(view: HostView, definition: str) -> AlarmKey:
    return AlarmKey(Subject(view.id, "machine", "machine"), definition)


def _absent(key: AlarmKey, view: HostView) -> Signal:
    """An alarm of which no reason holds: is that because it is well, or because nobody knows?"""
    kind, definition = key.subject.kind, key.definition
    known = Quality.GOOD
    value: float | None = None
    if kind == "host":
        if view.connection.link in (Link.IDLE, Link.DIALLING) or (view.connection.up and not _good(view)):
            known = Quality.NEVER if view.read_at is None else view.quality
    elif kind == "section":
        known = _section_read(key.subject.key, view)
    elif definition == "machine.rebooted" or definition in STRAINS:
        known, value = view.quality, value_of(definition, view)
        if definition in STRAINS and value is None and _good(view):
            known = Quality.NEVER
    elif definition in ("app.not_asked", "event.unread", "ping.unread", "disk.unread", "number.missing"):
        # That something could not be read ends when it was read.
        thing = _thing(key, view)
        known = thing.known if thing is not None else _never_listed(kind, view)
    else:
        known, value = _of_thing(key, view)
    if known is Quality.GOOD:
        return Signal(key, State.OK, known, phrase("it does not hold any more"), value)
    return Signal(key, State.UNKNOWN, known, phrase("not known just now"), value)


def _of_thing(key: AlarmKey, view: HostView) -> tuple[Quality, float | None]:
    thing = _thing(key, view)
    if thing is None:
        return _never_listed(key.subject.kind, view), None
    known = thing.known
    if known is Quality.GOOD and _in_doubt(thing, key):
        known = Quality.STALE
    number = number_of(thing.view, key.subject.key) if isinstance(thing.view, AppView) else None
    if number is not None and key.subject.kind == "perf":
        return known, number.value
    return known, value_of(key.definition, thing.view, key.subject.key)


def _thing(key: AlarmKey, view: HostView) -> Thing | None:
    """The thing an alarm is about: itself, the machine whose part it is, or the application whose number."""
    host, kind, name = key.subject.host, key.subject.kind, key.subject.key
    for thing in things_of(view):
        if kind == "perf" and thing.kind == "app":
            if name.startswith(perf_key(thing.key, "")):
                return thing
        elif thing.view is view:
            continue  # its CPU and memory are asked for in another way
        elif thing.kind == kind and thing.host == host and (kind == "machine" or thing.key == name):
            return thing
    return None


def _in_doubt(thing: Thing, key: AlarmKey) -> bool:
    """Whether something that is said of the thing leaves this very alarm open."""
    for state, said in zip(thing.states, thing.why, strict=True):
        reason = reason_of(thing.kind, said, state)
        if state is State.UNKNOWN and reason.definition:
            named = not reason.part or _key(thing, reason, "", said).subject == key.subject
            if named and key.definition in (reason.definition, _LIMIT.get(reason.definition)):
                return True
        elif _unconfirmed(thing, state) and state is State.ACT and _same_answer(key.definition):
            return True
    return False


_LIMIT = {"number.missing": "number.limit"}


def _same_answer(definition: str) -> bool:
    return definition.startswith(("app.", "number."))


def _never_listed(kind: str, view: HostView) -> Quality:
    """A thing that the view does not have: not listed before its section was read, else watched no longer."""
    if not _good(view) and kind not in ("app", "perf"):
        return view.quality
    if kind == "ping" and any(line.looked_at is None for line in view.lines):
        return Quality.NEVER
    if kind == "disk":
        read = any(one.section == "mounts" and not one.subject and one.read_at is not None for one in view.sections)
        return Quality.GOOD if read else Quality.NEVER
    return Quality.GOOD


def _section_read(name: str, view: HostView) -> Quality:
    if not _good(view):
        return view.quality
    section, _, subject = name.partition(" ")
    whole = next((one for one in view.sections if one.section == section and not one.subject), None)
    if whole is None:
        return Quality.NEVER
    return Quality.STALE if subject and whole.state is State.UNKNOWN else Quality.GOOD
