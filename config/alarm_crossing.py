"""What no single key of an ``[[alarm]]`` table can be blamed for: alarms, hosts and things that must exist, and that
an alarm asks for something and behaves as its priority demands."""

from __future__ import annotations

from collections.abc import Iterator

from config.alarms import Alarm
from config.complaint import Complaint, dotted_word
from config.model import Host, SiteFile
from config.positions import Path
from config.problems import nearest
from config.refusal import shown
from config.settle import joined, role_of
from duty.alarm_catalog import BUILT_IN
from duty.alarm_rules import OWN_CONDITIONS
from duty.phrases import Phrase, phrase

FIRST_DELAY_S = 5.0
"""Seconds that priority 1 may wait: it is on the screen within five (after RTS 6, article 16)."""
_LISTS = {"process": "processes", "line": "lines", "ping": "lines", "disk": "disks", "app": "apps", "number": "apps",
          "event": "events"}  # fmt: skip
"""Where the things of a definition stand in the site file, by the first word of its key."""
_NO_THING = ("clock", "connection")
_WHOM = (("role",), ("host",), ("thing",))
_ELSEWHERE: tuple[Path, ...] = (("hosts",), ("roles",))
"""What an alarm names may stand where the file could not be read."""


def alarm_complaints(file: SiteFile) -> Iterator[tuple[Complaint, tuple[Path, ...]]]:
    """Every such problem, and the places it depends on."""
    seen: set[tuple[str, str | None, str | None, str | None]] = set()
    for number, alarm in enumerate(file.alarm):
        place: Path = ("alarm", number)
        for field, wanted, got, near in (*_names(alarm, file), *_behaviour(alarm)):
            yield Complaint((*place, *field), wanted, got, near), (place, *(_ELSEWHERE if field in _WHOM else ()))
        scope = (alarm.condition or alarm.key, alarm.role, alarm.host, alarm.thing)
        if scope in seen:
            wanted = phrase("one table for an alarm and whom it is for; another has both already")
            yield Complaint((*place, "key"), wanted, dotted_word(alarm.key)), (place,)
        seen.add(scope)


_Found = tuple[tuple[str, ...], Phrase, str, str | None]


def _names(alarm: Alarm, file: SiteFile) -> Iterator[_Found]:
    base = alarm.key if alarm.condition is None else alarm.condition
    if alarm.condition is not None and alarm.key in BUILT_IN:
        yield ("condition",), phrase("no such key: {key} is built in", key=alarm.key), "", None
    elif alarm.condition is not None:
        yield from _own(alarm)
    elif alarm.key not in BUILT_IN:
        wanted = phrase("the key of a built-in alarm (`watchkeeper alarms`), or a condition beside one of your own")
        yield ("key",), wanted, shown(alarm.key), _quoted(nearest(alarm.key, BUILT_IN))
    if alarm.role is not None and alarm.host is not None:
        yield ("role",), phrase("either role or host"), shown(alarm.role), None
    elif alarm.role is not None and alarm.role not in file.roles:
        wanted = phrase("a role that has a [roles.NAME] table")
        yield ("role",), wanted, shown(alarm.role), _quoted(nearest(alarm.role, file.roles))
    elif alarm.host is not None and alarm.host not in file.hosts:
        wanted = phrase("the id of a host of this site")
        yield ("host",), wanted, shown(alarm.host), _quoted(nearest(alarm.host, file.hosts))
    elif alarm.thing is not None and base in BUILT_IN:
        yield from _thing(alarm, alarm.thing, base.partition(".")[0], file)


def _own(alarm: Alarm) -> Iterator[_Found]:
    if alarm.condition not in OWN_CONDITIONS:
        wanted = phrase("one of {words}", words=", ".join(OWN_CONDITIONS))
        near = _quoted(nearest(str(alarm.condition), OWN_CONDITIONS))
        yield ("condition",), wanted, shown(alarm.condition), near
    if alarm.thing is None:
        yield (), phrase("a thing for {key}: the key of the application or log it is about", key=alarm.key), "", None
    for name, wanted in (
        ("cause", phrase("a cause for {key}: why it comes", key=alarm.key)),
        ("consequence", phrase("a consequence for {key}: what happens if nobody acts", key=alarm.key)),
        ("action", phrase("an action for {key}: an alarm that asks for nothing is none", key=alarm.key)),
    ):
        if getattr(alarm, name) is None:
            yield (), wanted, "", None


def _thing(alarm: Alarm, thing: str, kind: str, file: SiteFile) -> Iterator[_Found]:
    if kind in _NO_THING:
        yield ("thing",), phrase("no such key: this alarm is about the host itself"), shown(thing), None
        return
    listed = _LISTS.get(kind)
    if listed is None:
        return  # a sensor, an array, a section: only the host knows their names
    known = _keys(alarm, listed, file)
    if thing in known or any(thing.startswith(f"{key} ") for key in known) or (kind == "disk" and "*" in known):
        return
    wanted = phrase("a key that stands in {list} of a host it is for", list=listed)
    yield ("thing",), wanted, shown(thing), _quoted(nearest(thing, known))


def _keys(alarm: Alarm, listed: str, file: SiteFile) -> set[str]:
    found: set[str] = set()
    for host_id, host in file.hosts.items():
        if alarm.host in (None, host_id) and alarm.role in (None, host.role):
            found.update(rule.key for rule in joined(host_id, host, file, listed, lambda one: getattr(one, listed)))
            if listed == "disks" and _all_disks(host, file):
                found.add("*")
    return found


def _all_disks(host: Host, file: SiteFile) -> bool:
    role = role_of(host, file)
    return host.disks is None and (role is None or role.disks is None)


def _behaviour(alarm: Alarm) -> Iterator[_Found]:
    base = BUILT_IN.get(alarm.condition or alarm.key)
    if base is None:
        return
    priority = alarm.priority or base.priority
    warning = alarm.warn_priority or max(priority, base.warn_priority)
    if alarm.latch is False and min(priority, warning) <= 2:
        wanted = phrase("true: priority {priority} stays until it is acknowledged", priority=min(priority, warning))
        yield ("latch",), wanted, "false", None
    if priority == 1 and (alarm.on_delay if alarm.on_delay is not None else base.on_delay_s) > FIRST_DELAY_S:
        place = ("on_delay",) if alarm.on_delay is not None else ("priority",)
        words = phrase("an on_delay of at most 5s with priority 1; it is {seconds} s",
                       seconds=round(alarm.on_delay if alarm.on_delay is not None else base.on_delay_s))  # fmt: skip
        yield place, words, "", None
    if warning < priority:
        wanted = phrase(
            "{priority} or a higher number: a warning is never more urgent than the fault", priority=priority
        )
        yield ("warn_priority",), wanted, str(warning), None


def _quoted(word: str | None) -> str | None:
    return f'"{word}"' if word else None
