"""Which site a command means, and where its watch is."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from cli.codes import Exit
from cli.speak import err
from config.find import find_site
from config.paths import Places, places, prepare
from wire.words import _, say


@dataclass(frozen=True)
class Target:
    """A site and its places. ``site`` is ``None`` for the practice site."""

    site: Path | None
    places: Places

    def arguments(self) -> list[str]:
        """The options that name this site to another run of the program."""
        return ["--practice"] if self.site is None else ["--site", str(self.site)]


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
