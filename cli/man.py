"""The man page, from the same description as the help."""

from __future__ import annotations

import argparse

from cli import __version__
from cli.codes import Exit, meanings
from cli.parser import PROGRAM
from cli.speak import out
from cli.tree import Command, Option, commands, program
from wire.words import _


def run(_args: argparse.Namespace) -> int:
    """Print the page."""
    out(page().rstrip("\n"))
    return Exit.WELL


def page() -> str:
    """The page as roff, in the language spoken now."""
    lines = [
        f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM} {__version__}"',
        ".SH " + _("NAME"),
        f"{PROGRAM} \\- " + _escaped(_("the terminal of the person on duty: watch, handle, record, hand over")),
        ".SH " + _("SYNOPSIS"),
        f".B {PROGRAM}",
        _escaped(_("[OPTIONS] [COMMAND]")),
        ".SH " + _("DESCRIPTION"),
        _escaped(_("Without a command the screen opens: it attaches to the watch of the site, or starts one.")),
        _escaped(_("Hosts are read over SSH; nothing is installed on them. Host keys are always checked.")),
        ".SH " + _("COMMANDS"),
        *(line for command in commands() for line in _verb(command)),
        ".SH " + _("OPTIONS"),
        *(line for option in program().options for line in _entry(option)),
        ".SH " + _("COMMON OPTIONS"),
        *(line for option in program().common for line in _entry(option)),
        ".SH " + _("EXIT CODES"),
    ]
    for code, words in meanings().items():
        lines += [".TP", f".B {code.value}", _escaped(words)]
    lines += [".SH " + _("FILES"), *_places(_files()), ".SH " + _("ENVIRONMENT"), *_places(_environment())]
    return "\n".join(lines) + "\n"


def _verb(command: Command) -> list[str]:
    arguments = "".join(f" {_value(option)}" for option in command.arguments)
    lines = [".TP", f".B {PROGRAM} {_escaped(command.name)}{_escaped(arguments)}", _escaped(command.words)]
    for option in command.options:
        if option.flags:
            lines += [".RS", *_entry(option), ".RE"]
    return lines


def _value(option: Option) -> str:
    return option.value if option.needed else f"[{option.value}]"


def _entry(option: Option) -> list[str]:
    return [".TP", f".B {_escaped(_shown(option))}", _escaped(option.words)]


def _shown(option: Option) -> str:
    return f"{', '.join(option.flags)} {option.value}".strip()


def _files() -> dict[str, str]:
    return {
        "./watchkeeper.toml": _("the site file of this folder"),
        "$XDG_CONFIG_HOME/watchkeeper/watchkeeper.toml": _("the person's own site file"),
        "$XDG_STATE_HOME/watchkeeper/": _("records, history and the watch's own log, one folder for each site file"),
        "$XDG_RUNTIME_DIR/watchkeeper/": _("the socket where screens meet the watch"),
        "~/.ssh/config, ~/.ssh/known_hosts": _("how hosts are reached, and by which keys they are known"),
    }


def _environment() -> dict[str, str]:
    return {
        "SITE": _("path of the site file"),
        "WATCHKEEPER_LANG, LC_ALL, LC_MESSAGES, LANG": _("the language, in this order"),
        "SSH_AUTH_SOCK": _("the agent that holds keys"),
        "WATCHKEEPER_BELL, WATCHKEEPER_TITLE": _("0: no bell for alarms, the title of the window left alone"),
        "WATCHKEEPER_NOTIFY": _("how the desktop is notified of alarms: osc9, osc777 or off"),
    }


def _places(entries: dict[str, str]) -> list[str]:
    return [line for name, words in entries.items() for line in (".TP", f".I {_escaped(name)}", _escaped(words))]


def _escaped(text: str) -> str:
    """Text that roff prints as it is."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
