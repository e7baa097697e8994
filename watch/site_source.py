"""Where the site comes from: its file, or the practice fleet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collectors.aside import aside
from collectors.feed import Feed, Listener
from config.load import load_site
from config.problems import Problem
from duty.phrases import render
from duty.site import HostSpec, SiteSpec
from wire.words import _

if TYPE_CHECKING:
    from collectors.ssh_environment import SshEnvironment
    from practice.fleet import PracticeFleet


class BadSite(Exception):
    """The site file cannot be used; ``problems`` are lines for a person."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


async def first_site(path: Path | None, practice_hosts: int | None) -> tuple[SiteSpec, PracticeFleet | None]:
    """The site to begin with, and the fleet behind it in practice. Raises :class:`BadSite` or ``FleetFailed``."""
    if path is None:
        from practice.fleet import PracticeFleet

        fleet = PracticeFleet(hosts=practice_hosts)
        await fleet.start()
        return fleet.site, fleet
    loaded = await aside(lambda: load_site(path))
    if loaded.site is None:
        raise BadSite(tuple(line_of(problem) for problem in loaded.problems))
    return loaded.site, None


def line_of(problem: Problem) -> str:
    """A problem of the site file in one line, in the language spoken."""
    place = ":".join(str(part) for part in (problem.file, problem.line) if part is not None)
    return f"{place}: {problem.key}: {render(problem.wanted, _)}" + (
        f" ({problem.suggestion})" if problem.suggestion else ""
    )


def load_feeds() -> None:
    """Load what speaks with hosts, by far the most of a watch. For a thread: screens are let in meanwhile."""
    import collectors.local
    import collectors.ssh_environment
    import collectors.ssh_feed  # noqa: F401


def ssh_environment(site: SiteSpec) -> SshEnvironment:
    """What the SSH connections of a site share."""
    from collectors.ssh_environment import SshEnvironment

    return SshEnvironment(max_dials=site.max_dials)


def make_feed(spec: HostSpec, site: SiteSpec, listener: Listener, env: SshEnvironment) -> Feed:
    """The feed of one host: this machine through psutil, every other over SSH."""
    from collectors.local import LocalFeed
    from collectors.ssh_feed import SshFeed

    return LocalFeed(spec, listener, env.room) if spec.local else SshFeed(spec, site, listener, env)
