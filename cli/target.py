"""Which site a command means, and where its watch is."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.codes import Exit
from cli.speak import err
from config.find import find_site
from config.paths import Places, places, prepare
from duty.phrases import phrase
from wire.words import _, say

if TYPE_CHECKING:
    from storage.server import Server


STORE_NAME = "records.sqlite"
"""The store in the state folder, where the site file names no other."""


@dataclass(frozen=True)
class Target:
    """A site and its places. ``site`` is ``None`` for the practice site."""

    site: Path | None
    places: Places

    def arguments(self) -> list[str]:
        """The options that name this site to another run of the program."""
        return ["--practice"] if self.site is None else ["--site", str(self.site)]


def store_of(target: Target) -> Path | Server:
    """Where its records are. Raises :class:`storage.failures.StoreFailed` where the site file does not say it."""
    # Not with this file: a screen that opens needs neither, and they take long to load.
    from config.stores import named_in
    from storage.failures import StoreFailed
    from storage.server import place_of

    usual = target.places.state / STORE_NAME
    if target.site is None:
        return usual
    named = named_in(target.site)
    if named is None:
        raise StoreFailed(
            phrase("the site file does not say where the records are: {command}", command="watchkeeper check")
        )
    return place_of(named, usual)


def target_of(args: argparse.Namespace) -> Target | int:
    """The site of the command line, else the one found, else the practice site; or an exit code after saying why."""
    path = None if args.practice else find_site(args.site, os.environ, Path.cwd())
    if path is not None and not path.exists():
        err(_("There is no site file at {path}.", path=str(path)))
        return Exit.BAD
    path = path.resolve() if path is not None else None
    found = prepare(places(str(path) if path is not None else "practice", os.environ))
    if found.refused is not None:
        err(say(found.refused))
        return Exit.BAD
    return Target(path, found)
