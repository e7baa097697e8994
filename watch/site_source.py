"""Where the site comes from: its file, or the practice fleet."""

from __future__ import annotations

from pathlib import Path

from collectors.aside import aside
from collectors.feed import Feed, Listener
from collectors.local import LocalFeed
from collectors.ssh_environment import SshEnvironment
from collectors.ssh_feed import SshFeed
from config.load import load_site
from config.problems import Problem
from duty.phrases import render
from duty.site import HostSpec, SiteSpec
from practice.fleet import PracticeFleet
from wire.words import _


class BadSite(Exception):
    """The site file cannot be used; ``problems`` are lines for a person."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


async def first_site(path: Path | None, practice_hosts: int | None) -> tuple[SiteSpec, PracticeFleet | None]:
    """The site to begin with, and the fleet behind it in practice. Raises :class:`BadSite` or ``FleetFailed``."""
    if path is None:
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


def make_feed(spec: HostSpec, site: SiteSpec, listener: Listener, env: SshEnvironment) -> Feed:
    """The feed of one host: this machine through psutil, every other over SSH."""
    return LocalFeed(spec, listener, env.room) if spec.local else SshFeed(spec, site, listener, env)
