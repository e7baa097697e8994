"""Who may do what: people of the site by the name under which the kernel knows them, and what each role adds."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.phrases import N_, Phrase, phrase
from duty.records import Move


class Role(StrEnum):
    """What a person is on duty; each may do what those before it may."""

    OPERATOR = "operator"
    LEAD = "lead"
    MANAGER = "manager"


ROLE_WORDS = {Role.OPERATOR: N_("operator"), Role.LEAD: N_("lead"), Role.MANAGER: N_("manager")}


class Person(msgspec.Struct, frozen=True):
    """One person of the site. ``name``: the user of the operating system, as the kernel says it."""

    name: str
    shown: str = ""
    """Name for people; the user's name where it is empty."""
    role: Role = Role.OPERATOR
    phone: str = ""


_ORDER = tuple(Role)
_LEAST: dict[Move, Role] = {
    Move.TAKEN: Role.OPERATOR,
    Move.NOTED: Role.OPERATOR,
    Move.MITIGATED: Role.OPERATOR,
    Move.RESOLVED: Role.OPERATOR,
    Move.REVIEWED: Role.OPERATOR,
    Move.CLOSED: Role.OPERATOR,
    Move.REOPENED: Role.OPERATOR,
    Move.MERGED: Role.OPERATOR,
    Move.LINKED: Role.OPERATOR,
    Move.REPORTED: Role.OPERATOR,
    Move.STEPPED: Role.OPERATOR,
    Move.RESUMED: Role.OPERATOR,
    Move.ABANDONED: Role.OPERATOR,
    # Anyone may say that it is graver; that it is less grave is said by who answers for it.
    Move.RAISED: Role.OPERATOR,
    Move.LOWERED: Role.LEAD,
}
"""The least role that may make a move. What is not here no person makes: the watch does. Source: domain model 4.3."""


class People(msgspec.Struct, frozen=True):
    """Everybody the site names. ``practice``: there everybody is a lead, to try everything."""

    persons: tuple[Person, ...] = ()
    practice: bool = False

    def role_of(self, name: str) -> Role:
        """The role of a user; who is not named is an operator."""
        if self.practice:
            return Role.LEAD
        return next((person.role for person in self.persons if person.name == name), Role.OPERATOR)

    def shown(self, name: str) -> str:
        """What people call a user."""
        return next((person.shown for person in self.persons if person.name == name and person.shown), name)

    def may(self, name: str, move: Move) -> Phrase | None:
        """Why ``name`` may not make this move of an incident; ``None`` where they may."""
        least = _LEAST.get(move)
        if least is None:
            return phrase("no person does that: the watch does")
        if _ORDER.index(self.role_of(name)) >= _ORDER.index(least):
            return None
        if not any(_ORDER.index(person.role) >= _ORDER.index(least) for person in self.persons):
            return phrase("only a lead lowers a level, and the site file names none")
        return phrase("only a lead lowers a level")
