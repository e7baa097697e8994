"""One root cause, one line: which alarms fold under which, and what of a site depends on what.

Folding keeps an alarm from being announced, and nothing else: it is watched, counted and has its own state. Each thing
looks only at what it depends on directly; as those keep their own state, it follows through any number of hops. An
alarm that was announced well before the root stays as it is: it has a cause of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_quality import QUALITY
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from duty.records import Subject
from duty.site import HostSpec, SiteSpec

BEFORE_S = 60.0
"""Seconds by which an alarm may come before its root and still belong to it: looks are not taken at one moment."""


class Parents(msgspec.Struct, frozen=True):
    """What things depend on, directly."""

    of_host: dict[str, tuple[Subject, ...]]
    """Of a host as a whole: the host it is reached through, the line that leads to it."""
    of_thing: dict[Subject, tuple[Subject, ...]]
    """Of things that depend on others than their own host."""

    def of(self, subject: Subject) -> tuple[Subject, ...]:
        """What ``subject`` needs, to be reached and judged. The quality axis of a thing needs the same."""
        if subject.kind == "host":
            return self.of_host.get(subject.host, ())
        found = self.of_thing.get(subject)
        return (host_subject(subject.host),) if found is None else found


def host_subject(host: str) -> Subject:
    """A host as the thing an alarm is about."""
    return Subject(host, "host", host)


def parents_of(site: SiteSpec, more: Mapping[Subject, tuple[Subject, ...]] | None = None) -> Parents:
    """What the site file says of it.

    A host needs the one it is reached through (``via``), if a line of that one pings its address that line, and what
    the file names (``depends_on``). What
    is asked from the console needs no host; what is asked from a host needs that, and its line if it pings the address.
    A ping target needs the line over which it is pinged.
    ``more``: further dependencies of things, beside these.
    """
    hosts = {host.id: host for host in site.hosts}
    of_host: dict[str, tuple[Subject, ...]] = {}
    of_thing: dict[Subject, tuple[Subject, ...]] = {}
    for host in site.hosts:
        before = hosts.get(host.via) if host.via else None
        above = () if before is None else (host_subject(before.id), *_lines_to(before, host.address))
        if above or host.depends_on:
            of_host[host.id] = (*above, *host.depends_on)
        for app in host.apps:
            needs = () if app.from_console else (host_subject(host.id), *_lines_to(host, app.address))
            of_thing[Subject(host.id, "app", app.key)] = needs
        for line in host.lines:
            needs = (host_subject(host.id), Subject(host.id, "line", line.key))
            of_thing |= {Subject(host.id, "ping", f"{line.key} {ping.target}"): needs for ping in line.pings}
    for subject, needs in (more or {}).items():
        if subject.kind == "host":
            of_host[subject.host] = (*of_host.get(subject.host, ()), *needs)
        else:
            of_thing[subject] = (*of_thing.get(subject, (host_subject(subject.host),)), *needs)
    return Parents(of_host, of_thing)


def _lines_to(host: HostSpec, address: str) -> tuple[Subject, ...]:
    return tuple(
        Subject(host.id, "line", line.key)
        for line in host.lines
        if address and any(ping.target == address for ping in line.pings)
    )


def roots_of(
    alarms: Mapping[AlarmKey, Alarm], definitions: Mapping[str, AlarmDef], parents: Parents
) -> dict[AlarmKey, AlarmKey]:
    """The root of every alarm that holds and is to be suppressed now: the alarm highest up that cuts it off."""
    cutting = _cutting(alarms.values(), definitions)
    if not cutting:
        return {}
    found: dict[AlarmKey, AlarmKey] = {}
    of_subject: dict[Subject, tuple[Alarm, Alarm] | None] = {}
    for key, alarm in alarms.items():
        if not alarm.active:
            continue
        subject = key.subject
        if subject not in of_subject:
            of_subject[subject] = _above(subject, cutting, parents)
        above = of_subject[subject]
        own = cutting.get(subject) if key.definition == QUALITY else None
        if own is not None and own is not alarm:  # that it is lost explains that it is not seen
            above = (own, own if above is None or _on_its_own(own, above[0]) else above[1])
        if above is not None and not _on_its_own(alarm, above[0]):
            found[key] = above[1].key
    return found


def _cutting(alarms: Iterable[Alarm], definitions: Mapping[str, AlarmDef]) -> dict[Subject, Alarm]:
    """The alarms that hold and cut off what depends on their thing; of each thing the one that explains most.

    That is one that says how it is lost rather than that it is not seen, then the oldest. One that is out of service
    explains nothing: who put it there does not believe it.
    """
    found: dict[Subject, Alarm] = {}
    for alarm in alarms:
        definition = definitions.get(alarm.key.definition)
        believed = alarm.active and alarm.state is not AlarmState.OUT_OF_SERVICE
        if believed and definition is not None and definition.cuts:
            other = found.get(alarm.key.subject)
            if other is None or _explains(alarm) < _explains(other):
                found[alarm.key.subject] = alarm
    return found


def _explains(alarm: Alarm) -> tuple[bool, float, str]:
    return alarm.key.definition == QUALITY, alarm.began, str(alarm.key)


def _above(subject: Subject, cutting: Mapping[Subject, Alarm], parents: Parents) -> tuple[Alarm, Alarm] | None:
    """The alarm that cuts ``subject`` off, and the highest one up from there.

    From hop to hop as long as what is needed is cut off itself, not by an older cause of its own. What needs itself in
    the end is under nothing.
    """
    found: tuple[Alarm, Alarm] | None = None
    thing = subject
    passed: set[Subject] = set()
    while True:
        passed.add(thing)
        needs = [need for need in parents.of(thing) if need in cutting]
        if subject in needs:
            return None
        thing = next((need for need in needs if need not in passed), thing)
        if thing in passed or (found is not None and _on_its_own(found[1], cutting[thing])):
            return found
        found = (found[0] if found else cutting[thing], cutting[thing])


def _on_its_own(alarm: Alarm, root: Alarm) -> bool:
    return alarm.began < root.began - BEFORE_S


class Fold(msgspec.Struct, frozen=True):
    """One line of the list that stands for many."""

    root: AlarmKey
    hidden: tuple[AlarmKey, ...]
    """The alarms under it that hold, the oldest first."""
    first_out: AlarmKey
    """Of these and the root the one that came first."""


def folds_of(alarms: Mapping[AlarmKey, Alarm], roots: Mapping[AlarmKey, AlarmKey]) -> tuple[Fold, ...]:
    """The folds of :func:`roots_of`, the one that hides most first."""
    under: dict[AlarmKey, list[Alarm]] = {}
    for key, root in roots.items():
        under.setdefault(root, []).append(alarms[key])
    folds: list[Fold] = []
    for root, hidden in under.items():
        hidden.sort(key=_by_age)
        folds.append(Fold(root, tuple(alarm.key for alarm in hidden), first_out([alarms[root], *hidden]).key))
    return tuple(sorted(folds, key=lambda fold: (-len(fold.hidden), str(fold.root))))


def first_out(alarms: Iterable[Alarm]) -> Alarm:
    """Of a root and what it hides the alarm that came first."""
    return min(alarms, key=_by_age)


def _by_age(alarm: Alarm) -> tuple[float, str]:
    return alarm.began, str(alarm.key)
