"""Things of hosts that are named elsewhere in the site file (``depends_on``, ``[[maintenance]]``) must be there."""

from __future__ import annotations

from collections.abc import Iterator

from config.complaint import Complaint, dotted_word
from config.model import SiteFile
from config.positions import Path
from config.problems import nearest
from config.refusal import shown
from config.settle import joined
from config.settle_maintenance import thing
from duty.phrases import phrase

_LISTS = {"process": "processes", "line": "lines", "app": "apps", "event": "events", "disk": "disks"}
_ELSEWHERE: tuple[Path, ...] = (("hosts",), ("roles",))
_Found = Iterator[tuple[Complaint, tuple[Path, ...]]]


def thing_complaints(file: SiteFile) -> _Found:
    """Every such problem, and the places it depends on."""
    for host_id, host in file.hosts.items():
        for number, written in enumerate(host.depends_on or ()):
            place: Path = ("hosts", host_id, "depends_on", number)
            if thing(written).host == host_id:
                wanted = phrase("another host than {host} itself", host=dotted_word(host_id))
                yield Complaint(place, wanted, shown(written)), (place,)
            else:
                yield from _named(place, written, file)
    seen: set[str] = set()
    for number, window in enumerate(file.maintenance):
        place = ("maintenance", number)
        if window.name in seen:
            wanted = phrase("names that differ; another window has this one")
            yield Complaint((*place, "name"), wanted, shown(window.name)), (place,)
        seen.add(window.name)
        for which, written in enumerate(window.things):
            yield from _named((*place, "things", which), written, file)


def _named(place: Path, written: str, file: SiteFile) -> _Found:
    subject = thing(written)
    related = (place, *_ELSEWHERE)
    if subject.host not in file.hosts:
        near = nearest(subject.host, file.hosts)
        wanted = phrase("the id of a host of this site, and behind it a thing of that host if only that is meant")
        yield Complaint(place, wanted, shown(written), f'"{near}"' if near else None), related
    elif subject.kind == "host":
        return
    elif (listed := _LISTS.get(subject.kind)) is None:
        kinds = ", ".join(_LISTS)
        wanted = phrase("behind the host one of {kinds} and its key, such as {example}", kinds=kinds,
                        example=f'"{subject.host} line sge-2"')  # fmt: skip
        yield Complaint(place, wanted, shown(written)), related
    else:
        host = file.hosts[subject.host]
        known = [one.key for one in joined(subject.host, host, file, listed, lambda table: getattr(table, listed))]
        if subject.key not in known and not (subject.kind == "disk" and (not known or "*" in known)):
            wanted = phrase("a key that stands in {list} of {host}", list=listed, host=dotted_word(subject.host))
            near = nearest(subject.key, known)
            yield Complaint(place, wanted, shown(subject.key), f'"{near}"' if near else None), related
