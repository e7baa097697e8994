"""Where the site file is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "watchkeeper.toml"


def find_site(explicit: str | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    """The site file to use: ``--site``, else ``SITE``, else ``./watchkeeper.toml``, else the one in the XDG folder.

    A file that was named is given back even if it is not there, so that its absence is said and not passed over.
    A folder that was named stands for the ``watchkeeper.toml`` in it. ``None``: there is no site file.
    """
    if named := explicit or environ.get("SITE"):
        path = cwd / os.path.expanduser(named)
        return path / FILE_NAME if path.is_dir() else path
    for path in (cwd / FILE_NAME, config_home(environ) / FILE_NAME):
        if path.is_file():
            return path
    return None


def config_home(environ: Mapping[str, str]) -> Path:
    """Watchkeeper's folder among the person's settings."""
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "watchkeeper"


def state_home(environ: Mapping[str, str]) -> Path:
    """Watchkeeper's folder among what programs keep."""
    return _base(environ, "XDG_STATE_HOME", ".local/state") / "watchkeeper"


def _base(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """The XDG rule: a relative path in the variable does not count."""
    given = Path(environ.get(variable, ""))
    return given if given.is_absolute() else _home(environ) / otherwise


def _home(environ: Mapping[str, str]) -> Path:
    home = Path(environ.get("HOME", ""))
    return home if home.is_absolute() else Path("~").expanduser()
