"""Which things a site watches: an alarm of any other thing is withdrawn."""

from __future__ import annotations

from collections.abc import Iterable

from duty.alarm_def import AlarmKey
from duty.alarm_rules import KNOWN
from duty.site import HostSpec, SiteSpec


class Watched:
    """The things of one site."""

    def __init__(self, site: SiteSpec) -> None:
        self._hosts = {host.id: host for host in site.hosts}

    def has(self, key: AlarmKey) -> bool:
        """Whether the alarm can still come: its definition is known and its thing is demanded.

        Parts that only the host can name (mounts, sensors, sections) count while the host is there.
        """
        host = self._hosts.get(key.subject.host)
        if host is None or key.definition not in KNOWN:
            return False
        named = _named(host, key.subject.kind)
        return named is None or any(
            key.subject.key == one or key.subject.key.startswith(f"{one}{sep}") for one, sep in named
        )


def _named(host: HostSpec, kind: str) -> Iterable[tuple[str, str]] | None:
    """The keys of a kind, each with what stands behind it where a part is named; ``None``: any."""
    match kind:
        case "process":
            return [(one.key, "\0") for one in host.processes]
        case "line":
            return [(one.key, "\0") for one in host.lines]
        case "ping":
            return [(f"{line.key} {ping.target}", "\0") for line in host.lines for ping in line.pings]
        case "app":
            return [(one.key, "\0") for one in host.apps]
        case "perf":
            return [(one.key, " ") for one in host.apps]
        case "event":
            return [(one.key, "\0") for one in host.events]
    return None
