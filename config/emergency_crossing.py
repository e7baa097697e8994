"""What no single key of an ``[[emergency]]`` table can be blamed for: names that must exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.complaint import Complaint, dotted_word
from config.emergency import KINDS, Emergency, shown_of
from config.model import Host, SiteFile
from config.positions import Path
from config.problems import nearest
from config.refusal import shown
from config.settle import joined, role_of
from duty.alarm_catalog import BUILT_IN
from duty.emergency import HERE
from duty.phrases import Phrase, phrase
from duty.records import Subject

_LISTS = dict(zip(KINDS, ("processes", "lines", "disks", "apps", "events"), strict=True))
_ELSEWHERE: tuple[Path, ...] = (("hosts",), ("roles",))
_Found = tuple[Complaint, tuple[Path, ...]]


def emergency_complaints(file: SiteFile) -> Iterator[_Found]:
    """Every such problem, and the places it depends on."""
    yield from _twice([(("emergency", n), one.key) for n, one in enumerate(file.emergency)])
    alarms = {*BUILT_IN, *(one.key for one in file.alarm if one.condition is not None)}
    for number, one in enumerate(file.emergency):
        place: Path = ("emergency", number)
        steps = [((*place, "steps", n), step.key or str(n + 1)) for n, step in enumerate(one.steps)]
        yield from _twice(steps)
        for name, given, known, wanted in (
            ("alarms", one.alarms, alarms, phrase("the key of an alarm (`watchkeeper alarms`) or of one of your own")),
            ("hosts", one.hosts, file.hosts, phrase("the id of a host of this site")),
            ("roles", one.roles, file.roles, phrase("a role that has a [roles.NAME] table")),
        ):
            for at, word in enumerate(given):
                if word not in known:
                    yield _unknown((*place, name, at), wanted, word, known), (place, *_ELSEWHERE, ("alarm",))
        for at, step in enumerate(one.steps):
            for n, written in enumerate(step.shows):
                thing = shown_of(written)
                found = None if thing is None else _thing((*place, "steps", at, "shows", n), thing, one, file)
                if found is not None:
                    yield found, (place, *_ELSEWHERE)


def _twice(names: list[tuple[Path, str]]) -> Iterator[_Found]:
    seen: dict[str, Path] = {}
    for place, name in names:
        if name in seen:
            wanted = phrase("keys that differ within one list; give this one its own key")
            yield Complaint(place, wanted, dotted_word(name)), (place, seen[name])
        seen.setdefault(name, place)


def _thing(place: Path, thing: Subject, one: Emergency, file: SiteFile) -> Complaint | None:
    """What is wrong with a thing that a step shows."""
    if thing.host != HERE and thing.host not in file.hosts:
        wanted = phrase('the id of a host of this site, or "@"')
        return _unknown(place, wanted, thing.host, file.hosts)
    if thing.kind in ("", "host"):
        return None
    if thing.kind not in KINDS:
        return _unknown(place, phrase("one of {words}", words=", ".join(KINDS)), thing.kind, KINDS)
    hosts = [thing.host] if thing.host != HERE else [each for each, host in file.hosts.items() if _for(one, each, host)]
    known = {key for each in hosts for key in _keys(each, file, thing.kind)}
    if thing.key in known or (thing.kind == "disk" and "*" in known):
        return None
    return _unknown(place, phrase("a key that stands in {list} of a host it is for", list=_LISTS[thing.kind]),
                    thing.key, known)  # fmt: skip


def _for(one: Emergency, host_id: str, host: Host) -> bool:
    return (not one.hosts or host_id in one.hosts) and (not one.roles or host.role in one.roles)


def _keys(host_id: str, file: SiteFile, kind: str) -> Iterator[str]:
    listed, host = _LISTS[kind], file.hosts[host_id]
    yield from (rule.key for rule in joined(host_id, host, file, listed, lambda one: getattr(one, listed)))
    role = role_of(host, file)
    if kind == "disk" and host.disks is None and (role is None or role.disks is None):
        yield "*"


def _unknown(place: Path, wanted: Phrase, word: str, known: Iterable[str]) -> Complaint:
    near = nearest(word, known)
    return Complaint(place, wanted, shown(word), f'"{near}"' if near else None)
