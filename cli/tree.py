"""The command line as plain data, taken from the parser: what the man page and the completions are made of."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from cli.parser import build
from wire.words import _


@dataclass(frozen=True)
class Option:
    """An option, or an argument where ``flags`` is empty."""

    flags: tuple[str, ...]
    value: str
    """Name of its value as help shows it; empty for a switch."""
    choices: tuple[str, ...]
    words: str
    dest: str
    needed: bool = True


@dataclass(frozen=True)
class Command:
    """A verb, or the program itself."""

    name: str
    words: str
    options: tuple[Option, ...]
    common: tuple[Option, ...]

    @property
    def arguments(self) -> tuple[Option, ...]:
        """What stands without a flag."""
        return tuple(option for option in self.options if not option.flags)


def program() -> Command:
    """The program without a verb."""
    return _command("", "", build())


def commands() -> list[Command]:
    """Every verb, in the order of the help."""
    verbs = next(action for action in build()._actions if isinstance(action, argparse._SubParsersAction))
    return [_command(name, str(parser.description), parser) for name, parser in verbs.choices.items()]


def _command(name: str, words: str, parser: argparse.ArgumentParser) -> Command:
    shared = next(group for group in parser._action_groups if group.title == _("common options"))
    common = tuple(_option(action) for action in shared._group_actions)
    own = [
        _option(action)
        for action in parser._actions
        if action not in shared._group_actions and not isinstance(action, argparse._SubParsersAction)
    ]
    return Command(name, words, tuple(own), common)


def _option(action: argparse.Action) -> Option:
    choices = tuple(str(choice) for choice in action.choices or ())
    value = action.metavar if isinstance(action.metavar, str) else "|".join(choices)
    needed = action.nargs != "?"
    if action.option_strings and action.nargs == 0:
        value = ""
    return Option(tuple(action.option_strings), value, choices, action.help or "", action.dest, needed)
