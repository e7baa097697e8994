"""What one console told one machine to look for: rules, mounts, interfaces, watched pids."""

from __future__ import annotations

import re

from practice.machines import Running

_GIVEN = 6


class Rule:
    """One process rule as it came over the wire; fields that were not given are ``None``."""

    __slots__ = ("_args", "key", "name", "pattern_is_bad", "pidfile", "unit", "user")

    def __init__(self, words: str) -> None:
        """``words``: KEY, NAME, ARGS, USER, UNIT and PIDFILE with tabs between, ``-`` for what is not given."""
        fields = (words.split("\t") + ["-"] * _GIVEN)[:_GIVEN]
        self.key = fields[0]
        self.name, args, self.user, self.unit, self.pidfile = (None if f == "-" else f for f in fields[1:])
        self.pattern_is_bad = False
        self._args: re.Pattern[str] | None = None
        try:
            self._args = re.compile(args) if args is not None else None
        except re.error:
            self.pattern_is_bad = True

    def seems(self, run: Running) -> bool:
        """Whether name and arguments fit: what is looked at as soon as a process appears."""
        model = run.model
        if self.pattern_is_bad or (self.name is not None and self.name not in (model.name, model.argv0)):
            return False
        return self._args is None or self._args.search(model.args) is not None

    def fits(self, run: Running) -> bool:
        """Whether all that was given fits."""
        model = run.model
        if self.user is not None and self.user != model.user:
            return False
        if self.unit is not None and self.unit != model.unit:
            return False
        if self.pidfile is not None and self.pidfile != model.pidfile:
            return False
        return self.seems(run)


class Demands:
    """Everything that lines without an answer have set so far."""

    def __init__(self) -> None:
        self.watched: list[int] = []
        self.interfaces: frozenset[str] = frozenset()
        self.rules: list[Rule] = []
        self.mounts: list[str] = []
        self.told: dict[str, list[str]] = {}
        """What each further section was told, by its name."""

    def take(self, verb: str, rest: str) -> bool:
        """Take a line that sets something; ``False`` if it is none of these."""
        match verb:
            case "W":
                self.watched = _pids(rest)
            case "w":
                self.watched += _pids(rest)
            case "I":
                self.interfaces = frozenset(rest.split())
            case "P" if rest:
                self.rules.append(Rule(rest))
            case "P":
                self.rules = []
            case "D" if rest:
                self.mounts.append(rest)
            case "D":
                self.mounts = []
            case "=":
                section, more, words = rest.partition(" ")
                self.told[section] = [*self.told.get(section, []), words] if more else []
            case _:
                return False
        return True


def _pids(words: str) -> list[int]:
    return [int(word) for word in words.split() if word.isdecimal()]
