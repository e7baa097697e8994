"""The screen as a file: a picture (SVG) or plain text, beside nothing that is there already."""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from textual.app import App

_TRIES = 100


def folder() -> Path:
    """Where files go: the folder from which the program was started, the home folder where that cannot be written."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed meanwhile
        return Path.home()
    return here if os.access(here, os.W_OK) else Path.home()


def picture(app: App[None]) -> str:
    """The screen as SVG. It follows Textual's own, which draws in true colour whatever the terminal shows.

    Rich remembers for each style how it was written first, so that from then on true colour went to the terminal too.
    """
    size = app.size
    console = Console(
        width=size.width,
        height=size.height,
        file=StringIO(),
        force_terminal=True,
        color_system=app.console.color_system,  # type: ignore[arg-type]  # one of the names it takes
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    console.print(app.screen._compositor.render_update(full=True))  # private: Textual is pinned, tests hold it
    return console.export_svg(title=app.title)


def words(app: App[None]) -> str:
    """The screen as plain text, line by line."""
    lines = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
    return "\n".join(lines) + "\n"


def save(text: str, name: str, ending: str, where: Path) -> Path:
    """Write ``text`` to a new file ``name.ending`` in ``where``; where there is one, ``name-2`` and so on.

    Only the user may read it: a screen shows what others need not know. Raises OSError.
    """
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "screen"
    for number in range(1, _TRIES + 1):
        path = where / f"{plain}{f'-{number}' if number > 1 else ''}.{ending}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        try:
            with open(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError:
            path.unlink(missing_ok=True)  # half a picture is no picture
            raise
        return path
    raise FileExistsError(17, os.strerror(17), str(where / f"{plain}.{ending}"))
