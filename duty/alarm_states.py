"""The states of an alarm and what moves it from one to the next: one table, read cell by cell.

Source: ISA-18.2 (IEC 62682) as the domain model has it. A cell is the next state, a :class:`Rule` that picks it from
what is known of the alarm, or a phrase: the reason why a person's act is refused there. What happens by itself is
never refused; where it means nothing the cell says ``STAY``.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.phrases import Phrase, phrase
from duty.records import Refused


class AlarmState(StrEnum):
    """Where an alarm stands."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    """The condition is gone, and nobody has acknowledged that it was there."""
    SHELVED = "shelved"
    """A person has put it aside until a moment."""
    SUPPRESSED = "suppressed"
    """A rule keeps it from being announced: an alarm that explains it, a maintenance window."""
    OUT_OF_SERVICE = "out-of-service"


class Happening(StrEnum):
    """What can happen to an alarm. The first four come from readings and time, the others from people and rules."""

    HOLDS = "holds"
    """The condition is true, after its on-delay."""
    WORSE = "worse"
    """It held already, and became a graver one."""
    GONE = "gone"
    """The condition is false, after its off-delay, by a good reading."""
    ACK_ENDS = "ack-ends"
    """Its re-alarm time has passed, or the shift has changed."""
    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    """By a person, or at its end."""
    SUPPRESS = "suppress"
    RELEASE = "release"
    OUT = "out"
    BACK = "back"


class Rule(StrEnum):
    """How the next state is found where the table alone cannot say it."""

    STAY = "stay"
    RETURN = "return"
    """Lit until somebody has seen it, unless its definition does not latch."""
    SEEN = "seen"
    """Normal; while its reading is not good that is not known, and it is only acknowledged."""
    ASK_AGAIN = "ask-again"
    """Unacknowledged again, or returned if the condition does not hold."""
    AFTER_SHELF = "after-shelf"
    AFTER_SUPPRESSION = "after-suppression"
    AFTER_SERVICE = "after-service"


class Facts(msgspec.Struct, frozen=True):
    """What the rules look at."""

    active: bool = False
    """The condition holds, as far as the last good reading says."""
    known: bool = True
    """The newest reading is good. While it is not, nothing becomes normal (invariant I7)."""
    latched: bool = True
    acked_same: bool = False
    """An acknowledgement of this occurrence stands, given at this severity."""
    unseen: bool = False
    """It waited to be acknowledged when it was suppressed."""
    suppressed: bool = False
    """A rule keeps it from being announced, whatever else is lifted."""


N, U, A, R = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED
S, D, O = AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE  # noqa: E741 - columns of a table

_NOTHING = phrase("there is nothing to acknowledge: the alarm is normal")
_ACKED = phrase("it is acknowledged already")
_ACK_SHELVED = phrase("it is shelved: take it back before you acknowledge it")
_ACK_SUPPRESSED = phrase("it is suppressed: acknowledge what explains it")
_ACK_OUT = phrase("it is out of service: put it back before you acknowledge it")
_NOT_SHELVED = phrase("it is not shelved")
_SHELVE_OUT = phrase("it is out of service: there is nothing to shelve")
_NOT_OUT = phrase("it is not out of service")

STAY = Rule.STAY

_COLUMNS: dict[Happening, dict[AlarmState, AlarmState | Rule | Phrase]] = {
    Happening.HOLDS: {N: U, U: STAY, A: U, R: U, S: STAY, D: STAY, O: STAY},
    Happening.WORSE: {N: STAY, U: U, A: U, R: STAY, S: STAY, D: STAY, O: STAY},
    Happening.GONE: {N: STAY, U: Rule.RETURN, A: N, R: STAY, S: STAY, D: STAY, O: STAY},
    Happening.ACK_ENDS: {N: STAY, U: STAY, A: Rule.ASK_AGAIN, R: STAY, S: STAY, D: STAY, O: STAY},
    Happening.ACKNOWLEDGE: {
        N: _NOTHING, U: A, A: _ACKED, R: Rule.SEEN, S: _ACK_SHELVED, D: _ACK_SUPPRESSED, O: _ACK_OUT
    },
    Happening.SHELVE: {N: S, U: S, A: S, R: S, S: S, D: S, O: _SHELVE_OUT},
    Happening.UNSHELVE: {
        N: _NOT_SHELVED, U: _NOT_SHELVED, A: _NOT_SHELVED, R: _NOT_SHELVED, S: Rule.AFTER_SHELF,
        D: _NOT_SHELVED, O: _NOT_SHELVED
    },
    Happening.SUPPRESS: {N: D, U: D, A: D, R: D, S: STAY, D: D, O: STAY},
    Happening.RELEASE: {N: STAY, U: STAY, A: STAY, R: STAY, S: STAY, D: Rule.AFTER_SUPPRESSION, O: STAY},
    Happening.OUT: {N: O, U: O, A: O, R: O, S: O, D: O, O: O},
    Happening.BACK: {
        N: _NOT_OUT, U: _NOT_OUT, A: _NOT_OUT, R: _NOT_OUT, S: _NOT_OUT, D: _NOT_OUT, O: Rule.AFTER_SERVICE
    },
}  # fmt: skip
TABLE: dict[tuple[AlarmState, Happening], AlarmState | Rule | Phrase] = {
    (state, happening): cell for happening, column in _COLUMNS.items() for state, cell in column.items()
}
"""Every cell. In ``SHELVED``, ``SUPPRESSED`` and ``OUT_OF_SERVICE`` the condition is watched and counted on."""

SILENT = frozenset((S, D, O))
"""States in which nothing is announced."""


def next_state(state: AlarmState, happening: Happening, facts: Facts) -> AlarmState:
    """The state after ``happening``. Raises :class:`Refused` with the reason where a person may not do that."""
    cell = TABLE[state, happening]
    if isinstance(cell, Phrase):
        raise Refused(cell)
    return _by_rule(cell, state, facts) if isinstance(cell, Rule) else cell


def _by_rule(rule: Rule, state: AlarmState, facts: Facts) -> AlarmState:
    match rule:
        case Rule.STAY:
            return state
        case Rule.RETURN:
            return R if facts.latched else N
        case Rule.SEEN:
            return N if facts.known else A
        case Rule.ASK_AGAIN:
            return U if facts.active else R
    if facts.suppressed:
        return D
    if facts.active:
        return A if rule is Rule.AFTER_SHELF and facts.acked_same else U
    if not facts.known:
        return state  # what ended waits for a good reading: only that can say that all is well
    return R if rule is Rule.AFTER_SUPPRESSION and facts.unseen else N
