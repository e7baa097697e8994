"""What no single key can be blamed for: names that must exist, keys that must differ, rules that must be complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath

from config.alarm_crossing import alarm_complaints
from config.complaint import Complaint, dotted_word
from config.emergency_crossing import emergency_complaints
from config.fields import identifier
from config.model import Host, HostDefaults, SiteFile
from config.positions import Path
from config.problems import nearest
from config.refusal import shown
from config.rules import App, Disk, Event, Line, Process
from config.settle import Joined, app_kind, joined, key_of, paths, role_of
from config.thing_crossing import thing_complaints
from duty.phrases import Phrase, phrase

MATCHERS = ("name", "args", "user", "unit", "pidfile")
ASKED = ("tcp", "url", "tls", "command")
SOURCES = ("file", "unit", "journal")
_SSH_ONLY = ("address", "port", "user", "identity", "via")


class Crossing(Complaint):
    """A complaint about several places: none is made if one of them is wrong by itself."""

    def __init__(self, complaint: Complaint, *related: Path) -> None:
        super().__init__(complaint.path, complaint.wanted, complaint.got, complaint.suggestion)
        self.related = (complaint.path, *related)


def crossings(file: SiteFile, folder: FilePath) -> Iterator[Crossing]:
    """Every such problem of a file whose keys are right one by one."""
    yield from _site(file, folder)
    for role_id, role in file.roles.items():
        if not identifier(role_id):
            yield Crossing(_bad_id(("roles", role_id), role_id))
        yield from _duplicates(("roles", role_id), role)
    if not file.hosts:
        yield Crossing(Complaint(("hosts",), phrase("at least one [hosts.NAME] table")))
    for host_id, host in file.hosts.items():
        if not identifier(host_id):
            yield Crossing(_bad_id(("hosts", host_id), host_id))
        yield from _duplicates(("hosts", host_id), host)
        yield from _reach(host_id, host, file)
        yield from _rules(host_id, host, file)
    yield from _locals(file)
    yield from _circles(file)
    for found, related in (*alarm_complaints(file), *thing_complaints(file), *emergency_complaints(file)):
        yield Crossing(found, *related)


def _site(file: SiteFile, folder: FilePath) -> Iterator[Crossing]:
    site = file.site
    if site.slow_interval < site.interval:
        place: Path = ("site", "slow_interval" if "slow_interval" in site.model_fields_set else "interval")
        wanted = phrase("slow_interval (15s if it is not given) no shorter than interval")
        yield Crossing(Complaint(place, wanted), ("site", "interval"), ("site", "slow_interval"))
    sessions = [(("site", "sessions", number, "name"), session.name) for number, session in enumerate(site.sessions)]
    yield from _twice(sessions, phrase("names that differ; another session has this one"))
    people = [(("people", number, "name"), person.name) for number, person in enumerate(file.people)]
    yield from _twice(people, phrase("each user only once"))
    levels = [(("incidents", "levels", n, "level"), str(one.level)) for n, one in enumerate(file.incidents.levels)]
    yield from _twice(levels, phrase("each level only once"))
    reports = [(("incidents", "reports", n, "name"), one.name) for n, one in enumerate(file.incidents.reports)]
    yield from _twice(reports, phrase("names that differ; another report has this one"))
    templates = [(("template", number, "key"), one.key) for number, one in enumerate(file.template)]
    yield from _twice(templates, phrase("keys that differ; another template has this one"))
    for number, written in enumerate(paths(site.ssh_config, folder) or ()):
        if not FilePath(written).is_file():
            got = dotted_word(written)
            yield Crossing(Complaint(("site", "ssh_config", number), phrase("a file that exists"), got))


def _twice(names: Sequence[tuple[Path, str]], wanted: Phrase) -> Iterator[Crossing]:
    """A complaint for each name that stood before."""
    seen: dict[str, Path] = {}
    for here, name in names:
        if name in seen:
            yield Crossing(Complaint(here, wanted, dotted_word(name)), seen[name])
        seen.setdefault(name, here)


def _bad_id(place: Path, written: str) -> Complaint:
    wanted = phrase(
        "a name of at most 64 letters, digits, dots, hyphens and underscores, starting with a letter or digit"
    )
    return Complaint(place, wanted, dotted_word(written))


def _duplicates(place: Path, table: HostDefaults) -> Iterator[Crossing]:
    for listed in ("processes", "lines", "disks", "events", "apps"):
        seen: dict[str, Path] = {}
        for number, rule in enumerate(getattr(table, listed) or ()):
            here, key = (*place, listed, number), key_of(rule)
            if key is None:
                yield Crossing(_no_key(here, rule))
            elif key in seen:
                wanted = phrase("keys that differ within one list; give this one its own key")
                if isinstance(rule, Disk):
                    wanted = phrase("each mount only once in a list")
                yield Crossing(Complaint(here, wanted, dotted_word(key)), seen[key])
            else:
                seen[key] = here


def _no_key(here: Path, rule: Process | Line | Disk | Event | App) -> Complaint:
    if isinstance(rule, Event):
        return Complaint(here, phrase("a source: file, unit or journal"))
    if isinstance(rule, Line):
        return Complaint(here, phrase("an interface"))
    if any(getattr(rule, matcher) is not None for matcher in MATCHERS):
        return Complaint(
            here, phrase("a key, your name for the process: there is no name, unit or pidfile to take it from")
        )
    return Complaint(here, phrase("something to find the process by: name, args, user, unit or pidfile"))


def _reach(host_id: str, host: Host, file: SiteFile) -> Iterator[Crossing]:
    if host.role is not None and host.role not in file.roles:
        wanted = phrase("a role that has a [roles.NAME] table")
        near = _quoted(nearest(host.role, file.roles))
        yield Crossing(Complaint(("hosts", host_id, "role"), wanted, shown(host.role), near), ("roles", host.role))
    if host.local:
        for name in _SSH_ONLY:
            if getattr(host, name) is not None:
                yield Crossing(
                    Complaint(("hosts", host_id, name), phrase("no such key: this machine is read without SSH"))
                )
        return
    role = role_of(host, file)
    for place, via in ((("hosts", host_id), host.via), (("roles", str(host.role)), role.via if role else None)):
        if via is not None:
            yield from _via((*place, "via"), via, host_id, file)
            return


def _via(place: Path, via: str, host_id: str, file: SiteFile) -> Iterator[Crossing]:
    got = shown(via)
    if via not in file.hosts:
        near = _quoted(nearest(via, (other for other in file.hosts if other != host_id)))
        yield Crossing(Complaint(place, phrase("the id of a host of this site"), got, near), ("hosts", via))
    elif via == host_id:
        yield Crossing(Complaint(place, phrase("another host than {host} itself", host=dotted_word(host_id)), got))
    elif file.hosts[via].local:
        yield Crossing(Complaint(place, phrase("a host reached over SSH; this machine needs no jump"), got))


def _locals(file: SiteFile) -> Iterator[Crossing]:
    found = [host_id for host_id, host in file.hosts.items() if host.local]
    for host_id in found[1:]:
        wanted = phrase("only one host with local = true; {host} is this machine already", host=dotted_word(found[0]))
        yield Crossing(Complaint(("hosts", host_id, "local"), wanted))


def _circles(file: SiteFile) -> Iterator[Crossing]:
    """Jump hosts that lead back to where they started; one complaint a circle, at its first host."""
    ways = {host_id: _way(host, file) for host_id, host in file.hosts.items()}
    told: set[str] = set()
    for start in ways:
        route = _circle(start, ways)
        if len(route) < 2 or told.intersection(route):
            continue
        told.update(route)
        circle = " → ".join(dotted_word(host_id) for host_id in (*route, start))
        related = [("hosts", host_id, "via") for host_id in route]
        yield Crossing(
            Complaint(("hosts", start, "via"), phrase("a way that ends; this one is a circle"), circle), *related
        )


def _way(host: Host, file: SiteFile) -> str | None:
    role = role_of(host, file)
    return None if host.local else host.via or (role.via if role else None)


def _circle(start: str, ways: Mapping[str, str | None]) -> list[str]:
    """The hosts on the way from ``start`` back to it; empty if the way ends or turns elsewhere."""
    route = [start]
    while (following := ways.get(route[-1])) is not None:
        if following == start:
            return route
        if following in route:
            break
        route.append(following)
    return []


def _rules(host_id: str, host: Host, file: SiteFile) -> Iterator[Crossing]:
    for process in joined(host_id, host, file, "processes", lambda table: table.processes):
        if not any(getattr(layer, matcher) is not None for layer in process.layers for matcher in MATCHERS):
            words = phrase(
                "something to find {key} by: name, args, user, unit or pidfile", key=dotted_word(process.key)
            )
            yield _of_rule(host_id, host, process.places, words)
        yield from _log(host_id, host, process, file)
    for line in joined(host_id, host, file, "lines", lambda table: table.lines):
        if not any(layer.interface for layer in line.layers):
            yield _of_rule(host_id, host, line.places, phrase("an interface for {key}", key=dotted_word(line.key)))
        levels = next((layer.use for layer in line.layers if layer.use is not None), None)
        judged = levels is not None and (levels.warn is not None or levels.act is not None)
        if judged and not any(layer.capacity for layer in line.layers):
            words = phrase(
                "a capacity for {key}: a share of an unknown one cannot be judged", key=dotted_word(line.key)
            )
            yield _of_rule(host_id, host, line.places, words)
    for disk in joined(host_id, host, file, "disks", lambda table: table.disks):
        if disk.key == "*" and any(layer.required for layer in disk.layers):
            words = phrase('a mount by its path where it is required; "*" is whatever is mounted')
            yield Crossing(Complaint((*disk.places[-1], "required"), words), *disk.places)
    for app in joined(host_id, host, file, "apps", lambda table: table.apps):
        yield from _app(host_id, host, app)
    for event in joined(host_id, host, file, "events", lambda table: table.events):
        key = dotted_word(event.key)
        given = {name for layer in event.layers for name in SOURCES if getattr(layer, name) is not None}
        if len(given) != 1:
            yield _of_rule(host_id, host, event.places, phrase("one source for {key}: file, unit or journal", key=key))
        if not any(layer.patterns for layer in event.layers):
            yield _of_rule(host_id, host, event.places, phrase("patterns for {key}", key=key))


def _log(host_id: str, host: Host, process: Joined[Process], file: SiteFile) -> Iterator[Crossing]:
    """The log a process is known by must be followed, and be there for something."""
    log = next((layer.log for layer in process.layers if layer.log is not None), None)
    if log is None:
        return
    place = next(where for layer, where in zip(process.layers, process.places, strict=True) if layer.log is not None)
    known = [event.key for event in joined(host_id, host, file, "events", lambda table: table.events)]
    if log not in known:
        wanted = phrase("the key of one of this host's events")
        near = _quoted(nearest(log, known))
        yield Crossing(Complaint((*place, "log"), wanted, shown(log), near), *process.places)
    elif not any(layer.quiet_after is not None for layer in process.layers):
        wanted = phrase("a quiet_after beside it: after how long a silent log means that the process is stuck")
        yield Crossing(Complaint((*place, "log"), wanted), *process.places)


def _app(host_id: str, host: Host, app: Joined[App]) -> Iterator[Crossing]:
    """What belongs together in one application check."""
    key = dotted_word(app.key)
    asked = [name for name in ASKED if any(getattr(layer, name) is not None for layer in app.layers)]
    if len(asked) != 1:
        words = phrase("exactly one of tcp, url, tls and command for {key}", key=key)
        yield _of_rule(host_id, host, app.places, words)
        return
    kind = app_kind(app.layers)
    secure = kind == "tls" or any((layer.url or "").startswith("https:") for layer in app.layers)
    for names, belongs, words in (
        (("banner",), kind == "tcp", phrase("no such key here: only tcp has it")),
        (("status", "expect"), kind == "http", phrase("no such key here: only url has it")),
        (("cert_days", "verify", "ca", "server_name"), secure, phrase("no such key here: only tls and https have it")),
        (("limits",), kind == "command", phrase("no such key here: only command has it")),
    ):
        for name in names:
            for layer, place in zip(app.layers, app.places, strict=True):
                if not belongs and getattr(layer, name) is not None:
                    yield Crossing(Complaint((*place, name), words), *app.places)
    at_home = any((layer.tcp or layer.tls or "").startswith(":") for layer in app.layers)
    console = next((layer.origin for layer in app.layers if layer.origin is not None), None) == "console"
    if at_home and console and not host.local:
        words = phrase("an address before the port of {key}: asked from the console, a port alone is one of its own",
                       key=key)  # fmt: skip
        yield _of_rule(host_id, host, app.places, words)


def _of_rule(host_id: str, host: Host, places: tuple[Path, ...], wanted: Phrase) -> Crossing:
    """A rule that is not complete: it is the host that must say the rest, whoever began it.

    A list that could not be read, the role's or the host's, may hold just what is missing.
    """
    listed = str(places[0][2])
    place: Path = places[0] if places[0][0] == "hosts" else ("hosts", host_id, listed)
    return Crossing(Complaint(place, wanted), *places, ("hosts", host_id, listed), ("roles", str(host.role), listed))


def _quoted(word: str | None) -> str | None:
    return f'"{word}"' if word else None
